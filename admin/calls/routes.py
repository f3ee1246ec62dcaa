"""Calls of the record, read only: lists, one call, its tape, its recording."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, Response
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter

from admin.calls import queries, tape
from admin.calls.waveform import waveform
from admin.paging import PAGE, Cursor, Limit, Page, Whole, cursor_of, place_of
from admin.parts import AdminParts, Parts
from admin.problems import Problem, not_found
from admin.times import At
from admin.words import Sought
from config.tables import CallRow

router = APIRouter(prefix="/calls", tags=["calls"])
_PLACE: TypeAdapter[tuple[datetime, str]] = TypeAdapter(
    tuple[AwareDatetime, Annotated[str, Field(max_length=64, pattern=r"^[\x20-\x7e]*$")]]
)
_TAPE_PLACE: TypeAdapter[tuple[int]] = TypeAdapter(tuple[Whole])
CallId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class CallSummary(BaseModel):
    """A call in a list."""

    id: str
    carrier: str
    carrier_call_id: str
    from_number: str
    to_number: str
    flow: str
    """`name@version`."""
    began_at: At
    ended_at: At | None
    outcome: str | None
    """Null while it runs: completed, caller_hung_up, transferred, failed, abandoned, time_limit."""
    micro_turns: int
    """Of 200 ms each."""


class CallDetails(CallSummary):
    has_tape: bool
    """Whether its tape is on this machine."""
    has_recording: bool


class TapeRows(BaseModel):
    """Rows as the call wrote them (see `telephony.tape`); `next` null: that is all there is as of now."""

    rows: list[dict[str, Any]]
    next: str | None


@router.get("")
async def list_calls(
    parts: Parts,
    since: Annotated[AwareDatetime | None, Query(description="Began then or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Began before.")] = None,
    number: Sought = None,
    flow: Sought = None,
    outcome: Sought = None,
    search: Sought = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[CallSummary]:
    """List calls, newest first.

    `number` is either side's, whole; `flow` is `name@version` or a name; `outcome` may be `running`; `search`
    is the beginning of a number or of a call's id, or a carrier's id.
    """
    after = None if cursor is None else place_of(cursor, _PLACE)
    sought = queries.Sought(since, until, number, flow, outcome, search)
    async with parts.database.reading() as db:
        rows = list(await db.scalars(queries.calls(sought, after, limit + 1)))
    last = rows[limit - 1] if len(rows) > limit else None
    following = cursor_of(_utc(last.began_at).isoformat(), last.id) if last else None
    return Page(rows=[CallSummary(**_fields(row)) for row in rows[:limit]], next=following)


@router.get("/{call_id}")
async def read_call(call_id: CallId, parts: Parts) -> CallDetails:
    """Read one call."""
    row = await _call(parts, call_id)
    try:
        folder = tape.folder_of(parts.settings.tapes, row.tape)
    except Problem:
        return CallDetails(**_fields(row), has_tape=False, has_recording=False)
    return CallDetails(**_fields(row), has_tape=True, has_recording=(folder / tape.RECORDING).is_file())


@router.get("/{call_id}/tape")
async def read_call_tape(
    call_id: CallId,
    parts: Parts,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 1_000,
) -> TapeRows:
    """Read a call's tape, row by row; of a call that is up, what there is so far."""
    from_byte = 0 if cursor is None else place_of(cursor, _TAPE_PLACE)[0]
    folder = tape.folder_of(parts.settings.tapes, (await _call(parts, call_id)).tape)
    found = await asyncio.to_thread(tape.read_rows, folder, from_byte, limit)
    return TapeRows(rows=found.rows, next=None if found.next_byte is None else cursor_of(found.next_byte))


@router.get(
    "/{call_id}/audio",
    response_class=FileResponse,
    responses={
        200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}},
        206: {"description": "The part that the Range header asks for."},
    },
)
async def read_call_audio(call_id: CallId, parts: Parts) -> FileResponse:
    """Give out a call's recording, whole or by ranges: 16 kHz, left the caller, right the agent as heard."""
    recording = await _recording(parts, call_id)
    return FileResponse(recording, media_type="audio/wav", filename=f"{call_id}.wav")


@router.get(
    "/{call_id}/waveform",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def read_call_waveform(call_id: CallId, parts: Parts) -> Response:
    """Give out how a call's recording looks: four signed bytes for every 10 ms.

    They are the caller's lowest and highest sample, then the agent's.
    """
    entries = await asyncio.to_thread(waveform, await _recording(parts, call_id))
    return Response(entries, media_type="application/octet-stream")


async def _recording(parts: AdminParts, call_id: str) -> FilePath:
    folder = tape.folder_of(parts.settings.tapes, (await _call(parts, call_id)).tape)
    recording = folder / tape.RECORDING
    if not recording.is_file():
        raise Problem(404, "no-recording", "This call has no recording. It may have been removed.")
    return recording


async def _call(parts: AdminParts, call_id: str) -> CallRow:
    async with parts.database.reading() as db:
        row = await db.get(CallRow, call_id)
    if row is None:
        raise not_found(f"The call '{call_id}'")
    return row


def _fields(row: CallRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "carrier": row.carrier,
        "carrier_call_id": row.carrier_call_id,
        "from_number": row.from_number,
        "to_number": row.to_number,
        "flow": row.flow,
        "began_at": _utc(row.began_at),
        "ended_at": row.ended_at and _utc(row.ended_at),
        "outcome": row.outcome,
        "micro_turns": row.micro_turns,
    }


def _utc(moment: datetime) -> datetime:
    """SQLite gives times back without their zone, which is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
