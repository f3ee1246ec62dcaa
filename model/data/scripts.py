"""What is said in simulated calls: a small grammar of service calls, and digits the way people give them.

A turn is sentences; a sentence is words with places where a speaker may stop and go on. Which of them become
pauses is decided here too, because a pause and the words before it belong together: people stop after an
unfinished clause, an unfinished number, a filler; they end after a finished one.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

import yaml

from config.expectation import AnswerKind

Split = Literal["train", "test"]
DIGIT_WORDS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGITS_SPOKEN: Final = frozenset((*DIGIT_WORDS, "oh", "double"))
_KEPT_FOR_TEST: Final = 6


class Break(StrEnum):
    """Why a speaker stops."""

    CLAUSE = "clause"
    STUCK = "stuck"
    GROUP = "group"
    """Between groups of digits."""
    SENTENCE = "sentence"
    SEARCH = "search"
    """Looking for something: the longest."""
    END = "end"
    """The turn is over."""


_MARKS: Final = {",": Break.CLAUSE, "~": Break.STUCK, "#": Break.GROUP}
_PAUSE_PROBABILITY: Final = {Break.CLAUSE: 0.5, Break.STUCK: 0.27, Break.GROUP: 0.75}
_PAUSES_KEPT: Final = {"yes_no": 0.3, "nothing": 0.5, "barge_in": 0.6}
"""The share of a story's pauses that short answers have."""
_FILLER_PROBABILITY: Final = {Break.CLAUSE: 0.12, Break.STUCK: 0.3, Break.GROUP: 0.04}


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words to be spoken in one go, then cut.

    Attributes:
        text: as given to the synthesiser, punctuation included.
        cuts: (word index, why): the speaker stops before that word. Ascending.
        digit_words: indices of words that are digits of the awaited number, with how many digits each adds.
        then: why the speaker stops after it.
    """

    text: str
    cuts: tuple[tuple[int, Break], ...]
    digit_words: tuple[tuple[int, int], ...]
    then: Break


@dataclass(frozen=True, slots=True)
class CallerTurn:
    """One turn of a caller. `long`: it tells a story, in which an agent may say "mm-hm"."""

    sentences: tuple[Sentence, ...]
    long: bool


@cache
def _grammar() -> dict[str, Any]:
    return yaml.safe_load(Path(__file__).with_name("scripts.yaml").read_text())


def _pick(choices: list[str], split: Split, random: Random) -> str:
    """One entry; each sixth is only ever seen in the test set, the rest only in training."""
    if len(choices) < _KEPT_FOR_TEST:
        return random.choice(choices)
    kept = [
        c for k, c in enumerate(choices) if (k % _KEPT_FOR_TEST == _KEPT_FOR_TEST - 1) == (split == "test")
    ]
    return random.choice(kept)


def _fill(template: str, split: Split, random: Random) -> str:
    while (start := template.find("{")) >= 0:
        end = template.index("}", start)
        value = _pick(_grammar()["slots"][template[start + 1 : end]], split, random)
        template = template[:start] + value + template[end + 1 :]
    return template


def prompt(kind: AnswerKind | Literal["greeting", "backchannel"], digits: int | None, random: Random) -> str:
    """What an agent says to ask for this kind of answer (the same lines in both splits)."""
    text: str = random.choice(_grammar()["prompts"][str(kind)])
    return (
        text.replace("{n}", str(digits))
        if digits
        else text.replace("{n} digits", "several digits").replace(" {n} digit", "")
    )


def backchannel(random: Random) -> CallerTurn:
    """A few sounds that say "go on"."""
    text: str = random.choice(_grammar()["turns"]["backchannel"])
    mark = random.choice((".", ".", ",", "?"))
    return CallerTurn((Sentence(text + mark, (), (), Break.END),), long=False)


def spoken(name: str, split: Split, random: Random) -> CallerTurn:
    """A turn of one of the grammar's lists: free, yes_no, date, choice, nothing, barge_in, aside, ..."""
    template = _fill(_pick(_grammar()["turns"][name], split, random), split, random)
    sentences = [*_maybe_search(0.03, split, random), *template.split(" / ")]
    return _turn(sentences, random, _PAUSES_KEPT.get(name, 1.0))


def answer(kind: AnswerKind, digits: int | None, split: Split, random: Random) -> CallerTurn:
    """What a caller says when this is awaited; now and then something else."""
    if kind is AnswerKind.DIGITS:
        return (
            spoken("no_digits", split, random)
            if random.random() < 0.12
            else digits_turn(digits, split, random)
        )
    if random.random() < 0.08:
        return spoken(random.choice(("nothing", "free")), split, random)
    return spoken(str(kind), split, random)


def digits_turn(awaited: int | None, split: Split, random: Random) -> CallerTurn:
    """A number, in groups, with or without words around it; rarely with too few or too many digits."""
    count = awaited or random.choice((4, 5, 6, 6, 7, 8))
    if awaited and random.random() < 0.05:
        count = max(2, count + random.choice((-2, -1, 1)))
    groups, left = list[str](), count
    style = random.choice((2, 3, 3, 4, count))
    while left:
        size = min(left, max(1, style + random.choice((0, 0, 0, -1, 1))))
        groups.append(_group(size, random))
        left -= size
    sentence = " # ".join(groups)
    if random.random() < 0.45:
        sentence = f"{_pick(_grammar()['turns']['digits_lead'], split, random)} ~ {sentence}"
    if random.random() < 0.07:
        sentence += f" , {random.choice(_grammar()['turns']['digits_tail'])}"
    mark = "?" if random.random() < 0.08 else "."
    *before, number = _turn([*_maybe_search(0.15, split, random), f"{sentence} {mark}"], random).sentences
    return CallerTurn((*before, replace(number, digit_words=_digits(number.text.split()))), long=False)


def _group(size: int, random: Random) -> str:
    words = list[str]()
    left = size
    while left:
        digit = random.choice(DIGIT_WORDS)
        if left >= 2 and random.random() < 0.08:
            words += ["double", digit]
            left -= 2
        else:
            words.append("oh" if digit == "zero" and random.random() < 0.3 else digit)
            left -= 1
    return " ".join(words)


def _maybe_search(probability: float, split: Split, random: Random) -> list[str]:
    if random.random() >= probability:
        return []
    return [_pick(_grammar()["turns"]["search"], split, random)]


def _turn(sentences: list[str], random: Random, stops: float = 1.0) -> CallerTurn:
    built = list[Sentence]()
    for k, sentence in enumerate(sentences):
        last = k == len(sentences) - 1
        then = Break.END if last else Break.SEARCH if sentence.endswith("...") else Break.SENTENCE
        built.append(_sentence(sentence, then, random, stops))
    words = sum(len(sentence.text.split()) for sentence in built)
    return CallerTurn(tuple(built), long=words >= 10)


def _sentence(marked: str, then: Break, random: Random, often: float) -> Sentence:
    words, cuts = list[str](), list[tuple[int, Break]]()
    for token in marked.removesuffix("...").split():
        why = _MARKS.get(token)
        if why is None:
            words.append(token)
            continue
        stops = bool(words) and random.random() < often * _PAUSE_PROBABILITY[why]
        if stops and random.random() < _FILLER_PROBABILITY[why]:
            words[-1] += "," if why is Break.CLAUSE else ""
            words += random.choice(_grammar()["fillers"]).split()
        if why is Break.CLAUSE or (stops and random.random() < 0.6):
            words[-1] += ","
        if stops:
            cuts.append((len(words), why))
    end = {".": ".", "?": "?"}.get(words[-1], "")
    if end:
        words.pop()
    if then is Break.END and random.random() < 0.12:
        end = random.choice(",?.")
    words[-1] = words[-1].rstrip(",") + (end or ",")
    return Sentence(" ".join(words), tuple(cut for cut in cuts if cut[0] < len(words)), (), then)


def _digits(words: list[str]) -> tuple[tuple[int, int], ...]:
    counted = list[tuple[int, int]]()
    bare = [word.strip(",.?") for word in words]
    for k, word in enumerate(bare):
        if word in _DIGITS_SPOKEN and word != "double":
            counted.append((k, 2 if k and bare[k - 1] == "double" else 1))
    return tuple(counted)
