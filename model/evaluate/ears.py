"""How well the ears understand, on voices nothing was fitted on, over the telephone's line.

Every trial is one turn of a caller, given to a call's ears micro-turn by micro-turn as a call would, with the
voice activity known from the clean sound. `evaluate()` runs them all; run it as

    python -c 'from model.evaluate.ears import evaluate; print(evaluate().table())'
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_SAMPLES, SAMPLE_RATE_HZ, WIRE_RATE_HZ
from model.data.acoustics import Line, through, to_model_rate
from model.data.clips import SPEECH_RMS
from model.data.utterances import to_wire_rate
from model.data.voices import TEST_VARIANTS
from model.ears.call_ears import CallEars, Decoders
from model.ears.ears import Hearing
from model.ears.numbers import DIGITS
from model.espeak import EspeakVoice, synthesise

QUIET_LINE: Final = Line(
    gain_db=0, noise_db=-40, tilt=1, hum_hz=0, sway=0, echo=0, echo_ms=100, low_hz=200, high_hz=3_450
)
NOISY_LINE: Final = Line(
    gain_db=-8, noise_db=-20, tilt=1.4, hum_hz=50, sway=0.5, echo=0, echo_ms=100, low_hz=300, high_hz=3_300
)
VOICES: Final = tuple(
    EspeakVoice(language, variant, rate_wpm=160)
    for language, variant in zip(("en-us", "en-us", "en") * 5, TEST_VARIANTS, strict=False)
)

REQUESTS: Final = (
    *("where is my order", "what is the status of my order", "i want a refund", "i want to return something"),
    *("i have a question about my invoice", "i was charged twice", "i want to change my address"),
    *("when will it be delivered", "i want to make an appointment", "i have a complaint", "customer service"),
    *("speak to a person", "agent please", "repeat that", "i do not have the number", "what are your hours"),
)
ANSWERS: Final = (
    *("yes", "yeah", "yes please", "that is right", "correct", "sure", "yes that is correct"),
    *("no", "nope", "no thanks", "no that is wrong", "no that is all", "that is not right"),
)
NONSENSE: Final = (
    "purple elephants dance under the midnight bridge",
    "my grandmother used to bake bread on sundays",
    "the weather in the mountains was lovely",
    "blah blah blah la la la",
    "football is on television tonight",
    "close the window and feed the cat",
    "seventeen bottles of beer on the wall",
    "bonjour je voudrais un croissant",
)
_AROUND: Final = np.zeros(WIRE_RATE_HZ * 2 // 5, np.float32)


@dataclass(frozen=True, slots=True)
class Trial:
    """One turn: `text` is said by `voice`; `meant` is what should be understood, empty for nonsense."""

    name: str
    expectation: Expectation
    text: str
    meant: str
    voice: EspeakVoice


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial; `cpu` in seconds of CPU per second of caller speech."""

    trial: Trial
    heard: str
    confidence: float
    cpu: float

    @property
    def right(self) -> bool:
        """Understood word for word (yes or no: by meaning); nonsense: taken for nothing, or not believed."""
        if not self.trial.meant:
            return not self.heard or self.confidence < 0.5
        if self.trial.expectation.kind is AnswerKind.YES_NO:
            return _meaning(self.heard) == _meaning(self.trial.meant)
        return self.heard == self.trial.meant


@dataclass(frozen=True, slots=True)
class Report:
    """All outcomes, and tables of them."""

    outcomes: tuple[Outcome, ...]

    def table(self) -> str:
        """Per kind of trial, per voice, and per step of confidence, as lines of text."""
        lines = ["trial            turns  right  believed  of these right  CPU-s/s"]
        for name, group in _grouped((o.trial.name, o) for o in self.outcomes):
            believed = [o for o in group if o.heard and o.confidence >= 0.5]
            among = _share([bool(o.trial.meant) and o.right for o in believed])
            cpu = float(np.mean([o.cpu for o in group]))
            lines.append(
                f"{name:16} {len(group):5} {_share([o.right for o in group]):6.2f} "
                f"{len(believed) / len(group):9.2f} {among:15.2f} {cpu:8.3f}"
            )
        lines += ["", "voice            turns  right"]
        for name, group in _grouped((o.trial.voice.name, o) for o in self.outcomes if o.trial.meant):
            lines.append(f"{name:16} {len(group):5} {_share([o.right for o in group]):6.2f}")
        lines += ["", "confidence       turns  right"]
        heard = (o for o in self.outcomes if o.heard)
        for low, group in _grouped((min(int(o.confidence * 5), 4), o) for o in heard):
            right = _share([bool(o.trial.meant) and o.right for o in group])
            lines.append(f"{low / 5:.1f} to {low / 5 + 0.2:.1f}       {len(group):5} {right:6.2f}")
        return "\n".join(lines)


_K = TypeVar("_K", str, int)


def _meaning(answer: str) -> bool | None:
    """Yes, no, or neither."""
    words = set(answer.split())
    if words & {"no", "nope", "nah", "not", "wrong", "incorrect"}:
        return False
    return True if words & {"yes", "yeah", "yep", "yup", "sure", "correct", "right", "exactly"} else None


def _grouped(pairs: Iterable[tuple[_K, Outcome]]) -> list[tuple[_K, list[Outcome]]]:
    groups: defaultdict[_K, list[Outcome]] = defaultdict(list)
    for key, outcome in pairs:
        groups[key].append(outcome)
    return sorted(groups.items(), key=lambda item: item[0])


def _share(truths: Sequence[bool]) -> float:
    return sum(truths) / len(truths) if truths else float("nan")


def trials(voices: Sequence[EspeakVoice], per_voice: int, seed: int) -> list[Trial]:
    """`per_voice` turns of each kind from each voice."""
    random = Random(seed)
    six = Expectation(AnswerKind.DIGITS, 6, ("i do not have the number", "agent please"))
    free = Expectation(AnswerKind.FREE, phrases=REQUESTS)
    yes_no = Expectation(AnswerKind.YES_NO, phrases=("agent please",))
    made: list[Trial] = []
    for voice in voices:
        for _ in range(per_voice):
            digits = " ".join(random.choice(DIGITS) for _ in range(6))
            made.append(Trial("six digits", six, digits, digits, voice))
            request, answer, nonsense = (random.choice(texts) for texts in (REQUESTS, ANSWERS, NONSENSE))
            made.append(Trial("requests", free, request, request, voice))
            made.append(Trial("yes or no", yes_no, answer, answer, voice))
            made.append(Trial("nonsense", random.choice((six, free, yes_no)), nonsense, "", voice))
    return made


def on_the_line(
    text: str, voice: EspeakVoice, line: Line, seed: int
) -> tuple[npt.NDArray[np.int16], list[bool]]:
    """Say `text` on the line: int16[n·3200] at 16 kHz, and whether each micro-turn has voice in it."""
    clean = to_wire_rate(synthesise(text, voice).audio)
    clean = clean * np.float32(SPEECH_RMS / max(float(np.sqrt(np.mean(clean**2))), 1e-4))
    clean = np.concatenate([_AROUND, clean, _AROUND, _AROUND])
    clean = clean[: len(clean) // (MICRO_TURN_SAMPLES // 2) * (MICRO_TURN_SAMPLES // 2)]
    heard = to_model_rate(through(line, clean, np.zeros_like(clean), seed))
    level = np.sqrt(np.mean(clean.reshape(-1, MICRO_TURN_SAMPLES // 2) ** 2, axis=1))
    return heard, [bool(loud) for loud in level > 0.03 * level.max()]


def hear(ears: CallEars, first: int, audio: npt.NDArray[np.int16], voiced: Sequence[bool]) -> Hearing:
    """Give a turn to a call's ears from micro-turn `first` on; what they understood at its end."""
    hearing = Hearing()
    for k, speaking in enumerate(voiced):
        micro_turn = audio[k * MICRO_TURN_SAMPLES : (k + 1) * MICRO_TURN_SAMPLES]
        ears.listen(first + k, micro_turn, speaking=speaking)
        hearing = ears.work()
    ears.turn_over()
    return hearing


def evaluate(
    voices: Sequence[EspeakVoice] = VOICES, per_voice: int = 4, line: Line = QUIET_LINE, seed: int = 7
) -> Report:
    """Run all trials, each voice as one call of many turns."""
    decoders = Decoders()
    outcomes: list[Outcome] = []
    calls = {voice: CallEars(decoders) for voice in voices}
    clock = dict.fromkeys(voices, 0)
    for number, trial in enumerate(trials(voices, per_voice, seed)):
        audio, voiced = on_the_line(trial.text, trial.voice, line, seed + number)
        ears = calls[trial.voice]
        ears.expect(trial.expectation)
        began = time.process_time()
        hearing = hear(ears, clock[trial.voice], audio, voiced)
        spent = time.process_time() - began
        clock[trial.voice] += len(voiced)
        speech_s = sum(voiced) * MICRO_TURN_SAMPLES / SAMPLE_RATE_HZ
        heard = " ".join(word.text for word in hearing.words)
        outcomes.append(Outcome(trial, heard, hearing.confidence, spent / speech_s))
    return Report(tuple(outcomes))
