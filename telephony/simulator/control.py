"""Twilio's REST interface for call control, on a free loopback port.

Understands what a platform needs to act on a live call (end it, give it new instructions, ask how it is), and
to make one.
Source: https://www.twilio.com/docs/voice/api/call-resource
"""

import asyncio
import base64
import binascii
import hmac
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from telephony.simulator.errors import CallError
from telephony.simulator.webhooks import Credentials

LONGEST_TWIML_CHARS: Final = 4_000
_CALLS: Final = "/2010-04-01/Accounts/{account}/Calls.json"
_CALL: Final = "/2010-04-01/Accounts/{account}/Calls/{call}.json"


@dataclass(frozen=True, slots=True)
class EndCall:
    """`Status=completed`."""


@dataclass(frozen=True, slots=True)
class NewTwiml:
    """`Twiml=…`: replace the instructions; the stream ends."""

    document: str


@dataclass(frozen=True, slots=True)
class NewUrl:
    """`Url=…`: fetch new instructions from there; the stream ends."""

    url: str
    method: str


Order = EndCall | NewTwiml | NewUrl


@dataclass(frozen=True, slots=True)
class Dialled:
    """A call the platform makes: whoever answers follows the instructions at `url`."""

    to_number: str
    from_number: str
    url: str
    status_url: str = ""


class Controlled(Protocol):
    """A call that can be controlled from outside."""

    @property
    def over(self) -> bool: ...

    def order(self, order: Order) -> None: ...


class CallControl:
    """The REST endpoint. Bound when made, so that its address is known before anything runs."""

    def __init__(self, credentials: Credentials | None) -> None:
        self.calls: dict[str, Controlled] = {}
        self.dial: Callable[[Dialled], str] = _nobody
        """Makes a call; gives its SID."""
        self._credentials = credentials
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()  # who asks before `start` has begun to serve waits
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Serve from now on."""
        app = Starlette(
            routes=[
                Route(_CALLS, self._make, methods=["POST"]),
                Route(_CALL, self._call, methods=["GET", "POST"]),
            ]
        )
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", ws="none")
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="call control")

    async def stop(self) -> None:
        """Stop serving and free the port. Idempotent."""
        if self._server and self._serving:
            self._server.should_exit = True
            await self._serving
            self._serving = None
        self._socket.close()

    async def _make(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        form = {name: str(value) for name, value in (await request.form()).items()}
        if not form.get("To") or not form.get("From"):
            return _problem(400, 21_201, "No 'To' number is specified, or no 'From' number")
        if not form.get("Url", "").startswith(("http://", "https://")):
            return _problem(400, 21_205, "Url is not a valid URL")
        wanted = Dialled(form["To"], form["From"], form["Url"], form.get("StatusCallback", ""))
        account = str(request.path_params["account"])
        made = {"sid": self.dial(wanted), "account_sid": account, "status": "queued"}
        return JSONResponse({**made, "direction": "outbound-api"}, status_code=201)

    async def _call(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        account, sid = str(request.path_params["account"]), str(request.path_params["call"])
        call = self.calls.get(sid)
        if call is None or call.over:
            return _problem(404, 20_404, f"The requested resource /Calls/{sid}.json was not found")
        status = "in-progress"
        if request.method == "POST":
            form = await request.form()
            order = _read_order({name: str(value) for name, value in form.items()})
            if isinstance(order, Response):
                return order
            call.order(order)
            status = "completed" if isinstance(order, EndCall) else status
        return JSONResponse({"sid": sid, "account_sid": account, "status": status, "direction": "inbound"})

    def _refusal(self, request: Request) -> Response | None:
        if self._credentials is None:
            return None
        given = _basic(request.headers.get("authorization", ""))
        wanted = (self._credentials.account_sid, self._credentials.auth_token)
        same = [hmac.compare_digest(g.encode(), w.encode()) for g, w in zip(given, wanted, strict=True)]
        if not all(same) or request.path_params["account"] != self._credentials.account_sid:
            return _problem(401, 20_003, "Authenticate")
        return None


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to the command that runs the call."""
        yield


def _nobody(wanted: Dialled) -> str:
    raise CallError(f"nobody can be called at {wanted.to_number}: the carrier is not running")


def _read_order(form: dict[str, str]) -> Order | Response:
    if "Twiml" in form:
        if len(form["Twiml"]) > LONGEST_TWIML_CHARS:
            return _problem(400, 21_218, f"Twiml is longer than {LONGEST_TWIML_CHARS} characters")
        return NewTwiml(form["Twiml"])
    if "Url" in form:
        return NewUrl(form["Url"], form.get("Method", "POST").upper())
    if form.get("Status") in ("completed", "canceled"):
        return EndCall()
    return _problem(400, 21_220, "Status must be completed or canceled, or give Twiml or Url")


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _problem(status: int, code: int, message: str) -> Response:
    return JSONResponse(
        {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        },
        status_code=status,
        headers={"WWW-Authenticate": 'Basic realm="Twilio API"'} if status == 401 else None,
    )
