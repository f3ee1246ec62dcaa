"""Listening to a call that is up, and taking it over: WebSockets with audio.

To the browser go 200 ms a message of both sides, int16 little endian at 16 kHz, left the caller and right the
agent or whoever speaks in its place; and, as JSON, `taken`, `refused` (with why and detail), `handed_back`
(by somebody else, or because nothing was heard of us), `ended`. From who takes over come int16 mono at 16 kHz
of any length and without pause, silence too, and `{"type": "end"}`, which hangs up. Closing the socket hands
the call back, and so does a browser of which nothing comes any more.

Who has a call interpreted speaks another language than the caller: on their left is not the caller's voice
but what an interpreter says of it, with the voice under that.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, Coroutine
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, WebSocket, WebSocketDisconnect
from redis.exceptions import RedisError

from admin.access import Who, still_may
from admin.accounts.sessions import SignedIn
from admin.audit.trail import Change, note
from admin.calls.routes import CallId
from admin.live.connections import Holding, OpenConnections
from admin.live.following import LiveCalls, new_id
from admin.live.routes import Live
from admin.parts import AdminParts, Parts
from admin.problems import Problem
from admin.roles import Role
from agents.interpreting.phrases import languages
from config.live import HOLD_EVERY_S, LISTEN_EVERY_S, Command, CommandKind, LiveState

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/live", tags=["live"])

NORMAL: Final = 1000
POLICY: Final = 1008
TRY_AGAIN_LATER: Final = 1013
REFUSED: Final = 4409
OVER: Final = 4404
_LOOK_EVERY_S: Final = 15.0
_GONE_AFTER_S: Final = 4.0
"""A browser that sends nothing for so long is gone, though its connection may stand."""
_KNOWN_WITHIN_S: Final = 3.0
"""By then it is known everywhere that the call is ours; if it is not, it was ours for a moment only."""
_TOGETHER_BYTES: Final = 1_280
"""40 ms: shorter pieces of a voice are sent on together."""
_BYTES_A_SECOND: Final = 32_000
_AHEAD_BYTES: Final = 10 * _BYTES_A_SECOND
"""So much more than time allows may come before it is no voice."""


class _Link:
    """One socket to one call."""

    def __init__(
        self, websocket: WebSocket, call_id: str, parts: AdminParts, live: LiveCalls, who: SignedIn
    ) -> None:
        self._websocket = websocket
        self.call_id = call_id
        self._parts = parts
        self.live = live
        self.who = who
        self._holder = new_id()
        self.language = ""
        """What they speak, where they are interpreted."""
        self._closing: tuple[int, str] = (NORMAL, "")
        self._heard_s = 0.0

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Accept the socket; a Problem within is told to the browser."""
        await self._websocket.accept()
        try:
            yield
        except Problem as problem:
            await self.refuse(problem)

    def command(self, kind: CommandKind) -> Command:
        """Make a command of ours."""
        return Command(
            id=new_id(),
            call_id=self.call_id,
            kind=kind,
            person=self.who.name,
            holder=self._holder,
            language=self.language,
        )

    async def until_first(self, *works: Coroutine[None, None, None]) -> None:
        """Do all of this until the first of it ends, then close."""
        tasks = [asyncio.create_task(work) for work in works]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for each in ended:
            if isinstance(each, (Problem, RedisError)):
                self._closing = (TRY_AGAIN_LATER, "Redis does not answer")
            elif isinstance(each, Exception) and not isinstance(each, (WebSocketDisconnect, OSError)):
                logger.error("a socket to a live call failed", exc_info=each)
        with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError):  # it has gone already
            await self._websocket.close(*self._closing)

    # --- to the browser -----------------------------------------------------------------------------------

    async def down(self) -> None:
        """Hand on what the call sounds like."""
        sound: AsyncGenerator[bytes] = self.live.sound(self.call_id, holder=bool(self.language))
        async with contextlib.aclosing(sound):
            async for pcm in sound:
                if pcm:
                    await self._websocket.send_bytes(pcm)

    async def say(self, message: dict[str, str]) -> None:
        """Send JSON."""
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await self._websocket.send_text(json.dumps(message, ensure_ascii=False))

    async def refuse(self, problem: Problem) -> None:
        """Say why not, and close."""
        await self.say({"type": "refused", "why": problem.kind, "detail": problem.detail})
        with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError):
            await self._websocket.close(OVER if problem.status == 404 else REFUSED, problem.kind)

    # --- to the call ----------------------------------------------------------------------------------------

    async def keep_listening(self, state: LiveState) -> None:
        """Have the call go on to send its sound, until it is over or we may listen no more."""
        clock = asyncio.get_running_loop().time
        looked_s = clock()
        while True:
            await self.live.send(self.command(CommandKind.LISTEN), state.server)
            await asyncio.sleep(LISTEN_EVERY_S)
            if await self.live.find(self.call_id) is None:
                await self.say({"type": "ended"})
                return
            if clock() - looked_s >= _LOOK_EVERY_S:
                looked_s = clock()
                if not await still_may(self._websocket, self._parts, Role.AGENT):
                    self._closing = (POLICY, "not logged in any more")
                    return

    async def keep_hold(self, state: LiveState) -> None:
        """Be heard of, until the call is no longer ours or the browser is gone."""
        ours = False
        clock = asyncio.get_running_loop().time
        self._heard_s = began_s = clock()
        while clock() - self._heard_s < _GONE_AFTER_S:
            await self.live.send(self.command(CommandKind.HOLD), state.server)
            await asyncio.sleep(HOLD_EVERY_S)
            now = await self.live.find(self.call_id)
            if now is None:
                await self.say({"type": "ended"})
                return
            holds = now.holder == self._holder
            if not holds and (ours or clock() - began_s > _KNOWN_WITHIN_S):
                await self.say({"type": "handed_back"})
                return
            ours = ours or holds
        self._closing = (POLICY, "nothing came from the browser")
        await self.say({"type": "handed_back"})

    async def up(self, state: LiveState) -> None:
        """Hand on our voice."""
        clock = asyncio.get_running_loop().time
        began_s, came_bytes, piece = clock(), 0, b""
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            self._heard_s = clock()
            if text := message.get("text"):
                await self._told(text)
                continue
            piece += message.get("bytes") or b""
            came_bytes += len(message.get("bytes") or b"")
            if came_bytes > (clock() - began_s) * _BYTES_A_SECOND + _AHEAD_BYTES:
                self._closing = (POLICY, "faster than anybody speaks")
                return
            if len(piece) >= _TOGETHER_BYTES:
                whole = len(piece) // 2 * 2
                await self.live.speak(state.server, self.call_id, self._holder, piece[:whole])
                piece = piece[whole:]

    async def drain(self) -> None:
        """Wait until the browser goes; what it says is not for the call."""
        while (await self._websocket.receive())["type"] != "websocket.disconnect":
            pass

    async def _told(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        if isinstance(message, dict) and message.get("type") == "end":
            try:
                await self.live.have(self.command(CommandKind.END))
            except Problem as problem:
                if problem.status in (404, 409):  # over, or not ours any more: who looks for that tells it
                    return
                raise
            async with self._parts.database.writing() as db:
                change = Change("call", self.call_id, {"up": True}, {"up": False})
                note(db, self._websocket, self.who, self._parts.now_ms(), change)

    async def note(self, before: str | None, after: str | None) -> None:
        """Enter in the audit log who has the call."""
        change = Change("call", self.call_id, {"held_by": before}, {"held_by": after})
        async with self._parts.database.writing() as db:
            note(db, self._websocket, self.who, self._parts.now_ms(), change)


def _link(websocket: WebSocket, call_id: CallId, parts: Parts, live: Live, who: Who) -> _Link:
    return _Link(websocket, call_id, parts, live, who)


_Opened = Annotated[_Link, Depends(_link)]


@router.websocket("/calls/{call_id}/listen")
async def listen_to_call(link: _Opened, connections: OpenConnections) -> None:
    """Hear both sides of a call."""
    async with link.open():
        with connections.held(link.who, Holding.LISTEN):
            state = await link.live.found(link.call_id)
            await link.until_first(link.down(), link.keep_listening(state), link.drain())


@router.websocket("/calls/{call_id}/take-over")
async def take_call_over(link: _Opened, connections: OpenConnections) -> None:
    """Speak to the caller in the agent's place until the socket closes."""
    async with link.open():
        with connections.held(link.who, Holding.TAKE_OVER):
            await _hold(link, CommandKind.TAKE_OVER)


@router.websocket("/calls/{call_id}/interpret")
async def interpret_call(
    link: _Opened, connections: OpenConnections, language: Annotated[str, Query(max_length=35)] = "en"
) -> None:
    """Speak to the caller in the agent's place, each in their own language, until the socket closes."""
    async with link.open():
        _check_spoken(language)
        link.language = language
        with connections.held(link.who, Holding.TAKE_OVER):
            await _hold(link, CommandKind.INTERPRET)


def _check_spoken(language: str) -> None:
    """Raise a Problem, 422, for a language (a BCP 47 tag) that the interpreter does not speak."""
    if language.partition("-")[0].lower() not in languages():
        detail = f"The interpreter does not speak '{language}'. Choose one of: {', '.join(languages())}."
        raise Problem(422, "no-such-language", detail)


async def _hold(link: _Link, kind: CommandKind) -> None:
    """Have the call until one of us ends it."""
    live, name = link.live, link.who.name
    state = await live.found(link.call_id)
    await live.have(link.command(kind))
    await link.note(None, name)
    try:
        await link.say({"type": "taken"})
        await link.until_first(link.down(), link.keep_listening(state), link.keep_hold(state), link.up(state))
    finally:
        with contextlib.suppress(Problem):  # or else the call takes itself back when nobody is heard of
            await live.send(link.command(CommandKind.HAND_BACK), state.server)
        await link.note(name, None)
