"""How well small utterances are placed: windows served, and the divergence of their timing. Pure."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from model.evaluate.cases import Span

BIN_MS: Final = 200.0
"""As Full-Duplex-Bench bins them."""
APART_MS: Final = 4_000.0
"""Openings closer than this to the first of a window belong to it: nobody answers every one of them."""
OPENS_EARLY_MS: Final = 200
"""So long before a clause ends a listener's "mm-hm" may begin."""
_EPSILON: Final = 1e-10


@dataclass(frozen=True, slots=True)
class Served:
    """How the openings of a story were used.

    Attributes:
        in_place: utterances that begin in an opening.
        windows: groups of openings, one "mm-hm" each.
        served: windows in which there was one.
        divergence: Jensen-Shannon divergence of the utterances' timing from the openings', bits, 0..1.
        distance: the same as the public evaluator states it: its square root in nats; 1 without utterances.
    """

    in_place: int
    windows: int
    served: int
    divergence: float
    distance: float


def serve(given: tuple[Span, ...], openings: tuple[Span, ...], story: Span) -> Served:
    """Compare the utterances given with the openings of a story."""
    windows = windows_of(openings)
    begun = [utterance.start_ms for utterance in given]
    return Served(
        in_place=sum(any(opening.holds(at) for opening in openings) for at in begun),
        windows=len(windows),
        served=sum(any(opening.holds(at) for opening in window for at in begun) for window in windows),
        divergence=_divergence(given, openings, story),
        distance=_distance(given, openings, story),
    )


def windows_of(openings: tuple[Span, ...]) -> list[list[Span]]:
    """Group openings to windows."""
    windows: list[list[Span]] = []
    for opening in openings:
        if windows and opening.start_ms - windows[-1][0].start_ms < APART_MS:
            windows[-1].append(opening)
        else:
            windows.append([opening])
    return windows


def offsets_ms(given: tuple[Span, ...], openings: tuple[Span, ...]) -> tuple[float, ...]:
    """From the nearest end of a clause to each utterance, ms."""
    ends = [opening.start_ms + OPENS_EARLY_MS for opening in openings]
    return tuple(min((utterance.start_ms - end for end in ends), key=abs) for utterance in given if ends)


def jensen_shannon(p: npt.NDArray[np.float64], q: npt.NDArray[np.float64]) -> float:
    """Jensen-Shannon divergence of two histograms, bits, 0..1."""
    p, q = (histogram + _EPSILON for histogram in (p, q))
    p, q = p / p.sum(), q / q.sum()
    mean = (p + q) / 2
    return float((p * np.log2(p / mean)).sum() / 2 + (q * np.log2(q / mean)).sum() / 2)


def _divergence(given: tuple[Span, ...], openings: tuple[Span, ...], story: Span) -> float:
    if not given or not openings:
        return 1.0
    return jensen_shannon(_histogram(given, story), _histogram(openings, story))


def _distance(given: tuple[Span, ...], openings: tuple[Span, ...], story: Span) -> float:
    if not given or not openings:
        return 1.0
    return float(np.sqrt(_divergence(given, openings, story) * np.log(2)))


def _histogram(spans: tuple[Span, ...], story: Span) -> npt.NDArray[np.float64]:
    """How many spans touch each bin of the story."""
    bins = np.zeros(int(story.ms // BIN_MS) + 1)
    for span in spans:
        first = max(int((span.start_ms - story.start_ms) // BIN_MS), 0)
        last = min(int((span.end_ms - story.start_ms) // BIN_MS), len(bins) - 1)
        bins[first : last + 1] += 1
    return bins
