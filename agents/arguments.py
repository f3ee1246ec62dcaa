"""What a tool is called with: its names, its JSON schema, and the check of values before it runs.

Two kinds: arguments known as a pydantic model (functions, HTTP tools) and arguments known by a JSON schema
alone (MCP servers). What a caller said never stands in an error's text.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final, Protocol, cast

from jsonschema import Draft202012Validator
from jsonschema import exceptions as jsonschema_errors
from jsonschema.validators import validator_for
from pydantic import BaseModel, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

from agents.errors import DeclarationError, Invalid

_MOST_FAULTS: Final = 5


class Arguments(Protocol):
    """What a tool is called with."""

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments' names, in the order they are written."""
        ...

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema of all of them, an object."""
        ...

    def validate(self, values: Mapping[str, Any], sensitive: Collection[str]) -> dict[str, Any]:
        """Check and convert values.

        Raises:
            Invalid: they do not fit; the text names each that does not, and shows no values.
        """
        ...


class ModelArguments:
    """Arguments known as a pydantic model. Words are converted: `"4"` fits an integer."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model

    @property
    def names(self) -> tuple[str, ...]:
        """See `Arguments`."""
        return tuple(self._model.model_fields)

    @property
    def schema(self) -> dict[str, Any]:
        """See `Arguments`."""
        return self._model.model_json_schema()

    def validate(self, values: Mapping[str, Any], sensitive: Collection[str]) -> dict[str, Any]:
        """See `Arguments`."""
        try:
            valid = self._model.model_validate(dict(values))
        except ValidationError as error:
            raise Invalid(faults_without_values(error, sensitive)) from None
        return {name: getattr(valid, name) for name in self._model.model_fields}


class SchemaArguments:
    """Arguments known by a JSON schema alone. Words are converted where it asks for a number or a boolean.

    What the schema refers to outside itself is never fetched.

    Raises:
        DeclarationError: the schema is none, or not one of an object.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = dict(schema)
        kind = validator_for(self._schema, default=Draft202012Validator)
        try:
            kind.check_schema(self._schema)
        except jsonschema_errors.SchemaError as error:
            raise DeclarationError(f"its schema is not valid: {error.message}") from None
        if self._schema.get("type") != "object":
            raise DeclarationError("its schema is not that of an object")
        self._validator = kind(self._schema, registry=Registry())

    @property
    def names(self) -> tuple[str, ...]:
        """See `Arguments`."""
        return tuple(self._properties)

    @property
    def schema(self) -> dict[str, Any]:
        """See `Arguments`."""
        return self._schema

    def validate(self, values: Mapping[str, Any], sensitive: Collection[str]) -> dict[str, Any]:
        """See `Arguments`. Every argument is treated as sensitive: a schema's own words quote values."""
        converted = {name: _converted(value, self._properties.get(name)) for name, value in values.items()}
        if strange := [name for name in converted if self._properties and name not in self._properties]:
            raise Invalid(f"{strange[0]}: there is no such argument")
        try:
            found = sorted(self._validator.iter_errors(converted), key=_place)
        except Unresolvable:
            raise Invalid("the schema refers to something outside itself") from None
        if found:
            raise Invalid("; ".join(map(_fault, found[:_MOST_FAULTS])))
        return converted

    @property
    def _properties(self) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", self._schema.get("properties", {}))


def faults_without_values(error: ValidationError, sensitive: Collection[str] = ()) -> str:
    """Say what does not fit, one clause for each fault; of sensitive fields only that they do not."""
    clauses: list[str] = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        top = str(fault["loc"][0]) if fault["loc"] else "arguments"
        if top in sensitive:
            clauses.append(f"{top}: is not valid")
        else:
            clauses.append(f"{'.'.join(map(str, fault['loc'])) or top}: {fault['msg']}")
    return "; ".join(dict.fromkeys(clauses))


def _place(error: jsonschema_errors.ValidationError) -> list[str]:
    return [str(part) for part in error.absolute_path]


def _fault(error: jsonschema_errors.ValidationError) -> str:
    """Name the place and the rule that is broken; the library's own message would quote the value."""
    where = ".".join(map(str, error.absolute_path)) or "arguments"
    match error.validator, error.validator_value:
        case "required", list():
            given = cast("Mapping[str, Any]", error.instance)
            missing = [name for name in cast("list[str]", error.validator_value) if name not in given]
            return f"{where}: needs {', '.join(missing)}"
        case ("type" | "enum" | "const" | "pattern" | "format" | "minimum" | "maximum") as rule, rule_value:
            return f"{where}: does not fit {rule} {rule_value!r}"
        case rule, _:
            return f"{where}: does not fit {rule}"


def _converted(value: Any, schema: object) -> Any:  # noqa: ANN401 - any JSON
    """Read a word as the number or truth value the schema asks for; what cannot be read stays as it is."""
    if not isinstance(value, str) or not isinstance(schema, dict):
        return value
    match cast("dict[str, Any]", schema).get("type"):
        case "integer" if value.strip().lstrip("+-").isdecimal():
            return int(value)
        case "number":
            try:
                return float(value)
            except ValueError:
                return value
        case "boolean" if value.lower() in ("true", "false"):
            return value.lower() == "true"
        case _:
            return value
