"""Audio frames of any rate and channels, as pipecat pipelines carry them, brought to ours: 16 kHz mono."""

import numpy as np
from pipecat.frames.frames import AudioRawFrame

from config.units import SAMPLE_RATE_HZ
from model.turn import Audio
from telephony import resample


class AnyRate:
    """One stream of frames; the rate may change between two of them."""

    def __init__(self) -> None:
        self._rate_hz = SAMPLE_RATE_HZ
        self._kernel = resample.kernel(SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)
        self._history = resample.silence_before(self._kernel)

    def forget(self) -> None:
        """What comes next does not continue what came before."""
        self._history = resample.silence_before(self._kernel)

    def take(self, frame: AudioRawFrame) -> Audio:
        """Give the frame's audio as int16[n] at 16 kHz, continuing the frame before."""
        pcm = np.frombuffer(frame.audio, np.int16)
        if frame.num_channels > 1:
            pcm = pcm.reshape(-1, frame.num_channels).mean(axis=1).astype(np.int16)
        if frame.sample_rate != self._rate_hz:
            self._rate_hz = frame.sample_rate
            self._kernel = resample.kernel(frame.sample_rate, SAMPLE_RATE_HZ)
            self.forget()
        ours, self._history = resample.resample(self._kernel, pcm, self._history)
        return ours
