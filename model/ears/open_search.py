"""Open vocabulary: the likeliest words for the sounds that were heard, by sounds and by n-grams.

A beam of hypotheses moves through the readings; each stands at a node of the vocabulary's tree, in its sound
or in the blank after it, after two known words. Of hypotheses that stand alike the better survives.
"""

# T readings · K hypotheses

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from model.ears.evidence import Evidence
from model.ears.language_model import Mixture, mixed
from model.ears.prefix_tree import PrefixTree

_NEVER: Final = -1e30
_SLOTS: Final = 1 << 14
_ROOM: Final = 1 << 13
_RECORDS: Final = 1 << 18


class Effort(NamedTuple):
    """How the search weighs and how hard it tries.

    Attributes:
        words: what a nat of the n-grams counts for, against one of the sounds.
        each_word: nats for every word: n-grams favour few words.
        beam: nats behind the best at which a hypothesis is given up.
        most: hypotheses kept per reading.
    """

    words: float = 0.8
    each_word: float = 1.5
    beam: float = 14.0
    most: int = 700


EFFORT: Final = Effort()


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """A word by number, from reading to reading (the last not included)."""

    word: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OpenPath:
    """The likeliest words; `score` in nats."""

    spans: tuple[OpenSpan, ...] = ()
    score: float = -math.inf


class Borders(NamedTuple):
    """The numbers of the words that stand for a sentence's beginning and its end; -1 where there is none."""

    begin: int
    end: int


def open_path(
    evidence: Evidence,
    tree: PrefixTree,
    mixture: Mixture,
    borders: Borders,
    effort: Effort = EFFORT,
    *,
    whole: bool = True,
) -> OpenPath:
    """Find the likeliest words of an utterance.

    Args:
        evidence: of its sound.
        tree: the vocabulary.
        mixture: how likely words follow each other.
        borders: where a sentence begins and ends; a word in place of the beginning came before.
        effort: how hard to try.
        whole: false while it goes on: a last word may be half said and is left out.
    """
    if len(evidence.blank) == 0:
        return OpenPath()
    records, last, score = _search(evidence, tree, mixture, borders, effort, whole)
    spans: list[OpenSpan] = []
    while last >= 0:
        word, start, end, before = records[last]
        spans.append(OpenSpan(int(word), int(start), int(end)))
        last = int(before)
    return OpenPath(tuple(reversed(spans)), float(score)) if score > _NEVER / 2 else OpenPath()


# Hypotheses of one reading: int32[K, 7] of these columns, and float32[K] scores.
_NODE: Final = 0
_GAP: Final = 1
"""1: in the blank after the node's sound."""
_LAST: Final = 2
_BEFORE: Final = 3
"""The two words before."""
_TRACE: Final = 4
"""The record of the words so far."""
_START: Final = 5
"""The reading in which the current word began."""
_ENDED: Final = 6
"""At the root, before any blank: the sound the last word ended in; -1 else."""
_COLUMNS: Final = 7
_BINS: Final = 128

_Ints = npt.NDArray[np.int32]
_Scores = npt.NDArray[np.float32]


@numba.njit(cache=True)
def _search(
    evidence: Evidence, tree: PrefixTree, mixture: Mixture, borders: Borders, effort: Effort, whole: bool
) -> tuple[_Ints, int, float]:
    """Words as int32[R, 4] (word, first reading, reading after it, word before), the last, the score."""
    beam, ahead = np.empty((_ROOM, _COLUMNS), np.int32), np.empty((_ROOM, _COLUMNS), np.int32)
    score, score_ahead = np.empty(_ROOM, np.float32), np.empty(_ROOM, np.float32)
    slots = np.empty(_SLOTS, np.int32)
    records = np.empty((_RECORDS, 4), np.int32)
    recorded = 0
    beam[0] = np.array([0, 1, borders.begin, -1, -1, 0, -1], np.int32)
    score[0] = 0.0
    count = 1
    for t in range(len(evidence.blank)):
        quiet = max(evidence.blank[t], evidence.foreign[t])
        found = _onward(
            evidence.sounds[t], quiet, t, tree, effort, beam, score[:count], ahead, score_ahead, slots
        )
        found = _prune(ahead, score_ahead, found, effort, slots)
        count, recorded = _end_words(
            tree, mixture, effort, ahead, score_ahead, found, slots, records, recorded, t
        )
        beam, ahead = ahead, beam
        score, score_ahead = score_ahead, score
    last, best = -1, _NEVER
    for k in range(count):
        if beam[k, _NODE] == 0 or not whole:
            value = float(score[k])
            if whole and borders.end >= 0:
                value += effort.words * mixed(mixture, borders.end, beam[k, _LAST], beam[k, _BEFORE])
            if value > best:
                last, best = beam[k, _TRACE], value
    return records, last, best


@numba.njit(cache=True)
def _onward(
    heard: _Scores, quiet: float, t: int, tree: PrefixTree, effort: Effort,
    beam: _Ints, score: _Scores, ahead: _Ints, score_ahead: _Scores, slots: _Ints,
) -> int:  # fmt: skip
    """Take every hypothesis through reading t: stay, fall silent, or go on to the next sound; how many."""
    slots[:] = -1
    floor = score.max() + max(heard.max(), quiet) - effort.beam
    sounds, firsts, ends, promise = tree.sound, tree.first, tree.end, tree.promise
    found = 0
    for k in range(len(score)):
        node, in_sound = beam[k, _NODE], beam[k, _GAP] == 0
        touching = beam[k, _ENDED] if node == 0 else (sounds[node] if in_sound else -1)
        # The first two of these are the node itself: its blank, and its sound.
        for child in range(firsts[node] - 2, ends[node]):
            to, gap = child, 0
            if child == firsts[node] - 2:
                to, gap, value = node, 1, score[k] + quiet
            elif child == firsts[node] - 1:
                if node == 0 or not in_sound:
                    continue
                to, value = node, score[k] + heard[sounds[node]]
            elif sounds[child] == touching:
                continue
            else:
                value = score[k] + heard[sounds[child]] + effort.words * (promise[child] - promise[node])
            if value < floor:
                continue
            last, before = beam[k, _LAST], beam[k, _BEFORE]
            at, other = _find(ahead, slots, to, gap, last, before)
            if other >= 0 and score_ahead[other] >= value:
                continue
            if other < 0:
                if found == _ROOM:
                    continue
                other = found
                slots[at] = found
                found += 1
            ahead[other] = beam[k]
            ahead[other, _NODE], ahead[other, _GAP], ahead[other, _ENDED] = to, gap, -1
            if node == 0 and to > 0:
                ahead[other, _START] = t
            score_ahead[other] = value
    return found


@numba.njit(cache=True)
def _find(beam: _Ints, slots: _Ints, node: int, gap: int, last: int, before: int) -> tuple[int, int]:
    """The slot of such a hypothesis, and its place in the beam, -1 when there is none."""
    mixed = (node * 2 + gap) * 73_856_093 ^ (last + 1) * 19_349_663 ^ (before + 1) * 83_492_791
    at = (mixed ^ (mixed >> 15)) & (_SLOTS - 1)
    while slots[at] >= 0:
        other = slots[at]
        if (
            beam[other, _NODE] == node
            and beam[other, _GAP] == gap
            and beam[other, _LAST] == last
            and beam[other, _BEFORE] == before
        ):
            return at, other
        at = (at + 1) & (_SLOTS - 1)
    return at, -1


@numba.njit(cache=True)
def _prune(ahead: _Ints, score: _Scores, found: int, effort: Effort, slots: _Ints) -> int:
    """Keep what is within the beam, and of that the best few; how many."""
    if found == 0:
        return 0
    best = score[:found].max()
    floor = best - effort.beam
    if found > effort.most:
        bins = np.zeros(_BINS, np.int32)
        for k in range(found):
            bins[min(_BINS - 1, int((best - score[k]) / effort.beam * _BINS))] += 1
        many = 0
        for place in range(_BINS):
            many += bins[place]
            if many >= effort.most:
                floor = best - effort.beam * (place + 1) / _BINS
                break
    kept = 0
    slots[:] = -1
    for k in range(found):
        if score[k] >= floor:
            ahead[kept] = ahead[k]
            score[kept] = score[k]
            at, _ = _find(ahead, slots, ahead[k, _NODE], ahead[k, _GAP], ahead[k, _LAST], ahead[k, _BEFORE])
            slots[at] = kept
            kept += 1
    return kept


@numba.njit(cache=True)
def _end_words(
    tree: PrefixTree, mixture: Mixture, effort: Effort, ahead: _Ints, score: _Scores, found: int,
    slots: _Ints, records: _Ints, recorded: int, t: int,
) -> tuple[int, int]:  # fmt: skip
    """Let hypotheses in the last sound of a word have said it: they stand at the root as well."""
    floor = score[:found].max() - effort.beam if found else 0.0
    count = found
    for k in range(found):
        node = ahead[k, _NODE]
        if node == 0 or ahead[k, _GAP] == 1:
            continue
        for place in range(tree.word_first[node], tree.word_first[node + 1]):
            word, last = tree.words[place], ahead[k, _LAST]
            likely = mixed(mixture, word, last, ahead[k, _BEFORE]) - tree.promise[node]
            value = score[k] + effort.words * likely + effort.each_word
            if value < floor or count >= _ROOM or recorded >= len(records):
                continue
            at, other = _find(ahead, slots, 0, 0, word, last)
            if other >= 0 and score[other] >= value:
                continue
            if other < 0:
                other = count
                slots[at] = count
                count += 1
            records[recorded, 0], records[recorded, 1] = word, ahead[k, _START]
            records[recorded, 2], records[recorded, 3] = t + 1, ahead[k, _TRACE]
            ahead[other, _NODE], ahead[other, _GAP], ahead[other, _ENDED] = 0, 0, tree.sound[node]
            ahead[other, _LAST], ahead[other, _BEFORE] = word, last
            ahead[other, _TRACE], ahead[other, _START] = recorded, t
            score[other] = value
            recorded += 1
    return count, recorded
