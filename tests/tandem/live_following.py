"""Following live calls as a browser does: server-sent events, and sockets with the session's cookie."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import websockets

MICRO_TURN_BYTES = 12_800
RATE_HZ = 16_000
TONE_HZ = 1_000

Audio = npt.NDArray[np.int16]


@dataclass
class Event:
    id: str
    kind: str
    data: dict[str, Any]


@dataclass
class Feed:
    """What one reader was told, over all its connections; it can be cut and goes on where it was."""

    http: httpx.AsyncClient
    path: str = "/live/events"
    events: list[Event] = field(default_factory=list)
    connections: int = 0
    _reading: asyncio.Task[None] | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _connected: asyncio.Event = field(default_factory=asyncio.Event)

    async def connect(self) -> None:
        self._connected.clear()
        self._reading = asyncio.create_task(self._read())
        await asyncio.wait_for(self._connected.wait(), 20)

    async def cut(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def until(self, told: Callable[[Event], object], within_s: float = 60.0) -> Event:
        """The first event that is so, whenever it came."""

        def first() -> Event | None:
            return next((each for each in self.events if told(each)), None)

        try:
            async with asyncio.timeout(within_s), self._news:
                while (found := first()) is None:
                    await self._news.wait()
        except TimeoutError:
            told_so_far = "\n".join(f"{e.kind} {e.data}" for e in self.events[-40:])
            raise AssertionError(f"not told within {within_s} s; lately:\n{told_so_far}") from None
        return found

    def of(self, call_id: str) -> list[Event]:
        return [event for event in self.events if event.data.get("call_id") == call_id]

    async def _read(self) -> None:
        headers = {"Last-Event-ID": self.events[-1].id} if self.events else {}
        async with self.http.stream("GET", self.path, headers=headers, timeout=None) as answer:
            assert answer.status_code == 200, await answer.aread()
            assert answer.headers["content-type"].startswith("text/event-stream")
            self.connections += 1
            fields: dict[str, str] = {}
            async for line in answer.aiter_lines():
                self._connected.set()
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                    continue
                if "data" in fields:
                    async with self._news:
                        event = Event(fields.get("id", ""), fields["event"], json.loads(fields["data"]))
                        self.events.append(event)
                        self._news.notify_all()
                fields = {}


def tone(samples: int, began: int = 0) -> Audio:
    """A steady tone from sample `began` on."""
    at = np.arange(began, began + samples)
    return (8_000 * np.sin(2 * np.pi * TONE_HZ * at / RATE_HZ)).astype(np.int16)


def tone_seconds(audio: Audio, rate_hz: int) -> float:
    """For how long the tone, and hardly anything else, is in a recording."""
    window = rate_hz // 10
    whole = audio[: audio.size // window * window].astype(np.float64).reshape(-1, window)
    at = np.exp(-2j * np.pi * TONE_HZ * np.arange(window) / rate_hz)
    of_tone = np.abs(whole @ at) ** 2 * 2 / window
    power = np.square(whole).sum(axis=1)
    return float(np.sum((power > window * 500.0**2) & (of_tone > 0.9 * power)) / 10)


@contextlib.asynccontextmanager
async def socket_to(
    client: httpx.AsyncClient, url: str, call_id: str, what: str, **headers: str
) -> AsyncIterator[websockets.ClientConnection]:
    """Open `listen` or `take-over` with the client's cookie; `url`: the server's, http."""
    address = f"ws{url.removeprefix('http')}/api/live/calls/{call_id}/{what}"
    cookie = client.headers.get("Cookie") or "; ".join(f"{n}={v}" for n, v in client.cookies.items())
    async with websockets.connect(
        address,
        additional_headers={"Cookie": cookie, **headers},
        compression=None,
        max_queue=None,
        proxy=None,
    ) as socket:
        yield socket


@dataclass
class Heard:
    """What came down a socket."""

    caller: list[Audio] = field(default_factory=list)
    agent: list[Audio] = field(default_factory=list)
    messages: list[dict[str, str]] = field(default_factory=list)

    def take(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self.messages.append(json.loads(message))
            return
        assert len(message) == MICRO_TURN_BYTES
        both = np.frombuffer(message, "<i2").reshape(-1, 2)
        self.caller.append(both[:, 0])
        self.agent.append(both[:, 1])

    @property
    def agent_side(self) -> Audio:
        return np.concatenate(self.agent)
