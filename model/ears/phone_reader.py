"""From sounds to phone posteriors: what decoding into words builds on."""

# n samples at 16 kHz · f frames of 20 ms

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch

from model.ears.head_file import SHIPPED, HeadStory, load_head
from model.ears.language_head import LanguageHead, load_language_head
from model.ears.phone_head import PhoneNetwork
from model.ears.whisper_mel import log_mel
from model.ears.windows import FRAME_SAMPLES, frames_of, in_window, window_for

FRAME_MS: Final = 20
_SECONDS_TOGETHER: Final = 32
"""At most so much sound is read in one go: more would not be quicker, only need more memory."""


class PhoneReader:
    """The encoder with a trained head on it, or two. Reads on as many threads as torch is set to."""

    def __init__(
        self, network: PhoneNetwork, story: HeadStory, language_head: LanguageHead | None = None
    ) -> None:
        self._network = network
        self._language_head = language_head
        self.story = story

    def read(self, sounds: Sequence[npt.NDArray[np.float32]]) -> list[npt.NDArray[np.float32]]:
        """Say for every frame of every sound how likely each phone is.

        Args:
            sounds: float32[n] each, ±1, n at most 8 s; at least a few milliseconds.

        Returns:
            For each, natural-log posteriors float32[ceil(n/320), 49]; column 0 is the blank of CTC, column
            i + 1 the i-th of `model.synthesis.phones.PHONES`. With a language head, its nats for each of
            `spoken_language.CLASSES` follow in further columns. A sound's result depends, but for rounding,
            on that sound alone.

        Raises:
            ValueError: a sound is longer than 8 s.
        """
        by_window: defaultdict[int, list[int]] = defaultdict(list)
        for number, sound in enumerate(sounds):
            by_window[window_for(len(sound))].append(number)
        read: dict[int, npt.NDArray[np.float32]] = {}
        for window, numbers in by_window.items():
            together = max(1, _SECONDS_TOGETHER * 1_000 // FRAME_MS * FRAME_SAMPLES // window)
            for first in range(0, len(numbers), together):
                some = numbers[first : first + together]
                stacked = np.stack([in_window(sounds[number], window) for number in some])
                for number, posteriors in zip(some, self._posteriors(stacked), strict=True):
                    frames = frames_of(len(sounds[number]))
                    read[number] = posteriors[len(posteriors) - frames :]
        return [read[number] for number in range(len(sounds))]

    @torch.inference_mode()
    def _posteriors(self, windows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        states = self._network.states(log_mel(torch.from_numpy(windows)))
        phones = self._network.phones(states)
        if self._language_head is None:
            return phones.numpy()
        return torch.cat([phones, self._language_head(states.final)], dim=-1).numpy()


def load_phone_reader(checkpoint: Path | None = None) -> PhoneReader:
    """Our ears' reader: the head that ships, or another one, on the encoder of the pipecat package.

    Raises:
        HeadError: the head's file cannot be used.
        EncoderError: the encoder's file cannot be used.
    """
    return PhoneReader(*load_head(checkpoint or SHIPPED))


def load_speech_reader() -> PhoneReader:
    """Our ears' reader as calls are heard with it: phones, and the language of each frame.

    Raises:
        HeadError: a head's file cannot be used.
        EncoderError: the encoder's file cannot be used.
    """
    return PhoneReader(*load_head(SHIPPED), load_language_head())
