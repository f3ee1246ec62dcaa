"""What differs between two flows, step by step and field by field; drafts need not be valid."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from admin.flows.yaml_tree import plain, read_tree


class FieldChange(BaseModel):
    """One field. `before` or `after` null: it was not there, or is gone."""

    field: str
    """With dots: `says`, `counted.too_few`."""
    before: Any
    after: Any


class StepChange(BaseModel):
    step: str
    fields: list[FieldChange]


class Difference(BaseModel):
    """From one text to another. `readable` false: one of them is not YAML, and only `same` is known."""

    same: bool
    """The texts are equal, byte for byte."""
    readable: bool
    steps_added: list[str]
    steps_removed: list[str]
    steps_changed: list[StepChange]
    elsewhere: list[FieldChange]
    """Outside the steps: dials, meanings, texts."""


def difference(before: str, after: str) -> Difference:
    """Compare two texts. Order and comments do not count, but for `same`."""
    old, new = _content(before), _content(after)
    old_steps, new_steps = _steps(old), _steps(new)
    changed = [
        StepChange(step=name, fields=_fields(old_steps[name], new_steps[name]))
        for name in new_steps
        if name in old_steps and old_steps[name] != new_steps[name]
    ]
    return Difference(
        same=before == after,
        readable=old is not None and new is not None,
        steps_added=[name for name in new_steps if name not in old_steps],
        steps_removed=[name for name in old_steps if name not in new_steps],
        steps_changed=changed,
        elsewhere=_fields(_rest(old), _rest(new)),
    )


def _content(text: str) -> Mapping[str, Any] | None:
    tree = read_tree(text)
    content = plain(tree) if tree else None
    return content if isinstance(content, dict) else None


def _steps(content: Mapping[str, Any] | None) -> Mapping[str, Any]:
    steps = (content or {}).get("steps")
    return steps if isinstance(steps, dict) else {}


def _rest(content: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return {name: value for name, value in (content or {}).items() if name != "steps"}


def _fields(before: Any, after: Any, path: str = "") -> list[FieldChange]:  # noqa: ANN401 - nested values
    if before == after:
        return []
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return [FieldChange(field=path, before=before, after=after)]
    names = [*before, *(name for name in after if name not in before)]
    return [
        change
        for name in names
        for change in _fields(before.get(name), after.get(name), f"{path}.{name}" if path else name)
    ]
