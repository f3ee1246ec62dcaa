"""The charts of calls as pictures, for a message or the page of a phone: `GET /charts/{id}.png` and `.svg`.

The id is the key: long, drawn by chance, good for a week. The carrier fetches pictures from here when it
sends them, without a signature.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from agents.charts.store import KeptChart

_HEADERS: Final = {
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


def chart_router(find: Callable[[str], Awaitable[KeptChart | None]]) -> APIRouter:
    """Build the routes; `find` gives a kept chart by its id."""
    router = APIRouter()

    @router.get("/charts/{chart_id}.png")
    async def png(chart_id: str) -> Response:
        return Response((await _found(chart_id)).png, media_type="image/png", headers=_HEADERS)

    @router.get("/charts/{chart_id}.svg")
    async def svg(chart_id: str) -> Response:
        return Response((await _found(chart_id)).svg, media_type="image/svg+xml", headers=_HEADERS)

    async def _found(chart_id: str) -> KeptChart:
        chart = await find(chart_id)
        if chart is None:
            raise HTTPException(404, "There is no such chart, or its time is over.")
        return chart

    return router
