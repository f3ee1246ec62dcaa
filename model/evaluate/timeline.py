"""The whole model over a recording: what it perceives, what it would decide, and the words, by time.

The caller's side of a call goes through the model as it does live, micro-turn by micro-turn; the agent's
side, when the recording has one, is taken as what the agent said. Nothing is voiced: a decision is what the
floor would have done there.
"""

# S slots of the recording, 20 a second

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Generic, Protocol, TypeVar, assert_never

import numpy as np
import numpy.typing as npt

from config.expectation import NOTHING_AWAITED, Expectation
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLE_RATE_HZ, SLOT_MS, SLOTS_PER_MICRO_TURN
from model.ears.ears import Hearing
from model.ears.kinds import AnyKind, CallHearing
from model.floor import Decision, Floor, Moment, Rules, Standing, decide
from model.native import Perception, readings_of
from model.sound import Samples, to_int16
from model.streaming import ModelTurn
from model.streams import SPEAKING_POWER
from model.turn import Audio, CallState, Readings, Word

TAIL_MS: Final = 2_000
"""Silence after the recording, so that its last turn can end."""
_MAY_BE_VOICE: Final = 0.3

M = TypeVar("M", bound=CallState)


class Happening(StrEnum):
    """What is shown on the time line as a moment."""

    CALLER_SPOKE = "caller_spoke"
    TURN_TAKEN = "turn_taken"
    BACKCHANNEL = "backchannel"
    PAUSE = "pause"
    YIELD = "yield"
    RESUME = "resume"
    ANSWERED = "answered"
    """The recording's agent spoke before the floor had decided."""
    NO_TURN = "no_turn"


_ENDINGS: Final = (Happening.TURN_TAKEN, Happening.ANSWERED, Happening.RESUME, Happening.NO_TURN)


@dataclass(frozen=True, slots=True)
class Event:
    """Something decided at the end of a micro-turn, or heard to begin; `text` are the turn's words."""

    at_ms: int
    happening: Happening
    text: str = ""


@dataclass(frozen=True, slots=True)
class MicroTurn:
    """What was read and decided in one micro-turn; `slots` oldest first."""

    at_ms: int
    slots: tuple[Readings, ...]
    agent_speaks: bool
    decision: Decision


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """A recording as the model takes it.

    Attributes:
        caller, agent: float32[N] at 16 kHz; `agent` None for a recording of the caller alone.
        micro_turns: in order, without gaps; the last ones lie in the silence after the recording.
        events: by time.
        words: of the caller, as they stood when each turn ended.
    """

    caller: Samples
    agent: Samples | None
    micro_turns: tuple[MicroTurn, ...] = ()
    events: tuple[Event, ...] = ()
    words: tuple[Word, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.caller) / SAMPLE_RATE_HZ

    def curve(self, name: str) -> npt.NDArray[np.float64]:
        """One reading over the recording, float64[S], 0..1: "caller_voice", "turn_end", "barge_in", ..."""
        return np.array([getattr(slot, name) for turn in self.micro_turns for slot in turn.slots])

    @property
    def soon(self) -> npt.NDArray[np.float64]:
        """The mean probability of caller activity over the next 0.8 s, float64[S]."""
        return np.array([sum(slot.caller_soon) / 4 for turn in self.micro_turns for slot in turn.slots])


class _Listening(Protocol):
    """Ears asked and answering at once."""

    def expect(self, expectation: Expectation) -> None: ...

    def listen(self, index: int, audio: Audio, *, speaking: bool) -> Hearing: ...

    def turn_over(self) -> None: ...


class _Attentive:
    """The ears of one call, without processes: what is handed over is understood before they answer."""

    def __init__(self, kind: AnyKind, language: str) -> None:
        self._kind = kind
        self._call: CallHearing = kind.open(language)

    def expect(self, expectation: Expectation) -> None:
        self._call.expect(expectation)

    def listen(self, index: int, audio: Audio, *, speaking: bool) -> Hearing:
        self._call.listen(index, audio, speaking=speaking)
        return self._kind.work([self._call], hurried=False)[0]

    def turn_over(self) -> None:
        self._call.turn_over()


class _Deaf:
    """No ears: nothing is understood, and nothing is waited for."""

    def expect(self, expectation: Expectation) -> None:
        """There is nobody to tell."""

    def listen(self, index: int, audio: Audio, *, speaking: bool) -> Hearing:
        return Hearing(upto_ms=(index + 1) * MICRO_TURN_MS)

    def turn_over(self) -> None:
        """There is nobody to tell."""


@dataclass(frozen=True, slots=True)
class Listener(Generic[M]):
    """What listens to a recording.

    Attributes:
        model: with room for a call.
        ears: None to do without words.
        language: BCP 47 tag of the caller's.
        expectation: the answer awaited throughout.
        rules: by which the floor is held.
    """

    model: Perception[M]
    ears: AnyKind | None
    language: str = "en"
    expectation: Expectation = NOTHING_AWAITED
    rules: Rules = field(default_factory=Rules)

    def listen(self, caller: Samples, agent: Samples | None = None) -> Timeline:
        """Take in a recording, float32[N] at 16 kHz each side, and say what it is like."""
        ears: _Listening = _Deaf() if self.ears is None else _Attentive(self.ears, self.language)
        ears.expect(self.expectation)
        call = self.model.open()
        floor, run = Floor(), _Run()
        silence = np.zeros_like(caller)
        try:
            for index, (theirs, ours) in enumerate(
                zip(_micro_turns(caller), _micro_turns(silence if agent is None else agent), strict=True)
            ):
                (read,) = self.model.step([call], [ModelTurn(theirs, ours, self.expectation)])
                slots = readings_of(read)
                speaking = any(slot.caller_voice >= _MAY_BE_VOICE for slot in slots)
                hearing = ears.listen(index, theirs, speaking=speaking)
                standing = Standing.VOICING if _sounds(ours) else Standing.SILENT
                moment = Moment(index, slots, hearing, standing, expectation=self.expectation)
                if run.answered(moment, floor):
                    ears.turn_over()
                    floor = replace(floor, caller=floor.caller.after_turn())
                    moment = replace(moment, hearing=Hearing(upto_ms=hearing.upto_ms))
                before = floor.caller.onset_ms
                floor, decision = decide(floor, moment, self.rules)
                onset_ms = floor.caller.onset_ms if floor.caller.onset_ms != before else None
                if run.note(moment, decision, onset_ms):
                    ears.turn_over()
        finally:
            call.close()
        return replace(run.timeline, caller=caller, agent=agent)


@dataclass(slots=True)
class _Run:
    """The time line being filled in: the one thing here that changes in place."""

    micro_turns: list[MicroTurn] = field(default_factory=list[MicroTurn])
    events: list[Event] = field(default_factory=list[Event])
    words: list[Word] = field(default_factory=list[Word])
    given_way: set[Happening] = field(default_factory=set[Happening])
    """What the caller's present utterance has already made the agent do."""

    def answered(self, moment: Moment, floor: Floor) -> bool:
        """Whether the agent begins to speak after a turn of the caller's that nothing was decided about."""
        spoke_before = bool(self.micro_turns) and self.micro_turns[-1].agent_speaks
        caller = floor.caller
        if (
            moment.standing is Standing.SILENT
            or spoke_before
            or not caller.has_turn
            or caller.may_be_speaking
        ):
            return False
        words = moment.hearing.words
        at_ms = moment.index * MICRO_TURN_MS
        self.events.append(Event(at_ms, Happening.ANSWERED, " ".join(word.text for word in words)))
        self.words += words
        return True

    def note(self, moment: Moment, decision: Decision, onset_ms: int | None) -> bool:
        """Write down a micro-turn; returns whether a turn is over."""
        agent_speaks = moment.standing is Standing.VOICING
        began_ms = moment.index * MICRO_TURN_MS
        self.micro_turns.append(MicroTurn(began_ms, moment.slots, agent_speaks, decision))
        if onset_ms is not None:
            self.events.append(Event(onset_ms, Happening.CALLER_SPOKE))
            self.given_way.clear()
        happening = _happening(decision)
        if happening is None or happening in self.given_way:
            return False
        if happening in (Happening.YIELD, Happening.PAUSE):
            self.given_way.add(happening)
        over = happening in (Happening.TURN_TAKEN, Happening.NO_TURN, Happening.RESUME)
        words = moment.hearing.words if over else ()
        if happening is not Happening.NO_TURN or words:
            self.events.append(Event(moment.now_ms, happening, " ".join(word.text for word in words)))
        self.words += words
        return over

    @property
    def timeline(self) -> Timeline:
        nothing = np.zeros(0, np.float32)
        events = tuple(sorted(self.events, key=lambda event: event.at_ms))
        return Timeline(nothing, None, tuple(self.micro_turns), events, tuple(self.words))


def with_words(timeline: Timeline, words: tuple[Word, ...]) -> Timeline:
    """The same time line with words heard otherwise: those of a turn stand at what ended it."""
    events: list[Event] = []
    since_ms = 0
    for event in timeline.events:
        if event.happening in _ENDINGS:
            said = " ".join(word.text for word in words if since_ms <= word.start_ms < event.at_ms)
            events.append(replace(event, text=said))
            since_ms = event.at_ms
        else:
            events.append(event)
    return replace(timeline, events=tuple(events), words=words)


def _happening(decision: Decision) -> Happening | None:
    match decision:
        case Decision.LISTEN | Decision.HOLD:
            return None
        case Decision.TAKE_TURN:
            return Happening.TURN_TAKEN
        case Decision.FORGET:
            return Happening.NO_TURN
        case Decision.PAUSE:
            return Happening.PAUSE
        case Decision.YIELD:
            return Happening.YIELD
        case Decision.RESUME:
            return Happening.RESUME
        case Decision.BACKCHANNEL:
            return Happening.BACKCHANNEL
        case _:
            assert_never(decision)


def _micro_turns(side: Samples) -> npt.NDArray[np.int16]:
    """The sound in whole micro-turns with silence after it, int16[T, 3200]."""
    count = -(-len(side) // MICRO_TURN_SAMPLES) + TAIL_MS // MICRO_TURN_MS
    padded = np.zeros(count * MICRO_TURN_SAMPLES, np.int16)
    padded[: len(side)] = to_int16(side)
    return padded.reshape(count, MICRO_TURN_SAMPLES)


def _sounds(micro_turn: Audio) -> bool:
    power = np.mean((micro_turn / 32_768.0).reshape(SLOTS_PER_MICRO_TURN, -1) ** 2, axis=1)
    return bool(power.max() > SPEAKING_POWER)


def as_plain(timeline: Timeline) -> dict[str, Any]:
    """The time line in plain values: seconds, micro-turns with four slots each, events, words."""
    return {
        "seconds": round(timeline.seconds, 3),
        "sides": 1 if timeline.agent is None else 2,
        "slot_ms": SLOT_MS,
        "micro_turns": [
            {
                "at_ms": turn.at_ms,
                "agent_speaks": turn.agent_speaks,
                "decision": turn.decision.value,
                **{
                    name: [round(getattr(slot, name), 4) for slot in turn.slots]
                    for name in ("caller_voice", "agent_voice", "turn_end", "barge_in", "backchannel_due")
                },
                "caller_soon": [[round(p, 4) for p in slot.caller_soon] for slot in turn.slots],
            }
            for turn in timeline.micro_turns
        ],
        "events": [{**asdict(event), "happening": event.happening.value} for event in timeline.events],
        "words": [asdict(word) for word in timeline.words],
    }
