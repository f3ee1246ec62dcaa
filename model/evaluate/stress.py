"""Bad input: what a telephone line can bring besides speech, and whether the model stays sane through it.

In each case the agent asks, then comes the bad sound, then the caller says something to the point. Sane is:
no babble (turns answered that nobody took), no runaway backchannels, readings that are probabilities, and an
answer to the caller afterwards. Virtual time, so that ten minutes take seconds.
"""

# n samples at WIRE_RATE_HZ

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Final

import numpy as np

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_MS, WIRE_SAMPLES_PER_MS
from model.data.acoustics import Sound, in_background, mulaw_there_and_back
from model.evaluate.agent_lines import QUESTIONS, REPLIES, STATEMENTS, spoken_ms
from model.evaluate.bad_sounds import dial_tone, fax, music, white_noise
from model.evaluate.cases import Case, Cue, Events, Scenario, Script, Span
from model.evaluate.held_out_speech import caller, say, somebody_says
from model.evaluate.judging import ANSWERS_WITHIN_MS, EARLY_MS, is_takeover
from model.evaluate.recording import Recording
from model.turn import Backchannelled, Offer, OfferMade, TurnTaken, Word, Yielded

_LANGUAGE: Final = "en"
_BAD_MS: Final = 24_000
_SILENCE_MS: Final = 600_000
_CALM_MS: Final = 1_500
_AFTER_MS: Final = 5_000
_FALSE_TURNS: Final = 1
"""A turn taken for nothing may happen once in a case: the agent asks, and that is that."""
_BACKCHANNELS_EVERY_MS: Final = 20_000
_ECHO: Final = 0.3
_ECHO_MS: Final = 250
_TELEVISION_DB: Final = -12.0
_ROOM: Final = 0.0006
"""Room tone, 44 dB below speech."""
_LONGEST_PAUSE_MS: Final = 300


@dataclass(frozen=True, slots=True)
class Stress:
    """A stress case. `bad`: when the bad sound is heard; `goes_on`: the agent speaks and is to go on."""

    name: str
    about: str
    case: Case
    bad: Span
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class StressVerdict:
    """What became of a stress case; figures are counts, or ms."""

    name: str
    about: str
    ok: bool
    sentence: str
    figures: dict[str, float]


Shape = Callable[[Sound], Sound]


def stress_cases(seed: int) -> list[Stress]:
    """Build all stress cases."""
    quiet = np.zeros(_SILENCE_MS * WIRE_SAMPLES_PER_MS, np.float32)
    bad = _BAD_MS * WIRE_SAMPLES_PER_MS
    rng = np.random.default_rng(seed)
    return [
        _then_a_turn("silence", "nothing at all for ten minutes", quiet, seed),
        _then_a_turn("dial_tone", "a dial tone", dial_tone(bad), seed),
        _then_a_turn("music", "music on hold", music(bad, rng), seed),
        _then_a_turn("white_noise", "white noise as loud as speech", white_noise(bad, rng), seed),
        _then_a_turn("fax", "a fax machine", fax(bad, rng), seed),
        _then_a_turn("television", "a television in the room", _television(seed), seed),
        _then_a_turn("babble", "several people talking in the room", _babble(seed), seed),
        _spoken("clipping", "a caller who is clipped all the time", seed, _clipped),
        _spoken("dc_offset", "a line with a direct current on it", seed, _lifted),
        _spoken("shouting", "a caller who shouts", seed, _shouted),
        _echo(seed),
    ]


def judge_stress(stress: Stress, recording: Recording) -> StressVerdict:
    """Judge a stress case."""
    ended_ms = stress.case.events.turn.end_ms if stress.case.events.turn is not None else stress.bad.end_ms
    judged = Span(stress.bad.start_ms, stress.bad.end_ms)
    false_turns = sum(
        isinstance(moment.act, TurnTaken) and judged.holds(moment.at_ms) for moment in recording.moments
    )
    small = sum(
        isinstance(moment.act, Backchannelled) and judged.holds(moment.at_ms) for moment in recording.moments
    )
    stops = sum(
        isinstance(moment.act, Yielded) and judged.holds(moment.at_ms) for moment in recording.moments
    )
    answer = next(
        (
            span
            for span in recording.speech()
            if ended_ms - EARLY_MS <= span.start_ms <= ended_ms + ANSWERS_WITHIN_MS
            and is_takeover(span, recording.words_within(span))
        ),
        None,
    )
    numbers = all(
        math.isfinite(value) and 0.0 <= value <= 1.0
        for reading in recording.readings
        for value in (reading.caller_voice, reading.turn_end, reading.barge_in, reading.backchannel_due)
    )
    agent_ms = sum(
        max(0.0, min(span.end_ms, judged.end_ms) - max(span.start_ms, judged.start_ms))
        for span in recording.speech()
    )
    figures = {
        "false_turns": float(false_turns),
        "backchannels": float(small),
        "stops": float(stops),
        "agent_speech_ms": round(agent_ms),
    }
    if answer is not None:
        figures["latency_ms"] = answer.start_ms - ended_ms
    faults = _faults(stress, figures, answered=answer is not None, numbers=numbers)
    told = "; ".join(faults) if faults else "stayed sane"
    return StressVerdict(stress.name, stress.about, not faults, told, figures)


def _faults(stress: Stress, figures: dict[str, float], *, answered: bool, numbers: bool) -> list[str]:
    faults: list[str] = []
    if figures["false_turns"] > _FALSE_TURNS:
        faults.append(f"answered {figures['false_turns']:.0f} turns nobody took")
    if figures["backchannels"] > max(1.0, stress.bad.ms / _BACKCHANNELS_EVERY_MS):
        faults.append(f"{figures['backchannels']:.0f} backchannels to nobody")
    if stress.goes_on and figures["stops"]:
        faults.append("let itself be interrupted by nobody")
    if not numbers:
        faults.append("readings that are no probabilities")
    if not answered:
        faults.append("did not answer the caller afterwards")
    return faults


# --- the cases ------------------------------------------------------------------------------


def _then_a_turn(name: str, about: str, bad: Sound, seed: int) -> Stress:
    """The bad sound after the question, then something to the point."""
    question = QUESTIONS[_LANGUAGE]["free"]
    begins_ms = MICRO_TURN_MS + spoken_ms(question, _LANGUAGE) + 800
    bad_ms = bad.size // WIRE_SAMPLES_PER_MS
    said = _turn(seed, begins_ms + bad_ms + _CALM_MS)
    line = _line(said.span.end_ms + _AFTER_MS)
    if not bad.any():
        line[begins_ms * WIRE_SAMPLES_PER_MS :][: bad.size] = 0
    _add(line, bad, begins_ms)
    _add(line, said.sound, round(said.span.start_ms))
    made = Cue(0, OfferMade(Offer("question", question, expects=Expectation(AnswerKind.FREE))))
    return _stress(name, about, line, (made,), said, Span(begins_ms, begins_ms + bad_ms))


def _spoken(name: str, about: str, seed: int, shape: Shape) -> Stress:
    """The caller's own voice is what is bad."""
    question = QUESTIONS[_LANGUAGE]["free"]
    said = _turn(seed, MICRO_TURN_MS + spoken_ms(question, _LANGUAGE) + 600)
    line = _line(said.span.end_ms + _AFTER_MS)
    _add(line, said.sound, round(said.span.start_ms))
    made = Cue(0, OfferMade(Offer("question", question, expects=Expectation(AnswerKind.FREE))))
    return _stress(name, about, shape(line), (made,), said, Span(0, said.span.start_ms))


def _echo(seed: int) -> Stress:
    """The agent hears itself, a third as loud, a quarter of a second late."""
    statement = STATEMENTS[_LANGUAGE][0]
    ends_ms = MICRO_TURN_MS + spoken_ms(statement, _LANGUAGE)
    said = _turn(seed, ends_ms + 1_000)
    line = _line(said.span.end_ms + _AFTER_MS)
    _add(line, said.sound, round(said.span.start_ms))
    made = Cue(0, OfferMade(Offer("statement", statement)))
    stress = _stress("echo", "the agent's own echo", line, (made,), said, Span(0, ends_ms))
    return replace(stress, case=replace(stress.case, echo=_ECHO, echo_ms=_ECHO_MS), goes_on=True)


def _stress(name: str, about: str, line: Sound, cues: tuple[Cue, ...], said: "_Turn", bad: Span) -> Stress:
    replies = tuple(Offer("reply", text) for text in REPLIES[_LANGUAGE])
    case = Case(
        id=f"stress-{name}",
        scenario=Scenario.TURN,
        language=_LANGUAGE,
        caller=mulaw_there_and_back(line),
        events=Events(turn=said.span),
        script=Script(cues, replies),
        spoken=said.words,
        about=about,
    )
    return Stress(name, about, case, bad)


# --- sound ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    """What the caller says to the point."""

    sound: Sound
    words: tuple[Word, ...]
    span: Span


def _turn(seed: int, at_ms: int) -> _Turn:
    random = Random(f"{seed} stress")
    person = caller(random)
    said = say("transfer", _LANGUAGE, person, random)
    while any(pause.ms > _LONGEST_PAUSE_MS for pause in said.pauses):
        said = say("transfer", _LANGUAGE, person, random)
    words = tuple(Word(word.text, word.start_ms + at_ms, word.end_ms + at_ms) for word in said.words)
    return _Turn(said.audio, words, Span(at_ms, at_ms + said.ms))


def _television(seed: int) -> Sound:
    """One voice after another, dull and distant, without an end."""
    random = Random(f"{seed} television")
    room = np.zeros(_BAD_MS * WIRE_SAMPLES_PER_MS, np.float32)
    at_ms = 0
    while at_ms < _BAD_MS:
        said = somebody_says(_LANGUAGE, random)
        _add(room, in_background(said.audio, _TELEVISION_DB), at_ms)
        at_ms += said.ms + random.randint(100, 700)
    return room


def _babble(seed: int) -> Sound:
    """Four such voices at once."""
    room = _television(seed)
    for k in range(1, 4):
        room += _television(seed + k)
    return room


def _clipped(sound: Sound) -> Sound:
    return np.clip(sound * 30, -1, 1).astype(np.float32)


def _lifted(sound: Sound) -> Sound:
    return (sound + 0.25).astype(np.float32)


def _shouted(sound: Sound) -> Sound:
    return (np.tanh(sound * 8) * 0.95).astype(np.float32)


def _line(ms: float) -> Sound:
    """A quiet line."""
    samples = -(-round(ms) // MICRO_TURN_MS) * MICRO_TURN_MS * WIRE_SAMPLES_PER_MS
    return (np.random.default_rng(samples).standard_normal(samples) * _ROOM).astype(np.float32)


def _add(onto: Sound, sound: Sound, at_ms: int) -> None:
    begin = at_ms * WIRE_SAMPLES_PER_MS
    fits = min(sound.size, onto.size - begin)
    onto[begin : begin + fits] += sound[:fits]
