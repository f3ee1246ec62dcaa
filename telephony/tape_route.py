"""A call's tape while it is being written, as server-sent events: `GET /calls/{CallSid}/tape`.

For the carrier simulator and for people at the machine. In development only callers on this machine are
served; with an account the request must carry Twilio's signature over its URL, as webhooks do.
"""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final, Protocol

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import StreamingResponse

from config.settings import Settings
from telephony.twilio.signature import Gate

_POLL_S: Final = 0.05
_KEEP_ALIVE_S: Final = 10.0


class Tapes(Protocol):
    """Knows where calls are recorded."""

    def tape_folder(self, carrier_call_id: str) -> Path | None:
        """Find the folder of a call that is up or ended lately."""
        ...


def tape_router(settings: Settings, tapes: Tapes) -> APIRouter:
    """Build the route."""
    router = APIRouter()
    gate = Gate(settings)

    @router.get("/calls/{carrier_call_id}/tape")
    async def tape(carrier_call_id: str, request: Request) -> StreamingResponse:
        if refusal := gate.refuse_webhook(request, {}):
            raise HTTPException(403, refusal)
        folder = tapes.tape_folder(carrier_call_id)
        if folder is None:
            raise HTTPException(404, f"No call {carrier_call_id} here.")
        return StreamingResponse(_events(folder / "tape.jsonl"), media_type="text/event-stream")

    return router


async def _events(rows: Path) -> AsyncGenerator[str]:
    """Yield each row as one event as it is written, until the tape's end."""
    quiet_s = 0.0
    with rows.open(encoding="utf-8") as tape:
        begun = ""
        while True:
            begun += tape.readline()
            if begun.endswith("\n"):
                quiet_s = 0.0
                yield f"data: {begun.strip()}\n\n"
                if begun.startswith('{"kind":"end"'):
                    return
                begun = ""
                continue
            quiet_s += _POLL_S
            if quiet_s >= _KEEP_ALIVE_S:
                quiet_s = 0.0
                yield ": still here\n\n"
            await asyncio.sleep(_POLL_S)
