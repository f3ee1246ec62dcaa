"""How likely a word is after two others: the general English trigram of the pocketsphinx package.

The package's file is a trie of n-grams read backwards, bit-packed; here it becomes plain arrays, on which
kernels can search. Source: PocketSphinx `ngram_model_trie.c`, `lm_trie.c`, `lm_trie_quant.c`.
"""

# V words · B bigrams · G trigrams

import math
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from model.ears.pronounce import MODEL_PATH

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

GENERAL_ENGLISH: Final = MODEL_PATH / "en-us.lm.bin"
_MAGIC: Final = b"Trie Language Model"
_UNIT: Final = math.log(1.0001)
"""Nats of the file's unit of log-probability."""
_BINS: Final = 1 << 16


class Ngrams(NamedTuple):
    """Log-probabilities in nats. Words are numbered; n-grams lie under their last word.

    Attributes:
        unigram, unigram_back: float32[V]: of a word; of backing off from it.
        first: int32[V + 1]: bigrams of a word: `first[w]`..`first[w + 1]`.
        before: int32[B], ascending under each word: the word before.
        bigram, bigram_back: float32[B].
        bigram_first: int32[B + 1]: its trigrams.
        before_that: int32[G], ascending: the word before both.
        trigram: float32[G].
    """

    unigram: Floats
    unigram_back: Floats
    first: Ints
    before: Ints
    bigram: Floats
    bigram_back: Floats
    bigram_first: Ints
    before_that: Ints
    trigram: Floats


@cache
def read_ngrams(path: Path = GENERAL_ENGLISH) -> tuple[tuple[str, ...], Ngrams]:
    """Read a file: its words in order, and their n-grams. Takes half a second.

    Raises:
        ValueError: it is no trigram of this kind.
    """
    raw = np.fromfile(path, np.uint8)
    order = int(raw[len(_MAGIC)])
    if raw[: len(_MAGIC)].tobytes() != _MAGIC or order != 3:
        raise ValueError(f"{path}: not a trigram in pocketsphinx's binary format")
    at = len(_MAGIC) + 1
    words, bigrams, trigrams = (int(count) for count in raw[at : at + 12].view("<u4"))
    at += 12 + 4
    tables = raw[at : at + 3 * _BINS * 4].view("<f4").reshape(3, _BINS) * np.float32(_UNIT)
    at += 3 * _BINS * 4
    unigrams = raw[at : at + 12 * (words + 1)].view([("prob", "<f4"), ("back", "<f4"), ("next", "<u4")])
    at += 12 * (words + 1)
    word_bits, next_bits = words.bit_length(), trigrams.bit_length()
    width = word_bits + 32 + next_bits
    size = ((1 + bigrams) * width + 7) // 8 + 8
    middle = _Packed(raw[at : at + size], width, bigrams + 1)
    at += size
    size = ((1 + trigrams) * (word_bits + 16) + 7) // 8 + 8
    longest = _Packed(raw[at : at + size], word_bits + 16, trigrams)
    at += size + 4
    names = raw[at:].tobytes().decode("utf-8", "replace").split("\0")[:words]
    return tuple(names), Ngrams(
        unigram=unigrams["prob"][:words] * np.float32(_UNIT),
        unigram_back=unigrams["back"][:words] * np.float32(_UNIT),
        first=unigrams["next"].astype(np.int32),
        before=middle.field(0, word_bits)[:-1],
        bigram=tables[0][middle.field(word_bits + 16, 16)[:-1]],
        bigram_back=tables[1][middle.field(word_bits, 16)[:-1]],
        bigram_first=middle.field(word_bits + 32, next_bits),
        before_that=longest.field(0, word_bits),
        trigram=tables[2][longest.field(word_bits, 16)],
    )


class _Packed:
    """Entries of `width` bits each, lowest bit first."""

    def __init__(self, raw: npt.NDArray[np.uint8], width: int, entries: int) -> None:
        self._raw = raw
        self._starts = np.arange(entries, dtype=np.int64) * width

    def field(self, offset: int, bits: int) -> Ints:
        """One field of every entry, int32."""
        starts = self._starts + offset
        four = np.stack([self._raw[(starts >> 3) + k] for k in range(4)], axis=1)
        return ((four.view("<u4")[:, 0] >> (starts & 7).astype(np.uint32)) & ((1 << bits) - 1)).astype(
            np.int32
        )


@numba.njit(cache=True)
def log_probability(ngrams: Ngrams, word: int, before: int, before_that: int) -> float:
    """Nats of `word` after `before_that` `before`; -1 for a word there is none of."""
    if before < 0:
        return ngrams.unigram[word]
    at = _find(ngrams.before, ngrams.first[word], ngrams.first[word + 1], before)
    history = -1
    if before_that >= 0:
        history = _find(ngrams.before, ngrams.first[before], ngrams.first[before + 1], before_that)
    back = ngrams.bigram_back[history] if history >= 0 else np.float32(0.0)
    if at < 0:
        return ngrams.unigram[word] + ngrams.unigram_back[before] + back
    if before_that >= 0:
        longest = _find(ngrams.before_that, ngrams.bigram_first[at], ngrams.bigram_first[at + 1], before_that)
        if longest >= 0:
            return ngrams.trigram[longest]
    return ngrams.bigram[at] + back


class Mixture(NamedTuple):
    """General n-grams with those of a domain among them; `share`: the domain's, 0..1."""

    general: Ngrams
    domain: Ngrams
    share: float


@numba.njit(cache=True)
def mixed(mixture: Mixture, word: int, before: int, before_that: int) -> float:
    """Nats of `word` after `before_that` `before`."""
    general = log_probability(mixture.general, word, before, before_that)
    if mixture.share <= 0.0:
        return general
    domain = log_probability(mixture.domain, word, before, before_that)
    return np.log((1.0 - mixture.share) * np.exp(general) + mixture.share * np.exp(domain))


@numba.njit(cache=True)
def _find(keys: Ints, begin: int, end: int, key: int) -> int:
    """The place of `key` in ascending keys[begin:end]; -1 when it is not there."""
    while begin < end:
        middle = (begin + end) // 2
        if keys[middle] < key:
            begin = middle + 1
        elif keys[middle] > key:
            end = middle
        else:
            return middle
    return -1
