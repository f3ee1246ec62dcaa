"""festival's speakers, where the system has them: diphone voices of the nineties, and one statistical one.

One festival process serves a process of ours: Scheme goes in, a wave file and the times of words and phones
come out. Forked processes start their own.

Source: the manual of the Festival Speech Synthesis System 2.5 (`utt.synth`, `int_lr_params`).
"""

import atexit
import os
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock, Timer
from typing import IO, Final

import numpy as np

from model.synthesis.phones import from_arpabet
from model.synthesis.plain_text import in_ascii
from model.synthesis.speech import (
    AS_USUAL,
    Language,
    Manner,
    Speech,
    SpokenPhone,
    SpokenWord,
    SynthesisError,
)

_VOICES_AT: Final = Path("/usr/share/festival/voices")
_PATIENCE_S: Final = 30.0
_DONE: Final = "@done"
_WRITE_TIMES: Final = """
(define (tandem_times u)
  (mapcar (lambda (s) (format t "@phone %s %f\\n" (item.name s) (item.feat s 'end)))
          (utt.relation.items u 'Segment))
  (mapcar (lambda (w) (format t "@word %s %s %s\\n"
                              (if (item.relation.prev w 'Token) "on" "new")
                              (item.feat w "R:SylStructure.daughter1.daughter1.R:Segment.p.end")
                              (item.feat w "R:Token.parent.name")))
          (utt.relation.items u 'Word)))
"""
_MRPA: Final[dict[str, str]] = {
    "uu": "uw", "ii": "iy", "i": "ih", "e": "eh", "a": "ae", "@": "ah", "uh": "ah", "@@": "er", "oo": "ao",
    "o": "aa", "u": "uh", "ei": "ey", "ai": "ay", "oi": "oy", "au": "aw", "ou": "ow", "e@": "eh r",
    "i@": "iy ah", "u@": "uh r", "h": "hh",
}  # fmt: skip
"""British vowels, as the voices "rab" and "don" name them; the other names are ARPAbet's."""


@dataclass(frozen=True, slots=True)
class _Voice:
    """A voice's Scheme function, where it is installed, and what it says its times and tones by."""

    function: str
    installed_at: str
    mean_hz: float = 105.0
    spread_hz: float = 14.0
    british: bool = False
    statistical: bool = False


_VOICES: Final = {
    "kal": _Voice("voice_kal_diphone", "english/kal_diphone"),
    "ked": _Voice("voice_ked_diphone", "english/ked_diphone", spread_hz=15.0),
    "rab": _Voice("voice_rab_diphone", "english/rab_diphone", british=True),
    "don": _Voice("voice_don_diphone", "english/don_diphone", 135.0, 30.0, british=True),
    "slt": _Voice("voice_cmu_us_slt_arctic_hts", "us/cmu_us_slt_arctic_hts", statistical=True),
}
"""The Spanish "el" is not here: its diphones may not be used commercially."""


class _Process:
    """A running festival. Not thread-safe: `FestivalSpeaker.say` holds the lock."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        program = shutil.which("festival")
        if program is None:
            raise SynthesisError("festival is not installed")
        self._folder = tempfile.TemporaryDirectory(prefix="tandem-festival-")
        self._wave = Path(self._folder.name) / "speech.wav"
        self._process = subprocess.Popen(  # noqa: S603 - no shell, and its input is quoted below
            [program, "--pipe"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="ascii",
            errors="replace",
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise SynthesisError("festival has no pipes")
        self._into: IO[str] = self._process.stdin
        self._out: IO[str] = self._process.stdout
        self._into.write(_WRITE_TIMES)
        atexit.register(self.end)

    @property
    def alive(self) -> bool:
        return self.owner == os.getpid() and self._process.poll() is None

    def end(self) -> None:
        """Stop it. Idempotent; a forked child leaves its parent's festival alone."""
        if self.owner != os.getpid():
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._into, self._out):
            try:
                pipe.close()
            except BrokenPipeError:
                continue
        self._folder.cleanup()
        atexit.unregister(self.end)

    def synthesise(self, text: str, voice: _Voice, manner: Manner) -> Speech:
        self._wave.unlink(missing_ok=True)
        lines = self._ask(_scheme(text, voice, manner, self._wave))
        if not self._wave.exists():
            raise SynthesisError(f"festival cannot speak {text!r} as {voice.function}")
        with wave.open(str(self._wave)) as sound:
            rate_hz = sound.getframerate()
            audio = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.int16)
        return Speech(audio, rate_hz, tuple(_words(lines, text)), tuple(_phones(lines, voice)))

    def _ask(self, scheme: str) -> list[str]:
        """Send Scheme and read what it prints; a festival that answers nothing is ended."""
        watchdog = Timer(_PATIENCE_S, self._process.kill)
        watchdog.start()
        lines: list[str] = []
        try:
            self._into.write(scheme)
            self._into.write(f'(format t "{_DONE}\\n")\n(fflush nil)\n')
            self._into.flush()
            for line in self._out:
                if line.startswith(_DONE):
                    return lines
                lines.append(line)
        except BrokenPipeError as error:
            raise SynthesisError("festival has ended") from error
        finally:
            watchdog.cancel()
        raise SynthesisError("festival has ended in the middle of an answer")


def _scheme(text: str, voice: _Voice, manner: Manner, path: Path) -> str:
    """What makes festival say `text` and write it to `path`."""
    quoted = text.replace("\\", " ").replace('"', " ")
    if voice.statistical:
        way = f"""(set! hts_engine_params (append hts_engine_params '(("-r" {manner.rate:.3f}))))"""
    else:
        way = f"""(Parameter.set 'Duration_Stretch {1.1 / manner.rate:.3f})
            (set! int_lr_params '((target_f0_mean {voice.mean_hz * manner.pitch:.1f})
                (target_f0_std {voice.spread_hz * manner.range:.1f})
                (model_f0_mean 170) (model_f0_std 34)))"""
    return f"""({voice.function})
        {way}
        (set! tandem_utterance (utt.synth (Utterance Text "{quoted}")))
        (utt.save.wave tandem_utterance "{path}" 'riff)
        (tandem_times tandem_utterance)
    """


def _phones(lines: list[str], voice: _Voice) -> Iterator[SpokenPhone]:
    begin_ms = 0
    for line in lines:
        match line.split():
            case ["@phone", name, end_s]:
                for sound in from_arpabet(_MRPA.get(name, name) if voice.british else name):
                    yield SpokenPhone(sound, begin_ms)
                begin_ms = round(1_000 * float(end_s))
            case _:
                continue


def _words(lines: list[str], text: str) -> Iterator[SpokenWord]:
    """The words spoken, each at the place of the token it is read from ("42" is two words)."""
    offset, after = 0, 0
    for line in lines:
        match line.split():
            case ["@word", place, begin_s, token]:
                if place == "new":
                    offset = max(text.find(token, after), after)
                    after = offset + len(token)
                yield SpokenWord(offset, round(1_000 * float(begin_s)))
            case _:
                continue


_lock: Final = Lock()
_running: dict[str, _Process] = {}


def _process() -> _Process:
    """The one festival of this process, started anew when it has ended."""
    process = _running.get("festival")
    if process is None or not process.alive:
        if process is not None:
            process.end()
        process = _running["festival"] = _Process()
    return process


@dataclass(frozen=True, slots=True)
class FestivalSpeaker:
    """A voice of festival: "kal", "ked", "slt" (American), "rab", "don" (British). "slt" keeps its pitch."""

    voice: str

    @property
    def identity(self) -> str:
        return f"festival/{self.voice}"

    @property
    def language(self) -> Language:
        return "en"

    @property
    def knows_times(self) -> bool:
        return True

    def say(self, text: str, manner: Manner = AS_USUAL) -> Speech:
        """Speak a plain text at 10 to 32 kHz; what is not ASCII as its nearest letter or not at all.

        Raises:
            SynthesisError: there is nothing to say, or festival fails or is not there any more.
        """
        plain = in_ascii(text)
        if not any(letter.isalnum() for letter in plain):
            raise SynthesisError(f"{self.identity} finds no word in {text!r}")
        with _lock:
            return _process().synthesise(plain, _VOICES[self.voice], manner)


@cache
def festival_speakers() -> tuple[FestivalSpeaker, ...]:
    """The voices the system has; none without festival."""
    if shutil.which("festival") is None:
        return ()
    return tuple(
        FestivalSpeaker(name) for name, voice in _VOICES.items() if (_VOICES_AT / voice.installed_at).is_dir()
    )
