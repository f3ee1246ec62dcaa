"""Which language the caller speaks, by all they have said so far. Pure.

Each turn brings nats for every language; the turns' nats add up, older ones counting less, so that a caller
who changes languages is followed. No torch here.
"""

# H frames · C classes

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, log
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

OTHER: Final = "other"
CLASSES: Final = ("en", "es", OTHER)
"""What the language head tells apart: the languages of the ears, and any other."""
TEMPERATURE: Final = 1.0
"""The head is surer of itself than it may be: its nats are divided by this (fitted on held-out voices)."""
MOST_NATS: Final = 6.0
"""No turn says more than this for one language against another."""
_WORDS: Final = 0.5
"""Nats for each of log-odds by which a turn is understood better in one language than in another."""
_KEPT: Final = 0.6
"""What a turn still counts for in the next one."""
_OWN: Final = 1.0
"""Nats for the language the call is in: most callers answer in the language they are spoken to."""


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    """What is known of the caller's language.

    Attributes:
        call: the language the call is in ("en").
        before: nats of the turns that are over, by class.
    """

    call: str
    before: tuple[float, ...] = (0.0,) * len(CLASSES)

    def likely(self, turn: "TurnNats") -> dict[str, float]:
        """Tell how likely each language is, 0..1, with the turn under way."""
        nats = [
            before + now + (_OWN if language == self.call else 0.0)
            for language, before, now in zip(CLASSES, self.before, turn, strict=True)
        ]
        most = max(nats)
        odds = [exp(each - most) for each in nats]
        return {language: each / sum(odds) for language, each in zip(CLASSES, odds, strict=True)}

    def after(self, turn: "TurnNats") -> "SpokenLanguage":
        """Remember a turn that is over."""
        before = tuple(_KEPT * (each + now) for each, now in zip(self.before, turn, strict=True))
        return replace(self, before=before)

    def going_on_in(self, language: str) -> "SpokenLanguage":
        """Begin anew: the call is now in this language."""
        return SpokenLanguage(language)


TurnNats = tuple[float, ...]
"""By class, what the sound of a turn says; they are centred on nought."""
NO_NATS: Final[TurnNats] = (0.0,) * len(CLASSES)


def nats_of(frames: Floats) -> TurnNats:
    """Add up the language head's readings float32[H, C] of a turn."""
    if not len(frames):
        return NO_NATS
    nats = frames.sum(axis=0) / TEMPERATURE
    nats = nats - nats.mean()
    spread = float(nats.max() - nats.min())
    return tuple(float(each) for each in nats * min(1.0, MOST_NATS / max(spread, 1e-6)))


def with_words(turn: TurnNats, confidences: Mapping[str, float]) -> TurnNats:
    """Add what the words say: in its own language a turn is understood better. `confidences`: 0..1."""
    fits = {language: _logit(each) for language, each in confidences.items()}
    mean = sum(fits.values()) / len(fits)
    return tuple(
        nats + (_WORDS * (fits[language] - mean) if language in fits else 0.0)
        for language, nats in zip(CLASSES, turn, strict=True)
    )


def _logit(confidence: float) -> float:
    bounded = min(max(confidence, 0.02), 0.98)
    return log(bounded / (1 - bounded))
