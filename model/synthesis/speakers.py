"""Who can be made to speak on this machine, and who of them is kept out of training.

espeak-ng is always there; flite, SVOX pico, RHVoice and festival are where the system has them. What is
absent is not listed; what is present and broken is said once in the log.
"""

import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, Literal

from model.synthesis.espeak_speakers import TEST_VARIANTS, espeak_speakers
from model.synthesis.festival import festival_speakers
from model.synthesis.flite import flite_speakers
from model.synthesis.pico import pico_speakers
from model.synthesis.rhvoice import rhvoice_speakers
from model.synthesis.speech import Language, Speaker, SynthesisError

_log = logging.getLogger(__name__)

Split = Literal["train", "test"]

_SYNTHESISERS: Final[dict[str, Callable[[], Sequence[Speaker]]]] = {
    "espeak-ng": espeak_speakers,
    "flite": flite_speakers,
    "SVOX pico": pico_speakers,
    "RHVoice": rhvoice_speakers,
    "festival": festival_speakers,
}
_HELD_OUT: Final = frozenset({"flite/rms", "RHVoice/clb", "festival/rab"})
"""People of whom no other synthesiser has a voice (kal and slt are one man and one woman everywhere)."""


def identity_split(identity: str) -> Split:
    """On which side of the wall a speaker's identity is: by its name alone, the same on every machine."""
    synthesiser, _, voice = identity.partition("/")
    if synthesiser == "espeak":
        return "test" if voice.rpartition("/")[2] in TEST_VARIANTS else "train"
    return "test" if identity in _HELD_OUT else "train"


def synthesiser_of(speaker: Speaker) -> str:
    """The first part of the identity: "espeak" has hundreds of speakers, the others a handful each."""
    return speaker.identity.partition("/")[0]


@cache
def installed(language: Language | None = None) -> tuple[Speaker, ...]:
    """Everybody who can speak here, in an order that stays; those of one language if asked for."""
    return tuple(speaker for speaker in _everybody() if language is None or speaker.language == language)


@cache
def _everybody() -> tuple[Speaker, ...]:
    speakers: list[Speaker] = []
    for name, find in _SYNTHESISERS.items():
        try:
            speakers += find()
        except (
            SynthesisError,
            OSError,
            AttributeError,
        ) as error:  # AttributeError: another version's library
            _log.warning("%s is installed and cannot be used: %s", name, error)
    return tuple(speakers)
