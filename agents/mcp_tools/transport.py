"""How an MCP server is reached: a process of its own, or HTTP held to the same rules as HTTP tools."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from mcp.client import Transport
from mcp.client._transport import ReadStream, WriteStream
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage

from agents.credentials import Credentials
from agents.http_tools.network import Network
from agents.mcp_tools.description import McpServer

Streams = tuple[ReadStream[SessionMessage | Exception], WriteStream[SessionMessage]]
"""What a server is read and written through."""


class PinnedTransport(httpx2.AsyncHTTPTransport):
    """Connects each request to an address that was checked, under the host's own name. See `Network.pin`."""

    def __init__(self, network: Network) -> None:
        super().__init__(verify=network.verify, trust_env=False)
        self._network = network

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request. Raises what `Network.pin` raises."""
        where, addresses = await self._network.pin(str(request.url))
        request.url = request.url.copy_with(host=str(addresses[0]))
        request.extensions = {**request.extensions, "sni_hostname": where.host.rstrip(".")}
        return await super().handle_async_request(request)


def transport(server: McpServer, credentials: Credentials, network: Network, log: Path) -> Transport:
    """Return the way to a server; nothing is started before it is entered.

    Args:
        server: which.
        credentials: what its environment or headers refer to.
        network: where HTTP may go.
        log: a file for what a process writes to its standard error.

    Raises:
        DeclarationError: a credential is missing.
    """
    if server.url:
        headers = {name: credentials.fill(text).get_secret_value() for name, text in server.headers.items()}
        return _http(server, headers, network)
    environment = {
        name: credentials.fill(text).get_secret_value() for name, text in server.environment.items()
    }
    return _process(server, environment, log)


@asynccontextmanager
async def _http(server: McpServer, headers: dict[str, str], network: Network) -> AsyncGenerator[Streams]:
    await network.pin(server.url)  # so that a refusal is told in words
    timeout = httpx2.Timeout(server.timeout_ms / 1_000, read=None)
    async with (
        httpx2.AsyncClient(
            headers=headers, transport=PinnedTransport(network), timeout=timeout, trust_env=False
        ) as client,
        streamable_http_client(
            server.url, http_client=client, max_sse_event_size=server.most_bytes
        ) as streams,
    ):
        yield streams


@asynccontextmanager
async def _process(server: McpServer, environment: dict[str, str], log: Path) -> AsyncGenerator[Streams]:
    log.parent.mkdir(parents=True, exist_ok=True)
    parameters = StdioServerParameters(command=server.command, args=list(server.arguments), env=environment)
    with log.open("a", encoding="utf-8") as errors:
        async with stdio_client(parameters, errlog=errors) as streams:
            yield streams
