"""N-grams counted from what callers say in the simulated calls: how people talk to a company.

Kneser and Ney's absolute discounting, in the arrays the general n-grams have.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from random import Random
from typing import Final

import numpy as np

from config.expectation import AnswerKind
from model.data.scripts import answer
from model.ears.language_model import Ngrams
from model.ears.phrase_list import spoken_words
from model.synthesis.speech import Language

BEGIN: Final = "<s>"
END: Final = "</s>"
_TURNS: Final = 3_000
_DISCOUNT: Final = 0.6
_UNSEEN: Final = -16.0
"""Nats of a word that is in no turn."""


def caller_sentences(language: Language) -> Iterator[tuple[str, ...]]:
    """What callers say in the calls that models learn from, as words; the same every time."""
    random = Random(1)
    kinds = [kind for kind in AnswerKind if kind is not AnswerKind.NOTHING]
    for k in range(_TURNS):
        digits = random.choice((None, 4, 6, 8))
        turn = answer(kinds[k % len(kinds)], digits, "train", random, language)
        yield tuple(word for sentence in turn.sentences for word in spoken_words(sentence.text))


def counted(
    sentences: Iterator[tuple[str, ...]],
    numbers: Mapping[str, int],
    alone: Mapping[str, float] | None = None,
) -> Ngrams:
    """Count trigrams of the words in `numbers`; a sentence is counted in the parts that are all known.

    `alone`: nats of words by themselves, counted elsewhere; they and the sentences' count for half each.
    """
    ones, twos, threes = Counter[int](), Counter[tuple[int, int]](), Counter[tuple[int, int, int]]()
    for sentence in sentences:
        known = [numbers.get(word, -1) for word in (BEGIN, *sentence, END)]
        for k, word in enumerate(known):
            if word < 0:
                continue
            ones[word] += k > 0
            if k > 0 and known[k - 1] >= 0:
                twos[word, known[k - 1]] += 1
                if k > 1 and known[k - 2] >= 0:
                    threes[word, known[k - 1], known[k - 2]] += 1
    total = sum(ones.values())
    unigram = np.full(len(numbers), _UNSEEN, np.float32)
    for word, count in ones.items():
        unigram[word] = np.log(max(count, 0.5) / total)
    for word, nats in (alone or {}).items():
        unigram[numbers[word]] = np.logaddexp(unigram[numbers[word]], nats) - np.log(2.0)
    unigram_back, after = np.zeros(len(numbers), np.float32), _following(twos)
    for before, (count, kinds) in after.items():
        unigram_back[before[0]] = np.log(_DISCOUNT * kinds / count)
    bigram_keys, trigram_keys = sorted(twos), sorted(threes)
    place = {key: k for k, key in enumerate(bigram_keys)}
    bigram_back = np.zeros(len(bigram_keys), np.float32)
    after_two = _following(threes)
    for (before, before_that), k in place.items():
        count, kinds = after_two.get((before, before_that), (0, 0))
        bigram_back[k] = np.log(_DISCOUNT * kinds / count) if count else 0.0
    bigram = np.empty(len(bigram_keys), np.float32)
    for k, (word, before) in enumerate(bigram_keys):
        count, kinds = after[before,]
        seen = max(twos[word, before] - _DISCOUNT, 0.0) / count
        bigram[k] = np.log(seen + _DISCOUNT * kinds / count * np.exp(unigram[word]))
    trigram = np.empty(len(trigram_keys), np.float32)
    for k, (word, before, before_that) in enumerate(trigram_keys):
        count, kinds = after_two[before, before_that]
        seen = max(threes[word, before, before_that] - _DISCOUNT, 0.0) / count
        trigram[k] = np.log(seen + _DISCOUNT * kinds / count * np.exp(bigram[place[word, before]]))
    return Ngrams(
        unigram=unigram,
        unigram_back=unigram_back,
        first=_firsts([word for word, _ in bigram_keys], len(numbers)),
        before=np.array([before for _, before in bigram_keys], np.int32),
        bigram=bigram,
        bigram_back=bigram_back,
        bigram_first=_firsts([place[word, before] for word, before, _ in trigram_keys], len(bigram_keys)),
        before_that=np.array([before_that for *_, before_that in trigram_keys], np.int32),
        trigram=trigram,
    )


def _following(counts: Mapping[tuple[int, ...], int]) -> dict[tuple[int, ...], tuple[int, int]]:
    """By history: how often anything followed it, and how many different words."""
    found: defaultdict[tuple[int, ...], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for key, count in counts.items():
        often, kinds = found[key[1:]]
        found[key[1:]] = often + count, kinds + 1
    return dict(found)


def _firsts(owners: list[int], count: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Where each owner's entries begin, of entries in the order of their owners: int32[count + 1]."""
    return np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))]).astype(np.int32)
