"""The platform's side of an evaluation over the carrier simulator: one system behind the telephone line.

A process of its own, as in production; what the agent did in a call goes back to the parent when it is over.
"""

import contextlib
import gc
import socket
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Final, Generic, TypeVar

import uvicorn
from fastapi import FastAPI

from config.settings import load
from model.batcher import Batcher
from model.evaluate.agent_lines import tag_of
from model.evaluate.cases import Case
from model.evaluate.known_words import told_words
from model.evaluate.line_up import NATIVE
from model.evaluate.recording import (
    HeardStretch,
    heard_words,
    moments_of,
    voiced_words,
)
from model.evaluate.situation import Situation, answer, answers_at_once, due, joined
from model.evaluate.systems import baseline
from model.turn import CallContext, CallState, Heard, TurnEvent, TurnInput, TurnOutput, Yielded
from tandem.eval_native import native
from tandem.eval_process import Served, Told
from telephony.line import IncomingCall, LineAnswer, LineTurn
from telephony.twilio.routes import twilio_router

_UNSET: Final = dict.fromkeys(
    ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TANDEM_PUBLIC_URL", "DATABASE_URL", "REDIS_URL")
)

_SPARE: Final = 8
"""Room for calls that are over but whose state has not been freed yet."""

S = TypeVar("S", bound=CallState)


class EvalConversation(Generic[S]):
    """One case as the line's conversation."""

    def __init__(
        self, case: Case, batcher: Batcher[S], state: S, ears: str, told: Callable[[Told], None]
    ) -> None:
        self._case = case
        self._batcher = batcher
        self._state = state
        self._told = told
        self._situation = Situation(case.script)
        self._words = told_words(ears, case.spoken)
        self._outputs: list[TurnOutput] = []
        self._heard: list[HeardStretch] = []
        self._heard_ms = 0
        self._closed = False

    async def micro_turn(self, turn: LineTurn) -> LineAnswer:
        """Take 200 ms in and give 200 ms out; the last one ends the call."""
        self._heard += [HeardStretch(span.agent_start, span.call_start, span.samples) for span in turn.heard]
        events: list[TurnEvent] = []
        if turn.heard_ms != self._heard_ms:
            self._heard_ms = turn.heard_ms
            events.append(Heard(turn.heard_ms))
        if self._words is not None:
            events.append(self._words.heard(turn.index))
        self._situation, made = due(self._situation, turn.index)
        heard = TurnInput(turn.index, turn.caller_audio, (*events, *made))
        output = await self._batcher.step(self._state, heard)
        self._situation = answer(self._situation, output)
        if answers_at_once(self._situation, output):
            reply = await self._batcher.reply(self._state, self._situation.waiting)
            output = joined(output, reply)
            self._situation = replace(self._situation, waiting=())
        if self._words is not None:
            self._words.follow(output)
        self._outputs.append(output)
        return LineAnswer(
            output.agent_audio,
            clear=any(isinstance(act, Yielded) for act in output.acts),
            end=turn.index >= self._case.micro_turns,
        )

    async def close(self, reason: str) -> None:
        """Tell what happened. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self._state.close()
        self._told(
            Told(
                self._case.id,
                heard_words(self._outputs, self._heard),
                moments_of(self._outputs),
                voiced_words(self._outputs),
                tuple(output.readings for output in self._outputs),
            )
        )


class _Room(Generic[S]):
    """A switchboard that knows which case is calling by its number."""

    def __init__(self, served: Served, batcher: Batcher[S], told: Callable[[Told], None]) -> None:
        self._served = served
        self._batcher = batcher
        self._told = told

    def has_room(self) -> bool:
        return True

    def lead_in_ms(self, call: IncomingCall, now_ns: int) -> int:
        return 0

    async def open(self, call: IncomingCall) -> EvalConversation[S]:
        case = self._served.cases[call.from_number]
        state = await self._batcher.open(CallContext(case.id, tag_of(case.language)))
        return EvalConversation(case, self._batcher, state, self._served.ears, self._told)


def run(served: Served, port: int, parent: Connection) -> None:
    """Do what `eval_process.serve` promises."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with contextlib.AsyncExitStack() as open_rooms:
            if served.system == NATIVE:
                system = native(served.checkpoint, served.ears, served.at_once + _SPARE, rehearsed=False)
                batcher = Batcher(open_rooms.enter_context(system))
                room = _Room(served, batcher, parent.send)
            else:
                rule = baseline(served.system)
                open_rooms.callback(rule.close)
                batcher = Batcher(rule)
                room = _Room(served, batcher, parent.send)
            open_rooms.push_async_callback(batcher.close)
            settings = load({**_UNSET, "TANDEM_PORT": str(port)})
            app.include_router(twilio_router(settings, room))
            gc.collect()
            gc.freeze()  # a full collection would stop every call for tens of milliseconds
            yield

    app = FastAPI(lifespan=lifespan)
    config = uvicorn.Config(
        app, port=port, log_level="error", access_log=False, ws_per_message_deflate=False, lifespan="on"
    )
    with contextlib.suppress(KeyboardInterrupt):
        _Server(config, parent).run()


class _Server(uvicorn.Server):
    """Says whether it takes connections."""

    def __init__(self, config: uvicorn.Config, parent: Connection) -> None:
        super().__init__(config)
        self._parent = parent

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._parent.send(self.started)
