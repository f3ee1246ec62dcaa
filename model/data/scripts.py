"""What is said in simulated calls: a small grammar of service calls in English and Spanish.

A turn is sentences; a sentence is words with places where a speaker may stop and go on. Which of them become
pauses is decided here too, and how the words before them are drawn out, because a pause and what precedes it
belong together: people stop after an unfinished clause, an unfinished number, a filler, and linger on the
last syllable when they look for a word; they end after a finished one, letting voice and pitch fall.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

import yaml

from config.expectation import AnswerKind
from model.data.figures import FIGURES, digit_group, digits_in
from model.synthesis.speech import Language

Split = Literal["train", "test"]
Ask = Literal["none", "delegate", "cancel", "remind", "transfer", "hang_up"]
"""What a turn asks the agent to do, once it is complete: a name of `model.streams.ACTS`."""
_KEPT_FOR_TEST: Final = 6
_STORIES: Final = 0.3
"""The share of answers to open questions that are stories: what happened, then what is wanted."""
_TWO_GOES: Final = 0.06
"""The share of them that are two requests in a row."""
_MIDDLES: Final = (0, 1, 1, 2, 2, 3, 4)
"""Sentences of a story between its first and its last."""


class Break(StrEnum):
    """Why a speaker stops."""

    CLAUSE = "clause"
    STUCK = "stuck"
    """In the middle of a clause, looking for a word."""
    FILLER = "filler"
    """Around an "um": hardly any silence."""
    GROUP = "group"
    """Between groups of digits or letters."""
    SENTENCE = "sentence"
    SEARCH = "search"
    """Looking for something: the longest."""
    SWITCH = "switch"
    """The other language goes on at once."""
    END = "end"
    """The turn is over."""


_MARKS: Final = {",": Break.CLAUSE, "~": Break.STUCK, "#": Break.GROUP}
_PAUSE_PROBABILITY: Final = {Break.CLAUSE: 0.5, Break.STUCK: 0.4, Break.GROUP: 0.75}
_PAUSES_KEPT: Final = {
    "yes_no": 0.3, "nothing": 0.5, "barge_in": 0.5, "transfer": 0.5, "goodbye": 0.2, "cancel": 0.5,
    "remind": 0.5,
}  # fmt: skip
"""The share of a story's pauses that short answers have."""
_FILLER_PROBABILITY: Final = {Break.CLAUSE: 0.12, Break.STUCK: 0.4, Break.GROUP: 0.06}
_DRAWN: Final = {  # how much longer the last syllable is before a stop: from, to
    Break.CLAUSE: (1.1, 1.7),
    Break.STUCK: (1.3, 2.4),
    Break.FILLER: (1.0, 1.2),
    Break.GROUP: (1.15, 1.6),
    Break.SENTENCE: (1.0, 1.25),
    Break.SEARCH: (1.2, 2.2),
    Break.SWITCH: (1.0, 1.0),
    Break.END: (1.0, 1.25),
}
_ASKS: Final[dict[str, Ask]] = {
    "free": "delegate", "choice": "delegate", "date": "delegate", "transfer": "transfer", "cancel": "cancel",
    "remind": "remind", "goodbye": "hang_up",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stop:
    """The speaker stops before the word of this index, having drawn out the last syllable so many times."""

    word: int
    why: Break
    drawn: float = 1.0


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words to be spoken in one go, then cut.

    Attributes:
        text: as given to the synthesiser, punctuation included.
        stops: where the speaker stops. Ascending.
        digit_words: indices of words that complete digits of the awaited number, with how many each adds.
        then: why the speaker stops after it.
        drawn: how much longer its last syllable is.
        falls: how far voice and pitch fall at its end, 0 (held) to 1.
    """

    text: str
    stops: tuple[Stop, ...] = ()
    digit_words: tuple[tuple[int, int], ...] = ()
    then: Break = Break.END
    drawn: float = 1.0
    falls: float = 0.0
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class CallerTurn:
    """One turn of a caller.

    Attributes:
        sentences: what is said.
        long: it tells a story, in which an agent may say "mm-hm".
        asks: what a good agent does when it is over.
    """

    sentences: tuple[Sentence, ...]
    long: bool
    asks: Ask = "none"

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


@cache
def grammar(language: Language) -> dict[str, Any]:
    """The grammar of a language: fillers, slots, turns of callers, prompts of agents."""
    return yaml.safe_load(Path(__file__).with_name(f"scripts_{language}.yaml").read_text(encoding="utf-8"))


def _pick(choices: list[str], split: Split, random: Random) -> str:
    """One entry; each sixth is only ever seen in the test set, the rest only in training."""
    if len(choices) < _KEPT_FOR_TEST:
        return random.choice(choices)
    kept = [
        c for k, c in enumerate(choices) if (k % _KEPT_FOR_TEST == _KEPT_FOR_TEST - 1) == (split == "test")
    ]
    return random.choice(kept)


def _fill(template: str, split: Split, random: Random, language: Language) -> str:
    while (start := template.find("{")) >= 0:
        end = template.index("}", start)
        name = template[start + 1 : end]
        made = FIGURES.get(name)
        value = made(language, random) if made else _pick(grammar(language)["slots"][name], split, random)
        template = template[:start] + value + template[end + 1 :]
    return template


def prompt(name: str, digits: int | None, random: Random, language: Language = "en") -> str:
    """What an agent says: a line of one of the grammar's lists of prompts (the same in both splits)."""
    text: str = random.choice(grammar(language)["prompts"][name])
    if digits:
        return text.replace("{n}", str(digits))
    return (
        text.replace("{n} digits", "several digits")
        .replace("{n} cifras", "varias cifras")
        .replace(" {n} digit", "")
        .replace(" de {n}", "")
    )


def backchannel(random: Random, language: Language = "en") -> CallerTurn:
    """A few sounds that say "go on"."""
    text: str = random.choice(grammar(language)["turns"]["backchannel"])
    mark = random.choice((".", ".", ",", "?"))
    drawn = random.choice((1.0, 1.0, 1.3))
    return CallerTurn((Sentence(text + mark, drawn=drawn, language=language),), long=False)


def spoken(name: str, split: Split, random: Random, language: Language = "en") -> CallerTurn:
    """A turn of one of the grammar's lists: free, yes_no, date, choice, nothing, barge_in, aside, ..."""
    draw = random.random() if name == AnswerKind.FREE else 1.0
    if draw < _STORIES:
        return story(random.choice(_MIDDLES), split, random, language)
    lists = (name, name) if draw < _STORIES + _TWO_GOES else (name,)
    template = " / ".join(_line(each, split, random, language) for each in lists)
    sentences = [*_maybe_search(0.03, split, random, language), *template.split(" / ")]
    turn = _turn(sentences, random, language, _PAUSES_KEPT.get(name, 1.0))
    return replace(turn, asks=_ASKS.get(name, "none"))


def story(middles: int, split: Split, random: Random, language: Language = "en") -> CallerTurn:
    """What happened, in sentences: the first, so many others, and the last, which asks for something."""
    lists = ("story_open", *["story_middle"] * middles, "story_close")
    sentences = [_line(each, split, random, language) for each in lists]
    return replace(_turn(sentences, random, language), long=True, asks="delegate")


def _line(name: str, split: Split, random: Random, language: Language) -> str:
    choices: list[str] = grammar(language)["turns"][name]
    return _fill(_pick(choices, split, random), split, random, language)


def answer(
    kind: AnswerKind | str, digits: int | None, split: Split, random: Random, language: Language = "en"
) -> CallerTurn:
    """What a caller says when this is awaited; now and then something else."""
    if kind == AnswerKind.DIGITS:
        if random.random() < 0.12:
            return spoken("no_digits", split, random, language)
        return digits_turn(digits, split, random, language)
    if random.random() < 0.08:
        return spoken(random.choice(("nothing", "free", "transfer")), split, random, language)
    if kind == AnswerKind.NOTHING:
        kind = random.choice(("nothing", "nothing", "transfer", "goodbye"))
    return spoken(str(kind), split, random, language)


def digits_turn(awaited: int | None, split: Split, random: Random, language: Language = "en") -> CallerTurn:
    """A number, in groups, with or without words around it; rarely with too few or too many digits."""
    count = awaited or random.choice((4, 5, 6, 6, 7, 8))
    if awaited and random.random() < 0.04:
        count = max(2, count + random.choice((-2, -1, 1)))
    groups, left = list[str](), count
    style = random.choice((1, 2, 3, 3, 4, count))
    while left:
        size = min(left, max(1, style + random.choice((0, 0, 0, -1, 1))))
        groups.append(digit_group(size, language, random))
        left -= size
    if len(groups) > 1 and random.random() < 0.06:  # loses the place and looks it up again
        k = random.randrange(1, len(groups))
        groups[k] = f"~ {_pick(grammar(language)['fillers'], split, random)} ~ {groups[k]}"
    sentence = " # ".join(groups)
    words = grammar(language)["turns"]
    if random.random() < 0.45:
        sentence = f"{_pick(words['digits_lead'], split, random)} ~ {sentence}"
    if random.random() < 0.07:
        sentence += f" , {random.choice(words['digits_tail'])}"
    mark = "?" if random.random() < 0.06 else "."
    parts = [*_maybe_search(0.15, split, random, language), f"{sentence} {mark}"]
    *before, number = _turn(parts, random, language).sentences
    counted = replace(number, digit_words=digits_in(number.text.split(), language))
    return CallerTurn(
        (*before, counted), long=False, asks="delegate" if count == (awaited or count) else "none"
    )


def _maybe_search(probability: float, split: Split, random: Random, language: Language) -> list[str]:
    if random.random() >= probability:
        return []
    return [_pick(grammar(language)["turns"]["search"], split, random)]


def _turn(sentences: list[str], random: Random, language: Language, stops: float = 1.0) -> CallerTurn:
    """Build the sentences; "|" inside one hands over to the other language and back."""
    other: Language = "es" if language == "en" else "en"
    built = list[Sentence]()
    for k, sentence in enumerate(sentences):
        last = k == len(sentences) - 1
        then = Break.END if last else Break.SEARCH if sentence.endswith("...") else Break.SENTENCE
        parts = [part for part in sentence.split("|") if part.strip(" .?,")]
        for n, part in enumerate(parts):
            goes_on = n < len(parts) - 1
            spoken_in = language if n % 2 == 0 else other
            built.append(_sentence(part, Break.SWITCH if goes_on else then, random, (spoken_in, stops)))
    words = sum(len(sentence.text.split()) for sentence in built)
    return CallerTurn(tuple(built), long=words >= 10)


def _sentence(marked: str, then: Break, random: Random, how: tuple[Language, float]) -> Sentence:
    language, often = how
    words, stops = list[str](), list[Stop]()
    for token in marked.removesuffix("...").split():
        why = _MARKS.get(token)
        if why is None:
            words.append(token)
            continue
        if not words:
            continue
        halts = random.random() < often * _PAUSE_PROBABILITY[why]
        if halts and random.random() < _FILLER_PROBABILITY[why]:
            stops += _with_filler(words, why, random, language)
            continue
        if why is Break.CLAUSE or (why is Break.GROUP and random.random() < 0.9):
            words[-1] = words[-1].rstrip(",") + ","
        if halts:
            stops.append(_stop(len(words), why, random))
    end = words.pop() if words[-1] in {".", "?"} else ""
    falls = 0.0
    if then is Break.END:
        end, falls = _ending(end or ".", random)
    elif then is Break.SENTENCE:  # most who go on say so by their tone
        end = end if end == "?" else random.choices((".", ","), (0.3, 0.7))[0]
        falls = 0.4 if end == "." else 0.0
    else:
        end = ","
    words[-1] = words[-1].rstrip(",") + end
    kept = tuple(stop for stop in stops if stop.word < len(words))
    drawn = round(random.uniform(*_DRAWN[then]), 1)
    return Sentence(" ".join(words), kept, (), then, drawn, falls, language)


def _ending(mark: str, random: Random) -> tuple[str, float]:
    """How a turn ends: nearly always with a fall, or a question's rise; a few are left hanging."""
    draw = random.random()
    if draw < 0.04:
        return ",", 0.0
    if mark == "?":
        return "?", 0.0
    return ("?", 0.0) if draw < 0.09 else (".", round(random.uniform(0.3, 1.0), 1))


def _with_filler(words: list[str], why: Break, random: Random, language: Language) -> list[Stop]:
    """Append an "um" and say where the silence is: after it, before it, or on both sides."""
    filler: str = random.choice(grammar(language)["fillers"])
    where = random.random()
    before = _stop(len(words), Break.FILLER if where < 0.5 else why, random)
    words[-1] = words[-1].rstrip(",") + ("," if why is Break.CLAUSE else "")
    words += filler.split()
    after = replace(
        _stop(len(words), Break.FILLER if 0.5 <= where < 0.7 else why, random),
        drawn=round(random.uniform(1.2, 2.5), 1),
    )
    return [before, after]


def _stop(word: int, why: Break, random: Random) -> Stop:
    return Stop(word, why, round(random.uniform(*_DRAWN[why]), 1))
