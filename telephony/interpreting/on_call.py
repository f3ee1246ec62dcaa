"""The interpreter on one call: there only while whoever has taken it over, or the flow, wants one.

Whoever has taken the call over is stepped beside the caller, in the same micro-turn. Whoever was called has a
line of their own (`second_leg`); until they have answered, and after they have gone, the call is the agent's.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from agents.dialogue.events import Interpret, InterpretationEnded, StopInterpreting
from agents.translation.translator import Translator
from config.flow import Flow, LanguageRecognition
from config.house import notice_in
from model.turn import (
    Audio,
    CallContext,
    Dials,
    DialsTurned,
    LanguageChanged,
    OfferWithdrawn,
    TurnEvent,
    TurnInput,
    TurnOutput,
)
from telephony.agent_side import AgentSide
from telephony.errors import CarrierError
from telephony.interpreting.interpretation import DIALS, Interpretation
from telephony.interpreting.legs import Legs
from telephony.interpreting.people import InterpreterNews, LegJoined, Side, Told, Wishes
from telephony.interpreting.second_leg import SecondLeg
from telephony.line import Conversation, IncomingCall
from telephony.steady_side import SteadySide
from telephony.steering import Wanted
from telephony.tape import Tape

logger = logging.getLogger(__name__)

INTERPRETER: Final = "interpreter"
"""Who has a call in which two people are interpreted because the flow wants it."""


class Interpreters(Protocol):
    """What interpreting needs of the house."""

    @property
    def translator(self) -> Translator: ...

    @property
    def legs(self) -> Legs: ...

    async def open_side(self, context: CallContext) -> AgentSide:
        """Begin a second leg. Raises what the engine raises, when it has no room for instance."""
        ...


@dataclass(frozen=True, slots=True)
class OfCall:
    """What interpreting needs of the call.

    Attributes:
        tape: the call's; who is called has one of their own beside it.
        recognition: how surely somebody must speak another language to be followed into it.
        notice: what everybody on a call is told first, by language tag.
    """

    incoming: IncomingCall
    call_id: str
    tape: Tape
    recognition: LanguageRecognition
    notice: Mapping[str, str]


@dataclass(slots=True)
class _Beside:
    """Whoever has taken the call over: their leg is stepped with the caller's."""

    side: SteadySide
    index: int = 0


class Interpreting:
    """See the module. `interpreters` is None where there are none: then nobody is ever interpreted."""

    def __init__(self, interpreters: Interpreters | None, call: OfCall) -> None:
        self.ear: Audio | None = None
        """What whoever has taken the call over is to hear of this micro-turn, int16[3200]."""
        self.language: str | None = None
        """What the other person speaks, while there is one."""
        self._interpreters = interpreters
        self._call = call
        self._joined: Interpretation | None = None
        self._beside: _Beside | None = None
        self._step: str | None = None
        """The step of the flow that wants it."""
        self._work: asyncio.Task[None] | None = None
        self._errands: set[asyncio.Task[None]] = set()
        self._ended: list[InterpretationEnded] = []
        self._number = 0
        """How many times there was one."""
        self._persons: str | None = None
        """What whoever has taken the call over wants to speak."""
        self._unsaid: tuple[str, ...] = ()
        self._left = Told()
        """What was still to be told of one that is over."""
        self._news: list[InterpreterNews] = []
        self._leg: int | None = None
        """The second leg that has just joined."""
        self._dialled = False
        self._callers = ""
        """What the call goes on in."""
        self._ears: str | None = None
        """What the caller's ears were last told to hear while they were interpreted."""

    @property
    def on(self) -> bool:
        """Whether two people are being interpreted."""
        return self._joined is not None

    # --- wanted -----------------------------------------------------------------------------------------

    def wanted(self, wanted: Wanted, callers: str) -> Wanted:
        """Do what is wanted of the call, as far as it is for an interpreter; `callers`: their language.

        Whoever takes the call over ends what the flow wanted. Nobody waits for an interpreter: until theirs
        is there, they and the caller hear each other as without one.

        Returns:
            The same; while two people speak with each other because the flow wants it, the call is theirs.
        """
        self._callers = callers
        if wanted.held_by is None and self._step is not None:
            return replace(wanted, held_by=INTERPRETER, language=self.language) if self.on else wanted
        if wanted.language == self._persons and (wanted.held_by is None or self._step is None):
            return wanted
        self._finish(joined=self.on)
        self._persons = wanted.language
        if wanted.language is not None and self._interpreters is not None:
            wishes = Wishes(
                {Side.CALLER: callers, Side.OTHER: wanted.language},
                in_step=True,
                recognition=self._call.recognition,
            )
            joining = self._join_beside(self._interpreters, wishes)
            self._work = asyncio.create_task(joining, name="interpreter")
        return wanted

    def obey(self, order: Interpret | StopInterpreting, flow: Flow, callers: str) -> None:
        """Do what the flow wants; `over` tells when that has ended, or that nobody came."""
        if isinstance(order, Interpret):
            number = flow.destinations[order.destination].number
            self._call_for(order, number, callers)
        elif self._step == order.step:
            self._step = None
            self._stop()

    def _call_for(self, wanted: Interpret, number: str, callers: str) -> None:
        self._finish(joined=False)
        self._step = wanted.step
        house = self._interpreters
        if house is None or not house.legs.can_call:
            logger.warning("step '%s' calls somebody, and there is no carrier account for that", wanted.step)
            self._finish(joined=False)
            return
        wishes = Wishes(
            {Side.CALLER: callers, Side.OTHER: wanted.language},
            wanted.duck_db,
            wanted.introductions,
            notice_in(self._call.notice, wanted.language) or "",
            recognition=self._call.recognition,
        )

        async def opens() -> Conversation:
            return await self._join_line(house, wishes)

        self._work = asyncio.create_task(self._ring(house, number, opens), name="second leg")

    def over(self) -> tuple[InterpretationEnded, ...]:
        """Take what the dialogue is to be told."""
        ended, self._ended = tuple(self._ended), []
        return ended

    # --- a micro-turn -----------------------------------------------------------------------------------

    def news(self, dials: Dials) -> tuple[TurnEvent, ...]:
        """Give what the caller's leg is to voice, and how its floor is held: `dials` if it is the flow's."""
        events: list[TurnEvent] = [OfferWithdrawn(each) for each in self._unsaid]
        self._unsaid = ()
        if self.on is not self._dialled:
            self._dialled = self.on
            events.append(DialsTurned(DIALS if self.on else dials))
        if self._joined is not None:
            self._ears = self._joined.language[Side.CALLER]
            return (*events, *self._joined.news(Side.CALLER))
        ears, self._ears = self._ears, None
        if ears is not None and ears != self._callers:
            events.append(LanguageChanged(self._callers))
        return tuple(events)

    async def step(
        self, agent: SteadySide, turn: TurnInput, voice: Callable[[], Audio]
    ) -> tuple[TurnOutput, bool]:
        """Step the caller's leg, and beside it that of whoever has taken the call over.

        Args:
            agent: the caller's side of the model; one that does not raise.
            turn: the caller's.
            voice: takes the next int16[3200] of whoever has taken the call over.

        Returns:
            What the caller is to hear, and whether it is of an interpreter.
        """
        self.ear = None
        joined, beside = self._joined, self._beside
        if joined is None:
            return await agent.step(turn), False
        if beside is None:
            return self._took(joined, turn, await agent.step(turn)), True
        theirs = TurnInput(beside.index, voice(), joined.news(Side.OTHER))
        beside.index += 1
        caller, other = await asyncio.gather(agent.step(turn), beside.side.step(theirs))
        heard = self._took(joined, turn, caller)
        self.ear = joined.took(Side.OTHER, theirs, other).agent_audio
        if beside.side.is_failing:
            self._stop(lost=True)  # they go on as if there had been none
        return heard, True

    def tell(self) -> Told:
        """Take what there is to tell since the last time."""
        told, self._left = self._left, Told()
        rows, words, legs = told.rows, told.words, ()
        if (joined := self._joined) is not None:
            rows, words = (*rows, *joined.rows()), (*words, *joined.others_words())
            if self._leg is not None and joined.later_ms is not None:
                legs = (LegJoined(self._leg, joined.language[Side.OTHER], joined.later_ms),)
                self._leg = None
        news, self._news = tuple(self._news), []
        return Told(rows, words, legs, news)

    async def close(self) -> None:
        """The caller has gone: who was called is told; all else is freed."""
        self._stop()
        await asyncio.gather(*self._errands, return_exceptions=True)

    # --- inside -----------------------------------------------------------------------------------------

    def _took(self, joined: Interpretation, turn: TurnInput, output: TurnOutput) -> TurnOutput:
        output = joined.took(Side.CALLER, turn, output)
        if joined.is_over(Side.CALLER):
            self._finish(joined=True)
        return output

    async def _join_beside(self, house: Interpreters, wishes: Wishes) -> None:
        try:
            side = await self._open_side(house, wishes)
        except Exception:  # no room, no ears: the two hear each other, as they would without
            logger.exception("nobody can be interpreted")
            self._news.append(InterpreterNews(None, lost=True))
            return
        self._beside = _Beside(SteadySide(side, self._call.call_id))
        self._join(house, wishes)

    async def _join_line(self, house: Interpreters, wishes: Wishes) -> Conversation:
        waiting = self._work
        side = await self._open_side(house, wishes)
        if waiting is None or waiting is not self._work:  # the caller went meanwhile
            side.close()
            raise CarrierError("nobody waits for this call any more")
        leg = self._number + 1
        header = {"call_id": self._call.call_id, "language": wishes.languages[Side.OTHER]}
        tape = self._call.tape.of_leg(leg, header)
        self._leg = leg
        return SecondLeg(side, self._join(house, wishes), tape)

    async def _open_side(self, house: Interpreters, wishes: Wishes) -> AgentSide:
        language = wishes.languages[Side.OTHER]
        return await house.open_side(CallContext(f"{self._call.call_id}-{self._number + 1}", language, DIALS))

    def _join(self, house: Interpreters, wishes: Wishes) -> Interpretation:
        self._number += 1
        self.language = wishes.languages[Side.OTHER]
        self._joined = Interpretation(self._number, wishes, house.translator)
        self._news.append(InterpreterNews(self.language))
        return self._joined

    async def _ring(
        self, house: Interpreters, number: str, opens: Callable[[], Awaitable[Conversation]]
    ) -> None:
        if not await house.legs.call(number, self._call.incoming.to_number, opens):
            self._finish(joined=False)

    def _finish(self, *, joined: bool) -> None:
        """It is over; the flow goes on, if it was the flow's."""
        step, self._step = self._step, None
        self._stop()
        if step is not None:
            self._ended.append(InterpretationEnded(step, joined))

    def _stop(self, *, lost: bool = False) -> None:
        """Let go of what there is; `lost`: it was still wanted."""
        work, self._work = self._work, None
        if work is not None and work is not asyncio.current_task():
            work.cancel()
            self._later(_done(work))
        joined, self._joined = self._joined, None
        beside, self._beside = self._beside, None
        self.language = None
        if joined is not None:
            self._unsaid = (*self._unsaid, *joined.unsaid(Side.CALLER))
            self._left = Told(joined.rows(), joined.others_words())
            self._news.append(InterpreterNews(None, lost))
            joined.left(Side.CALLER)
            if beside is not None:
                beside.side.close()
                self._later(joined.close())

    def _later(self, errand: Awaitable[None]) -> None:
        async def run() -> None:
            await errand

        task = asyncio.create_task(run(), name="interpreter's errand")
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)


async def _done(work: asyncio.Task[None]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await work
