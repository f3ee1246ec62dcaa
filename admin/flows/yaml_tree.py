"""A flow's YAML as a tree that knows its lines, whether or not it is a valid flow.

Every value is the text it is written as: comparing and pointing need no types, and reading as a flow is
`config.flow_file`'s. libyaml reads it, many times faster than the pure reader.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

_DEEPEST: Final = 20
_LOADER: Final = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader


@dataclass(frozen=True, slots=True)
class Node:
    """A value, and the line (from 1) it begins at: for an entry of a mapping, that of its key."""

    line: int
    value: "str | Sequence[Node] | Mapping[str, Node]"


def read_tree(text: str) -> Node | None:
    """Read the first document; None for what is no YAML, is nested too deeply, or uses anchors."""
    events = iter(yaml.parse(text, Loader=_LOADER))
    try:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                return _node(next(events), events, 0)
    except (yaml.YAMLError, ValueError, UnicodeError, StopIteration):
        return None
    return None


def plain(node: Node) -> Any:  # noqa: ANN401 - nested values
    """Give the values alone: text, lists, dicts."""
    match node.value:
        case str() as text:
            return text
        case Mapping() as entries:
            return {name: plain(each) for name, each in entries.items()}
        case items:
            return [plain(each) for each in items]


def below(node: Node, path: Sequence[str]) -> Node | None:
    """Follow names downwards; through a list, to the first item that has the name."""
    for name in path:
        nodes = [node] if isinstance(node.value, Mapping) else _items(node)
        found = [each.value[name] for each in nodes if isinstance(each.value, Mapping) and name in each.value]
        if not found:
            return None
        node = found[0]
    return node


def _items(node: Node) -> Sequence[Node]:
    return () if isinstance(node.value, str | Mapping) else node.value


def _node(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
    line = event.start_mark.line + 1
    if depth > _DEEPEST:
        raise yaml.YAMLError("nested too deeply")
    match event:
        case yaml.ScalarEvent():
            return Node(line, event.value)
        case yaml.SequenceStartEvent():
            items: list[Node] = []
            while not isinstance(following := next(events), yaml.SequenceEndEvent):
                items.append(_node(following, events, depth + 1))
            return Node(line, items)
        case yaml.MappingStartEvent():
            entries: dict[str, Node] = {}
            while not isinstance(key := next(events), yaml.MappingEndEvent):
                if not isinstance(key, yaml.ScalarEvent):
                    raise yaml.YAMLError("a key is no name")
                entry = _node(next(events), events, depth + 1)
                entries[key.value] = Node(key.start_mark.line + 1, entry.value)
            return Node(line, entries)
        case _:
            raise yaml.YAMLError("anchors are not read")
