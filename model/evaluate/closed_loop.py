"""What the floor's lines and a manager's dials do: calls of training voices, read once, replayed with any.

    tracks = read_calls(model, [*turn_calls(), *overlap_calls()])
    figures = measure(tracks, Rules(dials, lines))

Reading is the model's work and takes a minute; a replay is the floor's alone, in virtual time, and takes
seconds. It is exact up to the first decision in each silence and each overlap, which are what is counted:
until then the simulated agent does what the live one does (it is silent, or goes on speaking). The words are
those really said, as early as the shipped ears have them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from config.expectation import Expectation
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SLOTS_PER_MICRO_TURN
from model.data.calls import SimulatedCall, simulate
from model.data.delivery import FRAME_MS
from model.data.scene import Manners, Phase
from model.ears.ears import Hearing
from model.floor import decide
from model.interaction import InteractionModel
from model.moment import Decision, Floor, Moment, Rules, Standing
from model.native import readings_of
from model.streaming import ModelTurn, StreamingModel
from model.streams import DIGITS_ANY, KINDS
from model.turn import Readings, Word

SEED: Final = 777
_AT_ONCE: Final = 50
_EARS_LAG_MS: Final = 40
"""Words that ended this long before a micro-turn did are known in it: the ears need 150 ms, and are waited
for."""
_EARLY_MS: Final = 100
"""A decision this shortly before the last sound is an overlap people make too, not a cut."""
_LATEST_MS: Final = 3_000
_ANSWERED_MS: Final = 1_500
_RESUMED_MS: Final = 2_000
_PAUSED_LATER_MS: Final = 120
"""A pause comes at the end of the word under way: half a word later than a stop, on average."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A call and, for each of its micro-turns, what the model reads and what else the floor is told."""

    call: SimulatedCall
    slots: tuple[tuple[Readings, ...], ...]
    agent_speaks: tuple[bool, ...]
    expectations: tuple[Expectation, ...]
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of a replay. Shares 0..1; milliseconds to the decision, waiting for the micro-turn included.

    Attributes:
        pauses, turns: how many there were; `takeovers` is the share of pauses in which the turn was taken.
        median_ms, p90_ms: from the end of a turn; turns never taken count as three seconds.
        yields_400, yields: interruptions at which the agent falls silent within 400 ms, within 1.5 s.
        stop_ms: the median of that.
        lost: share of overlaps of each other kind (backchannel, aside, background, noise) after which the
            agent does not go on.
        faltered: the share at which it stops or pauses, if only for a moment.
        backchannels_per_minute: of caller speech in long turns; `in_place`: share begun where one was due.
    """

    pauses: int
    turns: int
    takeovers: float
    median_ms: float
    p90_ms: float
    yields_400: float
    yields: float
    stop_ms: float
    lost: dict[str, float]
    faltered: dict[str, float]
    backchannels_per_minute: float
    in_place: float


# --- reading ------------------------------------------------------------------------------------------


def turn_calls(count: int = 100, seed: int = SEED) -> list[SimulatedCall]:
    """Simulate calls in which the agent lets callers finish and hardly anybody talks over it."""
    manners = Manners(patient=True, overlap_rate=0.1, phase=Phase.FULL_DUPLEX)
    return [simulate(seed, number, "train", manners) for number in range(count)]


def overlap_calls(count: int = 100, seed: int = SEED + 1) -> list[SimulatedCall]:
    """Simulate calls in which something sounds over every sentence of an agent that is slow to stop."""
    manners = Manners(patient=True, overlap_rate=1.0, phase=Phase.FULL_DUPLEX)
    return [simulate(seed, number, "train", manners) for number in range(count)]


def read_calls(model: InteractionModel, calls: Sequence[SimulatedCall]) -> list[Track]:
    """Let the model read calls micro-turn by micro-turn, as when serving."""
    return [
        track
        for first in range(0, len(calls), _AT_ONCE)
        for track in _read_together(StreamingModel(model, _AT_ONCE), calls[first : first + _AT_ONCE])
    ]


def _read_together(live: StreamingModel, calls: Sequence[SimulatedCall]) -> Iterator[Track]:
    states = [live.open() for _ in calls]
    micro_turns = min(len(call.caller) for call in calls) // MICRO_TURN_SAMPLES
    slots: list[list[tuple[Readings, ...]]] = [[] for _ in calls]
    for index in range(micro_turns):
        turns = [_model_turn(call, index) for call in calls]
        for kept, readings in zip(slots, live.step(states, turns), strict=True):
            kept.append(readings_of(readings))
    for call, kept in zip(calls, slots, strict=True):
        agent = call.labels.voice[:, 1].reshape(-1, SLOTS_PER_MICRO_TURN)
        yield Track(
            call=call,
            slots=tuple(kept),
            agent_speaks=tuple(bool(micro_turn.mean() >= 0.5) for micro_turn in agent),
            expectations=tuple(_expectation(call, index) for index in range(micro_turns)),
            words=tuple(Word(w.text, w.begin * FRAME_MS, w.end * FRAME_MS) for w in call.caller_words),
        )


def _model_turn(call: SimulatedCall, index: int) -> ModelTurn:
    def span(audio: np.ndarray, at: int) -> np.ndarray:
        return audio[at * MICRO_TURN_SAMPLES : (at + 1) * MICRO_TURN_SAMPLES]

    return ModelTurn(span(call.caller, index), span(call.agent, index), _expectation(call, index))


def _expectation(call: SimulatedCall, index: int) -> Expectation:
    at = index * SLOTS_PER_MICRO_TURN
    count = int(call.digits[at])
    return Expectation(KINDS[int(call.kind[at])], count if 0 < count < DIGITS_ANY else None)


# --- replaying ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, at the end of its micro-turn (call time)."""

    at_ms: int
    decision: Decision


def replay(track: Track, rules: Rules) -> list[Decided]:
    """Run the floor over a call; what changes it is handed back in order."""
    floor, standing = Floor(), Standing.SILENT
    known_from_ms = 0
    decided: list[Decided] = []
    for index, slots in enumerate(track.slots):
        now_ms = (index + 1) * MICRO_TURN_MS
        standing = _standing(standing, agent_speaks=track.agent_speaks[index])
        words = tuple(
            w for w in track.words if known_from_ms <= w.start_ms and w.end_ms <= now_ms - _EARS_LAG_MS
        )
        moment = Moment(
            index=index,
            slots=slots,
            hearing=Hearing(words, now_ms - _EARS_LAG_MS, 0.9 if words else 0.0),
            standing=standing,
            expectation=track.expectations[index],
        )
        floor, decision = decide(floor, moment, rules)
        if decision not in (Decision.LISTEN, Decision.HOLD):
            decided.append(Decided(now_ms, decision))
        if decision in (Decision.TAKE_TURN, Decision.FORGET, Decision.RESUME):
            known_from_ms = now_ms - MICRO_TURN_MS
        standing = _after(standing, decision)
    return decided


def _standing(before: Standing, *, agent_speaks: bool) -> Standing:
    """The simulated agent speaks or not; while it does, what was decided about that stands."""
    if not agent_speaks:
        return Standing.SILENT
    return Standing.VOICING if before is Standing.SILENT else before


def _after(standing: Standing, decision: Decision) -> Standing:
    match decision:
        case Decision.PAUSE:
            return Standing.PAUSED
        case Decision.YIELD:
            return Standing.YIELDED
        case Decision.RESUME:
            return Standing.VOICING
        case _:
            return standing


# --- counting -----------------------------------------------------------------------------------------


def measure(tracks: Sequence[Track], rules: Rules) -> Figures:
    """Replay calls and count."""
    replayed = [(track, replay(track, rules)) for track in tracks]
    taken, delays = _turns(replayed)
    stops, lost, faltered = _overlaps(replayed)
    given, in_place, minutes = _backchannels(replayed)
    return Figures(
        pauses=len(taken),
        turns=len(delays),
        takeovers=_mean(taken),
        median_ms=float(np.median(delays)) if delays else float("nan"),
        p90_ms=float(np.percentile(delays, 90)) if delays else float("nan"),
        yields_400=_mean([stop <= 400 for stop in stops]),
        yields=_mean([stop <= _ANSWERED_MS for stop in stops]),
        stop_ms=float(np.median(stops)) if stops else float("nan"),
        lost={what: _mean(each) for what, each in lost.items()},
        faltered={what: _mean(each) for what, each in faltered.items()},
        backchannels_per_minute=given / minutes if minutes else float("nan"),
        in_place=in_place / given if given else float("nan"),
    )


Replayed = Sequence[tuple[Track, list[Decided]]]


def _turns(replayed: Replayed) -> tuple[list[bool], list[int]]:
    """For each pause whether the turn was taken in it; for each turn how long after its end it was."""
    taken: list[bool] = []
    delays: list[int] = []
    for track, decided in replayed:
        took_ms = [each.at_ms for each in decided if each.decision is Decision.TAKE_TURN]
        for turn in track.call.turns:
            begin_ms, end_ms = turn.begin * FRAME_MS, turn.end * FRAME_MS
            if end_ms + _LATEST_MS > len(track.slots) * MICRO_TURN_MS or _over_agent(track, begin_ms):
                continue
            for first, last in turn.pauses:
                taken.append(any(first * FRAME_MS < at <= last * FRAME_MS for at in took_ms))
            after = [at - end_ms for at in took_ms if -_EARLY_MS <= at - end_ms <= _LATEST_MS]
            delays.append(min(after, default=_LATEST_MS))
    return taken, delays


def _over_agent(track: Track, begin_ms: int) -> bool:
    """Whether a turn began over the agent's voice, which is another matter."""
    return track.agent_speaks[begin_ms // MICRO_TURN_MS]


def _overlaps(replayed: Replayed) -> tuple[list[int], dict[str, list[bool]], dict[str, list[bool]]]:
    stops: list[int] = []
    lost: dict[str, list[bool]] = {}
    faltered: dict[str, list[bool]] = {}
    for track, decided in replayed:
        for overlap in track.call.overlaps:
            onset_ms = overlap.begin * FRAME_MS
            until_ms = onset_ms + _ANSWERED_MS
            yielded = [d.at_ms - onset_ms for d in decided if _within(d, Decision.YIELD, onset_ms, until_ms)]
            paused = [d.at_ms - onset_ms for d in decided if _within(d, Decision.PAUSE, onset_ms, until_ms)]
            if overlap.earnest:
                halts = [*yielded, *(at + _PAUSED_LATER_MS for at in paused)]
                stops.append(min(halts, default=_LATEST_MS))
            else:
                after = [d for d in decided if onset_ms < d.at_ms <= overlap.end * FRAME_MS + _RESUMED_MS]
                went_on = any(d.decision is Decision.RESUME for d in after)
                took = any(d.decision is Decision.TAKE_TURN for d in after)
                halted = bool(yielded or paused)
                lost.setdefault(overlap.what, []).append(halted and (took or not went_on))
                faltered.setdefault(overlap.what, []).append(halted)
    return stops, lost, faltered


def _within(decided: Decided, decision: Decision, after_ms: int, until_ms: int) -> bool:
    return decided.decision is decision and after_ms < decided.at_ms <= until_ms


def _backchannels(replayed: Replayed) -> tuple[int, int, float]:
    """Given, given in place, and the minutes of long turns in which they could be."""
    given = in_place = 0
    long_ms = 0
    for track, decided in replayed:
        for turn in track.call.turns:
            if not turn.long:
                continue
            begin_ms, end_ms = turn.begin * FRAME_MS, turn.end * FRAME_MS
            long_ms += end_ms - begin_ms
            for each in decided:
                if _within(each, Decision.BACKCHANNEL, begin_ms, end_ms):
                    given += 1
                    slot = each.at_ms // MICRO_TURN_MS * SLOTS_PER_MICRO_TURN
                    in_place += bool(
                        track.call.labels.backchannel_due[slot - SLOTS_PER_MICRO_TURN : slot + 2].any()
                    )
    return given, in_place, long_ms / 60_000


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else float("nan")
