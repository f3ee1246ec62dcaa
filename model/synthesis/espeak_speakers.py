"""espeak-ng's speakers: every accent with every variant, always there, with the times of words and phones.

A variant is a person (its formants, its voice quality); the accent is how that person speaks.
"""

from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Final

import espeakng_loader

from model.espeak import EspeakError, EspeakVoice, synthesise
from model.synthesis.phones import from_espeak
from model.synthesis.speech import AS_USUAL, Language, Manner, Speech, SpokenPhone, SpokenWord, SynthesisError

ACCENTS: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "en-us", "en", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-us-nyc",
        "en-029",
    ),
    "es": ("es", "es-419"),
}  # fmt: skip
TRAIN_VARIANTS: Final = (
    "", "Alex", "Alicia", "Andrea", "Andy", "Denis", "Diogo", "Gene", "Henrique", "Hugo", "Jacky", "Lee",
    "Marco", "Mario", "Michael", "Mr serious", "Nguyen", "Reed", "RicishayMax", "anika", "announcer",
    "antonio", "aunty", "belinda", "boris", "caleb", "david", "ed", "edward", "f1", "f2", "f3", "f4",
    "grandma", "grandpa", "gustave", "ian", "iven", "iven3", "john", "kaukovalta", "klatt2", "klatt4", "m1",
    "m2", "m3", "m4", "m5", "m6", "marcelo", "max", "michel", "miguel", "norbert", "pedro", "quincy", "rob",
    "sandro", "shelby", "steph", "steph3", "travis", "victor",
)  # fmt: skip
TEST_VARIANTS: Final = (
    "Annie", "Mike", "Storm", "f5", "m7", "m8", "linda", "paul", "robert", "zac", "pablo", "steph2", "iven2",
    "klatt3",
)  # fmt: skip
"""Held out of training, whatever the accent or language. Robots, whispers and croaks are in neither list."""

PLAIN: Final = "plain"
"""The variant's name, within an identity, of the voice without one."""
_RATE_WPM: Final = 175
_SLOWEST_WPM: Final = 80
_FASTEST_WPM: Final = 450
_MIDDLE: Final = 50  # of pitch and of range, 0..99
_STEPS_PER_OCTAVE: Final = 70  # of pitch; measured with four variants, which reach 0.75..1.6


@dataclass(frozen=True, slots=True)
class EspeakSpeaker:
    """An accent and a variant of espeak-ng."""

    language: Language
    accent: str
    variant: str

    @property
    def identity(self) -> str:
        return f"espeak/{self.accent}/{self.variant or PLAIN}"

    @property
    def knows_times(self) -> bool:
        return True

    def say(self, text: str, manner: Manner = AS_USUAL) -> Speech:
        """Speak a plain text at 22,050 Hz, hundreds of times real time.

        Raises:
            SynthesisError: there is nothing to say, or espeak-ng or the voice is missing.
        """
        if not any(letter.isalnum() for letter in text):
            raise SynthesisError(f"{self.identity} finds no word in {text!r}")
        voice = EspeakVoice(
            language=self.accent,
            variant=self.variant,
            rate_wpm=round(min(max(_RATE_WPM * manner.rate, _SLOWEST_WPM), _FASTEST_WPM)),
            pitch=_step(_MIDDLE + _STEPS_PER_OCTAVE * log2(manner.pitch)),
            pitch_range=_step(_MIDDLE * manner.range),
        )
        try:
            speech = synthesise(text, voice, repeatable=True)
        except EspeakError as error:
            raise SynthesisError(str(error)) from error
        return Speech(
            audio=speech.audio,
            rate_hz=speech.rate_hz,
            words=tuple(SpokenWord(word.offset, word.ms) for word in speech.words),
            phones=tuple(
                SpokenPhone(name, phoneme.ms)
                for phoneme in speech.phonemes
                for name in from_espeak(phoneme.name, self.language)
            ),
        )


def _step(level: float) -> int:
    return round(min(max(level, 0.0), 99.0))


def espeak_speakers() -> tuple[EspeakSpeaker, ...]:
    """The speakers of the installed espeak-ng, English first."""
    variants_at = Path(espeakng_loader.get_data_path()) / "voices" / "!v"
    variants = tuple(
        variant
        for variant in (*TRAIN_VARIANTS, *TEST_VARIANTS)
        if not variant or (variants_at / variant).is_file()
    )
    return tuple(
        EspeakSpeaker(language, accent, variant)
        for language, accents in ACCENTS.items()
        for accent in accents
        for variant in variants
    )
