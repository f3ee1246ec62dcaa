"""Tools of MCP servers as `Tool`s: the same kind of object a function becomes."""

import asyncio
import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from mcp import MCPError
from mcp.types import CallToolResult, TextContent
from pydantic import TypeAdapter

from agents.arguments import SchemaArguments
from agents.credentials import Credentials
from agents.errors import DeclarationError, Invalid, ToolError, Unavailable, Unknown
from agents.http_tools.network import Network
from agents.mcp_tools.connection import Connection, SilentError
from agents.mcp_tools.description import McpServer
from agents.mcp_tools.listing import ListedTool, Listing, fingerprint, keep_listing, listed, read_listing
from agents.mcp_tools.transport import transport
from agents.tool import AnyTool, Tool

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_INVALID_PARAMS: Final = -32602


@dataclass(frozen=True, slots=True)
class McpPlace:
    """Where servers are used: their credentials, the network, the folder of listings and of logs."""

    credentials: Credentials
    network: Network
    listings: Path
    logs: Path

    def connect(self, name: str, server: McpServer) -> Connection:
        """Return a connection that is opened when it is needed."""
        log = self.logs / f"mcp-{name}.log"
        return Connection(
            name, lambda: transport(server, self.credentials, self.network, log), server.start_ms
        )


def mcp_tools(name: str, server: McpServer, place: McpPlace) -> Sequence[AnyTool]:
    """Return a server's tools. It is asked for them when no listing is kept for its description.

    Raises:
        DeclarationError: they are not known and it cannot be asked; one that is wanted is not there; two
            have one name; a credential is missing.
    """
    path = place.listings / f"{name}.json"
    listing = read_listing(path, server)
    if listing is None:
        listing = _ask(name, server, place)
        keep_listing(path, listing)
    there = {each.name: each for each in listing.tools}
    if missing := [each for each in (*server.tools, *server.reads, *server.no_consent) if each not in there]:
        raise DeclarationError(f"MCP server {name} has no tool {missing[0]}; it has {', '.join(there)}.")
    shared = _Shared(name, server, place.connect(name, server), path)
    wanted = [there[each] for each in server.tools or there]
    tools = [_tool(each, shared) for each in wanted]
    names = [each.name for each in tools]
    if twice := [each for each in names if names.count(each) > 1]:
        raise DeclarationError(f"MCP server {name} has two tools that would be called {twice[0]}.")
    return tools


def _ask(name: str, server: McpServer, place: McpPlace) -> Listing:
    """Ask a server for its tools, from a thread: this may be called inside an event loop."""

    async def ask() -> Listing:
        connection = place.connect(name, server)
        try:
            tools = await connection.tools()
        finally:
            await connection.close()
        return Listing(of=fingerprint(server), tools=tuple(map(listed, tools.values())))

    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(lambda: asyncio.run(ask())).result()
        except ToolError as error:
            raise DeclarationError(f"{error}. Its tools are not known.") from None


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the tools of one server have in common."""

    name: str
    server: McpServer
    connection: Connection
    listing: Path


def _tool(described: ListedTool, shared: _Shared) -> AnyTool:
    server = shared.server
    name = server.prefix + re.sub(r"[^a-z0-9]+", "_", described.name.lower()).strip("_")
    if not _NAME.fullmatch(name):
        raise DeclarationError(f"MCP server {shared.name}: {described.name!r} cannot be a tool's name.")
    try:
        arguments = SchemaArguments(described.arguments)
    except DeclarationError as error:
        raise DeclarationError(f"MCP server {shared.name}, tool {described.name}: {error}.") from None
    reads = described.name in server.reads or (server.trust_hints and described.read_only)

    async def call(**values: object) -> dict[str, Any]:
        await _check_unchanged(described, shared, fresh=not reads)
        try:
            result = await shared.connection.call(described.name, values, server.timeout_ms)
        except SilentError as error:
            if reads:
                raise
            raise Unknown(str(error)) from None
        except MCPError as error:
            await _check_unchanged(described, shared, fresh=True)
            kind = Invalid if error.code == _INVALID_PARAMS else ToolError
            raise kind(f"MCP server {shared.name} answers with error {error.code}") from None
        return _result(result, shared)

    return Tool(
        name=name,
        description=described.description,
        function=call,
        arguments=arguments,
        returns=TypeAdapter(dict[str, Any]),
        dependencies={},
        reads=reads,
        timeout_ms=server.timeout_ms,
        consent=not reads and described.name not in server.no_consent,
        identity=server.identity,
        retries=server.retries if reads else 0,
    )


async def _check_unchanged(described: ListedTool, shared: _Shared, *, fresh: bool) -> None:
    """See that the server still offers the tool as it is known here; keep what it offers otherwise.

    Raises:
        Unavailable: it does not. The new listing counts after the next start.
    """
    tools = await shared.connection.tools(fresh=fresh)
    now = tools.get(described.name)
    if now is not None and listed(now) == described:
        return
    keep_listing(
        shared.listing, Listing(of=fingerprint(shared.server), tools=tuple(map(listed, tools.values())))
    )
    what = "no longer has" if now is None else "has changed"
    raise Unavailable(f"MCP server {shared.name} {what} the tool {described.name}; start the worker anew")


def _result(result: CallToolResult, shared: _Shared) -> dict[str, Any]:
    """Read a result as a JSON object: what is structured, or the object its text is, or `{"text": ...}`.

    Raises:
        ToolError: the tool says that it did not succeed, or says too much.
    """
    texts = [each.text for each in result.content if isinstance(each, TextContent)]
    size = sum(map(len, texts)) + len(json.dumps(result.structured_content))
    if size > shared.server.most_bytes:
        raise ToolError(f"MCP server {shared.name} answers with more than {shared.server.most_bytes:,} bytes")
    if result.is_error:
        raise ToolError(f"MCP server {shared.name}: the tool did not succeed")
    if isinstance(result.structured_content, dict):
        return cast("dict[str, Any]", result.structured_content)
    if len(texts) == 1:
        try:
            content = json.loads(texts[0])
        except (ValueError, RecursionError):
            content = None
        if isinstance(content, dict):
            return cast("dict[str, Any]", content)
    return {"text": "\n".join(texts)}
