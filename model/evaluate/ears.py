"""How well every kind of ears understands: held-out voices over the telephone's line, and people.

Each turn is given to a call's ears micro-turn by micro-turn, as a call would, with the voice activity known
from the clean sound. All kinds hear the same sound. Recordings of people are those that Debian packages
carry, where they are installed (`model.evaluate.human_speech`). Run it as

    python -c 'from model.evaluate.ears import evaluate_ears; print(evaluate_ears().table())'
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_SAMPLES, SAMPLE_RATE_HZ
from model.data.acoustics import Line
from model.ears.ears import Hearing
from model.ears.kinds import HEARS, AnyKind, CallHearing, EarsName, make_kind
from model.ears.phone_reader import load_phone_reader
from model.ears.recorded import HeardRecording, hear_with_calls, hear_with_encoder
from model.evaluate.ear_trials import (
    QUIET_LINE,
    Trial,
    agrees,
    held_out_speakers,
    on_the_line,
    phrases_300,
    seed_of,
    trials,
)
from model.evaluate.human_speech import human_recordings, over_the_telephone
from model.synthesis.speech import Language

_BELIEVED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What ears made of one turn.

    Attributes:
        ears, language, trial, voice: which ears; of what.
        meant, heard: words; nothing is meant by nonsense.
        confidence: of the whole.
        right: understood word for word (yes or no: by meaning); nonsense: taken for nothing, or not believed.
        errors, words: word errors, and words meant.
        cpu: CPU-seconds per second of speech.
        final_ms: CPU from the voice's pause to the final words.
    """

    ears: EarsName
    language: Language
    trial: str
    voice: str
    meant: str
    heard: str
    confidence: float
    right: bool
    errors: int
    words: int
    cpu: float
    final_ms: float


@dataclass(frozen=True, slots=True)
class EarsReport:
    """All outcomes, and tables of them."""

    outcomes: tuple[Outcome, ...]

    def table(self) -> str:
        """Per ears, language and kind of turn, then per step of confidence, as lines of text."""
        lines = [
            f"{'ears':13}{'':4}{'turn':28}turns  right    WER  believed  of these right  CPU-s/s  final ms"
        ]
        for (ears, language, trial), group in self.grouped():
            figures = _figures(group)
            lines.append(
                f"{ears:13}{language:4}{trial:28}{len(group):5}{figures['right']:7.2f}{figures['wer']:7.2f}"
                f"{figures['believed']:10.2f}{figures['believed_right']:16.2f}{figures['cpu']:9.3f}"
                f"{figures['final_ms']:10.0f}"
            )
        lines += ["", "confidence     turns  right"]
        steps: defaultdict[tuple[str, int], list[bool]] = defaultdict(list)
        for outcome in self.outcomes:
            if outcome.heard:
                step = min(int(outcome.confidence * 5), 4)
                steps[outcome.ears, step].append(outcome.heard == outcome.meant)
        for (ears, step), right in sorted(steps.items()):
            lines.append(f"{ears:13}{step / 5:.1f} to {step / 5 + 0.2:.1f}{len(right):6}{_share(right):7.2f}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Figures of every group, and every outcome."""
        return {
            "figures": [
                {"ears": ears, "language": language, "turn": trial, "turns": len(group), **_figures(group)}
                for (ears, language, trial), group in self.grouped()
            ],
            "outcomes": [asdict(outcome) for outcome in self.outcomes],
        }

    def grouped(self) -> list[tuple[tuple[EarsName, Language, str], list[Outcome]]]:
        """Outcomes by ears, language and kind of turn."""
        groups: defaultdict[tuple[EarsName, Language, str], list[Outcome]] = defaultdict(list)
        for outcome in self.outcomes:
            groups[outcome.ears, outcome.language, outcome.trial].append(outcome)
        return sorted(groups.items())


def evaluate_ears(
    kinds: Sequence[EarsName] = ("encoder", "pocketsphinx"),
    per_speaker: int = 2,
    languages: Sequence[Language] = ("en", "es"),
    line: Line = QUIET_LINE,
    seed: int = 7,
) -> EarsReport:
    """Let every kind of ears hear the same held-out voices, and people at 16 and 8 kHz."""
    outcomes: list[Outcome] = []
    for name in kinds:
        kind = make_kind(name)
        for language in languages:
            if language in HEARS[name]:
                outcomes += _of_voices(name, kind, language, per_speaker, (line, seed))
        if "en" in languages:
            outcomes += _of_people(name, kind)
    return EarsReport(tuple(outcomes))


def _of_voices(
    name: EarsName, kind: AnyKind, language: Language, per_speaker: int, heard_over: tuple[Line, int]
) -> Iterator[Outcome]:
    line, seed = heard_over
    calls: dict[str, CallHearing] = {}
    clock: defaultdict[str, int] = defaultdict(int)
    for trial in trials(held_out_speakers(language), per_speaker, seed):
        call = calls.setdefault(trial.call, kind.open(language))
        audio, voiced = on_the_line(trial.text, trial.speaker, line, seed_of(trial, seed))
        call.expect(trial.expectation)
        began = time.process_time()
        hearing, final_s = _heard(kind, call, clock[trial.call], audio, voiced)
        spent_s = time.process_time() - began
        clock[trial.call] += len(voiced)
        heard = " ".join(word.text for word in hearing.words)
        errors = word_errors(heard.split(), trial.meant.split())
        yield Outcome(
            ears=name,
            language=language,
            trial=trial.name,
            voice=trial.speaker.identity,
            meant=trial.meant,
            heard=heard,
            confidence=hearing.confidence,
            right=_right(trial, heard, hearing.confidence),
            errors=errors,
            words=len(trial.meant.split()),
            cpu=spent_s / max(sum(voiced) * MICRO_TURN_SAMPLES / SAMPLE_RATE_HZ, 0.2),
            final_ms=1_000 * final_s,
        )


def _heard(
    kind: AnyKind, call: CallHearing, first: int, audio: npt.NDArray[np.int16], voiced: Sequence[bool]
) -> tuple[Hearing, float]:
    """Give a turn to a call's ears from micro-turn `first` on; the last hearing, CPU-s it took."""
    hearing, final_s = Hearing(), 0.0
    for k, speaking in enumerate(voiced):
        micro_turn = audio[k * MICRO_TURN_SAMPLES : (k + 1) * MICRO_TURN_SAMPLES]
        call.listen(first + k, micro_turn, speaking=speaking)
        paused, began = call.has_paused, time.process_time()
        (hearing,) = kind.work([call], hurried=False)
        if paused:
            final_s = time.process_time() - began
    call.turn_over()
    return hearing, final_s


def _of_people(name: EarsName, kind: AnyKind) -> Iterator[Outcome]:
    """Phrases out of three hundred, and any words, wideband and over the telephone."""
    one_of = Expectation(AnswerKind.CHOICE, phrases=phrases_300())
    for recording in human_recordings():
        for rate, sound in (("16 kHz", recording.sound), ("8 kHz", over_the_telephone(recording.sound))):
            known = recording.text in one_of.phrases
            expectations = [Expectation(AnswerKind.FREE), *([one_of] if known else [])]
            for expectation in expectations:
                heard = _hear(name, kind, sound, expectation)
                closed = expectation.kind is AnswerKind.CHOICE
                yield Outcome(
                    ears=name,
                    language="en",
                    trial=f"people {rate}, {'one of 300' if closed else 'any words'}",
                    voice=recording.kind,
                    meant=recording.text,
                    heard=heard.text,
                    confidence=heard.confidence,
                    right=heard.text == recording.text,
                    errors=word_errors(heard.text.split(), recording.text.split()),
                    words=len(recording.text.split()),
                    cpu=heard.cpu_s / (len(sound) / SAMPLE_RATE_HZ),
                    final_ms=float("nan"),
                )


def _hear(
    name: EarsName, kind: AnyKind, sound: npt.NDArray[np.float32], expectation: Expectation
) -> HeardRecording:
    if name == "encoder":
        return hear_with_encoder(sound, load_phone_reader(), expectation, "en")
    return hear_with_calls(sound, kind, expectation, "en")


def _right(trial: Trial, heard: str, confidence: float) -> bool:
    if not trial.meant:
        return not heard or confidence < _BELIEVED
    if trial.expectation.kind is AnswerKind.YES_NO:
        return agrees(heard) == agrees(trial.meant)
    return heard == trial.meant


def _figures(group: Sequence[Outcome]) -> dict[str, float]:
    believed = [one for one in group if one.heard and one.confidence >= _BELIEVED]
    return {
        "right": _share(one.right for one in group),
        "wer": sum(one.errors for one in group) / max(sum(one.words for one in group), 1),
        "believed": len(believed) / len(group),
        "believed_right": _share(bool(one.meant) and one.right for one in believed),
        "cpu": float(np.mean([one.cpu for one in group])),
        "final_ms": float(np.mean([one.final_ms for one in group])),
    }


def _share(truths: Iterable[bool]) -> float:
    counted = list(truths)
    return sum(counted) / len(counted) if counted else float("nan")


def word_errors(heard: Sequence[str], meant: Sequence[str]) -> int:
    """Words to put in, take out or replace (Levenshtein); of nonsense, none are counted."""
    if not meant:
        return 0
    row = list(range(len(heard) + 1))
    for k, word in enumerate(meant, start=1):
        before, row = row, [k]
        for at, other in enumerate(heard, start=1):
            row.append(min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (word != other)))
    return row[-1]
