"""Caller sound over the agent: is the floor wanted, and how soon does the model know?"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from config.units import SLOT_MS, SLOTS_PER_MICRO_TURN
from model.data.clips import FRAME_MS
from model.evaluate.held_out import Read
from model.evaluate.metrics import auc

_FRAMES_PER_SLOT: Final = SLOT_MS // FRAME_MS
_LATEST_MS: Final = 1_500
JUDGED_MS: Final = (200, 300, 400, 600, 800)
THRESHOLDS: Final = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class StopPoint:
    """One threshold of the rule "yield when an interruption is heard", asked at every micro-turn's end.

    Attributes:
        threshold: of the barge-in probability.
        yields: share of interruptions to which it yields within 1.5 s.
        false_yields: share of "mm-hm"s, bangs and asides to which it yields.
        median_ms, p90_ms: from the onset of an interruption to the decision.
    """

    threshold: float
    yields: float
    false_yields: float
    median_ms: float
    p90_ms: float


def known_after(reads: list[Read]) -> dict[int, float]:
    """AUC of interruptions against everything else, by the time since its onset in ms."""
    found = dict[int, float]()
    for after_ms in JUDGED_MS:
        scores, truths = list[float](), list[bool]()
        for read in reads:
            for overlap in read.call.overlaps:
                slot = (overlap.begin + after_ms // FRAME_MS) // _FRAMES_PER_SLOT - 1
                scores.append(float(read.barge_in[slot]))
                truths.append(overlap.earnest)
        found[after_ms] = auc(np.array(scores, np.float64), np.array(truths, np.bool_))
    return found


def stop_curve(reads: list[Read]) -> list[StopPoint]:
    """One point per threshold."""
    return [_stop_point(reads, threshold) for threshold in THRESHOLDS]


def _stop_point(reads: list[Read], threshold: float) -> StopPoint:
    earnest = others = false = 0
    delays = list[int]()
    for read in reads:
        would = (read.barge_in > threshold) & (read.caller_voice > 0.5)
        borders = np.flatnonzero(would[SLOTS_PER_MICRO_TURN - 1 :: SLOTS_PER_MICRO_TURN])
        moments = (borders + 1) * SLOTS_PER_MICRO_TURN * SLOT_MS
        for overlap in read.call.overlaps:
            onset = overlap.begin * FRAME_MS
            within = moments[(moments > onset) & (moments <= onset + _LATEST_MS)]
            if overlap.earnest:
                earnest += 1
                if len(within):
                    delays.append(int(within[0]) - onset)
            else:
                others += 1
                false += bool(len(within))
    median, p90 = np.percentile(delays, (50, 90)) if delays else (np.nan, np.nan)
    return StopPoint(
        threshold=threshold,
        yields=len(delays) / max(earnest, 1),
        false_yields=false / max(others, 1),
        median_ms=float(median),
        p90_ms=float(p90),
    )
