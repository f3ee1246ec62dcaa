"""Which one of a list of phrases was said."""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from model.ears.evidence import Evidence
from model.ears.grammar import Arc, Grammar
from model.ears.viterbi import Path, paths_to
from model.ears.word_graph import WordGraph, graph_of
from model.synthesis.speech import Language

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Choice:
    """The phrase that fits best.

    Attributes:
        number: its place in the list.
        path: its words, as they sound, and its score.
        probability: among the phrases of the list, 0..1, if one of them was said.
    """

    number: int
    path: Path
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class PhraseList:
    """Phrases laid out for the search; `ends`: the state in which each ends, -1 for one that has no words."""

    graph: WordGraph
    ends: tuple[int, ...]


def spoken_words(phrase: str) -> tuple[str, ...]:
    """The words of a phrase as people write it: lower case, punctuation dropped, figures kept."""
    text = unicodedata.normalize("NFC", phrase).lower().replace("&", " and ").replace("’", "'")
    return tuple(_WORD.findall(text))


@lru_cache(maxsize=8)
def phrase_list(phrases: tuple[str, ...], language: Language) -> PhraseList:
    """Lay phrases out; those that begin alike share their beginning."""
    arcs: list[Arc] = []
    states: dict[tuple[str, ...], int] = {(): 0}
    ends: list[int] = []
    for phrase in phrases:
        words = spoken_words(phrase)
        for k in range(1, len(words) + 1):
            if words[:k] not in states:
                states[words[:k]] = len(states)
                arcs.append(Arc(states[words[: k - 1]], states[words[:k]], words[k - 1], 0.0))
        ends.append(states[words] if words else -1)
    return PhraseList(graph_of(Grammar(tuple(arcs), final=0), language), tuple(ends))


def best_phrase(evidence: Evidence, phrases: Sequence[str], language: Language) -> Choice | None:
    """Find the phrase that was said; None when none of them can be told from this sound."""
    laid_out = phrase_list(tuple(phrases), language)
    known = [(number, end) for number, end in enumerate(laid_out.ends) if end >= 0]
    paths = paths_to(laid_out.graph, evidence, [end for _, end in known])
    scores = np.array([path.score for path in paths])
    if not len(scores) or not math.isfinite(scores.max()):
        return None
    best = int(scores.argmax())
    # Phrases written differently that sound the same count once.
    alike = {paths[k].score for k in range(len(paths)) if math.isfinite(paths[k].score)}
    total = sum(math.exp(score - scores[best]) for score in alike)
    return Choice(known[best][0], paths[best], 1.0 / total)
