"""What a function's signature and docstring say of a tool: description, arguments, dependencies, result."""

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, PydanticSchemaGenerationError, TypeAdapter
from pydantic import create_model as create_pydantic_model
from pydantic_core import SchemaError

from agents.errors import DeclarationError


@dataclass(frozen=True, slots=True)
class Injected:
    """Marks the type of a parameter that is given, not asked for: `Annotated[Thing, Injected()]`."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What was read. `dependencies`: parameter name → type to be given."""

    name: str
    description: str
    arguments: type[BaseModel]
    dependencies: Mapping[str, object]
    returns: TypeAdapter[Any]


def read_signature(function: Callable[..., Any], sensitive: Collection[str]) -> Signature:
    """Read a function.

    Args:
        function: an async function with types and a docstring.
        sensitive: names of arguments that no `repr` may show.

    Raises:
        DeclarationError: it cannot be a tool; the text says what to change.
    """
    name = getattr(function, "__name__", "")
    if not inspect.iscoroutinefunction(function):
        raise DeclarationError(f"Tool {name} must be an async function.")
    description, explained = _documented(inspect.getdoc(function) or "")
    if not description:
        raise DeclarationError(f"Tool {name} needs a docstring: its first paragraph is the description.")
    hints = get_type_hints(function, include_extras=True)
    fields, dependencies = _parameters(name, inspect.signature(function), hints)
    for what, names in (("explains", explained), ("hides", sensitive)):
        if unknown := [each for each in names if each not in fields]:
            raise DeclarationError(f"Tool {name} {what} {unknown[0]}, which is not one of its arguments.")
    shown = {
        each: (hint, Field(default, description=explained.get(each), repr=each not in sensitive))
        for each, (hint, default) in fields.items()
    }
    return Signature(
        name=name,
        description=description,
        arguments=arguments_model(name, shown),
        dependencies=dependencies,
        returns=_returns(name, hints.get("return")),
    )


def arguments_model(name: str, fields: Mapping[str, Any]) -> type[BaseModel]:
    """Make the model arguments are checked with; `fields` as `pydantic.create_model` takes them.

    Raises:
        DeclarationError: a type cannot be checked.
    """
    config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    try:
        return create_pydantic_model(name, __config__=config, **fields)
    except PydanticSchemaGenerationError as error:
        raise DeclarationError(f"Tool {name}: {error.message}") from None
    except SchemaError as error:  # a pattern that is none
        raise DeclarationError(f"Tool {name}: {' '.join(str(error).split())}") from None


def _parameters(
    name: str, signature: inspect.Signature, hints: Mapping[str, Any]
) -> tuple[dict[str, tuple[Any, Any]], dict[str, object]]:
    """Part a signature into the arguments (type and default) and the types of the dependencies."""
    fields: dict[str, tuple[Any, Any]] = {}
    dependencies: dict[str, object] = {}
    for each in signature.parameters.values():
        if each.kind not in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY):
            raise DeclarationError(f"Tool {name}: {each} must be a plain named parameter.")
        if each.name not in hints:
            raise DeclarationError(f"Tool {name}: {each.name} needs a type.")
        hint = hints[each.name]
        if (kind := _injected(hint)) is not None:
            dependencies[each.name] = kind
        else:
            fields[each.name] = (hint, ... if each.default is each.empty else each.default)
    return fields, dependencies


def _injected(hint: object) -> object | None:
    """Return the type to be given, or None when the parameter is an argument."""
    if get_origin(hint) is not Annotated:
        return None
    kind, *marks = get_args(hint)
    return kind if any(isinstance(mark, Injected) for mark in marks) else None


def _returns(name: str, hint: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any annotation at all
    fault = f"Tool {name} must say that it returns a pydantic model, a dataclass or a dict."
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(hint)
        schema = adapter.json_schema(mode="serialization")
    except PydanticSchemaGenerationError:
        raise DeclarationError(fault) from None
    if schema.get("type") != "object":
        raise DeclarationError(fault)
    return adapter


_ARGUMENT: Final = re.compile(r"^(?P<name>\w+)(?:\s*\([^)]*\))?:\s*(?P<text>.*)$")
_SECTION: Final = re.compile(r"^(Args|Arguments|Returns|Raises|Yields|Example|Examples|Note|Notes):\s*(.*)$")


def _documented(docstring: str) -> tuple[str, dict[str, str]]:
    """Part a Google-style docstring into its first paragraph and what it says of each argument."""
    description = " ".join(docstring.partition("\n\n")[0].split())
    explained: dict[str, str] = {}
    section, current = "", ""
    for line in docstring.splitlines():
        if heading := _SECTION.match(line):
            section, line = heading.groups()
            current = ""
        if section not in ("Args", "Arguments") or not line.strip():
            continue
        if argument := _ARGUMENT.match(line.strip()):
            current = argument["name"]
            explained[current] = argument["text"]
        elif current:
            explained[current] = f"{explained[current]} {line.strip()}".strip()
    return description, explained
