"""RHVoice's speakers, where the system has the library: statistical voices of two men and two women.

Bound through ctypes (Debian's `librhvoice5` and `rhvoice-english`). The library says where words begin in
steps of 100 ms only, which is too coarse to be called a time, so no times are given.

Source of the ABI: RHVoice 1.8, `RHVoice.h`.
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

VOICES: Final = ("alan", "bdl", "clb", "slt")
"""Free voices (LGPL-2.1 or later). The package's "lyubov" and "evgeniy-eng" may not be used commercially
(CC BY-NC-ND 4.0), so nothing is made with them."""

_LIBRARY: Final = "libRHVoice.so.5"
_DATA: Final = Path("/usr/share/RHVoice")
_CONFIGURATION: Final = Path("/etc/RHVoice")
_PLAIN_TEXT: Final = 0
_GO_ON: Final = 1
_RATE_NOT_CLIPPED: Final = 1

_SetRate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
_Play = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p)


class _Callbacks(ctypes.Structure):
    _fields_ = (
        ("set_sample_rate", _SetRate),
        ("play_speech", _Play),
        ("process_mark", ctypes.c_void_p),
        ("word_starts", ctypes.c_void_p),
        ("word_ends", ctypes.c_void_p),
        ("sentence_starts", ctypes.c_void_p),
        ("sentence_ends", ctypes.c_void_p),
        ("play_audio", ctypes.c_void_p),
        ("done", ctypes.c_void_p),
    )


class _Start(ctypes.Structure):
    _fields_ = (
        ("data_path", ctypes.c_char_p),
        ("config_path", ctypes.c_char_p),
        ("resource_paths", ctypes.c_void_p),
        ("callbacks", _Callbacks),
        ("options", ctypes.c_uint),
    )


class _Parameters(ctypes.Structure):
    _fields_ = (
        ("voice_profile", ctypes.c_char_p),
        ("absolute_rate", ctypes.c_double),
        ("absolute_pitch", ctypes.c_double),
        ("absolute_volume", ctypes.c_double),
        ("relative_rate", ctypes.c_double),
        ("relative_pitch", ctypes.c_double),
        ("relative_volume", ctypes.c_double),
        ("punctuation_mode", ctypes.c_int),
        ("punctuation_list", ctypes.c_char_p),
        ("capitals_mode", ctypes.c_int),
        ("flags", ctypes.c_int),
    )


class _Library:
    """The engine. Holds what must live as long as it does; `RhvoiceSpeaker.say` holds the lock."""

    def __init__(self) -> None:
        self.lock = Lock()
        self._c = c = ctypes.CDLL(_LIBRARY)
        handle = ctypes.c_void_p
        for name, result, arguments in (
            ("RHVoice_new_tts_engine", handle, (ctypes.POINTER(_Start),)),
            (
                "RHVoice_new_message",
                handle,
                (
                    handle,
                    ctypes.c_char_p,
                    ctypes.c_uint,
                    ctypes.c_int,
                    ctypes.POINTER(_Parameters),
                    handle,
                ),
            ),
            ("RHVoice_speak", ctypes.c_int, (handle,)),
            ("RHVoice_delete_message", None, (handle,)),
        ):
            function = getattr(c, name)
            function.restype, function.argtypes = result, arguments
        self._audio = bytearray()
        self._rate_hz = 0
        self._callbacks = _Callbacks(set_sample_rate=_SetRate(self._set_rate), play_speech=_Play(self._play))
        start = _Start(str(_DATA).encode(), str(_CONFIGURATION).encode(), None, self._callbacks, 0)
        self._engine = c.RHVoice_new_tts_engine(ctypes.byref(start))
        if not self._engine:
            raise SynthesisError(f"RHVoice finds no voices in {_DATA}")

    def _set_rate(self, rate_hz: int, _: int | None) -> int:
        self._rate_hz = rate_hz
        return _GO_ON

    def _play(self, samples: int, count: int, _: int | None) -> int:
        self._audio += ctypes.string_at(samples, count * 2)
        return _GO_ON

    def synthesise(self, text: str, voice: str, manner: Manner) -> Speech:
        self._audio = bytearray()
        parameters = _Parameters(
            voice_profile=voice.encode(),
            relative_rate=manner.rate,
            relative_pitch=manner.pitch,
            relative_volume=1.0,
            flags=_RATE_NOT_CLIPPED,
        )
        encoded = text.encode()
        message = self._c.RHVoice_new_message(
            self._engine, encoded, len(encoded), _PLAIN_TEXT, ctypes.byref(parameters), None
        )
        if not message:
            raise SynthesisError(f"RHVoice cannot speak {text!r} as {voice}")
        try:
            if not self._c.RHVoice_speak(message):
                raise SynthesisError(f"RHVoice cannot speak {text!r} as {voice}")
        finally:
            self._c.RHVoice_delete_message(message)
        if not self._audio:
            raise SynthesisError(f"RHVoice has no sound for {text!r}")
        return Speech(np.frombuffer(bytes(self._audio), np.int16), self._rate_hz)


_library: Callable[[], _Library] = cache(_Library)


@dataclass(frozen=True, slots=True)
class RhvoiceSpeaker:
    """One of `VOICES`: "alan" (Scottish), "bdl", "clb", "slt" (American)."""

    voice: str

    @property
    def identity(self) -> str:
        return f"RHVoice/{self.voice}"

    @property
    def language(self) -> Language:
        return "en"

    @property
    def knows_times(self) -> bool:
        return False

    def say(self, text: str, manner: Manner = AS_USUAL) -> Speech:
        """Speak a plain text at 24 kHz, about 20 times real time; the range cannot be changed.

        Raises:
            SynthesisError: there is nothing to say, or RHVoice fails or is not there any more.
        """
        if not any(letter.isalnum() for letter in text):
            raise SynthesisError(f"{self.identity} finds no word in {text!r}")
        try:
            library = _library()
            with library.lock:
                return library.synthesise(text, self.voice, manner)
        except OSError as error:
            raise SynthesisError(f"{self.identity} is not installed ({error})") from error


def rhvoice_speakers() -> tuple[RhvoiceSpeaker, ...]:
    """The free voices the system has; none without RHVoice."""
    try:
        _library()
    except OSError:
        return ()
    return tuple(RhvoiceSpeaker(voice) for voice in VOICES if (_DATA / "voices" / voice).is_dir())
