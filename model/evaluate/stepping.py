"""Runs cases straight through the seam, in virtual time: seconds of work for minutes of calls.

What micro-turn k gives out is heard from the end of micro-turn k on, as over a carrier without delay.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Generic, TypeVar

import numpy as np

from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLES_PER_MS, WIRE_SAMPLES_PER_MS
from model.batcher import TwoHalves
from model.data.acoustics import to_model_rate
from model.evaluate.agent_lines import tag_of
from model.evaluate.cases import Case
from model.evaluate.known_words import KNOWN, told_words
from model.evaluate.recording import HeardStretch, Recording, heard_words, moments_of, voiced_words
from model.evaluate.rehearsed_voice import rehearse
from model.evaluate.situation import Situation, answer, answers_at_once, due, joined
from model.turn import (
    Audio,
    CallContext,
    CallState,
    Dials,
    Heard,
    TurnEvent,
    TurnInput,
    TurnOutput,
)

AT_ONCE: Final = 24

S = TypeVar("S", bound=CallState)


@dataclass(frozen=True, slots=True)
class Stepping:
    """How cases are run.

    Attributes:
        at_once: cases stepped together.
        words: `known` tells the caller's words, as ears that never err would, a micro-turn late; `none` tells
            that there are none; with any other the system has ears of its own.
        dials: of every call.
    """

    at_once: int = AT_ONCE
    words: str = KNOWN
    dials: Dials = field(default_factory=Dials)


class _Running(Generic[S]):
    """A case under way."""

    def __init__(self, case: Case, state: S, stepping: Stepping) -> None:
        self.case = case
        self.state = state
        self.situation: Situation = Situation(case.script)
        self.words = told_words(stepping.words, case.spoken)
        self.caller = to_model_rate(case.caller)
        self.outputs: list[TurnOutput] = []

    def next_turn(self) -> TurnInput:
        index = len(self.outputs)
        heard = self.caller[index * MICRO_TURN_SAMPLES : (index + 1) * MICRO_TURN_SAMPLES]
        if self.case.echo:
            heard = heard + self._echo(index)
        self.situation, events = due(self.situation, index)
        told: list[TurnEvent] = [Heard(index * MICRO_TURN_MS)] if index else []
        if self.words is not None:
            told.append(self.words.heard(index))
        return TurnInput(index, np.clip(heard, -32_768, 32_767).astype(np.int16), (*told, *events))

    def take(self, output: TurnOutput, interlocutor: TwoHalves[S]) -> None:
        self.situation = answer(self.situation, output)
        if answers_at_once(self.situation, output):
            output = joined(output, interlocutor.reply(self.state, self.situation.waiting))
            self.situation = replace(self.situation, waiting=())
        self.outputs.append(output)
        if self.words is not None:
            self.words.follow(output)

    def _echo(self, index: int) -> Audio:
        """The agent as it comes back: what sounded `echo_ms` before, quieter."""
        given = [output.agent_audio for output in self.outputs]
        said = np.concatenate([np.zeros(MICRO_TURN_SAMPLES, np.int16), *given])
        at = index * MICRO_TURN_SAMPLES - self.case.echo_ms * SAMPLES_PER_MS
        back = np.zeros(MICRO_TURN_SAMPLES, np.float32)
        begin_at = max(at, 0)
        part = said[begin_at : max(at + MICRO_TURN_SAMPLES, 0)]
        back[begin_at - at : begin_at - at + part.size] = part
        return np.round(back * self.case.echo).astype(np.int16)

    @property
    def over(self) -> bool:
        return len(self.outputs) >= self.case.micro_turns

    def recording(self) -> Recording:
        given = np.concatenate([output.agent_audio for output in self.outputs])
        delayed = np.concatenate((np.zeros(MICRO_TURN_SAMPLES, np.int16), given))
        lasts = self.case.micro_turns * MICRO_TURN_MS
        stretch = HeardStretch(0, MICRO_TURN_SAMPLES, given.size - MICRO_TURN_SAMPLES)
        return Recording(
            caller=self.case.caller[: lasts * WIRE_SAMPLES_PER_MS],
            agent=to_wire_rate(delayed)[: lasts * WIRE_SAMPLES_PER_MS],
            words=heard_words(self.outputs, [stretch]),
            moments=moments_of(self.outputs),
            voiced=voiced_words(self.outputs),
            readings=tuple(output.readings for output in self.outputs),
        )


def run(
    interlocutor: TwoHalves[S],
    cases: Sequence[Case],
    stepping: Stepping,
    progress: Callable[[], None] = lambda: None,
) -> Iterator[tuple[Case, Recording]]:
    """Run cases, `at_once` of them together; each is given out when it is over, `progress` called for it."""
    rehearse(cases)
    waiting = list(reversed(cases))
    running: list[_Running[S]] = []
    while waiting or running:
        while waiting and len(running) < stepping.at_once:
            case = waiting.pop()
            context = CallContext(case.id, tag_of(case.language), stepping.dials)
            running.append(_Running(case, interlocutor.open(context), stepping))
        states = [each.state for each in running]
        interlocutor.perceive(states, [each.next_turn() for each in running])
        for each, output in zip(running, interlocutor.advance(states), strict=True):
            each.take(output, interlocutor)
        for each in [each for each in running if each.over]:
            running.remove(each)
            each.state.close()
            progress()
            yield each.case, each.recording()


def to_wire_rate(audio: Audio) -> Audio:
    """16 to 8 kHz by cutting the spectrum."""
    spectrum = np.fft.rfft(audio.astype(np.float32))[: audio.size // 4 + 1]
    return np.clip(np.round(np.fft.irfft(spectrum, audio.size // 2) / 2), -32_768, 32_767).astype(np.int16)
