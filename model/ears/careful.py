"""Reading a whole turn with care, once the voice has paused.

The turn is decoded with each vocal tract stretch; the one under which it is likeliest, this caller's earlier
turns considered, is believed, and the others say how sure it is.
"""

from dataclasses import dataclass
from typing import Self

from model.ears.band import cepstra
from model.ears.confidence import UNDECIDED, agreement, is_word, margin, sureness
from model.ears.decoder import Decoder, Path, Span
from model.ears.grammar import Grammar, sounds_only
from model.ears.spectrum import STRETCHES, Floats


@dataclass(frozen=True, slots=True)
class Reading:
    """What a turn is taken to be.

    Attributes:
        spans: its words, without sounds that are none.
        sureness: of each word, 0..1.
        confidence: of the whole, 0..1.
        scores: the caller's scores per stretch, this turn included, nats.
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


def read_with_care(
    decoder: Decoder, grammar: Grammar, turn: Floats, mean: Floats, before: tuple[float, ...]
) -> Reading:
    """Decode float32[n, stretches, 25] of a turn.

    Args:
        decoder: is used up to the end of several utterances.
        grammar: what may have been said.
        turn: log-mel.
        mean: float32[stretches, 25].
        before: the caller's scores per stretch in the turns before, nats.
    """
    voices = [cepstra(turn, mean, k) for k in range(len(STRETCHES))]
    paths = [decoder.decode(grammar, voice) for voice in voices]
    scores = tuple(path.score + past for path, past in zip(paths, before, strict=True))
    best = max(range(len(STRETCHES)), key=lambda k: scores[k])
    sounds = decoder.decode(sounds_only(), voices[best])
    chosen, others = paths[best], [path for k, path in enumerate(paths) if k != best]
    spans = tuple(span for span in chosen.spans if is_word(span))
    gain = margin(chosen, sounds)
    agreed = [agreement(span, others) for span in spans]
    return Reading(
        spans=spans,
        sureness=tuple(sureness(gain, share) for share in agreed),
        confidence=sureness(gain, min(agreed)) * len(spans) / len(chosen.spans) if spans else 0.0,
        scores=scores,
    )
