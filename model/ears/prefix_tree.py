"""A vocabulary as a tree of sounds: words that begin alike share their beginning."""

# N nodes · E ways in which words end

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.ears.lexicon import Sounds

Ints = npt.NDArray[np.int32]


class PrefixTree(NamedTuple):
    """Node 0 is the root; a node's children are next to each other.

    Attributes:
        sound: int32[N], number of `PHONES`; -1 for the root.
        first, end: int32[N]: the children of a node are `first`..`end`.
        word_first: int32[N + 1]: the words that end at a node are `words[word_first[n]:word_first[n + 1]]`.
        words: int32[E].
        promise: float32[N]: the best unigram of all words below, nats; 0 for the root.
    """

    sound: Ints
    first: Ints
    end: Ints
    word_first: Ints
    words: Ints
    promise: npt.NDArray[np.float32]


def tree_of(entries: Sequence[tuple[int, Sounds]], unigram: npt.NDArray[np.float32]) -> PrefixTree:
    """Build the tree of words, given as their numbers and how they sound; `unigram`: nats, by number."""
    longest = max(len(way) for _, way in entries)
    ways = np.full((len(entries), longest), -1, np.int32)
    for row, (_, way) in enumerate(entries):
        ways[row, : len(way)] = way
    order = np.lexsort(ways.T[::-1])
    ways = ways[order]
    words = np.array([word for word, _ in entries], np.int32)[order]
    differs = np.ones((len(ways), longest), np.bool_)
    differs[1:] = np.logical_or.accumulate(ways[1:] != ways[:-1], axis=1)
    fresh = differs & (ways >= 0)
    # Nodes by depth, and within a depth in the order of the rows: so children lie next to each other.
    per_depth = fresh.sum(axis=0)
    base = 1 + np.concatenate([[0], np.cumsum(per_depth)[:-1]])
    node = base + np.cumsum(fresh, axis=0) - 1
    count = 1 + int(per_depth.sum())
    sound, promise = np.full(count, -1, np.int32), np.full(count, -np.inf, np.float32)
    first, end = np.zeros(count, np.int32), np.zeros(count, np.int32)
    for depth in range(longest):
        rows = np.flatnonzero(fresh[:, depth])
        nodes = node[rows, depth]
        sound[nodes] = ways[rows, depth]
        parents = node[rows, depth - 1] if depth else np.zeros(len(rows), np.int64)
        number = np.bincount(parents, minlength=count).astype(np.int32)
        starts = np.flatnonzero(np.diff(parents, prepend=-1))
        first[parents[starts]] = nodes[starts]
        end += np.where(number > 0, number, 0)
        there = np.flatnonzero(ways[:, depth] >= 0)
        np.maximum.at(promise, node[there, depth], unigram[words[there]])
    end += first
    promise[0] = 0.0
    lengths = (ways >= 0).sum(axis=1)
    last = node[np.arange(len(ways)), lengths - 1]
    by_node = np.argsort(last, kind="stable")
    word_first = np.concatenate([[0], np.cumsum(np.bincount(last, minlength=count))]).astype(np.int32)
    return PrefixTree(sound, first, end, word_first, words[by_node], promise)
