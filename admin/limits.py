"""What holds for every request: how large it may be, and that answers are kept by nobody."""

import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin.problems import Problem

MOST_BYTES: Final = 1_000_000
"""Where a flow's text may come."""
MOST_BYTES_ELSEWHERE: Final = 8_000
_TAKES_FLOWS: Final = re.compile(
    r"/flows(/validate|/import|/[^/]+/draft(/yaml)?)?|/simulations|/calls/[^/]+/replays"
)


class BodyLimit:
    """ASGI middleware: too large a body is refused as soon as that is known, not read to its end.

    Flows may have 1 MB, everything else 8 kB: strangers may log in, and reading JSON holds up calls.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = _most_bytes(scope)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > most:
            await _too_large(most).response()(scope, receive, _private(send))
            return
        read_bytes, begun, refused = 0, False, False

        async def counted() -> Message:
            nonlocal read_bytes
            message = await receive()
            read_bytes += len(message.get("body", b""))
            if read_bytes > most:
                raise _too_large(most)
            return message

        async def refuse_or_send(message: Message) -> None:
            """Whatever the application makes of a body that was cut off, the answer is why."""
            nonlocal begun, refused
            if read_bytes > most and not begun:
                if not refused:
                    refused = True
                    await _too_large(most).response()(scope, receive, _private(send))
                return
            begun = True
            await _private(send)(message)

        await self._app(scope, counted, refuse_or_send)


def _most_bytes(scope: Scope) -> int:
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))  # without where we are mounted
    return MOST_BYTES if _TAKES_FLOWS.fullmatch(path) else MOST_BYTES_ELSEWHERE


def _too_large(most: int) -> Problem:
    detail = (
        f"What you sent is larger than {most:,} bytes. A flow has a few thousand, all else has less: "
        "check that it is the right file, or paste less."
    )
    return Problem(413, "too-large", detail)


def _private(send: Send) -> Send:
    """Answers hold what only this person may see."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message["headers"],
                (b"cache-control", b"no-store"),
                (b"x-content-type-options", b"nosniff"),
            ]
        await send(message)

    return sending
