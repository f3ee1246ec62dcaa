"""Any words, read while they are being said: for an interpreter, who does not wait for a pause. Pure.

What lies a few seconds back is read no more: it stands, and the search goes on behind it.
"""

# T readings of 20 ms

from dataclasses import dataclass
from typing import Final

from model.ears.evidence import Evidence
from model.ears.grammar import Grammar
from model.ears.open_search import Borders, OpenSpan, open_path
from model.ears.open_words import OpenVocabulary, open_words, words_of
from model.ears.sentence import OPEN, UNDECIDED, Sentence, weighed, whole_sentence
from model.ears.tongue import Tongue
from model.ears.viterbi import Span

_STANDS: Final = 150
"""Readings before the latest in which words may still become others."""
_LONGEST: Final = 300
"""Readings that are searched at a time, but for those of a word that goes on."""
_FEWEST: Final = 2
"""A single word is believed only if it is one of the grammar: a cough sounds like some word."""
_LEAST: Final = 0.5
"""Noise that sounds like words mostly stays below this."""


@dataclass(frozen=True, slots=True)
class Running:
    """The words of a turn that stand, and where the search goes on."""

    spans: tuple[OpenSpan, ...] = ()

    @property
    def upto(self) -> int:
        """The reading behind them."""
        return self.spans[-1].end if self.spans else 0


NOTHING_YET: Final = Running()


def words_so_far(evidence: Evidence, tongue: Tongue, before: Running) -> tuple[Sentence, Running]:
    """Read what is being said, without the word that is not over.

    Args:
        evidence: of the turn so far.
        tongue: what it is read as.
        before: what came of reading it the last time; `NOTHING_YET` the first time, or after another reading
            of its sound.
    """
    vocabulary = words_of(tongue.language)
    begin = before.upto
    path = open_path(
        Evidence(evidence.sounds[begin:], evidence.blank[begin:], evidence.foreign[begin:], evidence.lost),
        vocabulary.tree,
        vocabulary.mixture,
        Borders(before.spans[-1].word if before.spans else vocabulary.borders.begin, vocabulary.borders.end),
        whole=False,
    )
    spans = before.spans + tuple(
        OpenSpan(span.word, span.start + begin, span.end + begin) for span in path.spans
    )
    heard = tuple(Span(_named(vocabulary, span.word), span.start, span.end) for span in spans)
    sentence = Sentence(heard, (UNDECIDED,) * len(heard), UNDECIDED if heard else 0.0)
    readings = len(evidence.blank)
    if readings - begin <= _LONGEST:
        return sentence, before
    return sentence, Running(tuple(span for span in spans if span.end <= readings - _STANDS))


def every_word(evidence: Evidence, grammar: Grammar, tongue: Tongue) -> Sentence:
    """Read what was said before a pause: any words, a single one or none out of `grammar`."""
    path = open_words(evidence, words_of(tongue.language))
    if len(path.spans) < _FEWEST:
        return whole_sentence(evidence, grammar, tongue)
    sentence = weighed(path.spans, evidence, tongue, OPEN)
    return sentence if sentence.confidence >= _LEAST else Sentence()


def _named(vocabulary: OpenVocabulary, word: int) -> str:
    return vocabulary.words[word].rstrip(".")
