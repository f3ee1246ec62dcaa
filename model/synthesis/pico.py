"""SVOX pico's speakers, where the system has them: three women, very much like people. No times.

Bound through ctypes. The library is one machine with one engine at a time, so calls wait for each other; an
engine is made for every utterance, so that the same text always gives the same sound.

Source of the ABI: SVOX Pico 1.0, `picoapi.h`; of the markup: its user's manual ("speed", "pitch").
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np

from model.synthesis.speech import AS_USUAL, Language, Manner, Speech, SynthesisError

RATE_HZ: Final = 16_000
_LIBRARY: Final = "libttspico.so.0"
_LANGUAGE_DATA: Final = Path("/usr/share/pico/lang")
_VOICES: Final[dict[str, tuple[Language, str]]] = {
    "en-US": ("en", "lh0"),
    "en-GB": ("en", "kh0"),
    "es-ES": ("es", "zl0"),
}
_MEMORY_BYTES: Final = 20_000_000
_NAME_BYTES: Final = 200
_MOST_PUT_BYTES: Final = 30_000
_PORTION_BYTES: Final = 1_024
_IDLE, _BUSY = 200, 201
_NO_MARKUP: Final = str.maketrans("<>&\\", "    ")


class _Library:
    """The system, with the voices loaded so far. Not thread-safe: `PicoSpeaker.say` holds the lock."""

    def __init__(self) -> None:
        self.lock = Lock()
        self._c = ctypes.CDLL(_LIBRARY)
        for name in ("pico_putTextUtf8", "pico_getData"):
            getattr(self._c, name).argtypes = (
                ctypes.c_void_p,
                ctypes.c_char_p,
                ctypes.c_int16,
                *(ctypes.POINTER(ctypes.c_int16),) * (1 if name == "pico_putTextUtf8" else 2),
            )
        self._memory = ctypes.create_string_buffer(_MEMORY_BYTES)
        self._system = ctypes.c_void_p()
        self._loaded: set[str] = set()
        self._check(
            self._c.pico_initialize(self._memory, ctypes.c_uint32(_MEMORY_BYTES), ctypes.byref(self._system))
        )

    def _check(self, status: int) -> None:
        if status != 0:
            raise SynthesisError(f"SVOX pico fails (status {status})")

    def _load(self, voice: str) -> None:
        if voice in self._loaded:
            return
        c, system, name = self._c, self._system, voice.encode()
        self._check(c.pico_createVoiceDefinition(system, name))
        for path in _files(voice):
            resource, known_as = ctypes.c_void_p(), ctypes.create_string_buffer(_NAME_BYTES)
            self._check(c.pico_loadResource(system, str(path).encode(), ctypes.byref(resource)))
            self._check(c.pico_getResourceName(system, resource, known_as))
            self._check(c.pico_addResourceToVoiceDefinition(system, name, known_as))
        self._loaded.add(voice)

    def synthesise(self, text: str, voice: str) -> bytes:
        self._load(voice)
        engine = ctypes.c_void_p()
        self._check(self._c.pico_newEngine(self._system, voice.encode(), ctypes.byref(engine)))
        try:
            return b"".join(self._portions(engine, text.encode() + b"\0"))
        finally:
            self._c.pico_disposeEngine(self._system, ctypes.byref(engine))

    def _portions(self, engine: ctypes.c_void_p, left: bytes) -> list[bytes]:
        portions: list[bytes] = []
        portion = ctypes.create_string_buffer(_PORTION_BYTES)
        put, got, kind = ctypes.c_int16(), ctypes.c_int16(), ctypes.c_int16()
        status = _BUSY
        while left or status == _BUSY:
            if left:
                size = min(len(left), _MOST_PUT_BYTES)
                self._check(self._c.pico_putTextUtf8(engine, left[:size], size, ctypes.byref(put)))
                left = left[put.value :]
            status = self._c.pico_getData(
                engine, portion, _PORTION_BYTES, ctypes.byref(got), ctypes.byref(kind)
            )
            if status not in (_IDLE, _BUSY):
                raise SynthesisError(f"SVOX pico stopped while it spoke (status {status})")
            portions.append(portion.raw[: got.value])
        return portions


_library: Callable[[], _Library] = cache(_Library)


def _files(voice: str) -> tuple[Path, Path]:
    return _LANGUAGE_DATA / f"{voice}_ta.bin", _LANGUAGE_DATA / f"{voice}_{_VOICES[voice][1]}_sg.bin"


@dataclass(frozen=True, slots=True)
class PicoSpeaker:
    """The voice of an accent: "en-US", "en-GB" or "es-ES"."""

    voice: str

    @property
    def identity(self) -> str:
        return f"pico/{self.voice}"

    @property
    def language(self) -> Language:
        return _VOICES[self.voice][0]

    @property
    def knows_times(self) -> bool:
        return False

    def say(self, text: str, manner: Manner = AS_USUAL) -> Speech:
        """Speak a plain text at 16 kHz, about 50 times real time; the range cannot be changed.

        Raises:
            SynthesisError: there is nothing to say, or pico fails or is not there any more.
        """
        if not any(letter.isalnum() for letter in text):
            raise SynthesisError(f"{self.identity} finds no word in {text!r}")
        speed, pitch = round(100 * manner.rate), round(100 * manner.pitch)
        marked = f'<speed level="{speed}"><pitch level="{pitch}">{text.translate(_NO_MARKUP)}</pitch></speed>'
        try:
            library = _library()
            with library.lock:
                return Speech(np.frombuffer(library.synthesise(marked, self.voice), np.int16), RATE_HZ)
        except OSError as error:
            raise SynthesisError(f"{self.identity} is not installed ({error})") from error


def pico_speakers() -> tuple[PicoSpeaker, ...]:
    """The voices whose data the system has; none without pico."""
    try:
        _library()
    except OSError:
        return ()
    return tuple(PicoSpeaker(voice) for voice in _VOICES if all(path.is_file() for path in _files(voice)))
