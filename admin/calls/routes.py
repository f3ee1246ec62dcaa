"""Calls of the record, read only: lists, one call, its tape, its recording."""

import asyncio
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import select

from admin.calls import masking, queries, tape
from admin.calls.sought import CallFilter
from admin.calls.timeline import Timeline, read_timeline
from admin.calls.waveform import waveform
from admin.insights.tables import CallMeasuresRow
from admin.paging import PAGE, Cursor, Page, Whole, cursor_of, place_of
from admin.parts import AdminParts, Parts
from admin.problems import Problem, not_found
from admin.times import Asked, At, utc
from agents.toolbox import find_tools
from config.tables import CallRow
from config.tape.measures import Ending

router = APIRouter(prefix="/calls", tags=["calls"])
_PLACE: TypeAdapter[tuple[datetime, str]] = TypeAdapter(
    tuple[Asked, Annotated[str, Field(max_length=64, pattern=r"^[\x20-\x7e]*$")]]
)
_TAPE_PLACE: TypeAdapter[tuple[int]] = TypeAdapter(tuple[Whole])
Leg = Annotated[
    int | None,
    Query(ge=1, le=99, description="Of whom the caller spoke with through an interpreter (`legs`)."),
]
CallId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class CallMeasures(BaseModel):
    """What a call was like. Latencies are from the caller's last sound to the agent's first, at the ear."""

    ending: Ending
    duration_ms: int
    language: str
    """A tag; empty: not known."""
    transferred_to: str
    transferred_by: str
    """The step that did."""
    transferred_from: str
    """The step that was left for it."""
    responses: int
    unanswered: int
    """Turns of the caller that were not answered before the next."""
    response_p50_ms: int | None
    slowest_ms: int | None
    interruptions: int
    yielded: int
    backchannels: int
    tool_calls: int
    tool_failures: int
    satisfaction: int | None
    cost_usd: float | None
    """Of the line and of language models; null: no price is set for what was used."""
    model_tokens: int
    """Of prompts and answers, that language-model agents reported."""
    model_cost_usd: float | None
    """What these cost; null: no price is set."""
    from_tape: bool
    """False: there was no tape to measure."""


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
    """Null while it runs: completed, caller_hung_up, transferred, ended_by_manager, failed, abandoned or
    time_limit."""
    micro_turns: int
    """Of 200 ms each."""
    measures: CallMeasures | None
    """Null while it runs, and for a moment after."""


class CallQuery(CallFilter):
    """A page of the calls looked for."""

    cursor: Cursor = None
    limit: Annotated[int, Field(ge=1, le=200, description="How many rows a page has at most.")] = PAGE


class CallDetails(CallSummary):
    has_tape: bool
    """Whether its tape is on this machine."""
    has_recording: bool
    legs: list[int]
    """Who was called to speak with the caller, by number; each has a tape and a recording of their own."""


class TapeRows(BaseModel):
    """Rows as the call wrote them (see `telephony.tape`); `next` null: that is all there is as of now."""

    rows: list[dict[str, Any]]
    next: str | None


@router.get("")
async def list_calls(parts: Parts, query: Annotated[CallQuery, Query()]) -> Page[CallSummary]:
    """List calls, newest first."""
    after = None if query.cursor is None else place_of(query.cursor, _PLACE)
    async with parts.database.reading() as db:
        wanted = queries.calls(query, after, query.limit + 1, db.get_bind().dialect.name)
        found = [(call, measures) for call, measures in await db.execute(wanted)]
    rows = [CallSummary(**_fields(call, measures)) for call, measures in found[: query.limit]]
    more = len(found) > query.limit
    following = cursor_of(rows[-1].began_at.isoformat(), rows[-1].id) if more else None
    return Page(rows=rows, next=following)


@router.get("/{call_id}")
async def read_call(call_id: CallId, parts: Parts) -> CallDetails:
    """Read one call."""
    row = await _call(parts, call_id)
    async with parts.database.reading() as db:
        measures = await db.scalar(select(CallMeasuresRow).where(CallMeasuresRow.call_id == call_id))
    fields = _fields(row, measures)
    try:
        folder = tape.folder_of(parts.settings.tapes, row.tape)
    except Problem:
        return CallDetails(**fields, has_tape=False, has_recording=False, legs=[])
    return CallDetails(
        **fields,
        has_tape=True,
        has_recording=(folder / tape.RECORDING).is_file(),
        legs=list(tape.legs_of(folder)),
    )


@router.get("/{call_id}/timeline")
async def read_call_timeline(call_id: CallId, parts: Parts) -> Timeline:
    """Read what happened on a call, all on one clock: who said what when, latencies, tools, steps.

    Of a call that is up, what there is so far.
    """
    folder = tape.folder_of(parts.settings.tapes, (await _call(parts, call_id)).tape)
    return await parts.apart.run(read_timeline, folder, parts.settings)


@router.get("/{call_id}/tape")
async def read_call_tape(
    call_id: CallId,
    parts: Parts,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 1_000,
    leg: Leg = None,
) -> TapeRows:
    """Read a call's tape, row by row; of a call that is up, what there is so far.

    Arguments that a tool calls sensitive are hidden.
    """
    from_byte = 0 if cursor is None else place_of(cursor, _TAPE_PLACE)[0]
    folder = await _tape(parts, call_id, leg)
    found = await asyncio.to_thread(tape.read_rows, folder, from_byte, limit)
    rows = found.rows
    if masking.asks(rows):
        rows = masking.masked(rows, await asyncio.to_thread(find_tools, parts.settings))
    return TapeRows(rows=rows, next=None if found.next_byte is None else cursor_of(found.next_byte))


@router.get(
    "/{call_id}/audio",
    response_class=FileResponse,
    responses={
        200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}},
        206: {"description": "The part that the Range header asks for."},
    },
)
async def read_call_audio(call_id: CallId, parts: Parts, leg: Leg = None) -> FileResponse:
    """Give out a call's recording, whole or by ranges: 16 kHz, left the caller, right the agent as heard."""
    recording = await _recording(parts, call_id, leg)
    name = f"{call_id}.wav" if leg is None else f"{call_id}-{leg}.wav"
    return FileResponse(recording, media_type="audio/wav", filename=name)


@router.get(
    "/{call_id}/waveform",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def read_call_waveform(call_id: CallId, parts: Parts, leg: Leg = None) -> Response:
    """Give out how a call's recording looks: four signed bytes for every 10 ms.

    They are the caller's lowest and highest sample, then the agent's.
    """
    entries = await asyncio.to_thread(waveform, await _recording(parts, call_id, leg))
    return Response(entries, media_type="application/octet-stream")


async def _tape(parts: AdminParts, call_id: str, leg: int | None) -> FilePath:
    folder = tape.folder_of(parts.settings.tapes, (await _call(parts, call_id)).tape)
    return folder if leg is None else tape.leg_of(folder, leg)


async def _recording(parts: AdminParts, call_id: str, leg: int | None) -> FilePath:
    recording = await _tape(parts, call_id, leg) / tape.RECORDING
    if not recording.is_file():
        raise Problem(404, "no-recording", "This call has no recording. It may have been removed.")
    return recording


async def _call(parts: AdminParts, call_id: str) -> CallRow:
    async with parts.database.reading() as db:
        row = await db.get(CallRow, call_id)
    if row is None:
        raise not_found(f"The call '{call_id}'")
    return row


def _fields(row: CallRow, measures: CallMeasuresRow | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "carrier": row.carrier,
        "carrier_call_id": row.carrier_call_id,
        "from_number": row.from_number,
        "to_number": row.to_number,
        "flow": row.flow,
        "began_at": utc(row.began_at),
        "ended_at": row.ended_at and utc(row.ended_at),
        "outcome": row.outcome,
        "micro_turns": row.micro_turns,
        "measures": measures and _measures(measures),
    }


def _measures(row: CallMeasuresRow) -> CallMeasures:
    same = {name: getattr(row, name) for name in CallMeasures.model_fields if not name.endswith("_usd")}
    return CallMeasures(**same, cost_usd=_usd(row.cost_micro_usd), model_cost_usd=_usd(row.model_micro_usd))


def _usd(micro_usd: int | None) -> float | None:
    return None if micro_usd is None else micro_usd / 1e6
