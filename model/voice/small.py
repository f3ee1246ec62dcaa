"""Small utterances, recorded: what a listener says without taking the floor, in several ways each.

The recordings are made by `model.voice.booth`; they belong to the voice of the house (a man of about 105 Hz)
and are as loud as it is. µ-law WAV at 16 kHz, at most 0.8 s each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count, takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, get_args

from config.units import SAMPLES_PER_MS
from model.sound import read_wav, to_int16
from model.synthesis.plain_text import in_ascii
from model.synthesis.speech import Language
from model.turn import Word
from model.voice.voice import Speech

Kind = Literal["mm-hm", "uh-huh", "i see", "okay", "right", "one moment"]
"""By the English one; Spanish has its own words for each."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
TEXTS: Final[Mapping[Language, Mapping[Kind, str]]] = {
    "en": {
        "mm-hm": "Mm-hm.",
        "uh-huh": "Uh-huh.",
        "i see": "I see.",
        "okay": "Okay.",
        "right": "Right.",
        "one moment": "One moment.",
    },
    "es": {
        "mm-hm": "Mm-hm.",
        "uh-huh": "Ajá.",
        "i see": "Ya veo.",
        "okay": "Vale.",
        "right": "Claro.",
        "one moment": "Un momento.",
    },
}
RECORDINGS: Final = Path(__file__).parent / "recordings"


@dataclass(frozen=True, slots=True)
class SmallUtterance:
    """A recording as an utterance of one clause that is there from the beginning: see `model.voice.ahead`."""

    text: str
    speech: Speech
    complete: bool = True

    def clause(self, index: int) -> Speech | None:
        return self.speech if index == 0 else None


def file_name(text: str, variant: int) -> str:
    """What the recording of a text is called: "i-see-1.wav"; variants count from 0."""
    name = "".join(letter for letter in in_ascii(text).lower() if letter.isalpha() or letter in "- ")
    return f"{name.replace(' ', '-')}-{variant + 1}.wav"


def small_utterance(kind: Kind, language: Language, variant: int) -> SmallUtterance:
    """A way to say `kind`; any `variant` is one, they come round again."""
    ways = small_utterances()[language][kind]
    return ways[variant % len(ways)]


@cache
def small_utterances() -> Mapping[Language, Mapping[Kind, tuple[SmallUtterance, ...]]]:
    """All of them, by language and kind; read once, 0.3 MB."""
    return MappingProxyType(
        {
            language: MappingProxyType({kind: _recorded(text) for kind, text in texts.items()})
            for language, texts in TEXTS.items()
        }
    )


@cache
def _recorded(text: str) -> tuple[SmallUtterance, ...]:
    paths = (RECORDINGS / file_name(text, variant) for variant in count())
    return tuple(_read(text, path) for path in takewhile(Path.exists, paths))


def _read(text: str, path: Path) -> SmallUtterance:
    audio = to_int16(read_wav(path).mono)
    return SmallUtterance(text, Speech(audio, (Word(text, 0, len(audio) // SAMPLES_PER_MS),)))
