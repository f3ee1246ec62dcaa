"""Reading a turn's evidence as a sentence of the flow's grammar, and saying how sure that is. Pure."""

import math
from dataclasses import dataclass, replace
from typing import Final

from model.ears.alternatives import Vocabulary, fit_of, vocabulary_of
from model.ears.evidence import Evidence
from model.ears.grammar import SOUND, Costs, Grammar
from model.ears.open_words import open_words, words_of
from model.ears.tongue import Tongue
from model.ears.viterbi import Path, Span, best_path
from model.ears.word_graph import graph_of

COSTS: Final = Costs(
    word=0.5,
    digit=1.0,
    number_group=3.5,
    filler=4.0,
    lead=1.5,
    unasked=2.0,
    again=3.0,
    missing_digit=2.5,
    extra_digit=4.0,
    unasked_number=2.0,
    sound=2.2,
)
"""Nats of phone posteriors, which promise more than those of Gaussians."""
UNDECIDED: Final = 0.45
"""The confidence of words heard while the caller is still speaking."""
_MARGIN: Final = 4
"""Readings before and after a word that may still be of it."""
_MOST_LEAD: Final = 8.0
_FEWEST_FREE: Final = 2
_LEAST_FREE: Final = 0.7
"""Noise that sounds like words stays below this."""
_NOTHING_BETTER: Final = 0.9
"""A reading by the grammar that is this sure stands: no other is tried."""
_KNOWN: Final = 0.7
"""With this share of the grammar's words, a sentence is meant for the agent."""
_RIVALS: Final = 400
"""With more words than these, a word is weighed against free sounds alone."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Logistic regressions of whether a word, and a sentence, is right, on how it fits.

    Fitted on 306 turns of held-out voices in which words were heard, half of them in vain: most over lines
    with 4 to 45 dB of noise below the voice, a seventh nonsense.
    The bias of the sentence lies higher than fitted (0.7): on quiet lines nearly everything was right.
    """

    word_bias: float = 1.4
    word_deficit: float = -0.8
    word_lead: float = 0.22
    bias: float = 1.6
    deficit: float = -1.7
    lead: float = 0.25


WEIGHTS: Final = Weights()
OPEN: Final = Weights(word_bias=1.0, word_deficit=-1.0, word_lead=0.0, bias=2.5, deficit=-1.5, lead=0.0)
"""For words that are not weighed against others: out of a list of phrases, or of an open vocabulary."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What was understood: its words, from reading to reading; how sure each is and all of it, 0..1.

    `expected`: they are words of the grammar, or nearly all are. `score`: nats by sounds and words together,
    to be compared with another reading of the same sound.
    """

    spans: tuple[Span, ...] = ()
    sureness: tuple[float, ...] = ()
    confidence: float = 0.0
    expected: bool = True
    score: float = -math.inf


def sentence_so_far(evidence: Evidence, grammar: Grammar, tongue: Tongue) -> Sentence:
    """Read what a caller has said who is still speaking: without the word that is being said."""
    path = best_path(graph_of(grammar, tongue.language), evidence, whole=False)
    spans = _words(path)
    return Sentence(spans, (UNDECIDED,) * len(spans), UNDECIDED if spans else 0.0)


def whole_sentence(
    evidence: Evidence, grammar: Grammar, tongue: Tongue, weights: Weights = WEIGHTS
) -> Sentence:
    """Read what a caller has said who has paused."""
    path = best_path(graph_of(grammar, tongue.language), evidence)
    spans = _words(path)
    if not spans:
        return Sentence()
    sentence = weighed(spans, evidence, tongue, weights, _rivals(grammar, tongue))
    share = len(spans) / len(path.spans)
    return replace(sentence, confidence=sentence.confidence * share, score=path.score)


def likeliest_sentence(evidence: Evidence, grammar: Grammar, tongue: Tongue) -> Sentence:
    """Read what a caller has said who has paused: by the grammar, or as any words where those are likelier.

    Nobody talks in the phrases of a flow alone: forced into half of one, the rest of a sentence becomes
    something else.
    """
    expected = whole_sentence(evidence, grammar, tongue)
    if expected.confidence >= _NOTHING_BETTER:
        return expected
    free = free_sentence(evidence, tongue)
    if not free.spans or (expected.spans and free.score <= expected.score):
        return expected
    known = sum(span.word in grammar.words for span in free.spans) / len(free.spans)
    return replace(free, expected=known >= _KNOWN)


def free_sentence(evidence: Evidence, tongue: Tongue) -> Sentence:
    """Read what a caller has said who has paused and said nothing that was expected, as any words.

    Nothing, where that would be a single word or only digits: a "mm-hm" and a cough sound like some.
    """
    path = open_words(evidence, words_of(tongue.language))
    said = {span.word for span in path.spans} - tongue.numerals.values.keys()
    if len(path.spans) < _FEWEST_FREE or not said:
        return Sentence()
    sentence = weighed(path.spans, evidence, tongue, OPEN)
    if sentence.confidence < _LEAST_FREE:
        return Sentence()
    return replace(sentence, expected=False, score=path.score)


def weighed(
    spans: tuple[Span, ...],
    evidence: Evidence,
    tongue: Tongue,
    weights: Weights,
    rivals: frozenset[str] = frozenset(),
) -> Sentence:
    """Say how sure each of these words is, against `rivals` that may have been said in its place."""
    if not spans:
        return Sentence()
    fits = [
        fit_of(span.word, evidence_around(evidence, spans, k), _with(rivals, span.word, tongue))
        for k, span in enumerate(spans)
    ]
    leads = [min(fit.lead, _MOST_LEAD) for fit in fits]
    sureness = tuple(
        _logistic(weights.word_bias + weights.word_deficit * fit.deficit + weights.word_lead * lead)
        for fit, lead in zip(fits, leads, strict=True)
    )
    deficits = [fit.deficit for fit in fits]
    mean_deficit = sum(deficits) / len(deficits)
    logit = weights.bias + weights.deficit * mean_deficit + weights.lead * min(leads)
    return Sentence(spans, sureness, _logistic(logit))


def evidence_around(evidence: Evidence, spans: tuple[Span, ...], k: int) -> Evidence:
    """The readings that may belong to the k-th word: to the middle of the gaps around it, not far."""
    span = spans[k]
    begin = span.start - _MARGIN
    if k > 0:
        begin = max(begin, (spans[k - 1].end + span.start) // 2)
    end = span.end + _MARGIN
    if k + 1 < len(spans):
        end = min(end, -(-(span.end + spans[k + 1].start) // 2))
    some = slice(max(0, min(begin, span.start)), max(end, span.end))
    return Evidence(evidence.sounds[some], evidence.blank[some], evidence.foreign[some], evidence.lost)


def _words(path: Path) -> tuple[Span, ...]:
    return tuple(span for span in path.spans if not span.word.startswith(SOUND))


def _rivals(grammar: Grammar, tongue: Tongue) -> frozenset[str]:
    words = frozenset(word for word in grammar.words if not word.startswith(SOUND))
    if len(words) <= _RIVALS:
        return words
    return frozenset(tongue.numerals.values) & words


def _with(rivals: frozenset[str], word: str, tongue: Tongue) -> Vocabulary:
    return vocabulary_of(rivals | {word}, tongue.language)


def _logistic(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
