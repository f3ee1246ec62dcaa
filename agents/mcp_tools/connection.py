"""One connection to an MCP server: opened when it is needed, kept, and opened anew when it broke.

The client of the `mcp` package must be entered and left by one task, and tools run in many; so a task of its
own holds the client open. It belongs to the event loop it was made in; asked from another, the connection is
opened anew.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final
from weakref import WeakSet

from mcp import Client, MCPError
from mcp.client import IncomingMessage, Transport
from mcp.types import CONNECTION_CLOSED, REQUEST_TIMEOUT, CallToolResult, Tool, ToolListChangedNotification

from agents.errors import Unavailable

_BROKEN: Final = frozenset({CONNECTION_CLOSED, REQUEST_TIMEOUT})
logger = logging.getLogger(__name__)

_MOST_PAGES: Final = 50
_CLOSING_S: Final = 6.0
"""`mcp` gives a process 2 s to end, 2 s after SIGTERM, 2 s after SIGKILL."""


_connections: Final[WeakSet["Connection"]] = WeakSet()
"""All connections of this process, so that a loop can be left in good order."""


async def close_connections() -> None:
    """End every connection the running loop holds. A loop that is left without this may never end."""
    for connection in list(_connections):
        await connection.close()


class SilentError(Unavailable):
    """The server was asked and did not answer; what it was asked for may have happened."""


class Connection:
    """A connection to one server.

    Args:
        name: of the server, for logs and errors.
        way: makes a transport for each new connection. May raise `DeclarationError`.
        start_ms: how long it may take until the server can be asked.
    """

    def __init__(self, name: str, way: Callable[[], Transport], start_ms: int) -> None:
        self._name = name
        self._way = way
        self._start_ms = start_ms
        self._open: _Open | None = None
        self._starting: asyncio.Task[_Open] | None = None
        _connections.add(self)

    async def tools(self, *, fresh: bool = False) -> Mapping[str, Tool]:
        """List the server's tools by name, as it last told them; `fresh`: ask it now.

        Raises:
            Unavailable: it cannot be started or reached, or does not answer.
        """
        return (await self._opened(fresh=fresh)).tools

    async def call(self, tool: str, arguments: dict[str, Any], timeout_ms: float) -> CallToolResult:
        """Call a tool.

        Raises:
            Unavailable: the server cannot be started or reached; nothing was asked.
            SilentError: it was asked, and died, hung or broke off. It is started again for the next call.
            MCPError: it answers with an error of the protocol.
        """
        connected = await self._opened()
        asking = asyncio.ensure_future(connected.client.call_tool(tool, arguments))
        try:
            done, _ = await asyncio.wait(
                {asking, connected.holder}, timeout=timeout_ms / 1_000, return_when=asyncio.FIRST_COMPLETED
            )
            if asking not in done:
                why = "ended" if connected.holder in done else f"did not answer within {timeout_ms:.0f} ms"
                await self._drop(connected)
                raise SilentError(f"MCP server {self._name} {why}")
        finally:
            asking.cancel()
        try:
            return asking.result()
        except MCPError as error:
            if error.code not in _BROKEN:
                raise
        except Exception as error:  # whatever the transport breaks with, the connection is of no more use
            logger.warning("MCP server %s broke: %s", self._name, type(error).__name__)
        await self._drop(connected)
        raise SilentError(f"MCP server {self._name} broke off")

    async def close(self) -> None:
        """End the connection; a process that was started is ended."""
        if self._open is not None and self._open.loop is asyncio.get_running_loop():
            await self._drop(self._open)

    async def _opened(self, *, fresh: bool = False) -> "_Open":
        connected = self._open
        if connected is None or connected.loop is not asyncio.get_running_loop() or connected.holder.done():
            return await self._started()
        if connected.stale or fresh:
            try:
                async with asyncio.timeout(self._start_ms / 1_000):
                    await connected.list_tools()
            except (TimeoutError, MCPError):
                await self._drop(connected)
                return await self._started()
        return connected

    async def _started(self) -> "_Open":
        """Start the server, or wait for the start that is under way. It goes on when nobody waits."""
        starting = self._starting
        if starting is None or starting.done() or starting.get_loop() is not asyncio.get_running_loop():
            starting = self._starting = asyncio.create_task(self._start(), name=f"start mcp {self._name}")
        self._open = connected = await asyncio.shield(starting)
        return connected

    async def _start(self) -> "_Open":
        way = self._way()
        connected = _Open(way, self._name)
        try:
            async with asyncio.timeout(self._start_ms / 1_000):
                await asyncio.wait({connected.ready, connected.holder}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            await connected.end()
            raise Unavailable(f"MCP server {self._name} is not ready after {self._start_ms} ms") from None
        except asyncio.CancelledError:
            connected.holder.cancel()
            raise
        if not connected.ready.done():
            raise Unavailable(f"MCP server {self._name} cannot be used: {connected.fault}")
        return connected

    async def _drop(self, connected: "_Open") -> None:
        if self._open is connected:
            self._open = None
        await connected.end()


class _Open:
    """A client held open by a task."""

    def __init__(self, way: Transport, name: str) -> None:
        self.loop = asyncio.get_running_loop()
        self.client = Client(way, message_handler=self._hear, cache=None)
        self.tools: Mapping[str, Tool] = {}
        self.stale = False
        self.fault = "it ended at once"
        self.ready: asyncio.Future[None] = self.loop.create_future()
        self._leave = asyncio.Event()
        self.holder = asyncio.create_task(self._hold(name), name=f"mcp {name}")

    async def list_tools(self) -> None:
        """Take in the server's list of tools, page by page."""
        tools: dict[str, Tool] = {}
        cursor: str | None = None
        self.stale = False
        for _ in range(_MOST_PAGES):
            page = await self.client.list_tools(cursor=cursor)
            tools |= {tool.name: tool for tool in page.tools}
            cursor = page.next_cursor
            if cursor is None:
                break
        self.tools = tools

    async def end(self) -> None:
        """Leave the client, and wait until it is left."""
        self._leave.set()
        if not self.ready.done():
            self.holder.cancel()
        await asyncio.wait({self.holder}, timeout=_CLOSING_S)
        self.holder.cancel()

    async def _hold(self, name: str) -> None:
        try:
            async with self.client:
                await self.list_tools()
                self.ready.set_result(None)
                await self._leave.wait()
        except Exception as error:  # whatever it is, the server is of no use
            self.fault = _reason(error)
            logger.warning("MCP server %s: %s", name, self.fault)

    async def _hear(self, message: IncomingMessage) -> None:
        if isinstance(message, ToolListChangedNotification):
            self.stale = True


def _reason(error: BaseException) -> str:
    """Name what went wrong first; anyio wraps it in groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return f"{type(error).__name__}: {error}"
