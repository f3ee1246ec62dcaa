"""A tool: one thing background agents can do, and everything Tandem knows of it.

Written as an async function, its name, description, arguments and their validation come from the signature
and the docstring; what cannot be read from code is declared:

    @tool(reads=True, timeout_ms=4_000, says="Let me look up that order.")
    async def order_status(order_number: OrderNumber, crm: Crm) -> OrderStatus:
        '''Look up where an order is.

        Args: order_number: as printed on the receipt, 6 digits.
        '''

    @tool(writes=True, consent=True, identity=True)
    async def cancel_order(order_number: OrderNumber, crm: Crm, caller: Caller, key: Key) -> Cancelled: ...

Parameters whose type is `Annotated[..., Injected()]` are dependencies, given by type when the tool runs; all
others are arguments. HTTP tools (`agents.http_tools`) and tools of MCP servers (`agents.mcp_tools`) are
described in data and are the same kind of object.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Generic, NewType, ParamSpec, TypeVar

from pydantic import TypeAdapter, ValidationError

from agents.arguments import Arguments, ModelArguments, faults_without_values
from agents.errors import DeclarationError
from agents.messages import Identity, TaskRequest
from agents.redaction import HIDDEN, redacted, secret_texts
from agents.retrying import Waiting, ask, real_waiting
from agents.signature import Injected as Injected
from agents.signature import read_signature

P = ParamSpec("P")
R = TypeVar("R")

LONGEST_TIMEOUT_MS: Final = 90_000
"""Nobody waits longer on the telephone; the worker's hard time limit stands above it."""
MOST_RETRIES: Final = 5

Request = Annotated[TaskRequest, Injected()]
"""What a tool writes to be given the whole request: the call, the conversation so far, the deadline."""

Caller = Annotated[Identity, Injected()]
"""What a tool writes to be given who the caller is known to be; it then runs for verified callers alone."""

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
        name: a flow calls the tool by it.
        description: what it does, for people and language models.
        function: the function.
        arguments: what it is called with, and the check of that.
        returns: validates and writes what it returns; always a JSON object.
        dependencies: parameter name → type to be given.
        reads: it changes nothing, so it may be begun early and run again. Otherwise it writes.
        timeout_ms: how long it may run, retries and all.
        says: the acknowledgement voiced when it begins; empty: the flow's words.
        sensitive: names of arguments whose values are never shown.
        consent: it runs only when the caller has agreed to it. See `agents.policy`.
        identity: it runs only for a caller who is verified.
        retries: how often it is asked again when it raises `Unavailable`; 0 for what writes.
    """

    name: str
    description: str
    function: Callable[P, Awaitable[R]] = field(repr=False)
    arguments: Arguments = field(repr=False)
    returns: TypeAdapter[Any] = field(repr=False)
    dependencies: Mapping[str, object] = field(repr=False)
    reads: bool
    timeout_ms: int
    says: str = ""
    sensitive: frozenset[str] = frozenset()
    consent: bool = False
    identity: bool = False
    retries: int = 0

    def __post_init__(self) -> None:
        """Refuse what contradicts itself, whoever made the tool."""
        if not 0 < self.timeout_ms <= LONGEST_TIMEOUT_MS:
            raise DeclarationError(f"Tool {self.name}: timeout_ms must be from 1 to {LONGEST_TIMEOUT_MS}.")
        if not 0 <= self.retries <= MOST_RETRIES:
            raise DeclarationError(f"Tool {self.name}: retries must be from 0 to {MOST_RETRIES}.")
        if self.retries and not self.reads:
            raise DeclarationError(
                f"Tool {self.name} writes: it has no retries, it is never run again blindly."
            )
        if self.consent and self.reads:
            raise DeclarationError(f"Tool {self.name} reads: consent is for what changes something.")
        if self.reads and self.repeatable:
            raise DeclarationError(
                f"Tool {self.name} reads: an idempotency key is for what changes something."
            )

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Awaitable[R]:
        return self.function(*args, **kwargs)

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the arguments."""
        return self.arguments.schema

    @property
    def repeatable(self) -> bool:
        """Whether it takes the idempotency key of its write, so that the same write again is harmless."""
        return IdempotencyKey in self.dependencies.values()

    async def run(
        self, arguments: Mapping[str, Any], dependencies: Dependencies, waiting: Waiting | None = None
    ) -> dict[str, Any]:
        """Validate the arguments, give the dependencies, run, and return the result as JSON.

        What reads is asked again while it raises `Unavailable`, as declared and within its timeout. The
        timeout itself is kept by whoever runs the tool.

        Args:
            arguments: by name.
            dependencies: by type; whoever is verified in the `TaskRequest` among them is the `Identity`.
            waiting: time and chance between retries; None: the running loop's.

        Raises:
            Invalid: the arguments do not fit; the text names each and shows no values.
            DeclarationError: nobody provides a dependency it asks for, or it does not return what it says.
        """
        asked = self.arguments.validate(arguments, self.sensitive)
        given = {name: self._given(kind, dependencies) for name, kind in self.dependencies.items()}

        async def once() -> R:
            return await self.function(**asked, **given)  # pyright: ignore[reportCallIssue] - checked above

        try:
            result = await ask(once, self.retries, self.timeout_ms, waiting or real_waiting())
        except Exception as error:
            secrets = [text for name in self.sensitive for text in secret_texts(asked.get(name))]
            if (clean := redacted(error, secrets)) is not error:
                raise clean from None
            raise
        return self._written(result)

    def shown(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments as logs may show them."""
        return {name: HIDDEN if name in self.sensitive else value for name, value in arguments.items()}

    def _given(self, kind: object, dependencies: Dependencies) -> Any:  # noqa: ANN401 - of that very type
        if kind in dependencies:
            return dependencies[kind]
        request = dependencies.get(TaskRequest)
        if kind is Identity and isinstance(request, TaskRequest) and request.identity is not None:
            return request.identity
        raise DeclarationError(f"Tool {self.name} asks for {kind!r}, which nobody provides here.")

    def _written(self, result: object) -> dict[str, Any]:
        try:
            return self.returns.dump_python(self.returns.validate_python(result), mode="json")
        except ValidationError as error:
            text = faults_without_values(error)
            raise DeclarationError(f"Tool {self.name} does not return what it says: {text}") from None


AnyTool = Tool[..., Any]


def tool(
    *,
    reads: bool = False,
    writes: bool = False,
    timeout_ms: int = 4_000,
    says: str = "",
    sensitive: Collection[str] = (),
    consent: bool = False,
    identity: bool = False,
    retries: int = 0,
) -> Callable[[Callable[P, Awaitable[R]]], Tool[P, R]]:
    """Make an async function a tool. Say which: it reads, or it writes.

    Args:
        reads: it changes nothing.
        writes: it changes something; it is never run again blindly.
        timeout_ms: how long it may run, retries and all, up to 90,000.
        says: the acknowledgement voiced when it begins.
        sensitive: names of arguments whose values are never shown.
        consent: for what writes: it runs only when the caller has agreed to it.
        identity: it runs only for a caller who is verified. Asking for the `Caller` says the same.
        retries: for what reads: how often it is asked again when it raises `Unavailable`, up to 5.

    Raises:
        DeclarationError: the function cannot be a tool; the text says what to change.
    """

    def declare(function: Callable[P, Awaitable[R]]) -> Tool[P, R]:
        signature = read_signature(function, sensitive)
        if reads == writes:
            raise DeclarationError(f"Tool {signature.name} must say one of reads=True and writes=True.")
        return Tool(
            name=signature.name,
            description=signature.description,
            function=function,
            arguments=ModelArguments(signature.arguments),
            returns=signature.returns,
            dependencies=signature.dependencies,
            reads=reads,
            timeout_ms=timeout_ms,
            says=says,
            sensitive=frozenset(sensitive),
            consent=consent,
            identity=identity or Identity in signature.dependencies.values(),
            retries=retries,
        )

    return declare
