"""When would it speak? Takeovers in pauses against the delay after turn ends, for a model and for timeouts.

A rule is asked at the end of every micro-turn, as when serving, so the delays include the waiting for it.
"""

# S slots of a call

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import SLOT_MS, SLOT_SAMPLES, SLOTS_PER_MICRO_TURN
from model.data.calls import SimulatedCall
from model.data.clips import FRAME_MS
from model.evaluate.held_out import Read
from model.evaluate.metrics import Point, auc

Decisions = npt.NDArray[np.bool_]
"""bool[S]: the rule would speak after this slot."""

_FRAMES_PER_SLOT: Final = SLOT_MS // FRAME_MS
_LATEST_MS: Final = 3_000
_EARLY_MS: Final = 100
"""A decision this shortly before the last sound is an overlap people make too, not a cut."""
THRESHOLDS: Final = (
    0.2,
    0.3,
    0.4,
    0.5,
    0.55,
    0.6,
    0.65,
    0.7,
    0.75,
    0.8,
    0.85,
    0.9,
    0.93,
    0.95,
    0.97,
    0.98,
    0.99,
)
TIMEOUTS_S: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.3, 2.6)
PROBED_MS: Final = (100, 200, 300, 500, 800)


def by_model(read: Read, threshold: float) -> Decisions:
    """The model's rule: the caller is not speaking and the turn is over."""
    return (read.turn_end > threshold) & (read.caller_voice < 0.5)


def by_timeout(voiced: npt.NDArray[np.bool_], timeout_s: float) -> Decisions:
    """A detector's rule: no voice for so long."""
    needed = round(timeout_s * 1_000 / SLOT_MS)
    quiet = np.zeros(len(voiced), np.int64)
    for slot in range(len(voiced)):
        quiet[slot] = 0 if voiced[slot] else (quiet[slot - 1] if slot else 0) + 1
    return quiet >= needed


def energy_voice(call: SimulatedCall) -> npt.NDArray[np.bool_]:
    """An energy detector: above the noise floor by 9 dB and within 30 dB of the loudest so far."""
    power = (call.caller.astype(np.float64).reshape(-1, SLOT_SAMPLES) ** 2).mean(1)
    level_db = 10 * np.log10(power + 1)
    floor_db, loudest_db = level_db[0], level_db[0]
    voiced = np.zeros(len(level_db), np.bool_)
    for slot, level in enumerate(level_db):
        floor_db = min(level, floor_db + 0.05)
        loudest_db = max(level, loudest_db - 0.05)
        voiced[slot] = level > max(floor_db + 9, loudest_db - 30, 20)
    return voiced


def curve(
    calls: list[SimulatedCall], decide: Callable[[int, float], Decisions], settings: tuple[float, ...]
) -> list[Point]:
    """One point per setting; `decide` gives the decisions for the call of this index."""
    return [_point(calls, [decide(k, setting) for k in range(len(calls))], setting) for setting in settings]


def _point(calls: list[SimulatedCall], decisions: list[Decisions], setting: float) -> Point:
    taken = pauses = cut = turns = 0
    delays = list[int]()
    for call, would in zip(calls, decisions, strict=True):
        borders = np.flatnonzero(would[SLOTS_PER_MICRO_TURN - 1 :: SLOTS_PER_MICRO_TURN])
        moments = (borders + 1) * SLOTS_PER_MICRO_TURN * SLOT_MS
        for turn in call.turns:
            begin, end = turn.begin * FRAME_MS, turn.end * FRAME_MS
            if end + _LATEST_MS > len(would) * SLOT_MS:
                continue
            turns += 1
            cut += bool(((moments > begin + 2 * SLOT_MS) & (moments < end - _EARLY_MS)).any())
            for first, last in turn.pauses:
                pauses += 1
                taken += bool(((moments > first * FRAME_MS) & (moments <= last * FRAME_MS)).any())
            after = moments[(moments >= end - _EARLY_MS) & (moments <= end + _LATEST_MS)]
            if len(after):
                delays.append(int(after[0]) - end)
    median, p90 = np.percentile(delays, (50, 90)) if delays else (np.nan, np.nan)
    return Point(
        setting=setting,
        takeovers=taken / max(pauses, 1),
        cut_turns=cut / max(turns, 1),
        found=len(delays) / max(turns, 1),
        median_ms=float(median),
        p90_ms=float(p90),
    )


def probe(reads: list[Read], kind: int | None = None) -> dict[int, float]:
    """AUC of turn ends against pauses at one and the same length of silence, by that length in ms.

    A rule that knows only how long the silence has lasted scores 0.5 here, whatever the length. `kind`
    restricts it to turns that answer this kind of question (index of the awaited answer).
    """
    found = dict[int, float]()
    for silence_ms in PROBED_MS:
        scores, truths = list[float](), list[bool]()
        for read in reads:
            for turn in read.call.turns:
                if kind is not None and turn.kind != kind:
                    continue
                silences = [(first, last, False) for first, last in turn.pauses]
                silences.append((turn.end, turn.end + _LATEST_MS // FRAME_MS, True))
                for first, last, over in silences:
                    slot = (first + silence_ms // FRAME_MS) // _FRAMES_PER_SLOT - 1
                    if (last - first) * FRAME_MS >= silence_ms and 0 <= slot < len(read.turn_end):
                        scores.append(read.turn_end[slot])
                        truths.append(over)
        found[silence_ms] = auc(np.array(scores, np.float64), np.array(truths, np.bool_))
    return found
