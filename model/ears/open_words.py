"""Open vocabulary: what the search for any words needs to know of a language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, assert_never

import numpy as np

from model.ears.counted import BEGIN, END, caller_sentences, counted
from model.ears.everyday_spanish import everyday_sentences, likelihoods
from model.ears.evidence import Evidence
from model.ears.language_model import Mixture, read_ngrams
from model.ears.lexicon import Sounds, from_arpabet_text, named, sounds_of
from model.ears.open_search import EFFORT, Borders, Effort, open_path
from model.ears.prefix_tree import PrefixTree, tree_of
from model.ears.pronounce import dictionary_entries
from model.ears.viterbi import Path, Span
from model.synthesis.speech import Language

_RARE: Final = -15.5
"""English words less likely than this (nats) are left out: they are heard in place of common ones."""
_DOMAIN: Final = 0.3
"""How far callers are expected to talk like callers."""
_DOMAIN_SPANISH: Final = 0.5
"""The same in Spanish, of which less is known otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenVocabulary:
    """Words by number, the tree of their sounds, how likely they are."""

    words: tuple[str, ...]
    tree: PrefixTree
    mixture: Mixture
    borders: Borders


def words_of(language: Language) -> OpenVocabulary:
    """The vocabulary of a language. Takes seconds the first time."""
    match language:
        case "en":
            return _english()
        case "es":
            return _spanish()
        case _:
            assert_never(language)


def open_words(evidence: Evidence, vocabulary: OpenVocabulary, effort: Effort = EFFORT) -> Path:
    """Find the likeliest words of a whole utterance."""
    path = open_path(evidence, vocabulary.tree, vocabulary.mixture, vocabulary.borders, effort)
    spans = tuple(Span(vocabulary.words[span.word].rstrip("."), span.start, span.end) for span in path.spans)
    return Path(spans, path.score)


@cache
def _english() -> OpenVocabulary:
    """A general vocabulary and general n-grams, mixed with what callers say."""
    words, general = read_ngrams()
    numbers = {word: number for number, word in enumerate(words)}
    domain = counted(caller_sentences("en"), numbers)
    entries = [
        entry
        for entry in _from_dictionary(numbers)
        if max(general.unigram[entry[0]], domain.unigram[entry[0]]) > _RARE
    ]
    return OpenVocabulary(
        words=words,
        tree=tree_of(entries, general.unigram),
        mixture=Mixture(general, domain, _DOMAIN),
        borders=Borders(numbers[BEGIN], numbers[END]),
    )


@cache
def _spanish() -> OpenVocabulary:
    """Everyday Spanish, mixed with what callers say."""
    everyday, callers = list(everyday_sentences()), list(caller_sentences("es"))
    alone = likelihoods()
    said = {word for sentence in callers for word in sentence}
    known = {word for sentence in everyday for word in sentence} | alone.keys()
    words = (BEGIN, END, *sorted(said | known))
    numbers = {word: number for number, word in enumerate(words)}
    general, domain = counted(iter(everyday), numbers, alone), counted(iter(callers), numbers)
    entries = [
        (numbers[word], way) for word in words if word not in (BEGIN, END) for way in sounds_of(word, "es")
    ]
    return OpenVocabulary(
        words=words,
        tree=tree_of(entries, np.maximum(general.unigram, domain.unigram)),
        mixture=Mixture(general, domain, _DOMAIN_SPANISH),
        borders=Borders(numbers[BEGIN], numbers[END]),
    )


def _from_dictionary(numbers: Mapping[str, int]) -> Iterator[tuple[int, Sounds]]:
    for word, phones in dictionary_entries():
        number = numbers.get(word)
        way = named(from_arpabet_text(phones))
        if number is not None and way:
            yield number, way
