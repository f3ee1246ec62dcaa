"""Hearing a whole recording: what `tandem hear` prints.

Where a call would be heard as it comes, a recording is there as a whole: stretches of speech are read in
windows that overlap, and understood one by one with what is expected.
"""

# n samples at 16 kHz · T readings of 20 ms

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

import numpy as np
import numpy.typing as npt

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLE_RATE_HZ
from model.ears.ears import Hearing
from model.ears.encoder_ears import ReadsPhones
from model.ears.evidence import SOUNDS, Evidence, evidence_of
from model.ears.grammar import grammar_for
from model.ears.kinds import AnyKind
from model.ears.open_words import open_words, words_of
from model.ears.phrase_list import best_phrase, spoken_words
from model.ears.sentence import COSTS, OPEN, Sentence, weighed, whole_sentence
from model.ears.tongue import Tongue, tongue_of
from model.ears.voiced import stretches
from model.ears.wording import caller_words
from model.sound import to_int16
from model.turn import Word

Floats = npt.NDArray[np.float32]

_READING: Final = SAMPLE_RATE_HZ // 50
_WINDOW: Final = 8 * SAMPLE_RATE_HZ
_HOP: Final = 6 * SAMPLE_RATE_HZ
_SILENCE: Final = np.zeros(SAMPLE_RATE_HZ // 5, np.float32)
"""Put behind a stretch, so that its last sound is not at the window's edge."""
_UNLIKELY: Final = 12.0
"""Nats for what was not expected, when only that is listened for."""
_MISTRUST: Final = 0.4
"""The most confidence there is in a number that sounded more like none."""


@dataclass(frozen=True, slots=True)
class HeardRecording:
    """What was said in a recording.

    Attributes:
        words: with times in the recording; digits as digit words.
        text: the phrase that was chosen, the number in figures, or the words.
        confidence: of the whole, 0..1.
        cpu_s: what hearing took, without loading the ears.
    """

    words: tuple[Word, ...]
    text: str
    confidence: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class _Part:
    words: tuple[Word, ...]
    text: str
    confidence: float


def hear_with_encoder(
    sound: Floats, reader: ReadsPhones, expectation: Expectation, language: str
) -> HeardRecording:
    """Hear float32[n], +-1. `expectation`: CHOICE means one of its phrases, FREE any words."""
    began = time.process_time()
    tongue = tongue_of(language)
    parts: list[_Part] = []
    for begin, end in stretches(sound):
        readings = _read(reader, np.concatenate([sound[begin:end], _SILENCE]))
        evidence = evidence_of(readings)
        part = _understand(evidence, expectation, tongue, begin * 1_000 // SAMPLE_RATE_HZ)
        if part.words or part.text:
            parts.append(part)
    return _together(parts, expectation, time.process_time() - began)


def hear_with_calls(sound: Floats, kind: AnyKind, expectation: Expectation, language: str) -> HeardRecording:
    """Hear float32[n], +-1, as a call: micro-turn by micro-turn, a turn for each stretch of speech."""
    began = time.process_time()
    call = kind.open(language)
    call.expect(expectation)
    turns = -(-len(sound) // MICRO_TURN_SAMPLES) + 3
    padded = to_int16(np.pad(sound, (0, turns * MICRO_TURN_SAMPLES - len(sound))))
    spoken = np.zeros(len(padded), np.bool_)
    for begin, end in stretches(sound):
        spoken[begin:end] = True
    voiced: npt.NDArray[np.bool_] = np.asarray(spoken.reshape(turns, MICRO_TURN_SAMPLES).any(axis=1))
    parts: list[_Part] = []
    hearing = Hearing()
    for index in range(turns):
        micro_turn = padded[index * MICRO_TURN_SAMPLES : (index + 1) * MICRO_TURN_SAMPLES]
        call.listen(index, micro_turn, speaking=bool(voiced[index]))
        (hearing,) = kind.work([call], hurried=False)
        over = not voiced[max(0, index - 2) : index + 1].any()
        if hearing.words and (over or index == turns - 1):
            text = " ".join(word.text for word in hearing.words)
            parts.append(_Part(hearing.words, text, hearing.confidence))
            call.turn_over()
            hearing = Hearing(upto_ms=(index + 1) * MICRO_TURN_MS)
    call.close()
    return _together(parts, expectation, time.process_time() - began)


def surest(heard: Sequence[HeardRecording]) -> HeardRecording:
    """The hearing to go by when several ears heard the same recording."""
    best = max(heard, key=lambda one: one.confidence)
    return replace(best, cpu_s=sum(one.cpu_s for one in heard))


def in_figures(words: Sequence[Word], tongue: Tongue) -> str:
    """The words as a person would write them down: digits in figures, without spaces between them."""
    values = tongue.numerals.values
    text = ""
    for k, word in enumerate(words):
        figure = str(values[word.text]) if word.text in values else None
        joined = figure is not None and k > 0 and words[k - 1].text in values
        text += ("" if joined or k == 0 else " ") + (figure or word.text)
    return text


def _read(reader: ReadsPhones, sound: Floats) -> Floats:
    """Read float32[n] of any length: float32[T, 49]."""
    if len(sound) <= _WINDOW:
        return reader.read([sound])[0]
    begins = list(range(0, len(sound) - (_WINDOW - _HOP), _HOP))
    read = reader.read([sound[begin : begin + _WINDOW] for begin in begins])
    edge = (_WINDOW - _HOP) // 2 // _READING
    readings = np.empty((0, SOUNDS + 1), np.float32)
    for begin, posteriors in zip(begins, read, strict=True):
        kept = 0 if begin == 0 else edge
        readings = np.concatenate([readings[: begin // _READING + kept], posteriors[kept:]])
    return readings


def _understand(evidence: Evidence, expectation: Expectation, tongue: Tongue, begin_ms: int) -> _Part:
    match expectation.kind:
        case AnswerKind.CHOICE:
            return _phrase(evidence, expectation.phrases, tongue, begin_ms)
        case AnswerKind.FREE:
            path = open_words(evidence, words_of(tongue.language))
            words = _words(weighed(path.spans, evidence, tongue, OPEN), begin_ms)
            return _Part(words, " ".join(word.text for word in words), _mean(words))
        case AnswerKind.DIGITS | AnswerKind.YES_NO | AnswerKind.DATE | AnswerKind.NOTHING:
            return _awaited(evidence, expectation, tongue, begin_ms)
        case _:
            assert_never(expectation.kind)


def _phrase(evidence: Evidence, phrases: tuple[str, ...], tongue: Tongue, begin_ms: int) -> _Part:
    choice = best_phrase(evidence, phrases, tongue.language)
    if choice is None:
        return _Part((), "", 0.0)
    sentence = weighed(choice.path.spans, evidence, tongue, OPEN)
    return _Part(_words(sentence, begin_ms), phrases[choice.number], choice.probability * sentence.confidence)


def _awaited(evidence: Evidence, expectation: Expectation, tongue: Tongue, begin_ms: int) -> _Part:
    grammar = grammar_for(expectation, COSTS, tongue)
    sentence = whole_sentence(evidence, grammar, tongue)
    if not sentence.spans:
        # Somebody says that this is what to expect: better a doubtful answer than none.
        grammar = grammar_for(expectation, replace(COSTS, sound=None, unasked=_UNLIKELY), tongue)
        doubtful = whole_sentence(evidence, grammar, tongue)
        sentence = replace(doubtful, confidence=min(doubtful.confidence, _MISTRUST))
    words = caller_words(_words(sentence, begin_ms), tongue, digits=grammar.digits)
    text = in_figures(words, tongue) if grammar.digits else " ".join(word.text for word in words)
    return _Part(words, text, sentence.confidence)


def _words(sentence: Sentence, begin_ms: int) -> tuple[Word, ...]:
    ms = _READING * 1_000 // SAMPLE_RATE_HZ
    return tuple(
        Word(span.word, begin_ms + span.start * ms, begin_ms + span.end * ms, sureness)
        for span, sureness in zip(sentence.spans, sentence.sureness, strict=True)
    )


def _mean(words: Sequence[Word]) -> float:
    return sum(word.confidence for word in words) / len(words) if words else 0.0


def _together(parts: Sequence[_Part], expectation: Expectation, cpu_s: float) -> HeardRecording:
    """All parts as one; of several phrases, the surest; numbers in parts are one number."""
    if not parts:
        return HeardRecording((), "", 0.0, cpu_s)
    if expectation.kind is AnswerKind.CHOICE:
        best = max(parts, key=lambda part: part.confidence)
        return HeardRecording(best.words, best.text, best.confidence, cpu_s)
    words = tuple(word for part in parts for word in part.words)
    between = "" if all(part.text.isdigit() for part in parts) else " "
    confidence = sum(part.confidence * max(len(part.words), 1) for part in parts)
    return HeardRecording(
        words,
        between.join(part.text for part in parts),
        confidence / sum(max(len(part.words), 1) for part in parts),
        cpu_s,
    )


def phrases_in(lines: Sequence[str]) -> tuple[str, ...]:
    """The phrases of a file, one per line; empty lines and those that begin with # left out."""
    return tuple(line.strip() for line in lines if spoken_words(line) and not line.lstrip().startswith("#"))
