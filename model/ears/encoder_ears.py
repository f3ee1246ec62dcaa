"""Encoder ears: phones read by our head on a packaged encoder of human speech, understood with a grammar."""

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_SAMPLES
from model.ears.ears import Hearing
from model.ears.encoder_call import EncoderCall
from model.ears.evidence import SOUNDS, evidence_of
from model.ears.kinds import HEARS
from model.ears.sentence import free_sentence
from model.ears.tongue import tongue_of

Floats = npt.NDArray[np.float32]

_TOGETHER: Final = 1
"""One thread reads two windows no sooner together than one after the other, and the first would wait."""
_UNHURRIED: Final = 4
_WARMING: Final = 5
"""Micro-turns of noise heard before the first caller."""


class ReadsPhones(Protocol):
    """What `model.ears.phone_reader.PhoneReader` does."""

    def read(self, sounds: Sequence[Floats]) -> list[Floats]:
        """float32[n] each, at most 8 s at 16 kHz → natural-log posteriors float32[ceil(n/320), 49].

        Three more columns, where there are any, are nats for `spoken_language.CLASSES`.
        """
        ...


class EncoderKind:
    """Reads the sounds of several calls together."""

    together = _TOGETHER
    unhurried = _UNHURRIED

    def __init__(self, reader: ReadsPhones | None = None) -> None:
        """Take `reader`, or load the one that ships, and make everything ready for the first caller.

        Raises:
            HeadError, EncoderError: a head or the encoder cannot be used.
        """
        if reader is None:
            from model.ears.phone_reader import load_speech_reader

            reader = load_speech_reader()
        self._reader = reader
        self._warm_up()

    def open(self, language: str) -> EncoderCall:
        """Begin to hear a call; a `language` (BCP 47 tag) that is not known is heard as English."""
        return EncoderCall(language)

    def work(self, calls: Sequence[EncoderCall], *, hurried: bool) -> list[Hearing]:
        """Read what is due in these calls, and understand it."""
        windows = [call.window(hurried=hurried) for call in calls]
        due = [window for window in windows if window is not None]
        read = iter(self._reader.read(due) if due else [])
        return [
            call.understand(None if window is None else next(read))
            for call, window in zip(calls, windows, strict=True)
        ]

    def _warm_up(self) -> None:
        """Hear some noise: kernels are compiled (once per machine), and the encoder has run.

        The vocabularies of all languages are made now: nobody waits because somebody else changes theirs.
        """
        call = self.open("en")
        call.expect(Expectation(AnswerKind.DIGITS, 6))
        noise = np.random.default_rng(0).normal(0, 800, (_WARMING, MICRO_TURN_SAMPLES)).astype(np.int16)
        for index, audio in enumerate(noise):
            call.listen(index, audio, speaking=index < _WARMING - 1)
            self.work([call], hurried=False)
        sound = noise.ravel().astype(np.float32) / np.float32(32_768)
        heard = evidence_of(self._reader.read([sound])[0][:, : SOUNDS + 1])
        for language in HEARS["encoder"]:
            free_sentence(heard, tongue_of(language))
