"""Examples made up after a JSON schema: what a tool might answer that is not run."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

_DEEPEST: Final = 8
_Schema = Mapping[str, Any]
_FORMATS: Final[Mapping[str, str]] = {"email": "ada@example.com", "uri": "https://example.com/"}


def example_of(schema: _Schema, now: datetime | None = None) -> dict[str, Any]:
    """Make up an object after a schema: its own examples and defaults first, then something of the kind.

    Args:
        schema: of an object; what it refers to is looked for in its `$defs`.
        now: for days and times; now if None.
    """
    made = _example(schema, schema, "", now or datetime.now(UTC), 0)
    return cast("dict[str, Any]", made) if isinstance(made, dict) else {}


def _example(schema: _Schema, whole: _Schema, name: str, now: datetime, depth: int) -> Any:  # noqa: ANN401 - any JSON
    schema = _referred(schema, whole)
    if depth > _DEEPEST:
        return None
    match schema:
        case {"const": value} | {"examples": [value, *_]} | {"enum": [value, *_]}:
            return value
        case {"default": value} if value is not None:
            return value
        case {"anyOf": [*kinds]} | {"oneOf": [*kinds]}:
            real = [kind for kind in cast("list[_Schema]", kinds) if kind.get("type") != "null"]
            return _example(real[0], whole, name, now, depth + 1) if real else None
        case {"allOf": [first, *_]}:
            return _example(cast("_Schema", first), whole, name, now, depth + 1)
        case {"type": [kind, *_]}:
            return _example({**schema, "type": kind}, whole, name, now, depth + 1)
        case _:
            return _of_kind(schema, whole, name, now, depth)


def _of_kind(schema: _Schema, whole: _Schema, name: str, now: datetime, depth: int) -> Any:  # noqa: ANN401 - any JSON
    match schema.get("type"):
        case "object" | None:
            fields = cast("Mapping[str, _Schema]", schema.get("properties", {}))
            return {key: _example(each, whole, key, now, depth + 1) for key, each in fields.items()}
        case "array":
            count = max(1, int(schema.get("minItems", 1)))
            items = cast("_Schema", schema.get("items", {"type": "string"}))
            return [_example(items, whole, name, now, depth + 1) for _ in range(min(count, 4))]
        case "integer":
            return int(schema.get("minimum", int(schema.get("exclusiveMinimum", 0)) + 1))
        case "number":
            return float(schema.get("minimum", 1.0))
        case "boolean":
            return True
        case "string":
            return _text(schema, name, now)
        case _:
            return None


def _text(schema: _Schema, name: str, now: datetime) -> str:
    match schema.get("format"):
        case "date":
            return now.date().isoformat()
        case "date-time":
            return now.isoformat(timespec="seconds")
        case "time":
            return f"{now:%H:%M}"
        case str() as known if known in _FORMATS:
            return _FORMATS[known]
        case _:
            most = int(schema.get("maxLength", 200))
            return f"example {name.replace('_', ' ')}".strip()[:most]


def _referred(schema: _Schema, whole: _Schema) -> _Schema:
    """Follow `$ref` within the schema; what lies elsewhere is never fetched."""
    for _ in range(_DEEPEST):
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        found: Any = whole
        for part in reference.removeprefix("#/").split("/"):
            found = found.get(part, {}) if isinstance(found, Mapping) else {}  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        schema = {**cast("_Schema", found), **{key: each for key, each in schema.items() if key != "$ref"}}
    return {}
