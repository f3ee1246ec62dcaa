"""Reading a whole turn with care, once the voice has paused.

The turn is decoded with each vocal tract stretch; the one under which it is likeliest, this caller's earlier
turns considered, is believed, and the others say how sure it is.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from model.ears.band import cepstra
from model.ears.confidence import UNDECIDED, agreement, is_word, margin, sureness
from model.ears.decoder import Path, Span
from model.ears.grammar import Grammar, sounds_only
from model.ears.spectrum import STRETCHES, Floats

Search = Callable[[Grammar, Floats], Path]
"""A grammar and float32[n, 13] of an utterance → its best path."""
SETTLED: Final = 60.0
"""Nats by which a stretch must lead before the least likely is no longer tried."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a turn is taken to be.

    Attributes:
        spans: its words, without sounds that are none.
        sureness: of each word, 0..1.
        confidence: of the whole, 0..1.
        scores: the caller's scores per stretch, this turn included: nats below the best, ≤ 0.
    """

    spans: tuple[Span, ...]
    sureness: tuple[float, ...]
    confidence: float
    scores: tuple[float, ...] = ()

    @classmethod
    def of_partial(cls, path: Path) -> Self:
        """A live search's path: not weighed yet."""
        spans = tuple(span for span in path.spans if is_word(span))
        return cls(spans, (UNDECIDED,) * len(spans), UNDECIDED if spans else 0.0)


@dataclass(frozen=True, slots=True)
class Tried:
    """The stretches to read a turn with, by number, and the caller's scores in the turns before, nats."""

    stretches: tuple[int, ...]
    before: tuple[float, ...]


def read_with_care(search: Search, grammar: Grammar, turn: Floats, mean: Floats, tried: Tried) -> Reading:
    """Decode float32[n, stretches, 25] of a turn.

    Args:
        search: decodes a whole utterance.
        grammar: what may have been said.
        turn: log-mel.
        mean: float32[stretches, 25].
        tried: with which stretches.
    """
    before = tried.before
    voices = {k: cepstra(turn, mean, k) for k in tried.stretches}
    paths = {k: search(grammar, voice) for k, voice in voices.items()}
    best = max(tried.stretches, key=lambda k: paths[k].score + before[k])
    sounds = search(sounds_only(), voices[best])
    chosen, others = paths[best], [path for k, path in paths.items() if k != best]
    spans = tuple(span for span in chosen.spans if is_word(span))
    gain = margin(chosen, sounds)
    agreed = [agreement(span, others) for span in spans]
    return Reading(
        spans=spans,
        sureness=tuple(sureness(gain, share) for share in agreed),
        confidence=sureness(gain, min(agreed)) * len(spans) / len(chosen.spans) if spans else 0.0,
        scores=_added(before, {k: path.score for k, path in paths.items()}),
    )


def likely_stretches(before: tuple[float, ...]) -> tuple[int, ...]:
    """Choose the stretches to try: all of them for a caller not heard yet; then the likeliest two."""
    order = sorted(range(len(STRETCHES)), key=lambda k: before[k], reverse=True)
    return tuple(order if before[order[0]] - before[order[-1]] < SETTLED else order[:2])


def _added(before: tuple[float, ...], scores: dict[int, float]) -> tuple[float, ...]:
    """The caller's scores with this turn's; a stretch not tried falls as far behind as the worst tried.

    Scores are kept relative to the best, and a turn without a path teaches nothing.
    """
    if not all(math.isfinite(score) for score in scores.values()):
        return before
    worst = min(scores.values())
    sums = [past + scores.get(k, worst) for k, past in enumerate(before)]
    return tuple(one - max(sums) for one in sums)
