"""A flow of pipecat's as data: its `FlowConfig` (pipecat 1.14), read from YAML or JSON without pipecat."""

import json
from collections.abc import Iterator, Mapping

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.flow_checks import did_you_mean
from config.flow_file import FlowError, as_written


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Message(_Part):
    """Of a node's instructions."""

    role: str
    content: str


class Branch(_Part):
    """A way chosen by a field of a tool's answer."""

    field: str
    cases: dict[str | bool | int | float, str] = Field(min_length=1)
    default: str | None = None


class Function(_Part):
    """A tool of a node; `transition_only`: it only leads on."""

    name: str
    transition_only: bool = False
    description: str | None = None
    transition_to: str | Branch | None = None


class Action(BaseModel):
    """What is done before or after a node; what only some have is in `model_extra`."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str


class Node(_Part):
    """A node; without functions it ends the conversation."""

    task_messages: list[Message]
    role_message: str | None = None
    functions: list[Function] = Field(default_factory=list[Function])
    pre_actions: list[Action] = Field(default_factory=list[Action])
    post_actions: list[Action] = Field(default_factory=list[Action])
    context_strategy: str | None = None
    respond_immediately: bool = True


class PipecatConfig(_Part):
    """A whole flow."""

    initial_node: str
    nodes: dict[str, Node] = Field(min_length=1, max_length=500)
    global_functions: list[Function] = Field(default_factory=list[Function])


def is_pipecat(content: object) -> bool:
    """Whether what was read from YAML or JSON is a flow of pipecat's."""
    return isinstance(content, Mapping) and "nodes" in content and "schema" not in content


def read_pipecat(text: str, source: str = "flow") -> PipecatConfig:
    """Read one.

    Raises:
        FlowError: it is no flow of pipecat's; with every problem found.
    """
    try:
        content = _read(text)
    except (yaml.YAMLError, ValueError) as error:
        raise FlowError(source, (f"is neither YAML nor JSON: {str(error).splitlines()[0]}",)) from None
    try:
        config = PipecatConfig.model_validate(content)
    except ValidationError as error:
        raise FlowError(source, tuple(_problems(error))) from None
    if found := tuple(_loose_ends(config)):
        raise FlowError(source, found)
    return config


def _read(text: str) -> object:
    try:
        return json.loads(text)  # its escapes are not quite YAML's
    except ValueError:
        return as_written(text)


def _problems(error: ValidationError) -> Iterator[str]:
    for finding in error.errors(include_url=False):
        path = [str(item) for item in finding["loc"] if not str(item).startswith(("function-", "_"))]
        where = ".".join(path[:-1])
        at = f"{where}: " if where else ""
        match finding["type"]:
            case "extra_forbidden":
                yield f"{at}'{path[-1]}' is not known in pipecat's FlowConfig; remove it"
            case "missing":
                yield f"{at}'{path[-1]}' is missing; add it"
            case _:
                message = finding["msg"]
                yield f"{'.'.join(path) or 'the file'}: {message[0].lower()}{message[1:]}"


def _loose_ends(config: PipecatConfig) -> Iterator[str]:
    if config.initial_node not in config.nodes:
        fix = did_you_mean(config.initial_node, config.nodes)
        yield f"initial_node '{config.initial_node}' is no node{fix}"
    everywhere = [("global_functions", each) for each in config.global_functions]
    own = [(f"node '{name}'", each) for name, node in config.nodes.items() for each in node.functions]
    for place, function in (*everywhere, *own):
        for target in targets_of(function):
            if target not in config.nodes:
                fix = did_you_mean(target, config.nodes)
                yield f"{place}: function '{function.name}' leads to '{target}', which is no node{fix}"


def targets_of(function: Function) -> tuple[str, ...]:
    """List the nodes a function may lead to."""
    match function.transition_to:
        case None:
            return ()
        case str(target):
            return (target,)
        case branch:
            return (*branch.cases.values(), *((branch.default,) if branch.default else ()))
