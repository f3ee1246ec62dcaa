"""A vendor on a real socket: its documented answers, and the troubles one can tell it to have."""

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import uvicorn

Reply = tuple[int, Any]
"""Status and JSON; None: no body."""


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Trouble:
    """What happens to requests instead of an answer.

    Attributes:
        status: of the answer.
        body: JSON, or text as it is.
        headers: of the answer.
        times: to how many requests; -1: to all.
        only: the line it happens to, `POST /tickets`; empty: all.
        after: how many requests pass unharmed before.
        done: whether the request is carried out all the same, and only its answer is lost.
        hangs: no answer comes at all.
        then: what happens once `times` are over.
    """

    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = -1
    only: str = ""
    after: int = 0
    done: bool = False
    hangs: bool = False
    then: "Trouble | None" = None

    def for_(self, asked: Asked) -> "Trouble | None":
        """Return what happens to this request; None: nothing."""
        if self.only not in ("", asked.line):
            return None
        if self.times == 0:
            return self.then and self.then.for_(asked)
        if self.after > 0:
            self.after -= 1
            return None
        self.times -= 1
        return self


@dataclass
class Vendor:
    """The server: `answer` plays the vendor."""

    answer: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)
    trouble: Trouble | None = None
    url: str = ""

    def play(self, answer: Callable[[Asked], Reply]) -> "Vendor":
        """Begin anew with other records."""
        self.answer, self.asked, self.trouble = answer, [], None
        return self

    def sent(self, line: str) -> list[Asked]:
        return [each for each in self.asked if each.line == line]

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        asked = Asked(
            method=scope["method"],
            path=scope["path"],
            query={
                name: ",".join(values) for name, values in parse_qs(scope["query_string"].decode()).items()
            },
            headers=headers,
            body=_read(body, headers),
        )
        self.asked.append(asked)
        trouble = self.trouble and self.trouble.for_(asked)
        if trouble is None or trouble.done:
            status, answer = self.answer(asked)
        if trouble is not None:
            if trouble.hangs:
                await asyncio.Event().wait()
            status, answer = trouble.status, trouble.body
        text = (
            b""
            if answer is None
            else answer.encode()
            if isinstance(answer, str)
            else json.dumps(answer).encode()
        )
        shown = [(b"content-type", b"application/json;charset=utf-8"), (b"content-length", b"%d" % len(text))]
        if trouble is not None:
            shown += [(name.encode(), value.encode()) for name, value in trouble.headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": shown})
        await send({"type": "http.response.body", "body": text})


def _read(body: bytes, headers: dict[str, str]) -> Any:
    if not body:
        return None
    return json.loads(body) if "json" in headers.get("content-type", "") else parse_qs(body.decode())


@contextmanager
def served(answer: Callable[[Asked], Reply]) -> Iterator[Vendor]:
    """Play a vendor on a free port of this machine."""
    vendor = Vendor(answer)
    listening = socket.create_server(("127.0.0.1", 0))
    vendor.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(vendor, lifespan="off", log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield vendor
    server.should_exit = server.force_exit = True
    thread.join()
    listening.close()
