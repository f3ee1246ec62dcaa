"""The best way through a word graph for the sounds that were heard (Viterbi over CTC posteriors).

Every sound of a word lasts one reading or more; between sounds, and between words, there may be blank
readings, and between two equal sounds there must be. Beyond CTC's own rules a word may lose a sound, and
foreign sounds may stand where blank would, each at a price: people do not speak like dictionaries.
"""

# T readings · L links · P sounds of all links · N states of the grammar

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from model.ears.evidence import Evidence
from model.ears.word_graph import Links, WordGraph

_NEVER: Final = -1e30
_BEAM: Final = 40.0
"""Nats behind the best at which a way is given up."""
_RECORDS: Final = 1 << 14


@dataclass(frozen=True, slots=True)
class Span:
    """A word of a path, from reading to reading (the last not included)."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Path:
    """The best way through; `score` in nats, costs included; -inf when there is none."""

    spans: tuple[Span, ...] = ()
    score: float = -math.inf


def best_path(graph: WordGraph, evidence: Evidence, *, whole: bool = True) -> Path:
    """Find the likeliest sentence of the graph.

    Args:
        graph: what may have been said.
        evidence: what was heard.
        whole: the caller has finished: the sentence must reach its end. False for a caller still speaking,
            whose last word may not be complete.
    """
    ends = paths_to(graph, evidence, [graph.final] if whole else range(graph.links.states))
    return max(ends, key=lambda path: path.score, default=Path())


def paths_to(graph: WordGraph, evidence: Evidence, states: Sequence[int]) -> list[Path]:
    """Find the likeliest way to each of these states of the grammar."""
    if len(evidence.blank) == 0 or len(graph.links.start) == 0:
        return [Path() for _ in states]
    records, score, last = _search(graph.links, evidence, _BEAM)
    return [_path(graph, records, int(last[state]), float(score[state])) for state in states]


def _path(graph: WordGraph, records: npt.NDArray[np.int32], last: int, score: float) -> Path:
    if score <= _NEVER / 2:
        return Path()
    spans: list[Span] = []
    while last >= 0:
        link, start, end, before = records[last]
        spans.append(Span(graph.words[link], int(start), int(end)))
        last = int(before)
    return Path(tuple(reversed(spans)), score)


class _Walk(NamedTuple):
    """Where the search is inside links. States of a link with sounds s0 s1 s2: s0 · gap · s1 · gap · s2.

    score, began, trace: [2·P - L]: nats; the reading in which the link was entered; the word before it.
    alive: bool[L].
    """

    score: npt.NDArray[np.float32]
    began: npt.NDArray[np.int32]
    trace: npt.NDArray[np.int32]
    alive: npt.NDArray[np.bool_]


class _Places(NamedTuple):
    """Where the search is between links: at states of the grammar.

    Arrivals of the latest reading, the best ([0]) and the best that ends in another sound ([1]), for equal
    sounds must not touch: value[2, N], sound[2, N], the link and, once recorded, the word [2, N]. At rest,
    in blank: rest[N], rest_trace[N].
    """

    value: npt.NDArray[np.float32]
    sound: npt.NDArray[np.int32]
    link: npt.NDArray[np.int32]
    trace: npt.NDArray[np.int32]
    rest: npt.NDArray[np.float32]
    rest_trace: npt.NDArray[np.int32]


@numba.njit(cache=True)
def _search(
    links: Links, evidence: Evidence, beam: float
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    """Words, int32[R, 4]: link, first reading, reading after it, word before. By state: score, last word."""
    L, N = len(links.start), links.states
    inner = 2 * links.first[L] - L
    walk = _Walk(
        np.full(inner, _NEVER, np.float32),
        np.zeros(inner, np.int32),
        np.full(inner, -1, np.int32),
        np.zeros(L, np.bool_),
    )
    places = _Places(
        np.full((2, N), _NEVER, np.float32),
        np.full((2, N), -1, np.int32),
        np.full((2, N), -1, np.int32),
        np.full((2, N), -1, np.int32),
        np.full(N, _NEVER, np.float32),
        np.full(N, -1, np.int32),
    )
    places.rest[0] = 0.0
    for k in range(len(links.skip_start)):
        onward = places.rest[links.skip_start[k]] - links.skip_cost[k]
        places.rest[links.skip_end[k]] = max(places.rest[links.skip_end[k]], onward)
    records = np.empty((_RECORDS, 4), np.int32)
    count, floor = 0, _NEVER
    for t in range(len(evidence.blank)):
        quiet = max(evidence.blank[t], evidence.foreign[t])
        best = max(_step_links(links, evidence, t, walk, places, floor), _step_rest(places, quiet, floor))
        floor = best - beam
        _arrive(links, walk, places, evidence.lost, floor)
        records, count = _record(walk, places, records, count, t)
        _skip(links, places, floor)
    for node in range(N):
        if places.value[0, node] > places.rest[node]:
            places.rest[node], places.rest_trace[node] = places.value[0, node], places.trace[0, node]
    return records, places.rest, places.rest_trace


@numba.njit(cache=True)
def _step_links(  # noqa: C901 - one kernel: what is split off here is paid for in every state
    links: Links, evidence: Evidence, t: int, walk: _Walk, places: _Places, floor: float
) -> float:
    """Take all links through reading t; the best score."""
    # Arrays as locals: taking them out of their tuples within the loop would cost more than the search.
    score, began, trace, alive = walk
    starts, first, of_link, cost = links.start, links.first, links.sounds, links.cost
    arrived, arrived_sound, arrived_trace = places.value, places.sound, places.trace
    rest, rest_trace = places.rest, places.rest_trace
    heard, lost = evidence.sounds[t], evidence.lost
    quiet = max(evidence.blank[t], evidence.foreign[t])
    best = _NEVER
    for k in range(len(starts)):
        begin, node = first[k], starts[k]
        n = first[k + 1] - begin
        # Into the link out of blank, or straight after another sound than its first.
        rank = 1 if arrived_sound[0, node] == of_link[begin] else 0
        entry, entry_trace = rest[node], rest_trace[node]
        if arrived[rank, node] > entry:
            entry, entry_trace = arrived[rank, node], arrived_trace[rank, node]
        entry -= cost[k]
        if entry < floor and not alive[k]:
            continue
        top = _NEVER
        # Backwards and in place: what a state takes over lies before it and belongs to the reading before.
        for i in range(n - 1, -1, -1):
            at = 2 * begin - k + 2 * i
            value, origin = score[at], at
            if i == 0 and entry > value:
                value, origin = entry, -1
            if i > 0:
                if score[at - 1] > value:
                    value, origin = score[at - 1], at - 1
                if score[at - 2] > value and of_link[begin + i - 1] != of_link[begin + i]:
                    value, origin = score[at - 2], at - 2
                if n > 2 and i == 1 and entry - lost > value:
                    value, origin = entry - lost, -1
                if n > 2 and i > 1:
                    further = at - 3 if score[at - 3] > score[at - 4] else at - 4
                    if score[further] - lost > value:
                        value, origin = score[further] - lost, further
            if value < floor:
                score[at] = _NEVER
            else:
                if origin == -1:
                    began[at], trace[at] = t, entry_trace
                elif origin != at:
                    began[at], trace[at] = began[origin], trace[origin]
                score[at] = value + heard[of_link[begin + i]]
                top = max(top, score[at])
            if i > 0:
                gap = at - 1
                if score[gap - 1] > score[gap]:
                    score[gap] = score[gap - 1]
                    began[gap], trace[gap] = began[gap - 1], trace[gap - 1]
                score[gap] = score[gap] + quiet if score[gap] >= floor else _NEVER
                top = max(top, score[gap])
        alive[k] = top > _NEVER / 2
        best = max(best, top)
    return float(best)


@numba.njit(cache=True)
def _step_rest(places: _Places, quiet: float, floor: float) -> float:
    """Blank at the grammar's states, after the arrivals of the reading before; the best score."""
    best = _NEVER
    for node in range(len(places.rest)):
        if places.value[0, node] > places.rest[node]:
            places.rest[node], places.rest_trace[node] = places.value[0, node], places.trace[0, node]
        places.rest[node] = places.rest[node] + quiet if places.rest[node] >= floor else _NEVER
        best = max(best, places.rest[node])
    return best


@numba.njit(cache=True)
def _arrive(links: Links, walk: _Walk, places: _Places, lost: float, floor: float) -> None:
    """Collect the words that may end here. `trace` becomes the state inside the link."""
    score, alive = walk.score, walk.alive
    ends, first, of_link = links.end, links.first, links.sounds
    places.value[:] = _NEVER
    places.sound[:] = -1
    places.link[:] = -1
    for k in range(len(ends)):
        if not alive[k]:
            continue
        origin = 2 * first[k + 1] - 2 - k
        value = score[origin]
        if first[k + 1] - first[k] > 2:
            earlier = origin - 1 if score[origin - 1] > score[origin - 2] else origin - 2
            if score[earlier] - lost > value:
                value, origin = score[earlier] - lost, earlier
        if value >= floor:
            _put(places, ends[k], float(value), int(of_link[first[k + 1] - 1]), k, origin)


@numba.njit(cache=True)
def _put(places: _Places, node: int, value: float, sound: int, link: int, trace: int) -> None:
    """Let a way arrive at a state."""
    if value > places.value[0, node]:
        if places.sound[0, node] != sound:
            places.value[1, node], places.sound[1, node] = places.value[0, node], places.sound[0, node]
            places.link[1, node], places.trace[1, node] = places.link[0, node], places.trace[0, node]
        rank = 0
    elif value > places.value[1, node] and sound != places.sound[0, node]:
        rank = 1
    else:
        return
    places.value[rank, node], places.sound[rank, node] = value, sound
    places.link[rank, node], places.trace[rank, node] = link, trace


@numba.njit(cache=True)
def _record(
    walk: _Walk, places: _Places, records: npt.NDArray[np.int32], count: int, t: int
) -> tuple[npt.NDArray[np.int32], int]:
    """Write down the words that have arrived; `trace` becomes the word's place in the record."""
    for node in range(places.value.shape[1]):
        for rank in range(2):
            if places.link[rank, node] < 0:
                continue
            if count == len(records):
                longer = np.empty((2 * count, 4), np.int32)
                longer[:count] = records
                records = longer
            origin = places.trace[rank, node]
            records[count, 0], records[count, 1] = places.link[rank, node], walk.began[origin]
            records[count, 2], records[count, 3] = t + 1, walk.trace[origin]
            places.trace[rank, node] = count
            count += 1
    return records, count


@numba.njit(cache=True)
def _skip(links: Links, places: _Places, floor: float) -> None:
    """Let arrivals go on along arcs without a word."""
    for k in range(len(links.skip_start)):
        a = links.skip_start[k]
        for rank in range(2):
            value = places.value[rank, a] - links.skip_cost[k]
            if value >= floor:
                _put(places, links.skip_end[k], value, places.sound[rank, a], -1, places.trace[rank, a])
