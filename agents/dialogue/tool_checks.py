"""Whether a flow asks tools for what they can do, and only for what they may do."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from agents.dialogue.readings import MOST_WORDS
from config.flow import Flow
from config.flow_checks import did_you_mean
from config.flow_slots import FreeWordsSlot
from config.flow_steps import Agent, Ask, LookUp


class Described(Protocol):
    """What is to be known of a tool (see `agents.tool`)."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """JSON schema of its arguments."""
        ...

    @property
    def reads(self) -> bool:
        """It changes nothing."""
        ...

    @property
    def consent(self) -> bool:
        """It runs only when the caller has agreed to it."""
        ...

    @property
    def identity(self) -> bool:
        """It runs only for a caller who is verified."""
        ...


Tools = Mapping[str, Described]


def tool_problems(flow: Flow, tools: Tools) -> tuple[str, ...]:
    """List what is wrong with the work a flow has done; `tools`: those installed, by name."""
    agreed = {name for step in flow.steps.values() if isinstance(step, Ask) for name in step.consent_for}
    verified = any(isinstance(step, LookUp) and step.verifies for step in flow.steps.values())
    found: list[str] = []
    for name, step in flow.steps.items():
        if isinstance(step, LookUp | Agent):
            found += _uninstalled(name, step, tools)
            found += _not_allowed(name, step, tools, agreed=name in agreed, verified=verified)
            found += _left_unsaid(name, step, tools)
        if isinstance(step, LookUp) and step.tool in tools:
            found += _arguments(name, step, tools[step.tool].schema)
            found += _too_long(name, step, flow, tools[step.tool].schema)
    return tuple(found)


def _used(step: LookUp | Agent) -> tuple[str, ...]:
    return step.tools if isinstance(step, Agent) else (step.tool,)


def _uninstalled(name: str, step: LookUp | Agent, tools: Tools) -> Iterator[str]:
    for tool in _used(step):
        if tool not in tools:
            yield f"step '{name}': tool '{tool}' is not installed{did_you_mean(tool, tools)}"


def _not_allowed(
    name: str, step: LookUp | Agent, tools: Tools, *, agreed: bool, verified: bool
) -> Iterator[str]:
    for tool in _used(step):
        if tool not in tools:
            continue
        if tools[tool].consent and not agreed:
            fix = f"let an ask whose 'yes' leads here say 'consent_for: {name}'"
            yield f"step '{name}': tool '{tool}' changes something only with the caller's consent; {fix}"
        if tools[tool].identity and not verified:
            fix = "add a look_up with 'verifies' before it"
            yield f"step '{name}': tool '{tool}' is for verified callers, and no step verifies any; {fix}"


def _left_unsaid(name: str, step: LookUp | Agent, tools: Tools) -> Iterator[str]:
    """What changes something may end without anybody knowing whether it did; that is no plain failure."""
    for tool in _used(step):
        if tool in tools and not tools[tool].reads and "unknown" not in step.failed:
            fix = "say under 'failed' where 'unknown' leads, to words that claim neither"
            yield f"step '{name}': tool '{tool}' may end without it being known whether it was done; {fix}"
            return


def _arguments(name: str, step: LookUp, schema: Mapping[str, Any]) -> Iterator[str]:
    taken: Mapping[str, Any] = schema.get("properties", {})
    for argument in step.arguments:
        if argument not in taken:
            fix = did_you_mean(argument, taken)
            yield f"step '{name}': tool '{step.tool}' takes no argument '{argument}'{fix}"
    for argument in schema.get("required", ()):
        if argument not in step.arguments:
            fix = f"add '{argument}' to the step's arguments"
            yield f"step '{name}': tool '{step.tool}' needs argument '{argument}'; {fix}"


def _too_long(name: str, step: LookUp, flow: Flow, schema: Mapping[str, Any]) -> Iterator[str]:
    """What a caller tells in free words must fit the argument it is given as."""
    taken: Mapping[str, Any] = schema.get("properties", {})
    for argument, value in step.arguments.items():
        slot = flow.slots.get(value[1:-1]) if isinstance(value, str) and value.startswith("{") else None
        most = taken.get(argument, {}).get("maxLength")
        if isinstance(slot, FreeWordsSlot) and most is not None and most < MOST_WORDS:
            yield (
                f"step '{name}': free words may have {MOST_WORDS} characters, and tool '{step.tool}' "
                f"takes {most} for '{argument}'; ask for another kind of slot, or let the tool take more"
            )
