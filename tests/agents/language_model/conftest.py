"""An endpoint on a real socket that streams chat completions as documented, and goes wrong when told."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import BaseModel

from agents.calling import Gone
from agents.errors import NotFound
from agents.language_model.agent import LanguageModelAgent
from agents.language_model.endpoint import Endpoint
from agents.language_model.spending import Spend
from agents.messages import Brief, SaidWords, Spent, TaskRequest
from agents.reports import unix_ms
from agents.tool import AnyTool, tool
from config.settings import load

STALL = "stall"
CUT = "cut"


@dataclass(frozen=True)
class Reply:
    """One HTTP answer. `events`: data of server-sent events, STALL (silence) or CUT (connection lost)."""

    events: tuple[str, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None


def chunk(finish: str | None = None, **delta: object) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return json.dumps(
        {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    )


def usage(prompt: int, answer: int) -> str:
    counted = {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
    return json.dumps({"id": "c1", "object": "chat.completion.chunk", "choices": [], "usage": counted})


def says(
    text: str, *, size: int = 3, finish: str = "stop", tokens: tuple[int, int] | None = (50, 10)
) -> Reply:
    """Words, a few letters at a time."""
    pieces = [chunk(content=text[at : at + size]) for at in range(0, len(text), size)]
    counted = [usage(*tokens)] if tokens else []
    return Reply((chunk(role="assistant", content=""), *pieces, chunk(finish), *counted, "[DONE]"))


def asks(*calls: tuple[str, str], words: str = "", size: int = 4) -> Reply:
    """Calls of tools as (name, JSON arguments), arguments split anywhere, the calls' pieces in turns."""
    first = [
        chunk(
            tool_calls=[
                _piece(at, id=f"call_{at}", type="function", function={"name": name, "arguments": ""})
            ]
        )
        for at, (name, _) in enumerate(calls)
    ]
    longest = max(len(arguments) for _, arguments in calls)
    rest = [
        chunk(tool_calls=[_piece(at, function={"arguments": arguments[begin : begin + size]})])
        for begin in range(0, longest, size)
        for at, (_, arguments) in enumerate(calls)
        if arguments[begin : begin + size]
    ]
    spoken = [chunk(content=words)] if words else []
    return Reply((*spoken, *first, *rest, chunk("tool_calls"), usage(60, 20), "[DONE]"))


def _piece(index: int, **more: object) -> dict[str, object]:
    return {"index": index, **more}


class PlayedEndpoint:
    """Plays replies in order and keeps what was asked. Once they are used up it answers 500."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.url = ""
        self.hung_up = False
        """Somebody hung up while nothing came."""
        self.asked = asyncio.Event()
        """A request has come."""
        self._over = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def stop(self) -> None:
        self._over.set()
        assert self._server
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.strip().split("\r\n")[1:])
        assert head.startswith("POST /v1/chat/completions ")
        self.requests.append(json.loads(await reader.readexactly(int(headers["content-length"]))))
        self.keys.append(headers["authorization"])
        self.asked.set()
        reply = self.replies.pop(0) if self.replies else Reply(status=500, body={})
        if reply.status != 200:
            body = json.dumps(reply.body).encode()
            given = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
            writer.write(
                f"HTTP/1.1 {reply.status} x\r\nContent-Type: application/json\r\n{given}"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            await writer.drain()
            return True
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for event in reply.events:
            if event == STALL:
                over = asyncio.ensure_future(self._over.wait())
                gone = asyncio.ensure_future(reader.read(1))
                await asyncio.wait({over, gone}, return_when=asyncio.FIRST_COMPLETED)
                self.hung_up = self.hung_up or gone.done()
                for each in (over, gone):
                    each.cancel()
                return False
            if event == CUT:
                writer.transport.abort()
                return False
            data = f"data: {event}\n\n".encode()
            writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


class Found(BaseModel):
    status: str


@tool(reads=True)
async def order_status(order_number: str) -> Found:
    """Look up where an order is."""
    return Found(status="shipped")


@tool(reads=True)
async def customer_notes() -> Found:
    """Read the notes on the customer."""
    return Found(status="none")


@tool(writes=True)
async def cancel_order(order_number: str) -> Found:
    """Cancel an order."""
    return Found(status="cancelled")


@dataclass
class Desk:
    """An agent at the played endpoint, and all that it said and called."""

    played: PlayedEndpoint
    agent: LanguageModelAgent
    endpoint: Endpoint
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    spent: list[Spent] = field(default_factory=list)
    called: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    withdrawn: bool = False
    broken: bool = False
    running: int = 0
    at_once: int = 0

    async def work(
        self, *tools: str, within_ms: int = 20_000, goal: str = "Tell where the order is.", **brief: Any
    ) -> dict[str, Any]:
        """Work on a brief with these tools."""
        request = TaskRequest(
            task_id="t1",
            call_id="c1",
            tool="language_model",
            arguments={},
            conversation=(
                SaidWords(speaker="agent", text="How can I help?", start_ms=0, end_ms=900),
                SaidWords(speaker="caller", text="Where is my order 104233?", start_ms=1_000, end_ms=2_500),
            ),
            slots={"order_number": "104233"},
            brief=Brief(goal=goal, tools=tools, **brief),
            deadline_unix_ms=unix_ms() + within_ms,
        )
        return await self.agent.work(request, self._say, self._call, self.spent.append)

    async def _say(self, sentence: str) -> None:
        self.said.append(sentence)

    async def _call(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.called.append((name, arguments))
        if self.withdrawn:
            raise Gone
        if self.broken:
            raise RuntimeError
        self.running += 1
        self.at_once = max(self.at_once, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        if name not in self.results:
            raise NotFound("no order has this number")
        return self.results[name]


@pytest.fixture
async def played() -> AsyncIterator[PlayedEndpoint]:
    endpoint = PlayedEndpoint()
    await endpoint.start()
    yield endpoint
    await endpoint.stop()


@pytest.fixture
async def open_desk(played: PlayedEndpoint) -> AsyncIterator[Callable[..., Desk]]:
    """Opens an agent; settings by variable, a spend if there is one."""
    opened: list[Endpoint] = []

    def open_one(*, spend: Spend | None = None, **variables: str) -> Desk:
        given = {"LLM_BASE_URL": played.url, "LLM_MODEL": "m", "LLM_API_KEY": "sk-topsecret", **variables}
        endpoint = Endpoint(load(given), unix_ms, first_pause_s=0.01)
        opened.append(endpoint)
        tools: dict[str, AnyTool] = {each.name: each for each in (order_status, customer_notes, cancel_order)}
        return Desk(played, LanguageModelAgent(endpoint, tools, spend or Spend(), unix_ms), endpoint)

    yield open_one
    for each in opened:
        await each.close()


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    desk = open_desk()
    desk.results["order_status"] = {"status": "shipped"}
    return desk
