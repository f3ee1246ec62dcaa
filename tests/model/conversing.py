"""A scripted two-sided conversation around `advance`: readings and words are written, time is virtual."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLES_PER_MS, SLOT_MS, SLOTS_PER_MICRO_TURN
from model.ears.ears import Hearing
from model.session.advance import advance
from model.session.state import EarOrders, Session
from model.thresholds import Thresholds
from model.turn import (
    AS_USUAL,
    Heard,
    Offer,
    OfferMade,
    Readings,
    TurnAct,
    TurnEvent,
    TurnInput,
    TurnOutput,
    VoiceChoice,
    Word,
)
from model.voice.clauses import clauses
from model.voice.voice import Speech

LINES = Thresholds(turn_end=0.8, barge_in_first=0.85, barge_in=0.6, undecided=0.55, backchannel_due=0.7)
"""What the scripts are written for, whatever lines suit the model that ships."""
WORD_MS = 250
"""How long every word of the scripted voice lasts."""
DIGITS = Expectation(AnswerKind.DIGITS, digits=6)
YES_NO = Expectation(AnswerKind.YES_NO)
LONG = "Your order was shipped on Monday and it should arrive tomorrow before noon at the latest."
"""4 seconds of the scripted voice, one clause of 16 words."""


def made(offer_id: str = "o", text: str = LONG, **how: object) -> OfferMade:
    return OfferMade(Offer(offer_id, text, **how))


@dataclass(frozen=True)
class Spoken:
    """An utterance of the scripted voice: all there, words of equal length, sound that is never silent."""

    parts: tuple[Speech, ...]
    complete: bool = True

    def clause(self, index: int) -> Speech | None:
        return self.parts[index] if index < len(self.parts) else None


class ScriptedVoice:
    """Voices any text at `WORD_MS` a word, each clause followed by its pause but the last."""

    def speak(self, text: str, language: str, choice: VoiceChoice = AS_USUAL) -> Iterator[Speech]:
        breaths = clauses(text)
        for k, clause in enumerate(breaths):
            words = tuple(Word(word, n * WORD_MS, (n + 1) * WORD_MS) for n, word in enumerate(clause.words))
            pause_ms = clause.pause_ms if k + 1 < len(breaths) else 0
            sound = np.full(len(words) * WORD_MS * SAMPLES_PER_MS, 5_000, np.int16)
            yield Speech(np.concatenate((sound, np.zeros(pause_ms * SAMPLES_PER_MS, np.int16))), words)

    def prepare(self, text: str, language: str = "en-US", speed: float = 1.0) -> Spoken:
        del speed
        return Spoken(tuple(self.speak(text, language)))


@dataclass(frozen=True)
class Voiced:
    """A span of caller voice in call time, with what the model and the ears make of it."""

    start_ms: int
    end_ms: int
    barge_in: float = 0.1
    words: str = ""
    """Understood half a micro-turn after they ended, with the ears' confidence."""
    confidence: float = 0.9


@dataclass
class Conversation:
    """Steps a session through a script and keeps all it gave back.

    `readings`: changes the model's reading of the slot that begins at a call time.
    `turn_ends`: call times from which the model finds the turn over, until voice comes on again.
    `lag_ms`: how far the ears are behind. `playout_ms`: how far the caller's ear is behind the agent.
    """

    caller: tuple[Voiced, ...] = ()
    turn_ends: tuple[int, ...] = ()
    events: dict[int, tuple[TurnEvent, ...]] = field(default_factory=dict)
    session: Session = field(default_factory=lambda: Session(lines=LINES))
    lag_ms: int = 0
    readings: Callable[[Readings, int], Readings] | None = None
    outputs: list[TurnOutput] = field(default_factory=list)
    orders: list[EarOrders] = field(default_factory=list)
    forgotten_until_ms: int = 0

    def run(self, micro_turns: int) -> "Conversation":
        for _ in range(micro_turns):
            index = len(self.outputs)
            now_ms = (index + 1) * MICRO_TURN_MS
            slots = tuple(
                self._slot(index * MICRO_TURN_MS + k * SLOT_MS) for k in range(SLOTS_PER_MICRO_TURN)
            )
            turn = TurnInput(index, np.zeros(MICRO_TURN_SAMPLES, np.int16), self.events.get(index, ()))
            self.session, output, orders = advance(
                self.session, turn, slots, self._hearing(now_ms), ScriptedVoice().prepare
            )
            if orders.turn_over:
                self.forgotten_until_ms = now_ms
            self.outputs.append(output)
            self.orders.append(orders)
        return self

    def _slot(self, start_ms: int) -> Readings:
        spans = [span for span in self.caller if span.start_ms <= start_ms < span.end_ms]
        ended = any(
            at_ms <= start_ms
            and not any(at_ms < span.end_ms and span.start_ms <= start_ms for span in self.caller)
            for at_ms in self.turn_ends
        )
        reading = Readings(
            caller_voice=0.95 if spans else 0.02,
            barge_in=spans[0].barge_in if spans else 0.0,
            turn_end=0.95 if ended else 0.05,
        )
        return self.readings(reading, start_ms) if self.readings else reading

    def _hearing(self, now_ms: int) -> Hearing:
        upto_ms = max(0, now_ms - self.lag_ms)
        words: list[Word] = []
        confidence = 0.0
        for span in self.caller:
            if span.end_ms <= upto_ms and span.end_ms > self.forgotten_until_ms and span.words:
                texts = span.words.split()
                each_ms = (span.end_ms - span.start_ms) // len(texts)
                words += [
                    Word(text, span.start_ms + k * each_ms, span.start_ms + (k + 1) * each_ms)
                    for k, text in enumerate(texts)
                ]
                confidence = span.confidence
        return Hearing(tuple(words), upto_ms, confidence)

    # --- what came of it ----------------------------------------------------------------------------

    @property
    def audio(self) -> np.ndarray:
        return np.concatenate([output.agent_audio for output in self.outputs])

    def acts(self, kind: type[TurnAct] | None = None) -> list[TurnAct]:
        every = [act for output in self.outputs for act in output.acts]
        return every if kind is None else [act for act in every if isinstance(act, kind)]

    def when(self, kind: type[TurnAct]) -> list[int]:
        """The micro-turns in which there was such an act."""
        return [output.index for output in self.outputs for act in output.acts if isinstance(act, kind)]

    def said(self, offer_id: str) -> str:
        """All words voiced of an offer, as voiced."""
        return " ".join(
            word.text for output in self.outputs if output.voicing == offer_id for word in output.agent_words
        )


def hearing_along(conversation: Conversation, behind_ms: int = 300) -> None:
    """Have the line confirm what was heard, some way behind what was given out, in every micro-turn."""
    for index in range(2, 80):
        heard = Heard(max(0, index * MICRO_TURN_MS - behind_ms))
        conversation.events[index] = (heard, *conversation.events.get(index, ()))
