"""espeak-ng, bound once per process: text in, audio with the times of its words and phonemes out.

The shared library and its voices come with the `espeakng_loader` package. The library is one machine with one
voice set at a time, so every call goes through one lock; it is fast (hundreds of times real time), so that
lock is held for milliseconds. Its voicing goes on from where the utterance before left it, and nothing in its
interface sets that back: what must be repeatable is said by a library loaded anew.

Source of the ABI: espeak-ng's `speak_lib.h` (API revision 12).
"""

import _ctypes
import ctypes
from dataclasses import dataclass
from threading import Lock
from typing import Final

import espeakng_loader
import numpy as np
import numpy.typing as npt

ESPEAK_RATE_HZ: Final = 22_050

_C: Final = ctypes.CDLL(None)
_SEED: Final = 1  # of the noise in its voices
_SYNCHRONOUS: Final = 2
_GIVEN_OUT_EVERY_MS: Final = 1_000
_INITIALISE_PHONEME_EVENTS: Final = 0x0001
_DO_NOT_EXIT: Final = 0x8000
_UTF8: Final = 1
_SSML: Final = 0x10
_PHONEMES: Final = 0x100
_END_PAUSE: Final = 0x1000
_RATE, _VOLUME, _PITCH, _RANGE, _WORD_GAP = 1, 2, 3, 4, 7
_EVENT_END_OF_LIST, _EVENT_WORD, _EVENT_PHONEME = 0, 1, 7


class EspeakError(Exception):
    """espeak-ng cannot do what was asked: it is missing, or has no such voice."""


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """A way of speaking.

    Attributes:
        language: an espeak-ng voice: "en-us", "en-gb", "es-419".
        variant: an espeak-ng variant ("f3", "Annie", "m5"); empty for the plain voice.
        rate_wpm: speaking rate in words a minute, 80..450.
        pitch: base pitch, 0..99.
        pitch_range: how far intonation moves, 0..99; 0 is monotone.
        volume: amplitude, 0..200.
        word_gap_ms: silence put between words, in whole tens of milliseconds.
    """

    language: str = "en-us"
    variant: str = ""
    rate_wpm: int = 175
    pitch: int = 50
    pitch_range: int = 50
    volume: int = 100
    word_gap_ms: int = 0

    @property
    def name(self) -> str:
        """The name espeak-ng knows it by."""
        return f"{self.language}+{self.variant}" if self.variant else self.language


@dataclass(frozen=True, slots=True)
class WordEvent:
    """A word begins: its offset and length in characters of the text, and when, in ms from the start.

    A number in figures is several spoken words: it gives an event for each, all within its figures.
    """

    offset: int
    length: int
    ms: int


@dataclass(frozen=True, slots=True)
class PhonemeEvent:
    """A phoneme begins at `ms`; `name` in espeak-ng's notation ("'oU" stressed, "_:" a pause, "" the end)."""

    name: str
    ms: int


@dataclass(frozen=True, slots=True)
class EspeakSpeech:
    """What espeak-ng made of a text: int16[n] at `ESPEAK_RATE_HZ`, full scale ±32,768."""

    audio: npt.NDArray[np.int16]
    words: tuple[WordEvent, ...]
    phonemes: tuple[PhonemeEvent, ...]
    rate_hz: int = ESPEAK_RATE_HZ


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_ubyte * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class _Library:
    """The library, loaded once at a time. Holds what must live as long as it does, such as the callback."""

    def __init__(self) -> None:
        try:
            self._c = ctypes.CDLL(espeakng_loader.get_library_path())
        except OSError as error:
            raise EspeakError(f"espeak-ng cannot be loaded ({error}); reinstall espeakng-loader") from error
        rate_hz = self._c.espeak_Initialize(
            _SYNCHRONOUS,
            _GIVEN_OUT_EVERY_MS,
            espeakng_loader.get_data_path().encode(),
            _INITIALISE_PHONEME_EVENTS | _DO_NOT_EXIT,
        )
        if rate_hz != ESPEAK_RATE_HZ:
            raise EspeakError(f"espeak-ng answers with {rate_hz} Hz, {ESPEAK_RATE_HZ} awaited")
        self._c.espeak_Synth.argtypes = (
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.c_void_p,
            ctypes.c_void_p,
        )
        self._voice: EspeakVoice | None = None
        self._audio = bytearray()
        self._words: list[WordEvent] = []
        self._phonemes: list[PhonemeEvent] = []
        self._callback = _Callback(self._receive)
        self._c.espeak_SetSynthCallback(self._callback)

    def _receive(self, wav: int | None, samples: int, events_at: int) -> int:
        if wav and samples > 0:
            self._audio += ctypes.string_at(wav, samples * 2)
        events = ctypes.cast(events_at, ctypes.POINTER(_Event))
        k = 0
        while (event := events[k]).type != _EVENT_END_OF_LIST:
            if event.type == _EVENT_WORD:
                self._words.append(WordEvent(event.text_position - 1, event.length, event.audio_position))
            elif event.type == _EVENT_PHONEME:
                name = bytes(event.id.string).split(b"\0", 1)[0].decode("utf-8", "replace")
                self._phonemes.append(PhonemeEvent(name, event.audio_position))
            k += 1
        return 0

    def _speak_as(self, voice: EspeakVoice) -> None:
        if self._voice == voice:
            return
        if self._voice is None or self._voice.name != voice.name:
            self._voice = None
            if self._c.espeak_SetVoiceByName(voice.name.encode()) != 0:
                raise EspeakError(f"espeak-ng has no voice {voice.name!r}")
        for parameter, value in (
            (_RATE, voice.rate_wpm),
            (_VOLUME, voice.volume),
            (_PITCH, voice.pitch),
            (_RANGE, voice.pitch_range),
            (_WORD_GAP, voice.word_gap_ms // 10),
        ):
            self._c.espeak_SetParameter(parameter, value, 0)
        self._voice = voice

    def synthesise(self, text: str, voice: EspeakVoice, flags: int) -> EspeakSpeech:
        self._speak_as(voice)
        self._audio, self._words, self._phonemes = bytearray(), [], []
        encoded = text.encode() + b"\0"
        failed = self._c.espeak_Synth(encoded, len(encoded), 0, 1, 0, flags, None, None)
        if failed:
            raise EspeakError(f"espeak-ng cannot speak {text!r} (error {failed})")
        return EspeakSpeech(
            audio=np.frombuffer(bytes(self._audio), np.int16),
            words=tuple(self._words),
            phonemes=tuple(self._phonemes),
        )

    def seed(self) -> None:
        """Make the noise in its voices start where it always starts."""
        self._c.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
        _C.srand(_SEED)

    def close(self) -> None:
        """Unload it, with all that it remembers."""
        self._c.espeak_Terminate()
        _ctypes.dlclose(self._c._handle)


class _Espeak:
    """The one library of this process, kept between utterances until one must not depend on those before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: _Library | None = None

    def synthesise(self, text: str, voice: EspeakVoice, flags: int, *, repeatable: bool) -> EspeakSpeech:
        with self._lock:
            if repeatable and self._kept:
                self._kept.close()
                self._kept = None
            if not self._kept:
                self._kept = _Library()
            if repeatable:
                self._kept.seed()
            return self._kept.synthesise(text, voice, flags)


_espeak: Final = _Espeak()


def synthesise(
    text: str,
    voice: EspeakVoice,
    *,
    ssml: bool = False,
    end_pause: bool = False,
    phonemes: bool = False,
    repeatable: bool = False,
) -> EspeakSpeech:
    """Speak `text`.

    Args:
        text: plain text, or SSML (`<prosody>`, `<break>`, `<say-as>`) with `ssml`.
        voice: who speaks and how.
        ssml: read the text as SSML; offsets of word events count characters of the markup, within one or two.
        end_pause: keep espeak-ng's pause after the last sentence.
        phonemes: read what stands in [[double brackets]] as espeak-ng's phoneme names.
        repeatable: give the same audio, to the sample, each time and in each process. Takes 5 ms more and
            leaves 4 KB behind; without it, the same text may come out up to 20 ms longer or shorter.

    Raises:
        EspeakError: no such voice, or the library is missing.

    Thread-safe: calls wait for each other.
    """
    flags = _UTF8 | (_SSML if ssml else 0) | (_END_PAUSE if end_pause else 0) | (_PHONEMES if phonemes else 0)
    return _espeak.synthesise(text, voice, flags, repeatable=repeatable)
