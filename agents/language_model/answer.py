"""The result a brief asks for: its JSON schema as a pydantic type, and JSON found in what a model wrote.

The schema is what people write in flows: objects, arrays, strings, numbers, booleans, null, enum, const,
anyOf, `$ref` into `$defs`, and the usual bounds. Anything else is refused when the task begins, rather than
not checked when it ends.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal, Union, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from agents.errors import Invalid

Schema = Mapping[str, Any]

_BOUNDS: Final = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "pattern": "pattern",
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
    "minItems": "min_length",
    "maxItems": "max_length",
}
_NUMERIC: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_PLAIN: Final[Mapping[str, Any]] = {
    "integer": int,
    "number": float,
    "boolean": bool,
    "null": None,
}
_FORMATS: Final = {"date": date, "date-time": datetime, "time": time}
_KNOWN: Final = frozenset(_BOUNDS) | {
    *("type", "enum", "const", "anyOf", "oneOf", "$ref", "$defs", "definitions", "format", "items"),
    *("properties", "required", "additionalProperties"),
    *("title", "description", "default", "examples", "$schema", "$id"),
}
_DEEPEST: Final = 12


class AnswerSchema:
    """Checks answers against a JSON schema of an object.

    Raises:
        Invalid: the schema is none, or has something that could not be checked.
    """

    def __init__(self, schema: Schema) -> None:
        if schema.get("type") != "object":
            raise Invalid('the answer of a brief must be a JSON schema with "type": "object"')
        self.schema: Final = dict(schema)
        self._type: TypeAdapter[Any] = TypeAdapter(_typed(schema, schema, 0))

    def read(self, text: str) -> dict[str, Any]:
        """Find the JSON object in `text`, check it, and return it as JSON.

        Raises:
            ValueError: there is none, or it does not fit; the text tells the model what to change.
        """
        found = _json_object(text)
        try:
            checked = self._type.validate_python(found, strict=False)
        except ValidationError as error:
            faults = error.errors(include_input=False, include_url=False, include_context=False)
            said = (f"{'.'.join(map(str, fault['loc'])) or 'answer'}: {fault['msg']}" for fault in faults)
            raise ValueError("; ".join(said)) from None
        return self._type.dump_python(checked, mode="json", by_alias=True, exclude_unset=True)


def _json_object(text: str) -> object:
    """Read the first whole JSON object in the text, with words or a fence around it or without."""
    decoder = json.JSONDecoder()
    for brace in re.finditer(r"\{", text):
        try:
            return decoder.raw_decode(text, brace.start())[0]
        except json.JSONDecodeError:
            continue
    raise ValueError("there is no whole JSON object in the answer")


def _typed(schema: Schema, root: Schema, depth: int) -> Any:  # noqa: ANN401 - any type pydantic takes
    if depth > _DEEPEST:
        raise Invalid("the schema of the answer is too deep, or refers to itself")
    if unknown := sorted(set(schema) - _KNOWN):
        raise Invalid(f"the schema of the answer has {unknown[0]}, which is not supported")
    if reference := schema.get("$ref"):
        return _typed(_referred(reference, root), root, depth + 1)
    if "const" in schema:
        return Literal[schema["const"]]
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return Union[tuple(_typed(each, root, depth + 1) for each in choices)]  # noqa: UP007 - made at run time
    kind: Any = schema.get("type")
    if isinstance(kind, list):
        kinds = cast("list[str]", kind)
        each: list[Any] = [_typed({**schema, "type": one}, root, depth + 1) for one in kinds]
        return Union[tuple(each)]  # noqa: UP007 - made at run time
    return _of_kind(kind, schema, root, depth)


def _of_kind(kind: str | None, schema: Schema, root: Schema, depth: int) -> Any:  # noqa: ANN401
    match kind:
        case "object":
            return _object(schema, root, depth)
        case "array":
            items = schema.get("items")
            whole = list[_typed(items, root, depth + 1) if items else Any]
            return _bounded(whole, schema, ("minItems", "maxItems"))
        case "string":
            form: Any = _FORMATS.get(schema.get("format", ""), str)
            return _bounded(form, schema, ("minLength", "maxLength", "pattern") if form is str else ())
        case "integer" | "number" as plain:
            return _bounded(_PLAIN[plain], schema, _NUMERIC)
        case "boolean" | "null" as plain:
            return _PLAIN[plain]
        case None:
            return Any
        case _:
            raise Invalid(f"the schema of the answer has the type {kind!r}, which is not supported")


def _object(schema: Schema, root: Schema, depth: int) -> Any:  # noqa: ANN401
    required = set(schema.get("required", ()))
    more = schema.get("additionalProperties", True)
    fields: dict[str, Any] = {}
    properties: Mapping[str, Schema] = schema.get("properties", {})
    if not properties and isinstance(more, Mapping):
        return dict[str, _typed(more, root, depth + 1)]
    for number, (name, each) in enumerate(properties.items()):
        kind = _typed(each, root, depth + 1)
        default = ... if name in required else None
        fields[f"field_{number}"] = (
            kind if name in required else kind | None,
            Field(default, alias=name),
        )
    extra: Literal["allow", "forbid"] = "forbid" if more is False else "allow"
    model: type[BaseModel] = create_model(
        schema.get("title", "Answer"), __config__=ConfigDict(extra=extra), **fields
    )
    return model


def _bounded(kind: Any, schema: Schema, names: tuple[str, ...]) -> Any:  # noqa: ANN401
    bounds = {_BOUNDS[name]: schema[name] for name in names if name in schema}
    return Annotated[kind, Field(**bounds)] if bounds else kind


def _referred(reference: str, root: Schema) -> Schema:
    found: Any = root
    for name in reference.removeprefix("#/").split("/"):
        if not reference.startswith("#/") or not isinstance(found, Mapping) or name not in found:
            raise Invalid(f"the schema of the answer refers to {reference}, which is not in it")
        found = found[name]
    return found
