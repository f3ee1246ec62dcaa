"""flite's speakers, where the system has the library: three statistical voices and an old diphone one twice.

Bound through ctypes: the times of words and phones come with the sound. The library shares state between
utterances, so calls wait for each other.

Source of the ABI: flite 2.2, `flite.h` and `cst_*.h`.
"""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Final

import numpy as np

from model.synthesis.phones import from_arpabet
from model.synthesis.plain_text import in_ascii
from model.synthesis.speech import AS_USUAL, Language, Manner, Speech, SpokenPhone, SpokenWord, SynthesisError

VOICES: Final = ("kal", "kal16", "awb", "rms", "slt")
_LIBRARY: Final = "libflite.so.1"
_DIPHONE_MEAN_HZ: Final = {"kal": 95.0, "kal16": 95.0}
_DIPHONE_SPREAD_HZ: Final = 11.0


class _Wave(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


class _Voice(ctypes.Structure):
    """The head of a `cst_voice`."""

    _fields_ = (("name", ctypes.c_char_p), ("features", ctypes.c_void_p))


class _Library:
    """libflite and the voices loaded so far. Not thread-safe: `FliteSpeaker.say` holds the lock."""

    def __init__(self) -> None:
        self.lock = Lock()
        self._c = c = ctypes.CDLL(_LIBRARY, mode=ctypes.RTLD_GLOBAL)
        self._voices: dict[str, int] = {}
        handle, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float
        for name, result, arguments in (
            ("flite_synth_text", handle, (text, handle)),
            ("utt_wave", ctypes.POINTER(_Wave), (handle,)),
            ("utt_relation", handle, (handle, text)),
            ("relation_head", handle, (handle,)),
            ("item_next", handle, (handle,)),
            ("item_feat_float", number, (handle, text)),
            ("item_feat_string", text, (handle, text)),
            ("ffeature_string", text, (handle, text)),
            ("ffeature_float", number, (handle, text)),
            ("ffeature_int", ctypes.c_int, (handle, text)),
            ("flite_feat_set_float", None, (handle, text, number)),
            ("delete_utterance", None, (handle,)),
        ):
            function = getattr(c, name)
            function.restype, function.argtypes = result, arguments
        c.flite_init()

    def voice(self, name: str) -> int:
        """The address of a voice, loaded the first time. Raises OSError when it is not installed."""
        if name not in self._voices:
            register = getattr(ctypes.CDLL(f"libflite_cmu_us_{name}.so.1"), f"register_cmu_us_{name}")
            register.restype, register.argtypes = ctypes.c_void_p, (ctypes.c_char_p,)
            self._voices[name] = register(None)
        return self._voices[name]

    def synthesise(self, text: str, name: str, manner: Manner) -> Speech:
        c, voice = self._c, self.voice(name)
        features = ctypes.cast(voice, ctypes.POINTER(_Voice)).contents.features
        settings = {b"duration_stretch": 1 / manner.rate}
        if name in _DIPHONE_MEAN_HZ:
            settings[b"int_f0_target_mean"] = _DIPHONE_MEAN_HZ[name] * manner.pitch
            settings[b"int_f0_target_stddev"] = _DIPHONE_SPREAD_HZ * manner.range
        else:
            settings[b"f0_shift"] = manner.pitch
        for feature, value in settings.items():
            c.flite_feat_set_float(features, feature, value)
        utterance = c.flite_synth_text(text.encode("ascii"), voice)
        if not utterance:
            raise SynthesisError(f"flite cannot speak {text!r}")
        try:
            wave = c.utt_wave(utterance).contents
            audio = np.ctypeslib.as_array(wave.samples, (wave.num_samples,)).astype(np.int16)
            words = tuple(self._words(utterance, text))
            return Speech(audio, wave.sample_rate, words, tuple(self._phones(utterance)))
        finally:
            c.delete_utterance(utterance)

    def _items(self, utterance: int, relation: bytes) -> Iterator[int]:
        at = self._c.utt_relation(utterance, relation)
        item = self._c.relation_head(at) if at else None
        while item:
            yield item
            item = self._c.item_next(item)

    def _words(self, utterance: int, text: str) -> Iterator[SpokenWord]:
        """The words spoken, each at the place of the token it is read from ("42" is two words)."""
        token_end, begin = -1, 0
        offset = 0
        for item in self._items(utterance, b"Word"):
            token = self._c.ffeature_string(item, b"R:Token.parent.name").decode("ascii", "replace")
            end = self._c.ffeature_int(item, b"R:Token.parent.file_pos")
            if end != token_end:
                found = text.find(token, begin)
                offset = found if found >= 0 else begin
                token_end, begin = end, offset + len(token)
            before = b"R:SylStructure.daughter1.daughter1.R:Segment.p.end"
            yield SpokenWord(offset, round(1_000 * self._c.ffeature_float(item, before)))

    def _phones(self, utterance: int) -> Iterator[SpokenPhone]:
        begin_ms = 0
        for item in self._items(utterance, b"Segment"):
            for name in from_arpabet(self._c.item_feat_string(item, b"name").decode("ascii")):
                yield SpokenPhone(name, begin_ms)
            begin_ms = round(1_000 * self._c.item_feat_float(item, b"end"))


_library: Callable[[], _Library] = cache(_Library)


@dataclass(frozen=True, slots=True)
class FliteSpeaker:
    """A voice of flite: "kal" (8 kHz) and "kal16" are one man; "awb", "rms", "slt" are statistical."""

    voice: str

    @property
    def identity(self) -> str:
        return f"flite/{self.voice}"

    @property
    def language(self) -> Language:
        return "en"

    @property
    def knows_times(self) -> bool:
        return True

    def say(self, text: str, manner: Manner = AS_USUAL) -> Speech:
        """Speak a plain text at 8 (kal) or 16 kHz; what is not ASCII as its nearest letter or not at all.

        Raises:
            SynthesisError: there is nothing to say, or flite is not there any more.
        """
        plain = in_ascii(text)
        if not any(letter.isalnum() for letter in plain):
            raise SynthesisError(f"{self.identity} finds no word in {text!r}")
        try:
            library = _library()
            with library.lock:
                return library.synthesise(plain, self.voice, manner)
        except OSError as error:
            raise SynthesisError(f"{self.identity} is not installed ({error})") from error


def flite_speakers() -> tuple[FliteSpeaker, ...]:
    """The voices whose libraries the system has; none without flite."""
    try:
        library = _library()
    except OSError:
        return ()
    return tuple(FliteSpeaker(voice) for voice in VOICES if _is_installed(library, voice))


def _is_installed(library: _Library, voice: str) -> bool:
    try:
        with library.lock:
            library.voice(voice)
    except OSError:
        return False
    return True
