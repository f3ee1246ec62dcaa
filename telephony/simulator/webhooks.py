"""Twilio's HTTP side: signed form posts, and the signature itself.

Signed with twilio's own library, not with the platform's code, so that neither can hide a mistake of the
other.
Source: https://www.twilio.com/docs/usage/security
"""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self
from urllib.parse import urljoin

import httpx
from twilio.request_validator import RequestValidator

from telephony.simulator.errors import CallError

WEBHOOK_TIMEOUT_S: Final = 15.0
"""Twilio gives up on a voice webhook after 15 s."""
_MOST_REASON_CHARS: Final = 200


@dataclass(frozen=True, slots=True)
class Credentials:
    """A Twilio account: its SID (AC and 32 hex digits) and auth token."""

    account_sid: str
    auth_token: str

    def __repr__(self) -> str:
        return f"Credentials({self.account_sid!r}, auth_token=hidden)"


def signature(credentials: Credentials | None, url: str, form: Mapping[str, str]) -> dict[str, str]:
    """Make the signature's header for a request, or none without an auth token."""
    if credentials is None:
        return {}
    validator = RequestValidator(credentials.auth_token)
    return {"X-Twilio-Signature": str(validator.compute_signature(url, dict(form)))}


@cache
def trust() -> ssl.SSLContext:
    """Read the authorities' certificates once: it takes 60 ms, and every client would do it again."""
    return httpx.create_ssl_context(trust_env=False)


class Webhooks:
    """Posts signed forms to one server."""

    def __init__(self, server: str, credentials: Credentials | None) -> None:
        self.server = server.rstrip("/")
        self.credentials = credentials
        self._http = httpx.AsyncClient(timeout=WEBHOOK_TIMEOUT_S, trust_env=False, verify=trust())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    def absolute(self, url: str, base: str = "") -> str:
        """Resolve a URL found in TwiML against the document's own."""
        return urljoin(base or f"{self.server}/", url)

    async def fetch(self, url: str, form: Mapping[str, str], method: str = "POST") -> str:
        """Ask for instructions and give back the TwiML.

        Raises:
            CallError: unreachable, too slow, or an answer that is not 200; says why.
        """
        answer = await self._request(method, url, form)
        if answer.status_code != HTTPStatus.OK:
            raise CallError(f"{url} answered {answer.status_code}: {_reason(answer)}")
        return answer.text

    async def tell(self, url: str, form: Mapping[str, str]) -> None:
        """Post a status callback.

        Raises:
            CallError: unreachable, too slow, or refused; says why.
        """
        answer = await self._request("POST", url, form)
        if not answer.is_success:
            raise CallError(f"{url} answered {answer.status_code}: {_reason(answer)}")

    async def _request(self, method: str, url: str, form: Mapping[str, str]) -> httpx.Response:
        headers = signature(self.credentials, url, form if method == "POST" else {})
        try:
            if method == "POST":
                return await self._http.post(url, data=dict(form), headers=headers)
            return await self._http.get(url, headers=headers)
        except httpx.TimeoutException:
            raise CallError(f"{url} did not answer within {WEBHOOK_TIMEOUT_S:.0f} s") from None
        except httpx.ConnectError:
            raise CallError(f"no server answers at {_origin(url)}; start one with 'tandem up'") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CallError(f"{url} cannot be asked: {error or type(error).__name__}") from None


def _origin(url: str) -> str:
    parts = httpx.URL(url)
    return f"{parts.scheme}://{parts.netloc.decode()}"


def _reason(answer: httpx.Response) -> str:
    """What the server gave as its reason: the `detail` of a JSON body, or the body."""
    text = answer.text.strip()
    try:
        body: object = json.loads(text)
    except ValueError:
        body = None
    if isinstance(body, dict):
        text = str(body.get("detail") or body.get("error") or text)
    return " ".join(text.split())[:_MOST_REASON_CHARS] or answer.reason_phrase
