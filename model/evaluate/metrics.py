"""Figures of merit over scores and truths. Plain numpy, no model in sight."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


def auc(scores: Floats, truths: Truths) -> float:
    """The probability that a true one scores above a false one, ties counting half; NaN without both."""
    positives, negatives = int(truths.sum()), int((~truths).sum())
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = float(mean_rank[inverse][truths].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def accuracy(scores: Floats, truths: Truths) -> float:
    """The share decided rightly at one half."""
    return float(((scores > 0.5) == truths).mean())


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of a rule that decides when to speak.

    Attributes:
        setting: threshold, or timeout in seconds.
        takeovers: share of pauses inside turns in which it would have spoken.
        cut_turns: share of turns it would have cut off, in a pause or in mid-speech.
        found: share of turn ends after which it spoke within three seconds.
        median_ms, p90_ms: from the end of the turn to the decision, over the ends found.
    """

    setting: float
    takeovers: float
    cut_turns: float
    found: float
    median_ms: float
    p90_ms: float


def at_most(points: list[Point], takeovers: float) -> Point | None:
    """The quickest point with at most this share of takeovers that finds nine ends in ten."""
    allowed = [point for point in points if point.takeovers <= takeovers and point.found >= 0.9]
    return min(allowed, key=lambda point: (point.median_ms, point.p90_ms), default=None)
