"""How a stretch of sound fits this word, and how it would fit others: what confidence is made of."""

# T readings · W ways to say words · P sounds of all ways

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numba
import numpy as np
import numpy.typing as npt

from model.ears.evidence import Evidence
from model.ears.lexicon import sounds_of
from model.synthesis.speech import Language

_NEVER = -1e30


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Words by number: `word` int32[W], the word of each way; `first` int32[W + 1], `sounds` int32[P]."""

    words: tuple[str, ...]
    word: npt.NDArray[np.int32]
    first: npt.NDArray[np.int32]
    sounds: npt.NDArray[np.int32]


@lru_cache(maxsize=64)
def vocabulary_of(words: frozenset[str], language: Language) -> Vocabulary:
    """All ways to say these words."""
    known = tuple(sorted(words))
    ways = [(number, way) for number, word in enumerate(known) for way in sounds_of(word, language)]
    return Vocabulary(
        words=known,
        word=np.array([number for number, _ in ways], np.int32),
        first=np.cumsum([0, *(len(way) for _, way in ways)], dtype=np.int32),
        sounds=np.array([sound for _, way in ways for sound in way], np.int32),
    )


@dataclass(frozen=True, slots=True)
class Fit:
    """How a word fits a stretch of sound.

    Attributes:
        deficit: nats per sound by which free sounds explain the stretch better, ≥ 0.
        lead: nats by which the word is likelier than the likeliest other; negative when it is not.
        rival: that other word; empty when the vocabulary has none.
    """

    deficit: float
    lead: float
    rival: str


def fit_of(word: str, evidence: Evidence, vocabulary: Vocabulary, same: Sequence[str] = ()) -> Fit:
    """Weigh `word` of the vocabulary against all others, in the whole of `evidence`.

    Args:
        word: what was heard.
        evidence: of the stretch in which it was heard.
        vocabulary: `word` and others.
        same: others that mean the same and do not count as rivals.
    """
    scores = _scores(evidence, vocabulary.first, vocabulary.sounds)
    by_word = np.full(len(vocabulary.words), _NEVER)
    np.maximum.at(by_word, vocabulary.word, scores)
    own = vocabulary.words.index(word)
    ways = np.flatnonzero(vocabulary.word == own)
    best_way = int(ways[np.argmax(scores[ways])])
    length = int(vocabulary.first[best_way + 1] - vocabulary.first[best_way])
    free = float(np.maximum(evidence.sounds.max(axis=1), evidence.blank).sum())
    others = by_word.copy()
    others[[k for k, other in enumerate(vocabulary.words) if other == word or other in same]] = _NEVER
    rival = int(np.argmax(others))
    score = float(by_word[own])
    found = others[rival] > _NEVER / 2
    return Fit(
        deficit=max(0.0, free - score) / max(length, 1),
        lead=score - float(others[rival]) if found else -_NEVER,
        rival=vocabulary.words[rival] if found else "",
    )


@numba.njit(cache=True)
def _scores(  # noqa: C901 - one kernel
    evidence: Evidence, first: npt.NDArray[np.int32], sounds: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """float64[W]: the best path of each way through all of the readings, blank before and after allowed."""
    W, T = len(first) - 1, len(evidence.blank)
    heard, blank, foreign, lost = evidence.sounds, evidence.blank, evidence.foreign, evidence.lost
    result = np.full(W, _NEVER)
    longest = 0
    for w in range(W):
        longest = max(longest, first[w + 1] - first[w])
    score = np.empty(2 * longest + 1)
    for w in range(W):
        n = first[w + 1] - first[w]
        score[:] = _NEVER
        for t in range(T):
            quiet = max(blank[t], foreign[t])
            for at in range(2 * n, -1, -1):
                value = score[at]
                if at > 0:
                    value = max(value, score[at - 1])
                if at % 2 == 1:
                    sound = sounds[first[w] + at // 2]
                    if at > 1 and sounds[first[w] + at // 2 - 1] != sound:
                        value = max(value, score[at - 2])
                    if n > 2 and at > 2:
                        value = max(value, score[at - 3] - lost)
                    if t == 0 and at == 1:
                        value = 0.0
                    if n > 2 and t == 0 and at == 3:
                        value = -lost
                    score[at] = value + heard[t, sound]
                else:
                    if t == 0 and at == 0:
                        value = 0.0
                    score[at] = value + quiet
        result[w] = max(score[2 * n], score[2 * n - 1])
        if n > 2:
            result[w] = max(result[w], max(score[2 * n - 2], score[2 * n - 3]) - lost)
    return result
