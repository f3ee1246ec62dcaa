"""A grammar laid out for the search: words as chains of sounds between the grammar's states. Pure.

A *link* is one way to say one word: it leads from a state of the grammar to another, at a cost, through its
sounds. Arcs without a word are kept apart, in an order in which each comes after those it depends on.
"""

# L links · P sounds of all links · N states of the grammar

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from graphlib import TopologicalSorter
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from model.ears.grammar import SOUND, Arc, Grammar
from model.ears.lexicon import Sounds, from_arpabet_text, named, sounds_of
from model.synthesis.speech import Language

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

_GRAPHS_KEPT: Final = 32


class Links(NamedTuple):
    """The graph's arrays.

    Attributes:
        start, end: int32[L], states.
        cost: float32[L], nats.
        first: int32[L + 1]: link k has the sounds `first[k]`..`first[k + 1]`.
        sounds: int32[P], numbers of `PHONES`.
        skip_start, skip_end, skip_cost: arcs without a word.
        states: N. The walk begins in state 0.
    """

    start: Ints
    end: Ints
    cost: Floats
    first: Ints
    sounds: Ints
    skip_start: Ints
    skip_end: Ints
    skip_cost: Floats
    states: int


@dataclass(frozen=True, slots=True, eq=False)
class WordGraph:
    """What the search walks through.

    Attributes:
        links: its arrays.
        words: the word of each link; one that begins with `SOUND` is a sound that is no word.
        final: the state in which a sentence ends.
    """

    links: Links
    words: tuple[str, ...]
    final: int


@lru_cache(maxsize=_GRAPHS_KEPT)
def graph_of(grammar: Grammar, language: Language) -> WordGraph:
    """Lay `grammar` out; words that cannot be said in this language fall away."""
    links = [(arc, way) for arc in grammar.arcs if arc.word is not None for way in _ways(arc.word, language)]
    skips = _in_order([arc for arc in grammar.arcs if arc.word is None])
    lengths = [len(way) for _, way in links]
    return WordGraph(
        links=Links(
            start=_ints(arc.start for arc, _ in links),
            end=_ints(arc.end for arc, _ in links),
            cost=np.array([arc.cost for arc, _ in links], np.float32),
            first=np.cumsum([0, *lengths], dtype=np.int32),
            sounds=_ints(sound for _, way in links for sound in way),
            skip_start=_ints(arc.start for arc in skips),
            skip_end=_ints(arc.end for arc in skips),
            skip_cost=np.array([arc.cost for arc in skips], np.float32),
            states=1 + max((max(arc.start, arc.end) for arc in grammar.arcs), default=0),
        ),
        words=tuple(str(arc.word) for arc, _ in links),
        final=grammar.final,
    )


def _ways(word: str, language: Language) -> tuple[Sounds, ...]:
    if word.startswith(SOUND):
        return (named(from_arpabet_text(word.removeprefix(SOUND))),)
    return sounds_of(word, language)


def _ints(values: Iterator[int]) -> Ints:
    return np.fromiter(values, np.int32)


def _in_order(skips: list[Arc]) -> list[Arc]:
    """Sorted so that everything that leads to an arc's beginning stands before it.

    Raises:
        graphlib.CycleError: one could go round without saying a word.
    """
    before = TopologicalSorter[int]()
    for arc in skips:
        before.add(arc.end, arc.start)
    place = {state: k for k, state in enumerate(before.static_order())}
    return sorted(skips, key=lambda arc: place[arc.start])
