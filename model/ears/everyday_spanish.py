"""Everyday Spanish to hear any words by: a vocabulary with what its verbs become, and how words follow.

What is in `everyday_es.yaml` is conjugated and counted here; there is no larger Spanish text to count.
"""

import math
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Final

import yaml

_SHARES: Final = {
    "joining": 0.40, "irregular": 0.14, "usual": 0.25, "stems": 0.10, "endings": 0.06, "besides": 0.05,
}  # fmt: skip
"""How often a word of a running text comes from each part."""
_LISTED: Final = ("joining", "irregular", "usual", "besides")
_TIMES: Final = 6
"""How often each sentence is filled in."""
_STRESSED: Final = {
    "ar": ("o", "a", "an", "e", "en", "as"),
    "er": ("o", "e", "en", "a", "an", "es"),
    "ir": ("o", "e", "en", "a", "an", "es"),
}
_USUAL: Final = {
    "ar": ("ar", "ado", "ando", "amos", "é", "ó", "aron", "aba"),
    "er": ("er", "ido", "iendo", "emos", "í", "ió", "ieron", "ía"),
    "ir": ("ir", "ido", "iendo", "imos", "í", "ió", "ieron", "ía"),
}
_RARER: Final = {
    "ar": ("aban", "ábamos", "aste", "ada", "ados", "adas", "emos", "ara"),
    "er": ("ían", "íamos", "iste", "ida", "idos", "idas", "amos", "iera"),
    "ir": ("ían", "íamos", "iste", "ida", "idos", "idas", "amos", "iera"),
}
_AFTER_INFINITIVE: Final = ("lo", "la", "los", "las", "me", "le", "se", "nos", "é", "á", "án", "ía", "ían")


@cache
def likelihoods() -> dict[str, float]:
    """Give each word's nats in running speech."""
    lists = _lists()
    stems, endings = set[str](), set[str]()
    for entry in lists["verbs"].split():
        usual, rarer = _forms(*entry.split("/"))
        stems |= usual
        endings |= rarer
    parts: dict[str, set[str]] = {
        "stems": stems,
        "endings": endings - stems,
        **{name: set(lists[name].split()) for name in _LISTED},
    }
    shares: dict[str, float] = {}
    for name, words in parts.items():
        for word in words:
            shares[word] = shares.get(word, 0.0) + _SHARES[name] / len(words)
    return {word: math.log(share) for word, share in shares.items()}


def everyday_sentences() -> Iterator[tuple[str, ...]]:
    """Sentences people say, as words, with their blanks filled in; the same every time."""
    lists, random = _lists(), Random(1)
    for _ in range(_TIMES):
        for sentence in lists["says"]:
            yield tuple(sentence.format_map(_Drawn(lists["slots"], random)).split())


class _Drawn(dict[str, str]):
    """One of the words of each slot."""

    def __init__(self, slots: dict[str, list[str]], random: Random) -> None:
        super().__init__()
        self._slots, self._random = slots, random

    def __missing__(self, slot: str) -> str:
        return self._random.choice(self._slots[slot])


@cache
def _lists() -> dict[str, Any]:
    return yaml.safe_load((files("model.ears") / "everyday_es.yaml").read_text("utf-8"))


def _forms(infinitive: str, stressed: str = "") -> tuple[set[str], set[str]]:
    """Conjugate a verb: its usual forms, and rarer ones."""
    stem, kind = infinitive[:-2], infinitive[-2:]
    stressed = stressed or stem
    usual = {_spelled(stem, ending, kind) for ending in _USUAL[kind]}
    usual |= {_spelled(stressed, ending, kind) for ending in _STRESSED[kind]}
    rarer = {_spelled(stem, ending, kind) for ending in _RARER[kind]}
    rarer |= {infinitive + ending for ending in _AFTER_INFINITIVE}
    return usual, rarer


def _spelled(stem: str, ending: str, kind: str) -> str:
    """Join both so that the stem sounds as it does in the infinitive: "busqué", "recojo"."""
    front = ending[0] in "eéií"
    if kind == "ar" and front:
        for written, instead in (("gu", "gü"), ("g", "gu"), ("c", "qu"), ("z", "c")):
            if stem.endswith(written):
                return stem.removesuffix(written) + instead + ending
    if kind != "ar" and not front:
        if stem.endswith(("ec", "oc", "uc")):
            return stem[:-1] + "zc" + ending
        for written, instead in (("gu", "g"), ("g", "j"), ("c", "z")):
            if stem.endswith(written):
                return stem.removesuffix(written) + instead + ending
    return stem + ending
