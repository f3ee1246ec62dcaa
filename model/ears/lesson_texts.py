"""What the voices of the ears' lessons say.

What callers say, with numbers, names and letters more often than they come up, and enough of everything else
that the head learns sounds rather than phrases.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Final

import yaml

from model.ears.lesson_words import Sounds, english_words, sounds_of, spanish_word
from model.synthesis.speech import Language


@dataclass(frozen=True, slots=True)
class LessonWord:
    """A word as it is given to the synthesiser, and the ways it may sound."""

    text: str
    sounds: tuple[Sounds, ...]


@dataclass(frozen=True, slots=True)
class LessonText:
    """Words and what is written between them: `text` is what the synthesiser is given."""

    language: Language
    text: str
    words: tuple[LessonWord, ...]


Lines = list[str]
"""Words, letters in capitals ("B"), and "," where a voice would pause."""
_Maker = Callable[["_Vocabulary", Random], Lines]


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    language: Language
    lists: Mapping[str, Any]

    def one_of(self, name: str, random: Random) -> Lines:
        return str(random.choice(self.lists[name])).split()


@cache
def _vocabulary(language: Language) -> _Vocabulary:
    everything = yaml.safe_load((files("model.ears") / "lessons.yaml").read_text("utf-8"))
    return _Vocabulary(language, everything[language])


def draw_text(language: Language, random: Random) -> LessonText:
    """Something to say in a language."""
    makers = _MAKERS[language]
    while True:
        make = random.choices([maker for maker, _ in makers], [weight for _, weight in makers])[0]
        if text := _text(make(_vocabulary(language), random), language):
            return text


def _text(lines: Lines, language: Language) -> LessonText | None:
    vocabulary = _vocabulary(language).lists
    words, written = list[LessonWord](), ""
    for line in lines:
        if line == ",":
            written += ","
            continue
        if line.isupper():
            text = str(vocabulary["letters"][line.lower()])
            named = vocabulary["letter_sounds"].get(line.lower())
            sounds = (tuple(str(named).split()),) if named else _joined(text, language)
        else:
            text, sounds = line, sounds_of(line, language)
        if not sounds:
            return None
        words.append(LessonWord(text, sounds))
        written += f" {text}" if written else text
    return LessonText(language, written, tuple(words)) if words else None


def _joined(text: str, language: Language) -> tuple[Sounds, ...]:
    """The usual sounds of several words in a row."""
    return (tuple(sound for word in text.split() for sound in sounds_of(word, language)[0]),)


# --- kinds of texts -----------------------------------------------------------------------------------


def _digits(vocabulary: _Vocabulary, random: Random) -> Lines:
    count = random.choice((1, 1, 1, 2, 3, 4, 4, 5, 6, 6, 6, 7, 8, 10))
    digits = [str(random.choice(vocabulary.lists["digits"])) for _ in range(count)]
    if vocabulary.language == "en" and count > 2 and random.random() < 0.12:
        digits[random.randrange(count - 1)] = "double"
    every = random.choice((0, 0, 0, 1, 2, 3, 3))
    return _paused(digits, every)


def _paused(words: Lines, every: int) -> Lines:
    """A pause after each so many words; none when it is 0."""
    spaced: Lines = []
    for k, word in enumerate(words, 1):
        spaced += [word, ","] if every and k % every == 0 and k < len(words) else [word]
    return spaced


def _number(vocabulary: _Vocabulary, random: Random) -> Lines:
    kind = random.random()
    if kind < 0.35:
        return vocabulary.one_of("numbers", random)
    if kind < 0.6:
        return vocabulary.one_of(random.choice(("tens", "teens")), random)
    tens = [*vocabulary.one_of("tens", random)]
    link = ["y"] if vocabulary.language == "es" else []
    small = [*tens, *link, str(random.choice(vocabulary.lists["digits"][1:10]))]
    if kind < 0.85:
        return small
    if vocabulary.language == "es":
        return [random.choice(("ciento", "doscientos", "trescientos", "mil", "dos mil")), *small]
    return [
        str(random.choice(vocabulary.lists["digits"][1:10])),
        random.choice(("hundred", "thousand")),
        *small,
    ]


def _pairs(vocabulary: _Vocabulary, random: Random) -> Lines:
    """Numbers that are easily taken for each other, side by side."""
    return [
        word
        for k in range(random.randint(1, 4))
        for word in ([","] if k else []) + vocabulary.one_of(random.choice(("tens", "teens")), random)
    ]


def _letters(vocabulary: _Vocabulary, random: Random) -> Lines:
    kind = random.random()
    if kind < 0.35:
        return [random.choice(list(vocabulary.lists["letters"])).upper()]
    if kind < 0.65:
        count = random.randint(2, 7)
        letters = [random.choice(list(vocabulary.lists["letters"])).upper() for _ in range(count)]
    else:
        name = random.choice(vocabulary.lists["slots"][random.choice(("first", "last"))])
        letters = [letter.upper() for letter in _plain(name) if letter in vocabulary.lists["letters"]]
    return _paused(letters, random.choice((0, 1, 1, 2, 3)))


def _plain(name: str) -> str:
    return name.translate(str.maketrans("áéíóúü", "aeiouu"))


def _short(vocabulary: _Vocabulary, random: Random) -> Lines:
    return vocabulary.one_of("short", random)


def _phrase(vocabulary: _Vocabulary, random: Random) -> Lines:
    lines: Lines = []
    for part in random.choice(vocabulary.lists["phrases"]).split():
        if part.startswith("{"):
            name = part.strip("{}")
            make = _MADE_UP.get(name)
            lines += (
                make(vocabulary, random)
                if make
                else str(random.choice(vocabulary.lists["slots"][name])).split()
            )
        else:
            lines.append(part)
    return lines


def _time(vocabulary: _Vocabulary, random: Random) -> Lines:
    hour = random.choice(vocabulary.lists["digits"][1:10] + vocabulary.lists["teens"][:3])
    if vocabulary.language == "es":
        return [
            hour,
            *random.choice(("y media", "y cuarto", "menos diez", "en punto", "de la tarde")).split(),
        ]
    minutes = random.choice(("thirty", "fifteen", "forty five", "o'clock", "oh five", "twenty", ""))
    return [hour, *minutes.split(), *random.choice(("", "", "A M", "P M", "in the evening")).split()]


def _money(vocabulary: _Vocabulary, random: Random) -> Lines:
    unit = random.choice(
        ("euros", "pesos") if vocabulary.language == "es" else ("dollars", "pounds", "euros")
    )
    cents = _number(vocabulary, random) if random.random() < 0.3 else []
    link = ["con" if vocabulary.language == "es" else "and"] if cents else []
    return [*_number(vocabulary, random), unit, *link, *cents]


def _year(vocabulary: _Vocabulary, random: Random) -> Lines:
    if vocabulary.language == "es":
        return ["dos", "mil", *vocabulary.one_of("teens", random)]
    return ["twenty" if random.random() < 0.5 else "nineteen", *_number(vocabulary, random)[:2]]


def _word(_: _Vocabulary, random: Random) -> Lines:
    return [english_words().word(random)]


def _words(_: _Vocabulary, random: Random) -> Lines:
    return [english_words().word(random) for _ in range(random.randint(2, 7))]


def _sentence(_: _Vocabulary, random: Random) -> Lines:
    return english_words().sentence(random.randint(3, 14), random)


def _made_up_words(vocabulary: _Vocabulary, random: Random) -> Lines:
    known = vocabulary.lists["slots"]["word"]
    count = random.choice((1, 1, 2, 3, 4, 6))
    return [random.choice(known) if random.random() < 0.5 else spanish_word(random) for _ in range(count)]


_MADE_UP: Final[dict[str, _Maker]] = {
    "digits": _digits, "number": _number, "letters": _letters, "time": _time, "money": _money, "year": _year,
}  # fmt: skip
_MAKERS: Final[dict[Language, tuple[tuple[_Maker, float], ...]]] = {
    "en": (
        (_digits, 0.18), (_number, 0.06), (_pairs, 0.04), (_letters, 0.10), (_short, 0.05), (_phrase, 0.16),
        (_word, 0.11), (_words, 0.10), (_sentence, 0.20),
    ),
    "es": (
        (_digits, 0.22), (_number, 0.09), (_pairs, 0.03), (_letters, 0.08), (_short, 0.10), (_phrase, 0.28),
        (_made_up_words, 0.20),
    ),
}  # fmt: skip
