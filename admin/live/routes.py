"""Calls that are up: which, what happens on them as it happens, and what managers may have them do."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.requests import HTTPConnection
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from redis.exceptions import RedisError

from admin.access import Who, still_may
from admin.accounts import sessions
from admin.accounts.sessions import SignedIn
from admin.audit.trail import Change, note
from admin.calls.routes import CallId
from admin.live.connections import Following
from admin.live.following import LiveCalls, new_id
from admin.parts import AdminParts, Parts
from admin.problems import Problem
from admin.roles import Role
from config.live import MOST_WHISPER, Command, CommandKind, LiveCall

router = APIRouter(prefix="/live", tags=["live"])
_AGAIN_AFTER_MS: Final = 1_000
"""How soon a browser connects again when the stream breaks."""
_LOOK_EVERY_S: Final = 15.0
"""So often the stream shows that it lives, and it is seen to that its reader may still read."""


def live_calls(connection: HTTPConnection) -> LiveCalls:
    """Give what reaches live calls."""
    return connection.app.state.live


Live = Annotated[LiveCalls, Depends(live_calls)]
EventId = Annotated[str | None, Header(alias="Last-Event-ID", pattern=r"^[0-9]{1,15}-[0-9]{1,15}$")]


class WhisperedWords(BaseModel):
    """What the agent is to say, word for word."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MOST_WHISPER)


@router.get("/calls")
async def list_live_calls(live: Live) -> list[LiveCall]:
    """List the calls that are up on any server, newest first."""
    return await live.all()


@router.get(
    "/events",
    dependencies=[Following],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def follow_live_calls(
    request: Request,
    parts: Parts,
    live: Live,
    call_id: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = None,
    last_event_id: EventId = None,
) -> StreamingResponse:
    """Follow what happens on all calls from now on, or on one from its beginning.

    Server-sent events: call_began, words, state, task, chart, key, whisper, control, call_ended; `data` is
    JSON with call_id, at_ms and sequence, which counts a call's happenings from 1 without gaps. Who connects
    again with Last-Event-ID goes on after it; `reset` says that what came since is no longer there: read the
    list.
    """
    if sessions.is_foreign(request, parts.settings):
        raise Problem(403, "foreign-origin", f"Open {parts.settings.public_url} and follow calls there.")
    after, gone = await live.begin(call_id, last_event_id)
    told = _told(request, parts, live, call_id, after)
    return StreamingResponse(
        _after_reset(told) if gone else told,
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _after_reset(told: AsyncGenerator[str]) -> AsyncGenerator[str]:
    yield "event: reset\ndata: {}\n\n"
    async for each in told:
        yield each


async def _told(
    request: Request, parts: AdminParts, live: LiveCalls, call_id: str | None, after: str
) -> AsyncGenerator[str]:
    yield f"retry: {_AGAIN_AFTER_MS}\n: following\n\n"
    clock = asyncio.get_running_loop().time
    looked_s = clock()
    with contextlib.suppress(RedisError, OSError):  # the stream ends, and the browser connects again
        async with contextlib.aclosing(live.happenings(call_id, after)) as happenings:
            async for entries in happenings:
                if entries:
                    yield "".join(f"id: {e.id}\nevent: {e.kind}\ndata: {e.data}\n\n" for e in entries)
                if clock() - looked_s >= _LOOK_EVERY_S:
                    looked_s = clock()
                    yield ": still following\n\n"
                    if not await still_may(request, parts, Role.VIEWER):
                        return


@router.post("/calls/{call_id}/whisper", status_code=202)
async def whisper_to_call(
    call_id: CallId, words: WhisperedWords, request: Request, parts: Parts, live: Live, who: Who
) -> None:
    """Have the agent say something in its own turn, word for word; `whisper` events tell what comes of it."""
    command = _command(call_id, CommandKind.WHISPER, who, text=words.text)
    await live.have(command)
    await _note(request, parts, who, Change("call", call_id, None, {"whisper": words.text}))


@router.post("/calls/{call_id}/hand-back", status_code=204)
async def hand_back_call(call_id: CallId, request: Request, parts: Parts, live: Live, who: Who) -> None:
    """Give a call back to the agent, whoever has taken it over."""
    before = (await live.found(call_id)).call.held_by
    await live.have(_command(call_id, CommandKind.HAND_BACK, who))
    await _note(request, parts, who, Change("call", call_id, {"held_by": before}, {"held_by": None}))


@router.post("/calls/{call_id}/end", status_code=204)
async def end_call(call_id: CallId, request: Request, parts: Parts, live: Live, who: Who) -> None:
    """Hang up."""
    await live.have(_command(call_id, CommandKind.END, who))
    await _note(request, parts, who, Change("call", call_id, {"up": True}, {"up": False}))


def _command(call_id: str, kind: CommandKind, who: SignedIn, text: str = "") -> Command:
    return Command(id=new_id(), call_id=call_id, kind=kind, person=who.name, text=text)


async def _note(request: Request, parts: AdminParts, who: SignedIn, change: Change) -> None:
    async with parts.database.writing() as db:
        note(db, request, who, parts.now_ms(), change)
