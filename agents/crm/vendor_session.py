"""The HTTP session that SDKs built on `requests` are given."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from agents.crm.vendor import SOCKET_S, Garbled, Rejected, retry_after_s

Code = Callable[[object], str]
"""Finds the vendor's word for an error in its JSON body."""


class VendorSession(requests.Session):
    """A session that keeps an SDK to one host, to one attempt, and to our patience.

    Every request goes to `origin`, over http where that says so; a host that is neither it nor the SDK's own
    name for it is refused, for a page's "next" link would carry the credentials there. Redirects are not
    followed, nothing is tried again, and silence ends. An answer of 300 and more raises `Rejected` before the
    SDK can wait or try again; only a refused login is left to it.

    Args:
        origin: `https://acme.zendesk.com`.
        code: finds the vendor's word for an error.
        also: another host name the SDK uses for it.
        login: the end of the path where the SDK logs in.
        limits: the vendor's words that mean 429, whatever their status.
    """

    def __init__(
        self,
        origin: str,
        code: Code,
        *,
        also: str = "",
        login: str = "\0",
        limits: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__()
        self._origin = origin.rstrip("/")
        self._hosts = {urlsplit(origin).netloc, also} - {""}
        self._code = code
        self._login = login
        self._limits = limits
        self._extra = threading.local()
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(max_retries=0, pool_maxsize=8))

    @contextmanager
    def headers_added(self, **headers: str) -> Generator[None]:
        """Send these headers, `Idempotency_Key="…"`, with requests of this thread meanwhile."""
        self._extra.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            yield
        finally:
            self._extra.headers = {}

    def request(  # pyright: ignore[reportIncompatibleMethodOverride] - SDKs name what they give
        self, method: str, url: str, **given: object
    ) -> requests.Response:
        parts = urlsplit(url)
        if parts.netloc not in self._hosts:
            raise Garbled(f"it leads to {parts.netloc}")
        kwargs: dict[str, Any] = {**given, "allow_redirects": False, "timeout": SOCKET_S}
        kwargs["headers"] = {**(kwargs.get("headers") or {}), **getattr(self._extra, "headers", {})}
        query = f"?{parts.query}" if parts.query else ""
        response = super().request(method, f"{self._origin}{parts.path}{query}", **kwargs)
        refused_login = response.status_code in (400, 401) and parts.path.endswith(self._login)
        if response.status_code >= 300 and not refused_login:
            word = self._word(response)
            status = 429 if word in self._limits else response.status_code
            raise Rejected(status, word, retry_after_s(response.headers.get("Retry-After")))
        return response

    def _word(self, response: requests.Response) -> str:
        try:
            return self._code(response.json())
        except (ValueError, LookupError, TypeError, AttributeError):
            return ""
