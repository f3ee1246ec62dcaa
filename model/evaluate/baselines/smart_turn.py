"""The cascade everybody uses: Silero finds voice, smart-turn judges whether the turn is over.

As pipecat 1.14 puts them together by default: any voice interrupts; smart-turn is asked once, when voice has
stopped for 0.2 s, about everything since 0.7 s before voice was found, at most 8 s; a turn it calls
unfinished ends after 3 s of silence.
"""

from collections import OrderedDict
from functools import cache
from hashlib import blake2b
from typing import Final

import numpy as np
import onnxruntime
import torch

from config.units import SAMPLE_RATE_HZ
from model.ears.whisper_mel import LONGEST_SAMPLES, log_mel
from model.evaluate.baselines.offering import Ruling
from model.evaluate.baselines.silero import SileroState, hear, packaged, session
from model.turn import Audio

THRESHOLD: Final = 0.5
GIVE_UP_MS: Final = 3_000
_PRE_SPEECH_SAMPLES: Final = SAMPLE_RATE_HZ * 7 // 10
_KEPT_SAMPLES: Final = 20 * SAMPLE_RATE_HZ
_REMEMBERED: Final = 4_000


@cache
def _network() -> onnxruntime.InferenceSession:
    return session(packaged("audio", "turn", "smart_turn", "data", "smart-turn-v3.2-cpu.onnx"))


_judged: OrderedDict[bytes, float] = OrderedDict()


def turn_is_over(speech: Audio) -> float:
    """Ask smart-turn: the probability, 0..1, that a turn ends with int16[n] at 16 kHz, of which 8 s count."""
    digest = blake2b(speech[-LONGEST_SAMPLES:].tobytes(), digest_size=16).digest()
    known = _judged.get(digest)
    if known is None:
        window = np.zeros(LONGEST_SAMPLES, np.float32)
        last = speech[-LONGEST_SAMPLES:].astype(np.float32) / 32_768
        window[LONGEST_SAMPLES - last.size :] = last
        features = log_mel(torch.from_numpy(window)[None]).numpy()
        known = _judged[digest] = float(
            np.asarray(_network().run(None, {"input_features": features})[0]).item()
        )
        if len(_judged) > _REMEMBERED:
            _judged.popitem(last=False)
    return known


class SileroSmartTurn:
    """One call of the cascade."""

    def __init__(self, threshold: float = THRESHOLD, give_up_ms: int = GIVE_UP_MS) -> None:
        self._threshold = threshold
        self._give_up_samples = give_up_ms * SAMPLE_RATE_HZ // 1_000
        self._voice = SileroState()
        self._kept = np.zeros(0, np.int16)
        self._heard = 0
        self._began: int | None = None
        self._stopped: int | None = None
        self._forgotten = 0

    def judge(self, audio: Audio, *, agent_speaks: bool) -> Ruling:
        """Take in a micro-turn: voice first, then the end of the turn."""
        self._kept = np.concatenate((self._kept, audio))[-_KEPT_SAMPLES:]
        self._heard += audio.size
        self._voice, edges = hear(self._voice, audio)
        interrupts = turn_over = False
        for edge in edges:
            if edge.started:
                interrupts, turn_over = True, False
                self._stopped = None
                if self._began is None:
                    self._began = edge.sample
            elif self._began is not None:
                self._stopped = edge.sample
                turn_over = turn_is_over(self._speech(edge.sample)) > self._threshold
        if self._stopped is not None and self._voice.sample - self._stopped >= self._give_up_samples:
            turn_over = True
        if turn_over:
            self._began = self._stopped = None
            self._forgotten = self._voice.sample
        return Ruling(
            self._voice.speaking, turn_over, interrupts and agent_speaks, may_speak=self._began is None
        )

    def _speech(self, upto: int) -> Audio:
        oldest = self._heard - self._kept.size
        begin = max((self._began or 0) - _PRE_SPEECH_SAMPLES, self._forgotten, oldest)
        return self._kept[begin - oldest : upto - oldest]
