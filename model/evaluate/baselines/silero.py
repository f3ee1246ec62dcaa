"""Silero's voice activity detector, as pipecat drives it: the onnx file its package carries, its defaults.

Nothing of pipecat is imported. What is reproduced, from `pipecat.audio.vad` 1.14: windows of 512 samples;
voice from a confidence of 0.7 and a loudness of 0.6 (BS.1770 over 0.4 s, -110..-10 LUFS, smoothed); 0.2 s of
it to start and 0.2 s without to stop; the network's reset every 2 s of clear silence.
"""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import loudness
import numpy as np
import numpy.typing as npt
import onnxruntime

from config.errors import ConfigError
from config.units import SAMPLE_RATE_HZ
from model.turn import Audio

WINDOW: Final = 512
_CONTEXT: Final = 64
_CONFIDENCE: Final = 0.7
_LOUDNESS: Final = 0.6
_SMOOTHING: Final = 0.2
_QUIETEST_LUFS, _LOUDEST_LUFS = -110.0, -10.0
_LOUDNESS_SAMPLES: Final = SAMPLE_RATE_HZ * 2 // 5
_WINDOWS_TO_TURN: Final = round(0.2 * SAMPLE_RATE_HZ / WINDOW)
"""Of voice until speech has started, of silence until it has stopped."""
_RESET_WINDOWS: Final = 2.0 * SAMPLE_RATE_HZ / WINDOW
_CLEARLY_SILENT: Final = 0.1
_SILENT_WINDOWS: Final = 5
_REMEMBERED: Final = 20_000


class CascadeError(ConfigError):
    """The pieces of the usual cascade are not installed."""


class Phase(StrEnum):
    """Where the detector stands."""

    QUIET = "quiet"
    STARTING = "starting"
    SPEAKING = "speaking"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Edge:
    """Speech has started, or stopped, by the detector; `sample` counts from the call's beginning."""

    sample: int
    started: bool


@dataclass(frozen=True, slots=True, eq=False)
class SileroState:
    """One call's detector.

    Attributes:
        sample: how far it has heard.
        digest: of all it has heard.
        pending: int16 samples that do not fill a window yet.
        recurrent, context: the network's.
        recent: the last 0.4 s.
        loud: smoothed loudness, 0..1.
        phase, count: of the four phases, and windows in a starting or stopping one.
        since_reset, silent: windows.
    """

    sample: int = 0
    digest: bytes = b""
    pending: Audio = field(default_factory=lambda: np.zeros(0, np.int16))
    recurrent: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((2, 1, 128), np.float32))
    context: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((1, _CONTEXT), np.float32))
    recent: Audio = field(default_factory=lambda: np.zeros(0, np.int16))
    loud: float = 0.0
    phase: Phase = Phase.QUIET
    count: int = 0
    since_reset: int = 0
    silent: int = 0

    @property
    def speaking(self) -> bool:
        return self.phase in (Phase.SPEAKING, Phase.STOPPING)


def packaged(*inside: str) -> Path:
    """Find a file of the pipecat package without importing it.

    Raises:
        CascadeError: it is not there.
    """
    package = find_spec("pipecat")
    for folder in (package.submodule_search_locations or ()) if package else ():
        if (path := Path(folder).joinpath(*inside)).is_file():
            return path
    raise CascadeError(f"{inside[-1]} is not where pipecat keeps it: install pipecat-ai 1.14 again")


def session(path: Path) -> onnxruntime.InferenceSession:
    """Open a network on one thread."""
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@cache
def _network() -> onnxruntime.InferenceSession:
    return session(packaged("audio", "vad", "data", "silero_vad.onnx"))


_heard: OrderedDict[bytes, tuple[SileroState, tuple[Edge, ...]]] = OrderedDict()
"""What the same sound came to before: cases are heard again and again under other settings."""


def hear(state: SileroState, audio: Audio) -> tuple[SileroState, tuple[Edge, ...]]:
    """Take in int16[n] at 16 kHz; gives the edges found in it."""
    digest = blake2b(state.digest + audio.tobytes(), digest_size=16).digest()
    known = _heard.get(digest)
    if known is None:
        known = _heard[digest] = _hear(replace(state, digest=digest), audio)
        if len(_heard) > _REMEMBERED:
            _heard.popitem(last=False)
    return known


def _hear(state: SileroState, audio: Audio) -> tuple[SileroState, tuple[Edge, ...]]:
    waiting = np.concatenate((state.pending, audio))
    edges: list[Edge] = []
    while waiting.size >= WINDOW:
        window, waiting = waiting[:WINDOW], waiting[WINDOW:]
        before = state.speaking
        state = _window(state, window)
        if state.speaking != before:
            edges.append(Edge(state.sample, state.speaking))
    return replace(state, pending=waiting), tuple(edges)


def _window(state: SileroState, window: Audio) -> SileroState:
    sound = window.astype(np.float32)[None] / 32_768
    fed = np.concatenate((state.context, sound), axis=1)
    found, recurrent = _network().run(
        None, {"input": fed, "state": state.recurrent, "sr": np.array(SAMPLE_RATE_HZ, np.int64)}
    )
    confidence = float(np.asarray(found).item())
    state = replace(
        state,
        sample=state.sample + WINDOW,
        recurrent=np.asarray(recurrent, np.float32),
        context=fed[:, -_CONTEXT:],
        since_reset=state.since_reset + 1,
        silent=state.silent + 1 if confidence < _CLEARLY_SILENT else 0,
    )
    rested = state.since_reset >= _RESET_WINDOWS and state.silent >= _SILENT_WINDOWS
    if rested and state.phase is Phase.QUIET:
        fresh = SileroState()
        state = replace(state, recurrent=fresh.recurrent, context=fresh.context, since_reset=0)
    recent = np.concatenate((state.recent, window))[-_LOUDNESS_SAMPLES:]
    loud = state.loud + _SMOOTHING * (_loudness(recent) - state.loud)
    voice = confidence >= _CONFIDENCE and loud >= _LOUDNESS
    return _moved(replace(state, recent=recent, loud=loud), voice=voice)


def _loudness(recent: Audio) -> float:
    """0..1; 0 until there is enough sound to measure."""
    if recent.size < _LOUDNESS_SAMPLES or not recent.any():
        return 0.0
    lufs = float(loudness.integrated_loudness(recent.astype(np.float32) / 32_768, SAMPLE_RATE_HZ))
    share = (lufs - _QUIETEST_LUFS) / (_LOUDEST_LUFS - _QUIETEST_LUFS)
    return min(max(share, 0.0), 1.0) if np.isfinite(share) else 0.0


def _moved(state: SileroState, *, voice: bool) -> SileroState:
    phase, count = state.phase, state.count
    match phase, voice:
        case Phase.QUIET, True:
            phase, count = Phase.STARTING, 1
        case Phase.STARTING, True:
            count += 1
        case Phase.STARTING, False:
            phase, count = Phase.QUIET, 0
        case Phase.SPEAKING, False:
            phase, count = Phase.STOPPING, 1
        case Phase.STOPPING, False:
            count += 1
        case Phase.STOPPING, True:
            phase, count = Phase.SPEAKING, 0
        case _:
            pass
    if phase is Phase.STARTING and count >= _WINDOWS_TO_TURN:
        phase, count = Phase.SPEAKING, 0
    if phase is Phase.STOPPING and count >= _WINDOWS_TO_TURN:
        phase, count = Phase.QUIET, 0
    return replace(state, phase=phase, count=count)
