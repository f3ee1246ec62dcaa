"""An HTTP tool as a `Tool`: what is described in data becomes the same kind of object a function does."""

import asyncio
import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, cast
from urllib.parse import urlencode

from pydantic import Field, TypeAdapter

from agents.arguments import ModelArguments
from agents.credentials import Credentials
from agents.errors import Invalid, NotFound, Refused, ToolError, Unavailable, Unknown
from agents.http_tools.addresses import target
from agents.http_tools.description import TYPES, Argument, HttpTool
from agents.http_tools.network import Answer, Network, NotSentError, Outgoing
from agents.http_tools.templates import IDEMPOTENCY_KEY, fill_body, fill_header, fill_path, fill_query
from agents.signature import arguments_model
from agents.tool import AnyTool, IdempotencyKey, Tool

_REFUSALS: Final[Mapping[int, type[ToolError]]] = {
    400: Invalid,
    401: Unavailable,  # our credentials are wrong: nothing the caller said
    403: Unavailable,
    404: NotFound,
    408: Unavailable,
    410: NotFound,
    422: Invalid,
    425: Unavailable,
    429: Unavailable,
}
_NOT_DONE: Final = frozenset({401, 403, 425, 429, 503})
"""With these a write has not happened; with any other failure of the server, nobody knows."""


def http_tool(described: HttpTool, credentials: Credentials, network: Network) -> AnyTool:
    """Make a tool of its description.

    Raises:
        DeclarationError: an argument's pattern or default is wrong.
    """
    sensitive = frozenset(name for name, each in described.arguments.items() if each.sensitive)
    fields = {name: _field(each) for name, each in described.arguments.items()}

    async def ask(**values: object) -> dict[str, Any]:
        request = _request(described, values, credentials)
        return _result(described, await _sent(described, request, network))

    return Tool(
        name=described.name,
        description=described.description,
        function=ask,
        arguments=ModelArguments(arguments_model(described.name, fields)),
        returns=TypeAdapter(dict[str, Any]),
        dependencies={IDEMPOTENCY_KEY: IdempotencyKey} if described.uses_key else {},
        reads=described.reads,
        timeout_ms=described.timeout_ms,
        says=described.says,
        sensitive=sensitive,
        consent=described.consent,
        identity=described.identity,
        retries=described.retries,
    )


def _field(argument: Argument) -> tuple[Any, Any]:
    """Return an argument as `pydantic.create_model` takes it."""
    kind: Any = Literal[argument.choices] if argument.choices else TYPES[argument.type]
    if argument.pattern is not None:
        kind = Annotated[kind, Field(pattern=argument.pattern)]
    required = argument.required and argument.default is None
    default = Field(
        ... if required else argument.default,
        description=argument.description or None,
        repr=not argument.sensitive,
        validate_default=argument.default is not None,
    )
    return (kind if required or argument.default is not None else kind | None, default)


def _request(described: HttpTool, values: Mapping[str, Any], credentials: Credentials) -> Outgoing:
    origin, path = described.origin_and_path
    query = urlencode(fill_query(described.query, values))
    headers = {
        "Accept": "application/json",
        "User-Agent": "tandem",
        **{
            name: credentials.fill(fill_header(template, values)).get_secret_value()
            for name, template in described.headers.items()
        },
    }
    body = b""
    if described.body is not None:
        filled = fill_body(described.body, values)
        body = json.dumps(filled, ensure_ascii=False, default=str).encode()
        headers.setdefault("Content-Type", "application/json")
    url = f"{origin}{fill_path(path, values)}{'?' + query if query else ''}"
    return Outgoing(described.method, url, headers, body)


async def _sent(described: HttpTool, request: Outgoing, network: Network) -> Answer:
    """Send the request; say of a write that is not answered that nobody knows."""
    host = target(request.url).host
    try:
        async with asyncio.timeout(described.timeout_ms / 1_000):
            answer = await network.send(request, described.most_bytes)
    except NotSentError:
        raise
    except TimeoutError:
        raise _silence(described, f"{host} did not answer within {described.timeout_ms} ms") from None
    except Unavailable as error:
        raise _silence(described, str(error)) from None
    if answer.status in range(200, 300):
        return answer
    text = f"{host} answers {answer.status}"
    if answer.status >= 500 and answer.status not in _NOT_DONE:
        raise _silence(described, text)
    kind = (
        Unavailable if answer.status >= 500 or answer.status < 400 else _REFUSALS.get(answer.status, Refused)
    )
    raise kind(text)


def _silence(described: HttpTool, text: str) -> ToolError:
    return Unavailable(text) if described.reads else Unknown(text)


def _result(described: HttpTool, answer: Answer) -> dict[str, Any]:
    """Read the answer's JSON; what it has no place for is null.

    Raises:
        Unavailable: what was to be read is not JSON, or not an object where one is needed. A write that was
            answered with yes has happened, whatever else the answer says.
    """
    try:
        content = json.loads(answer.body) if answer.body.strip() else {}
    except (ValueError, RecursionError):
        content = None
    if described.result:
        fields = {name: _at(content, path) for name, path in described.result.items()}
        if content is not None or described.writes:
            return fields
    elif isinstance(content, dict):
        return cast("dict[str, Any]", content)
    elif described.writes:
        return {}
    raise Unavailable(f"{target(described.origin_and_path[0]).host} does not answer with a JSON object")


def _at(content: object, path: str) -> object:
    """Follow a dotted path; None where it leads nowhere."""
    for part in path.split("."):
        match content:
            case dict():
                content = cast("dict[str, Any]", content).get(part)
            case list() if part.isdecimal() and int(part) < len(cast("list[Any]", content)):
                content = cast("list[Any]", content)[int(part)]
            case _:
                return None
    return content
