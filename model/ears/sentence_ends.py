"""How well a sentence may end after the words so far, by n-grams: "I ordered" hardly, "it is broken" well."""

from collections.abc import Sequence
from typing import Final

from model.ears.language_model import Mixture, mixed
from model.ears.open_words import words_of
from model.synthesis.speech import Language

_DOMAIN: Final = 0.5
_SLOPE: Final = 0.8
_NEUTRAL: Final = -1.6
"""The nats of an end that says nothing either way. Both fitted to ends and pauses in turns made of script
lines that the n-grams had not counted (20 % of the training lines, 6,000 turns a language, 2026-11-23)."""
_LEAST, _MOST = -2.0, 1.2


def ends_well(words: Sequence[str], language: Language) -> float:
    """Say how much likelier it is that a turn ends after these words than that the caller only pauses.

    Args:
        words: of the turn so far, lower case.
        language: theirs.

    Returns:
        Log-odds, -2..1.2; 0 where the words do not tell, among them when there are none or the last is not
        in the vocabulary.
    """
    vocabulary = words_of(language)
    last = vocabulary.numbers.get(words[-1]) if words else None
    if last is None:
        return 0.0
    begin, end = vocabulary.borders
    before = vocabulary.numbers.get(words[-2], -1) if len(words) > 1 else begin
    mixture = vocabulary.mixture
    share = _DOMAIN if mixture.share else 0.0
    nats = mixed(Mixture(mixture.general, mixture.domain, share), end, last, before)
    return min(max(_SLOPE * (nats - _NEUTRAL), _LEAST), _MOST)
