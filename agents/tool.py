"""A tool: one async function that background agents may call.

Its name, description, arguments and their validation come from the signature and the docstring; what cannot
be read from code (reads or writes, patience, the acknowledgement) is declared:

    @tool(reads=True, timeout_ms=4_000, says="Let me look up that order.")
    async def order_status(order_number: OrderNumber, crm: Crm) -> OrderStatus:
        '''Look up where an order is.

        Args: order_number: as printed on the receipt, 6 digits.
        '''

Parameters whose type is `Annotated[..., Injected()]` are dependencies, given by type when the tool runs; all
others are arguments.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    NewType,
    ParamSpec,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import BaseModel, ConfigDict, Field, PydanticSchemaGenerationError, TypeAdapter, ValidationError
from pydantic import create_model as create_pydantic_model

from agents.errors import DeclarationError, Invalid
from agents.messages import TaskRequest

P = ParamSpec("P")
R = TypeVar("R")

LONGEST_TIMEOUT_MS: Final = 90_000
"""Nobody waits longer on the telephone; the worker's hard time limit stands above it."""


@dataclass(frozen=True, slots=True)
class Injected:
    """Marks the type of a parameter that is given, not asked for: `Annotated[Thing, Injected()]`."""


Request = Annotated[TaskRequest, Injected()]
"""What a tool writes to be given the whole request: the call, the conversation so far, the deadline."""

IdempotencyKey = NewType("IdempotencyKey", str)
"""Names one write. The same key given again changes nothing more."""

Key = Annotated[IdempotencyKey, Injected()]
"""What a tool that writes asks for, to hand it to the system that is changed."""

Dependencies = Mapping[object, object]
"""What tools can be given, by type."""


@dataclass(frozen=True, slots=True)
class Tool(Generic[P, R]):
    """A function and everything Tandem knows of it. Calling it calls the function.

    Attributes:
        name: the function's name; a flow calls the tool by it.
        description: the docstring's first paragraph.
        function: the function.
        arguments: the model its arguments are validated with.
        returns: validates and writes what it returns; always a JSON object.
        dependencies: parameter name → type to be given.
        reads: it changes nothing, so it may be begun early and run again. Otherwise it writes.
        timeout_ms: how long it may run.
        says: the acknowledgement voiced when it begins; empty: the flow's words.
        sensitive: names of arguments whose values are never shown.
    """

    name: str
    description: str
    function: Callable[P, Awaitable[R]]
    arguments: type[BaseModel]
    returns: TypeAdapter[Any]
    dependencies: Mapping[str, object]
    reads: bool
    timeout_ms: int
    says: str
    sensitive: frozenset[str]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Awaitable[R]:
        return self.function(*args, **kwargs)

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the arguments."""
        return self.arguments.model_json_schema()

    async def run(self, arguments: Mapping[str, Any], dependencies: Dependencies) -> dict[str, Any]:
        """Validate the arguments, give the dependencies, run, and return the result as JSON.

        Raises:
            Invalid: the arguments do not fit; the text names each and shows no values.
            DeclarationError: nobody provides a dependency the tool asks for.
        """
        try:
            valid = self.arguments.model_validate(dict(arguments))
        except ValidationError as error:
            raise Invalid(_without_values(error)) from None
        missing = [kind for kind in self.dependencies.values() if kind not in dependencies]
        if missing:
            raise DeclarationError(f"Tool {self.name} asks for {missing[0]!r}, which nobody provides here.")
        given: dict[str, Any] = {name: dependencies[kind] for name, kind in self.dependencies.items()}
        asked = {name: getattr(valid, name) for name in self.arguments.model_fields}
        result = await self.function(**asked, **given)  # pyright: ignore[reportCallIssue] - checked above
        return self.returns.dump_python(self.returns.validate_python(result), mode="json")

    def shown(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments as logs may show them."""
        return {name: "(hidden)" if name in self.sensitive else value for name, value in arguments.items()}


AnyTool = Tool[..., Any]


def tool(
    *,
    reads: bool = False,
    writes: bool = False,
    timeout_ms: int = 4_000,
    says: str = "",
    sensitive: Collection[str] = (),
) -> Callable[[Callable[P, Awaitable[R]]], Tool[P, R]]:
    """Make an async function a tool. Say which: it reads, or it writes.

    Args:
        reads: it changes nothing.
        writes: it changes something; it is never run again blindly.
        timeout_ms: how long it may run, up to 90,000.
        says: the acknowledgement voiced when it begins.
        sensitive: names of arguments whose values are never shown.

    Raises:
        DeclarationError: the function cannot be a tool; the text says what to change.
    """

    def declare(function: Callable[P, Awaitable[R]]) -> Tool[P, R]:
        name = getattr(function, "__name__", "")
        _check(name, function, reads=reads, writes=writes, timeout_ms=timeout_ms)
        description, explained = _documented(inspect.getdoc(function) or "")
        if not description:
            raise DeclarationError(f"Tool {name} needs a docstring: its first paragraph is the description.")
        hints = get_type_hints(function, include_extras=True)
        arguments, dependencies = _parameters(name, inspect.signature(function), hints, explained)
        for what, names in (("explains", explained), ("hides", sensitive)):
            if unknown := [each for each in names if each not in arguments.model_fields]:
                raise DeclarationError(f"Tool {name} {what} {unknown[0]}, which is not one of its arguments.")
        return Tool(
            name=name,
            description=description,
            function=function,
            arguments=arguments,
            returns=_returns(name, hints.get("return")),
            dependencies=dependencies,
            reads=reads,
            timeout_ms=timeout_ms,
            says=says,
            sensitive=frozenset(sensitive),
        )

    return declare


def _check(name: str, function: Callable[..., Any], *, reads: bool, writes: bool, timeout_ms: int) -> None:
    if not inspect.iscoroutinefunction(function):
        raise DeclarationError(f"Tool {name} must be an async function.")
    if reads == writes:
        raise DeclarationError(f"Tool {name} must say one of reads=True and writes=True.")
    if not 0 < timeout_ms <= LONGEST_TIMEOUT_MS:
        raise DeclarationError(f"Tool {name}: timeout_ms must be from 1 to {LONGEST_TIMEOUT_MS}.")


def _parameters(
    name: str, signature: inspect.Signature, hints: Mapping[str, Any], explained: Mapping[str, str]
) -> tuple[type[BaseModel], dict[str, object]]:
    """Part a signature into the model of the arguments and the types of the dependencies."""
    fields: dict[str, Any] = {}
    dependencies: dict[str, object] = {}
    for each in signature.parameters.values():
        if each.kind not in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY):
            raise DeclarationError(f"Tool {name}: {each} must be a plain named parameter.")
        if each.name not in hints:
            raise DeclarationError(f"Tool {name}: {each.name} needs a type.")
        hint = hints[each.name]
        if (kind := _injected(hint)) is not None:
            dependencies[each.name] = kind
            continue
        default = ... if each.default is each.empty else each.default
        explanation = explained.get(each.name)
        fields[each.name] = (hint, Field(default, description=explanation) if explanation else default)
    try:
        model = create_pydantic_model(name, __config__=ConfigDict(frozen=True, extra="forbid"), **fields)
    except PydanticSchemaGenerationError as error:
        raise DeclarationError(f"Tool {name}: {error.message}") from None
    return model, dependencies


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


def _without_values(error: ValidationError) -> str:
    """Say what does not fit. What the caller said stays out of logs."""
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'arguments'}: {fault['msg']}" for fault in faults)
