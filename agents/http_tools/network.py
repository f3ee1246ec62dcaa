"""Sending one request to where it may go, and nowhere else.

The host is looked up once, its addresses are checked, and the connection is made to the very address that was
checked: a name server that answers differently the next time changes nothing. The `Host` header and the name
in the certificate stay the host's. Every redirect goes through the same check. Proxies and cookies are not
used. What comes back is read up to a limit, and never decompressed.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urljoin

import httpx

from agents.errors import Unavailable
from agents.http_tools.addresses import Address, AddressError, Target, check_addresses, check_target, target

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Looks up a host's addresses. Raises `OSError`."""

MOST_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CONNECT_S: Final = 2.0
"""So a host with a dead address is asked at its next one in time."""
_KEPT: Final = frozenset({"accept", "user-agent"})
"""The headers that follow a redirect to another host: no credential does, wherever it stands."""


class ResponseError(Unavailable):
    """An answer that cannot be used: too large, compressed, or redirecting without end."""


class NotSentError(Unavailable):
    """The request never reached the other side."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request. `headers` and `body` may hold credentials and are never shown."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, whole."""

    status: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Network:
    """The network, as tools may use it.

    Attributes:
        allow: `TANDEM_HTTP_TOOLS_ALLOW`.
        resolve: how hosts are looked up.
        verify: whom certificates are checked against; True: the authorities browsers trust.
    """

    allow: Collection[str] = ()
    resolve: Resolver = field(default_factory=lambda: system_resolver)
    verify: ssl.SSLContext | bool = True

    async def pin(self, url: str) -> tuple[Target, tuple[Address, ...]]:
        """Find out where a URL leads, and whether one may go there.

        Raises:
            AddressError: one may not.
            NotSentError: the host cannot be found.
        """
        where = target(url)
        check_target(where, self.allow)
        try:
            found = await self.resolve(where.host, where.port)
        except OSError:
            raise NotSentError(f"{where.host} cannot be found") from None
        return where, check_addresses(where, found, self.allow)

    async def send(self, request: Outgoing, most_bytes: int) -> Answer:
        """Send a request and read its answer. What reads (GET) is followed through redirects.

        Whoever calls this limits the time it may take.

        Raises:
            AddressError: it would lead where it may not.
            NotSentError: it was not sent.
            ResponseError: the answer cannot be used.
            Unavailable: no answer; whether the request arrived is not known.
        """
        for _ in range(MOST_REDIRECTS + 1):
            answer, location = await self._hop(request, most_bytes)
            if location is None:
                return answer
            following = urljoin(request.url, location)
            if (here := target(request.url)) != (there := target(following)):
                headers = {k: v for k, v in request.headers.items() if k.lower() in _KEPT}
                request = replace(request, headers=headers)
                if here.scheme == "https" and there.scheme == "http":
                    raise AddressError(f"{there.host}: a redirect leads from https to http")
            request = replace(request, url=following)
        raise ResponseError(f"{target(request.url).host} redirects without end")

    async def _hop(self, request: Outgoing, most_bytes: int) -> tuple[Answer, str | None]:
        where, addresses = await self.pin(request.url)
        refused = 0
        for address in addresses:
            try:
                return await self._ask(request, where, address, most_bytes)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                refused += 1
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise Unavailable(f"{where.host} broke off ({type(error).__name__})") from None
        raise NotSentError(f"{where.host} cannot be reached ({refused} addresses)")

    async def _ask(
        self, request: Outgoing, where: Target, address: Address, most_bytes: int
    ) -> tuple[Answer, str | None]:
        url = httpx.URL(request.url)
        # One client for one request: a kept connection would be shared by hosts with one address, though its
        # certificate was checked for only one of them.
        async with httpx.AsyncClient(
            verify=self.verify,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=_CONNECT_S),
        ) as client:
            built = client.build_request(
                request.method,
                url.copy_with(scheme=where.scheme, host=str(address), port=where.port),
                headers={**request.headers, "Host": _authority(where), "Accept-Encoding": "identity"},
                content=request.body or None,
                extensions={"sni_hostname": where.host.rstrip(".")},
            )
            response = await client.send(built, stream=True)
            try:
                location = response.headers.get("location")
                if request.method == "GET" and response.status_code in _REDIRECTS and location:
                    return Answer(response.status_code, b""), location
                return Answer(response.status_code, await _read(response, where, most_bytes)), None
            finally:
                await response.aclose()


async def _read(response: httpx.Response, where: Target, most_bytes: int) -> bytes:
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        raise ResponseError(f"{where.host} answers compressed, though it was asked not to")
    read = bytearray()
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) > most_bytes:
            raise ResponseError(f"{where.host} answers with more than {most_bytes:,} bytes")
    return bytes(read)


def _authority(where: Target) -> str:
    host = f"[{where.host}]" if ":" in where.host else where.host
    return host if (where.scheme, where.port) in (("http", 80), ("https", 443)) else f"{host}:{where.port}"


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Look a host up as this machine does."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
