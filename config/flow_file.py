"""Flows as YAML files: reading them, and saying what is wrong in words a support manager can act on.

YAML as of version 1.2 in one respect that matters here: `yes` and `no` are words, not truth values. Anchors
and repeated keys are refused: the one hides what a flow says, the other loses half of it.
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config import flow as schema
from config import flow_steps as steps
from config.dials import Dials, VoiceDials
from config.errors import ConfigError
from config.flow import SCHEMA_VERSION, Flow
from config.flow_checks import did_you_mean, problems
from config.flow_languages import in_one_language, missing_languages, tags_of
from config.flow_slots import SLOT_KINDS, SLOT_TYPES
from config.flow_steps import STEP_KINDS, STEP_TYPES

FLOWS: Final = Path(__file__).parent / "flows"
"""The flows that come with Tandem."""

MAX_BYTES: Final = 1_000_000
_DEEPEST: Final = 20


class FlowError(ConfigError):
    """A flow cannot be used. One line for each problem: file, step, what is wrong, the fix."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(f"{source}: {problem}" for problem in problems))
        self.source = source
        self.problems = problems


def shipped_flows() -> tuple[str, ...]:
    """Name the flows that come with Tandem, sorted."""
    return tuple(sorted(path.stem for path in FLOWS.glob("*.yaml")))


def load_flow(name_or_path: str) -> Flow:
    """Read a flow that comes with Tandem by its name, or any by the path of its YAML file.

    Raises:
        FlowError: there is no such flow, or it is not valid.
    """
    return read_flow(source_of(name_or_path), str(_path(name_or_path)))


def _path(name_or_path: str) -> Path:
    return FLOWS / f"{name_or_path}.yaml" if name_or_path in shipped_flows() else Path(name_or_path)


def source_of(name_or_path: str, kinds: tuple[str, ...] = (".yaml", ".yml")) -> str:
    """Give a flow's YAML as it was written, comments and all, by name or path as in `load_flow`.

    `kinds`: of file, by how their names end.

    Raises:
        FlowError: there is no such file, or it is no text.
    """
    path = _path(name_or_path)
    if path.suffix not in kinds:
        fix = did_you_mean(name_or_path, shipped_flows())
        files = " or ".join(kind for kind in kinds if kind != ".yml")
        raise FlowError(name_or_path, (f"no flow has this name, and it is no path of a {files} file{fix}",))
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FlowError(str(path), (f"is larger than {MAX_BYTES:,} bytes; a flow is a few thousand",))
        return path.read_bytes().decode("utf-8")  # line ends as they are
    except FileNotFoundError:
        raise FlowError(str(path), ("there is no such file; check the path",)) from None
    except UnicodeDecodeError:
        raise FlowError(str(path), ("is not text in UTF-8; save it as UTF-8",)) from None
    except OSError as error:
        raise FlowError(str(path), (f"cannot be read: {error.strerror}",)) from None


def read_flow(text: str, source: str = "flow") -> Flow:
    """Read a flow from YAML text. `source`: what errors call it.

    Raises:
        FlowError: with every problem found.
    """
    if len(text) > MAX_BYTES:
        raise FlowError(source, (f"is larger than {MAX_BYTES:,} bytes; a flow is a few thousand",))
    try:
        content, lines = _read(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise FlowError(source, (f"{where}{error.problem or 'is not YAML'}",)) from None
    except (yaml.YAMLError, ValueError) as error:
        raise FlowError(source, (f"is not YAML: {str(error).splitlines()[0]}",)) from None
    if not isinstance(content, Mapping):
        raise FlowError(source, ("is not a flow: it must begin with 'schema: 1' and list its 'steps'",))
    tags = tags_of(content)
    if len(tags) < 2:
        return _valid(content, source, lines)
    flows = {tag: _valid(in_one_language(content, tag, tags), f"{source} ({tag})", lines) for tag in tags}
    if found := missing_languages(content, flows[tags[0]], tags):
        raise FlowError(source, found)
    everyone = {tag: flow.model_copy(update={"others": flows}) for tag, flow in flows.items()}
    return everyone[tags[0]].model_copy(update={"others": everyone})


def as_written(text: str) -> object:
    """Give what a flow's YAML holds, unchecked, with all its languages.

    Raises:
        yaml.YAMLError: it is not YAML.
    """
    return _read(text)[0]


def _read(text: str) -> tuple[object, Mapping[tuple[str, ...], int]]:
    """Parse YAML: its content, and the line each key stands in."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, {}
        content: object = loader.construct_document(node)
        return content, dict(_lines(node, ()))
    finally:
        loader.dispose()


def _lines(node: yaml.Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                here = (*path, str(key.value))
                yield here, key.start_mark.line + 1
                yield from _lines(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for at, value in enumerate(node.value):
            yield from _lines(value, (*path, str(at)))


def _valid(content: Mapping[Any, Any], source: str, lines: Mapping[tuple[str, ...], int]) -> Flow:
    try:
        flow = Flow.model_validate(content)
    except ValidationError as error:
        raise FlowError(source, _field_problems(error, lines)) from None
    if found := problems(flow):
        raise FlowError(source, found)
    return flow


class _Loader(yaml.SafeLoader):
    """YAML without anchors, without repeated keys, not nested deeply, and with `yes` and `no` as words."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(
                problem="anchors (& and *) are not supported; write it out", problem_mark=mark
            )
        if self.depth == _DEEPEST:
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="this is nested too deeply for a flow", problem_mark=mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    problem = f"'{key.value}' stands here twice; keep one"
                    raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),  # 012345 stays text
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$", "-+0123456789"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


# --- pydantic's findings in words -----------------------------------------------------------------

_STEPS: Final[Mapping[str, type[BaseModel]]] = dict(zip(STEP_KINDS, STEP_TYPES, strict=True))
_SLOTS: Final[Mapping[str, type[BaseModel]]] = dict(zip(SLOT_KINDS, SLOT_TYPES, strict=True))
_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "at_most": steps.AtMost,
    "confirm": steps.Confirm,
    "counted": steps.Counted,
    "waiting": steps.Waiting,
    "meanwhile": steps.Meanwhile,
    "verifies": steps.Verifies,
    "after_hang_up": steps.AfterHangUp,
    "dials": Dials,
    "voice": VoiceDials,
    "sureness": schema.Sureness,
    "classification": schema.Classification,
    "recognise_language": schema.LanguageRecognition,
    "silence": schema.Silence,
    "misunderstood": schema.Misunderstood,
}


_SHAPES: Final[Mapping[str, str]] = {
    "by": "name one value: a slot, like order_number, or part of an answer, like order.status",
    "number": "write it with + and the country code, like +15035550100",
}
"""What is to be written where only one shape will do."""


def _field_problems(error: ValidationError, lines: Mapping[tuple[str, ...], int]) -> tuple[str, ...]:
    return tuple(_in_words(finding, lines) for finding in error.errors(include_url=False))


def _in_words(finding: ErrorDetails, lines: Mapping[tuple[str, ...], int]) -> str:
    place, part, field = _place(finding["loc"])
    where = f"{place}: " if place else ""
    match finding["type"]:
        case "union_tag_invalid":
            kind = str(finding.get("ctx", {}).get("tag"))
            kinds = STEP_KINDS if place.startswith("step ") else SLOT_KINDS
            return f"{where}kind '{kind}' is not known{did_you_mean(kind, kinds)}"
        case "union_tag_not_found":
            return f"{where}has no 'kind'; say which: {', '.join(STEP_KINDS)}"
        case "extra_forbidden":
            line = _line(finding["loc"], lines)
            near = did_you_mean(field.rpartition(".")[2], _fields(part))
            return f"{where}'{field}' is not known here{line}{near}"
        case "missing":
            return f"{where}'{field}' is missing; add it"
        case "literal_error" if field == "schema":
            return f"schema is {finding['input']!r}, but this Tandem reads schema {SCHEMA_VERSION}"
        case "literal_error":
            expected = str(finding.get("ctx", {}).get("expected"))
            return f"{where}'{field}' is {finding['input']!r}, which is not known; use {expected}"
        case "string_pattern_mismatch" if field == "[key]" or finding["loc"][-1] == "[key]":
            return (
                f"{where}{finding['input']!r} is no name; use small letters, digits and _, like order_number"
            )
        case "string_pattern_mismatch" if field in _SHAPES:
            return f"{where}'{field}' is {finding['input']!r}; {_SHAPES[field]}"
        case "too_long" if isinstance(finding["input"], dict):
            most = finding.get("ctx", {}).get("max_length")
            return f"{where}has more than {most} {field}; make several flows of it"
        case "value_error":
            return f"{where}{field + ' ' if field else ''}{finding['msg'].removeprefix('Value error, ')}"
        case _:
            given = (
                f" (it is {finding['input']!r})" if isinstance(finding["input"], str | int | float) else ""
            )
            return f"{where}'{field}' {_softened(finding['msg'])}{given}"


def _line(loc: tuple[int | str, ...], lines: Mapping[tuple[str, ...], int]) -> str:
    """Say in which line a field stands: " (line 12)"; nothing if that is not known."""
    path = tuple(str(item) for item in loc)
    if path[:1] in (("steps",), ("slots",)):
        path = (*path[:2], *path[3:])  # without the kind, which pydantic names
    return f" (line {lines[path]})" if path in lines else ""


def _softened(message: str) -> str:
    return message[0].lower() + message[1:].replace("Input s", "s")


def _place(loc: tuple[int | str, ...]) -> tuple[str, type[BaseModel], str]:
    """Where a finding is: "step 'lookup'", the part whose field it concerns, and the field's path in it."""
    part: type[BaseModel] = Flow
    place = ""
    rest = [str(item) for item in loc]
    if rest[:1] == ["steps"] and len(rest) > 1:
        place = f"step '{rest[1]}'"
        part = _STEPS.get(rest[2], part) if len(rest) > 2 else part
        rest = rest[3:]
    elif rest[:1] in (["slots"], ["destinations"]) and len(rest) > 1:
        place = f"{rest[0].removesuffix('s')} '{rest[1]}'"
        kind = rest[2] if len(rest) > 2 else ""
        part = schema.Destination if rest[0] == "destinations" else _SLOTS.get(kind, part)
        rest = rest[3:] if rest[0] == "slots" else rest[2:]
    for name in rest[:-1]:
        part = _PARTS.get(name, part)
    return place, part, ".".join(name for name in rest if not name.isdigit())


def _fields(part: type[BaseModel]) -> tuple[str, ...]:
    return tuple(info.alias or name for name, info in part.model_fields.items())
