"""A real HTTP server on this machine, which answers as a test tells it, and a name server."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """A request as it arrived. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> bytes:
    """Write a response. Underscores in header names become dashes."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Shop:
    """The server."""

    answers: Callable[[Asked], bytes | None] = lambda _: answer()
    """None: never answer."""
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    silent: list[asyncio.Event] = field(default_factory=list)

    @property
    def allow(self) -> tuple[str, ...]:
        return (f"shop.example:{self.port}", f"127.0.0.1:{self.port}")

    @property
    def url(self) -> str:
        return f"http://shop.example:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.asked.append(asked := Asked(method, path, headers, body))
            response = self.answers(asked)
            if response is None:
                await reader.read()  # until the other side gives up
            else:
                writer.write(response)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Names:
    """A name server. Each look-up of a host takes its next answer; the last stays."""

    def __init__(self, **hosts: Sequence[str] | list[Sequence[str]]) -> None:
        self.hosts = {name.replace("_", "."): value for name, value in hosts.items()}
        self.looked_up: list[str] = []

    def tell(self, host: str, *answers: Sequence[str]) -> None:
        self.hosts[host] = list(answers)

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.looked_up.append(host)
        answers = self.hosts.get(host)
        if answers is None:
            raise OSError("no such host")
        if answers and isinstance(answers[0], str):
            return answers
        return answers.pop(0) if len(answers) > 1 else answers[0]


async def opened(shop: Shop, tls: ssl.SSLContext | None = None) -> AsyncIterator[Shop]:
    server = await asyncio.start_server(shop.serve, "127.0.0.1", 0, ssl=tls)
    shop.port = server.sockets[0].getsockname()[1]
    try:
        yield shop
    finally:
        server.close()
        await server.wait_closed()
