"""The seam of the synthesisers: a speaker turns a text into sound, with times where it knows them.

Speakers voice the simulated calls and the ears' lessons; which are installed differs from machine to machine
(see `model.synthesis.speakers`). An identity is a person, as far as training and test are kept apart.
"""

# n samples at `rate_hz`

from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np
import numpy.typing as npt

Language = Literal["en", "es"]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a speaker says something, relative to the speaker's own way (1.0).

    Attributes:
        rate: speed, 0.5..2.
        pitch: fundamental frequency, 0.5..2; speakers that cannot be shifted ignore it.
        range: how far intonation moves, 0 (monotone)..2; speakers that cannot change it ignore it.
    """

    rate: float = 1.0
    pitch: float = 1.0
    range: float = 1.0


AS_USUAL: Final = Manner()
"""The speaker's own way."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of the text, by its offset in characters, and when its sound begins, ms."""

    offset: int
    begin_ms: int


@dataclass(frozen=True, slots=True)
class SpokenPhone:
    """A sound of speech, a name of `model.synthesis.phones.PHONES`, and when it begins, ms."""

    name: str
    begin_ms: int


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """What was made of a text: int16[n]; `words` and `phones` are empty where no times are known."""

    audio: npt.NDArray[np.int16]
    rate_hz: int
    words: tuple[SpokenWord, ...] = ()
    phones: tuple[SpokenPhone, ...] = ()


class SynthesisError(Exception):
    """The speaker cannot say this, or its synthesiser is not there any more."""


class Speaker(Protocol):
    """Somebody who can be made to speak. Hashable and cheap to send to another process."""

    @property
    def identity(self) -> str:
        """Synthesiser and voice: "espeak/en-us/Annie", "flite/slt", "pico/en-GB"."""
        ...

    @property
    def language(self) -> Language: ...

    @property
    def knows_times(self) -> bool:
        """Whether its speech comes with the times of words and phones."""
        ...

    def say(self, text: str, manner: Manner = AS_USUAL) -> Speech:
        """Speak a plain text, punctuation meant.

        Raises:
            SynthesisError: it cannot.
        """
        ...
