"""Whether a flow asks tools for what they can do: the tool exists, its arguments fit."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.flow import Flow
from config.flow_checks import did_you_mean
from config.flow_steps import LookUp


def tool_problems(flow: Flow, tools: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """List what is wrong with a flow's look-ups; `tools`: name → JSON schema of its arguments."""
    return tuple(
        problem
        for name, step in flow.steps.items()
        if isinstance(step, LookUp)
        for problem in _problems(name, step, tools)
    )


def _problems(name: str, step: LookUp, tools: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    schema = tools.get(step.tool)
    if schema is None:
        yield f"step '{name}': tool '{step.tool}' is not installed{did_you_mean(step.tool, tools)}"
        return
    taken: Mapping[str, Any] = schema.get("properties", {})
    for argument in step.arguments:
        if argument not in taken:
            fix = did_you_mean(argument, taken)
            yield f"step '{name}': tool '{step.tool}' takes no argument '{argument}'{fix}"
    for argument in schema.get("required", ()):
        if argument not in step.arguments:
            fix = f"add '{argument}' to the step's arguments"
            yield f"step '{name}': tool '{step.tool}' needs argument '{argument}'; {fix}"
