"""Against a real server of the `mcp` package, as a process of its own and over HTTP."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from agents.credentials import Credentials
from agents.errors import DeclarationError, Invalid, ToolError, Unavailable, Unknown
from agents.http_tools.network import Network
from agents.mcp_tools.connection import close_connections
from agents.mcp_tools.description import McpServer
from agents.mcp_tools.mcp_tool import McpPlace, mcp_tools
from agents.tool import AnyTool

SERVER = Path(__file__).parent / "stock_server.py"
TOKEN = "s3cret-t0ken"

pytestmark = pytest.mark.service


class Stock:
    """The place a server is described in, and what the server notes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        credentials = Credentials(folder / "none.yaml", {"TANDEM_CREDENTIAL_STOCK": TOKEN})
        self.place = McpPlace(credentials, Network(), folder / "mcp", folder / "logs")
        self.described: dict[str, Any] = {
            "command": sys.executable,
            "arguments": [str(SERVER)],
            "environment": {"STOCK_FOLDER": str(folder), "STOCK_TOKEN": "{credential:STOCK}"},
            "reads": ["levels", "words", "much"],
            "start_ms": 60_000,
            "timeout_ms": 60_000,
        }

    def tools(self, **changes: Any) -> dict[str, AnyTool]:
        server = McpServer.model_validate({**self.described, **changes})
        return {tool.name: tool for tool in mcp_tools("stock", server, self.place)}

    @property
    def calls(self) -> Sequence[str]:
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def stock(tmp_path: Path) -> Stock:
    return Stock(tmp_path)


@pytest.fixture
def http(stock: Stock) -> Iterator[Stock]:
    """The same server over HTTP."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, **stock.described["environment"], "STOCK_TOKEN": ""}
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, str(SERVER), str(port)], env=environment, stderr=subprocess.DEVNULL
    )
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert process.poll() is None
    for name in ("command", "arguments", "environment"):
        del stock.described[name]
    stock.described["url"] = f"http://127.0.0.1:{port}/mcp"
    stock.place = McpPlace(
        stock.place.credentials, Network([f"127.0.0.1:{port}"]), stock.place.listings, stock.place.logs
    )
    yield stock
    process.send_signal(signal.SIGKILL)
    process.wait()


async def test_a_servers_tools_become_tools(stock: Stock) -> None:
    tools = stock.tools()
    assert {"levels", "reserve", "words", "die"} <= set(tools)
    levels, reserve = tools["levels"], tools["reserve"]
    assert (levels.description, levels.reads) == ("Say how many there are of a product.", True)
    assert (reserve.reads, reserve.consent, reserve.retries) == (False, True, 0)
    assert levels.schema["required"] == ["product"]
    result = await levels.run({"product": "lamp", "least": "3"}, {})
    assert result == {"product": "lamp", "level": 7, "least": 3, "token": TOKEN}
    assert await reserve.run({"product": "lamp", "quantity": 2}, {}) == {"reserved": 2}


async def test_one_process_serves_all_calls(stock: Stock) -> None:
    tools = stock.tools()
    started = stock.calls.count("started")
    await asyncio.gather(*(tools["levels"].run({"product": str(n)}, {}) for n in range(20)))
    assert stock.calls.count("started") == started + 1
    assert sum(call.startswith("levels") for call in stock.calls) == 20


async def test_a_server_over_http(http: Stock) -> None:
    tools = http.tools()
    assert (await tools["levels"].run({"product": "lamp"}, {}))["level"] == 7
    assert await tools["reserve"].run({"product": "lamp", "quantity": 2}, {}) == {"reserved": 2}


async def test_a_server_over_http_is_held_to_the_rules_of_addresses(http: Stock) -> None:
    http.place = McpPlace(http.place.credentials, Network(), http.place.listings, http.place.logs)
    with pytest.raises(DeclarationError, match="TANDEM_HTTP_TOOLS_ALLOW"):
        http.tools()


@pytest.mark.parametrize(
    "arguments", [{}, {"product": 3}, {"product": "x", "least": "few"}, {"product": "x", "y": 1}]
)
async def test_arguments_are_checked_before_the_server_is_asked(
    stock: Stock, arguments: dict[str, Any]
) -> None:
    tools = stock.tools()
    before = stock.calls
    for arguments in ({}, {"product": 3}, {"product": "x", "least": "few"}, {"product": "x", "y": 1}):
        with pytest.raises(Invalid):
            await tools["levels"].run(arguments, {})
    assert stock.calls == before


async def test_what_is_no_object_becomes_one(stock: Stock) -> None:
    assert await stock.tools()["words"].run({}, {}) == {"text": "plenty"}


async def test_too_large_an_answer_is_refused(stock: Stock) -> None:
    with pytest.raises(ToolError, match="more than 1,000 bytes"):
        await stock.tools(most_bytes=1_000)["much"].run({}, {})


async def test_a_tool_that_fails_says_so_without_the_servers_words(stock: Stock) -> None:
    with pytest.raises(ToolError, match="did not succeed") as fault:
        await stock.tools()["fail"].run({}, {})
    assert "s3cret" not in str(fault.value)


async def test_of_a_write_during_which_the_server_dies_nobody_knows(
    stock: Stock,
) -> None:
    die = stock.tools()["die"]
    with pytest.raises(Unknown):
        await die.run({}, {})
    assert await die.run({}, {}) == {"alive": True}


async def test_a_read_during_which_the_server_dies_is_asked_again(stock: Stock) -> None:
    assert await stock.tools(reads=["die"])["die"].run({}, {}) == {"alive": True}
    assert stock.calls.count("die") == 2


async def test_a_write_after_the_server_has_died_is_done_once(stock: Stock) -> None:
    tools = stock.tools(reads=["levels", "die"], retries=0)
    with pytest.raises(Unavailable):
        await tools["die"].run({}, {})
    assert await tools["reserve"].run({"product": "lamp", "quantity": 2}, {}) == {"reserved": 2}
    assert stock.calls.count("reserve 2 lamp") == 1


async def test_a_server_that_hangs_is_ended_and_started_again(stock: Stock) -> None:
    tools = stock.tools(reads=["levels", "hang"], retries=0, timeout_ms=5_000)
    with pytest.raises(Unavailable, match="did not answer within 5000 ms"):
        await tools["hang"].run({}, {})
    started = stock.calls.count("started")
    assert (await tools["levels"].run({"product": "lamp"}, {}))["level"] == 7
    assert stock.calls.count("started") == started + 1


async def test_of_a_write_that_hangs_nobody_knows(stock: Stock) -> None:
    with pytest.raises(Unknown, match="did not answer"):
        await stock.tools(timeout_ms=1_500)["hang"].run({}, {})


async def test_a_tool_that_has_changed_is_unavailable_until_the_next_start(stock: Stock) -> None:
    old = stock.tools()
    (stock.folder / "changed").touch()
    with pytest.raises(Unavailable, match="has changed"):
        await old["levels"].run({"product": "lamp"}, {})
    with pytest.raises(Unavailable, match="no longer has"):
        await old["reserve"].run({"product": "lamp", "quantity": 1}, {})
    new = stock.tools(reads=["levels"])
    with pytest.raises(DeclarationError, match="no tool reserve"):
        stock.tools(tools=["levels", "reserve"], reads=["levels"])
    assert new["levels"].schema["required"] == ["article"]


async def test_a_tool_taken_away_meanwhile_is_unavailable(stock: Stock) -> None:
    tools = stock.tools()
    assert await tools["words"].run({}, {})
    await tools["lose"].run({}, {})
    with pytest.raises(ToolError):
        await tools["words"].run({}, {})


async def test_the_listing_is_kept_so_that_a_server_that_is_away_takes_no_tools_away(stock: Stock) -> None:
    stock.tools()
    started = stock.calls.count("started")
    assert "levels" in stock.tools()
    assert stock.calls.count("started") == started


def test_a_server_that_cannot_be_started_is_told_in_one_line(stock: Stock) -> None:
    with pytest.raises(DeclarationError, match=r"stock.*no-such-command") as fault:
        stock.tools(command="no-such-command")
    assert "\n" not in str(fault.value)


def test_a_process_that_is_no_server_is_told(stock: Stock) -> None:
    with pytest.raises(DeclarationError, match="stock"):
        stock.tools(arguments=["-c", "print('hello')"])
    with pytest.raises(DeclarationError, match="not ready after 300 ms"):
        stock.tools(arguments=["-c", "import time; time.sleep(60)"], start_ms=300)


def test_a_missing_credential_is_told(stock: Stock) -> None:
    with pytest.raises(DeclarationError, match="no credential OTHER"):
        stock.tools(environment={"X": "{credential:OTHER}"})


def test_the_servers_hints_count_only_when_they_are_trusted(stock: Stock) -> None:
    assert not stock.tools(reads=[])["levels"].reads
    trusting = stock.tools(reads=[], trust_hints=True)
    assert trusting["levels"].reads
    assert not trusting["reserve"].reads


def test_tools_are_chosen_and_named(stock: Stock) -> None:
    tools = stock.tools(
        tools=["levels", "reserve"], reads=["levels"], no_consent=["reserve"], prefix="stock_"
    )
    assert set(tools) == {"stock_levels", "stock_reserve"}
    assert not tools["stock_reserve"].consent


async def test_a_tool_called_in_another_loop_finds_its_server_again(stock: Stock) -> None:
    levels = stock.tools()["levels"]
    await levels.run({"product": "lamp"}, {})

    async def elsewhere() -> dict[str, Any]:
        result = await levels.run({"product": "desk"}, {})
        await close_connections()
        return result

    result = await asyncio.to_thread(lambda: asyncio.run(elsewhere()))
    assert result["product"] == "desk"
