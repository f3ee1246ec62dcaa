"""The web application's files, as `make web` built them: given out packed, kept by browsers.

Whatever is not a file is a page of the application, which finds its way by the address itself. Nobody may
frame it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

BUILT: Final = Path(__file__).parent / "web" / "dist"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_FIRST: Final = "no-cache"
_TYPES: Final[Mapping[str, str]] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".png": "image/png",
}
_HEADERS: Final[Mapping[str, str]] = {
    # Styles are also set by the components themselves; scripts come from files only.
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_NOT_BUILT: Final = (
    "The web application is not built. Run `make web` where Tandem lies, then reload this page. "
    "Calls and the API work without it.\n"
)


class Site:
    """Serves a folder of built files as an ASGI application."""

    def __init__(self, folder: Path = BUILT) -> None:
        self._folder = folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. A WebSocket that nobody else took is refused."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "no socket at this address"})
            return
        request = Request(scope)
        response = (
            await run_in_threadpool(self._answer, request)
            if request.method in ("GET", "HEAD")
            else PlainTextResponse("Nothing here takes that.\n", 405, {"Allow": "GET, HEAD"})
        )
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.url.path.lstrip("/")
        file = self._file(path)
        if file is None:
            if path.startswith("assets/"):  # of a version that is gone; the page reloads itself
                return PlainTextResponse("This file is of an older version. Reload the page.\n", 404)
            file = self._folder / "index.html"
            if not file.is_file():
                return PlainTextResponse(_NOT_BUILT, 503)
        headers = {
            **_HEADERS,
            "Cache-Control": _FOR_EVER if path.startswith("assets/") else _ASK_FIRST,
            "Vary": "Accept-Encoding",
        }
        kind = _TYPES.get(file.suffix, "application/octet-stream")
        packed = file.with_name(f"{file.name}.br")
        if "br" in request.headers.get("accept-encoding", "") and packed.is_file():
            return FileResponse(packed, headers={**headers, "Content-Encoding": "br"}, media_type=kind)
        return FileResponse(file, headers=headers, media_type=kind)

    def _file(self, path: str) -> Path | None:
        """Find a built file; None: there is none of this name, or it is outside."""
        try:
            file = (self._folder / path).resolve()
            return file if self._folder in file.parents and file.is_file() else None
        except (ValueError, OSError):  # no name a file can have
            return None
