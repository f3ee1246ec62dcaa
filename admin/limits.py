"""What holds for every request: how large it may be, and that answers are kept by nobody."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin.problems import Problem

MOST_BYTES: Final = 1_000_000


class BodyLimit:
    """ASGI middleware: a body above 1 MB is refused as soon as that is known, not read to its end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > MOST_BYTES:
            await _too_large().response()(scope, receive, _private(send))
            return
        read_bytes, begun, refused = 0, False, False

        async def counted() -> Message:
            nonlocal read_bytes
            message = await receive()
            read_bytes += len(message.get("body", b""))
            if read_bytes > MOST_BYTES:
                raise _too_large()
            return message

        async def refuse_or_send(message: Message) -> None:
            """Whatever the application makes of a body that was cut off, the answer is why."""
            nonlocal begun, refused
            if read_bytes > MOST_BYTES and not begun:
                if not refused:
                    refused = True
                    await _too_large().response()(scope, receive, _private(send))
                return
            begun = True
            await _private(send)(message)

        await self._app(scope, counted, refuse_or_send)


def _too_large() -> Problem:
    detail = (
        f"What you sent is larger than {MOST_BYTES:,} bytes. A flow has a few thousand: "
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
