"""Who speaks in simulated calls: installed speakers, split by identity between training and test.

A person speaks both languages, in the language at hand well and in the other as somebody of the same voice
would; rate, pitch and range vary within an identity. Agents are none of the callers kept for the test.
"""

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

from model.data.scripts import Split
from model.synthesis.espeak_speakers import ACCENTS, TEST_VARIANTS, TRAIN_VARIANTS, EspeakSpeaker
from model.synthesis.speakers import identity_split, installed, synthesiser_of
from model.synthesis.speech import Language, Manner, Speaker
from model.voice.house import HOUSE

_RATES: Final = (0.74, 0.83, 0.91, 1.0, 1.09, 1.2, 1.34)
_PITCHES: Final = (0.72, 0.87, 1.0, 1.15, 1.4)
_RANGES: Final = (0.7, 1.0, 1.3, 1.6)
_THROATS: Final = (0.87, 0.93, 1.0, 1.0, 1.0, 1.08, 1.15)
_OTHERS: Final = {"flite": 0.12, "festival": 0.02}
"""The share of callers who are another synthesiser's, where it is there (festival takes 0.3 s a sentence)."""
_AGENT_VARIANTS: Final = (
    HOUSE.variant, HOUSE.variant, HOUSE.variant, HOUSE.variant, "f3", "f2", "f4", "", "m3", "m1", "Alicia",
    "steph", "Andrea", "belinda", "caleb", "Michael", "anika", "klatt2", "ed", "Lee",
)  # fmt: skip
"""A served model hears itself in the voice of the house; the rest keep it from leaning on that."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker in a manner.

    Attributes:
        throat: by how much all resonances and the pitch are higher than the speaker's own: another person
            with the same habits, as shorter and longer vocal tracts make them.
    """

    speaker: Speaker
    manner: Manner
    throat: float = 1.0

    @property
    def language(self) -> Language:
        return self.speaker.language


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, in both languages."""

    en: Voice
    es: Voice

    def speaking(self, language: Language) -> Voice:
        return self.en if language == "en" else self.es


@cache
def timed_speakers(split: Split, synthesiser: str) -> tuple[Speaker, ...]:
    """The speakers of a synthesiser who know the times of what they say."""
    return tuple(
        speaker
        for speaker in installed()
        if speaker.knows_times
        and synthesiser_of(speaker) == synthesiser
        and identity_split(speaker.identity) == split
    )


@cache
def untimed_speakers(split: Split, language: Language) -> tuple[Speaker, ...]:
    """Speakers of whose words no times are known: good for voices nobody has to understand."""
    return tuple(
        speaker
        for speaker in installed(language)
        if not speaker.knows_times and identity_split(speaker.identity) == split
    )


def draw_manner(random: Random) -> Manner:
    """Rates, pitches and ranges come in a few steps so that sentences can be kept and reused."""
    return Manner(random.choice(_RATES), random.choice(_PITCHES), random.choice(_RANGES))


def draw_caller(split: Split, random: Random) -> Person:
    """A caller."""
    variant = random.choice(TRAIN_VARIANTS if split == "train" else TEST_VARIANTS)
    manner = draw_manner(random)
    throat = random.choice(_THROATS) if split == "train" else 1.0
    voices = dict[Language, Voice]()
    for language, accents in ACCENTS.items():
        accent = accents[0] if random.random() < 0.3 else random.choice(accents)
        voices[language] = Voice(EspeakSpeaker(language, accent, variant), manner, throat)
    draw = random.random()
    for synthesiser, share in _OTHERS.items():
        others = timed_speakers(split, synthesiser)
        if 0 <= draw < share and others:
            other = random.choice(others)
            voices[other.language] = Voice(other, Manner(manner.rate), throat)
        draw -= share
    return Person(voices["en"], voices["es"])


def draw_bystander(split: Split, language: Language, random: Random) -> Voice:
    """Somebody in the background, who may be any installed voice of this side of the split."""
    others = untimed_speakers(split, language)
    if others and random.random() < 0.2:
        return Voice(random.choice(others), Manner())
    return draw_caller(split, random).speaking(language)


def draw_agent(random: Random) -> Person:
    """An agent: quite often the voice of the house."""
    variant = random.choice(_AGENT_VARIANTS)
    house = variant == HOUSE.variant
    rate = HOUSE.rate_wpm / 175 if house else random.choice((0.9, 0.95, 1.0))
    manner = Manner(rate, 1.0, 1.1 if house else random.choice((0.9, 1.0, 1.1)))
    english = EspeakSpeaker("en", "en-us" if house or random.random() < 0.7 else "en", variant)
    spanish = EspeakSpeaker("es", random.choice(ACCENTS["es"]), variant)
    return Person(Voice(english, manner), Voice(spanish, manner))
