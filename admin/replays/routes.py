"""Replaying a recorded call against another flow: asking for it, and reading what came of it."""

from pathlib import Path as FilePath
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse
from pydantic import BaseModel
from sqlalchemy import select

from admin.access import Who
from admin.accounts.tables import PersonRow
from admin.calls.routes import CallId
from admin.calls.tape import RECORDING, folder_of
from admin.flows.chosen import FlowChoice, FlowDocument, flow_has_errors, text_of
from admin.parts import AdminParts, Parts
from admin.problems import Problem, not_found
from admin.replays.compare import Comparison
from admin.replays.queue import LOST_AFTER_MS, UNDER_WAY, Replays, Status, replay_folder
from admin.replays.tables import ReplayRow
from admin.simulations.apart import look_over
from admin.times import At, at
from admin.words import Body
from config.replaying import By
from config.tables import CallRow

router = APIRouter(tags=["replays"])
ReplayId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
_LISTED = 20


class NewReplay(Body):
    """Which flow the recorded caller is played to, and how. By words it takes a second."""

    flow: FlowChoice
    by: By = By.AUDIO


class AskedReplay(BaseModel):
    id: str


class ReplaySummary(BaseModel):
    """A replay in a list."""

    id: str
    call_id: str
    flow: str
    """What it was played to: `name, draft`, `name@version`, or `unsaved`."""
    by: By
    status: Status
    progress: float
    """0 to 1."""
    asked_at: At
    asked_by: str
    ended_at: At | None
    why: str | None
    """Why it failed."""


class ReplayDetails(ReplaySummary):
    result: Comparison | None
    """Both calls side by side, once it is done."""
    has_recording: bool
    """Whether the replayed call can be listened to on this machine."""


@router.post("/calls/{call_id}/replays", status_code=202)
async def replay_call(call_id: CallId, body: NewReplay, who: Who, parts: Parts) -> AskedReplay:
    """Play a recorded call's caller to another flow. It is done in its turn; read it to see how far it is.

    Tools that only read are asked again where the recorded call did not ask them the same. Tools that change
    something are never run.
    """
    replays = _replays(parts)
    async with parts.database.reading() as db:
        call = await db.get(CallRow, call_id)
    if call is None:
        raise not_found(f"A call '{call_id}'")
    if call.outcome is None:
        detail = "This call is still up, or was never ended in the record. Replay it when it is over."
        raise Problem(409, "still-up", detail)
    if not (folder_of(parts.settings.tapes, call.tape) / RECORDING).is_file():
        raise Problem(404, "no-recording", "This call left no recording that could be replayed.")
    text, version = await text_of(body.flow, parts)
    sound, findings = await parts.apart.run(look_over, text, None)
    if not sound:
        raise flow_has_errors([each.model_dump() for each in findings], "replayed")
    if replays.is_full:
        detail = "Other replays are waiting already. Ask again when some of them are done."
        raise Problem(429, "too-many-replays", detail, headers={"Retry-After": "60"})
    now_ms = parts.now_ms()
    row = ReplayRow(
        id=uuid4().hex,
        call_id=call_id,
        flow=_label(body.flow, version),
        yaml=text,
        played_by=body.by.value,
        status=Status.WAITING.value,
        progress=0.0,
        asked_by=who.person_id,
        asked_at_ms=now_ms,
        seen_at_ms=now_ms,
        why="",
    )
    replay_id = row.id
    async with parts.database.writing() as db:
        db.add(row)
    replays.ask(replay_id)
    return AskedReplay(id=replay_id)


@router.get("/calls/{call_id}/replays")
async def list_replays(call_id: CallId, parts: Parts) -> list[ReplaySummary]:
    """List a call's last replays, newest first."""
    wanted = (
        select(ReplayRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == ReplayRow.asked_by)
        .where(ReplayRow.call_id == call_id)
        .order_by(ReplayRow.asked_at_ms.desc(), ReplayRow.id)
        .limit(_LISTED)
    )
    async with parts.database.reading() as db:
        found = [(row, name) for row, name in await db.execute(wanted)]
    return [_summary(row, name, parts) for row, name in found]


@router.get("/replays/{replay_id}")
async def read_replay(replay_id: ReplayId, parts: Parts) -> ReplayDetails:
    """Read how far a replay is, and, once it is done, what came of it."""
    wanted = (
        select(ReplayRow, PersonRow.name, CallRow.tape)
        .join(PersonRow, PersonRow.id == ReplayRow.asked_by)
        .join(CallRow, CallRow.id == ReplayRow.call_id)
    )
    async with parts.database.reading() as db:
        found = (await db.execute(wanted.where(ReplayRow.id == replay_id))).one_or_none()
    if found is None:
        raise not_found("This replay")
    row, name, tape = found
    result = Comparison.model_validate_json(row.result) if row.result else None
    recording = row.played_by == By.AUDIO and _recording(parts, tape, replay_id).is_file()
    return ReplayDetails(
        **_summary(row, name, parts).model_dump(), result=result, has_recording=bool(result and recording)
    )


@router.delete("/replays/{replay_id}", status_code=204)
async def cancel_replay(replay_id: ReplayId, parts: Parts) -> None:
    """Break a replay off; one that is over stays as it is."""
    async with parts.database.reading() as db:
        if await db.get(ReplayRow, replay_id) is None:
            raise not_found("This replay")
    await _replays(parts).cancel(replay_id)


@router.get(
    "/replays/{replay_id}/audio",
    response_class=FileResponse,
    responses={
        200: {"content": {"audio/wav": {}}, "description": "16 kHz stereo: left caller, right agent."}
    },
)
async def read_replay_audio(replay_id: ReplayId, parts: Parts) -> FileResponse:
    """Listen to the replayed call: the recorded caller left, the agent as it would have sounded right."""
    async with parts.database.reading() as db:
        row = await db.get(ReplayRow, replay_id)
        call = await db.get(CallRow, row.call_id) if row else None
    if row is None or call is None:
        raise not_found("This replay")
    path = _recording(parts, call.tape, replay_id)
    if row.status != Status.DONE or row.played_by != By.AUDIO or not path.is_file():
        detail = "This replay has no sound here: it is not done, was played by words, or is another server's."
        raise Problem(404, "no-recording", detail)
    return FileResponse(path, media_type="audio/wav", filename=f"replay-{replay_id[:8]}.wav")


def _replays(parts: AdminParts) -> Replays:
    if parts.replays is None:
        raise Problem(503, "no-replays", "Calls cannot be replayed here: this server has no telephone.")
    return parts.replays


def _recording(parts: AdminParts, tape: str, replay_id: str) -> FilePath:
    return replay_folder(parts.settings, tape, replay_id) / RECORDING


def _label(choice: FlowChoice, version: int | None) -> str:
    if isinstance(choice, FlowDocument):
        return "unsaved"
    return f"{choice.name}@{version}" if version is not None else f"{choice.name}, {choice.which}"


def _summary(row: ReplayRow, asked_by: str, parts: AdminParts) -> ReplaySummary:
    status, why = Status(row.status), row.why
    if row.status in UNDER_WAY and row.seen_at_ms < parts.now_ms() - LOST_AFTER_MS:
        status, why = Status.FAILED, "The server that replayed it has ended; ask again."
    return ReplaySummary(
        id=row.id,
        call_id=row.call_id,
        flow=row.flow,
        by=By(row.played_by),
        status=status,
        progress=row.progress,
        asked_at=at(row.asked_at_ms),
        asked_by=asked_by,
        ended_at=None if row.ended_at_ms is None else at(row.ended_at_ms),
        why=why or None,
    )
