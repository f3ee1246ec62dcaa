"""Two scripted people, one interpreter: what each says is written, what each hears is kept."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from agents.translation.translator import Passage, TranslationError, TranslatorFailed
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import (
    Audio,
    Offer,
    OfferFinished,
    OfferMade,
    OfferStarted,
    Transcript,
    TurnEvent,
    TurnInput,
    TurnOutput,
    Word,
)
from telephony.interpreting.interpretation import Interpretation
from telephony.interpreting.people import Side, Wishes

SPANISH = {"quiero devolver la lámpara": "I want to return the lamp", "gracias": "thank you"}
ENGLISH = {"of course": "por supuesto", "which colour is it": "de qué color es"}
DIED = TranslatorFailed("it died; it is started again")
_WORD_MS = 300


class Dictionary:
    """A translator that knows some sentences, and says all others as they are.

    What goes wrong with it: it is `hanging`, `raising`, or dies when it has answered `lives` times.
    """

    name = "dictionary"

    def __init__(self) -> None:
        self.asked: list[Passage] = []
        self.hanging = False
        self.raising: TranslationError | None = None
        self.lives: int | None = None

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset({("es", "en"), ("en", "es")})

    async def translate(self, passage: Passage) -> str:
        self.asked.append(passage)
        if self.hanging:
            await asyncio.Event().wait()
        if self.raising is not None:
            raise self.raising
        if self.lives is not None:
            self.lives -= 1
            if self.lives < 0:
                raise DIED
        known = SPANISH if passage.source.startswith("es") else ENGLISH
        return known.get(_plain(passage.text), f"({passage.text})")

    async def close(self) -> None:
        pass


def _plain(text: str) -> str:
    return text.lower().strip(" .,?¿!¡")


@dataclass
class Person:
    """One leg: a voice of a constant level, turns that are over when they are said, offers voiced in order.

    `mutters`: levels of its own sound by micro-turn. Each word of an offer takes `_WORD_MS`.
    """

    level: int
    voiced: int
    says: dict[int, str] = field(default_factory=dict[int, str])
    queue: list[Offer] = field(default_factory=list[Offer])
    left_ms: int = 0
    started: str = ""
    heard: list[Audio] = field(default_factory=list[Audio])
    offered: list[Offer] = field(default_factory=list[Offer])
    told: list[TurnEvent] = field(default_factory=list[TurnEvent])
    hears: dict[int, Transcript] = field(default_factory=dict[int, Transcript])
    """What their ears tell, by micro-turn, beside what they say."""

    def step(self, turn: TurnInput) -> TurnOutput:
        acts: list[OfferStarted | OfferFinished] = []
        words: tuple[Word, ...] = ()
        began_ms = turn.index * MICRO_TURN_MS
        audio = np.zeros(MICRO_TURN_SAMPLES, np.int16)
        voicing = None
        if self.queue:
            offer = self.queue[0]
            if self.started != offer.id:
                self.started = offer.id
                acts.append(OfferStarted(offer.id))
                self.left_ms += round(_WORD_MS * len(offer.text.split()) / offer.speed)
                words = (Word(offer.text, began_ms, began_ms + self.left_ms),)
            audio += self.voiced
            voicing = offer.id
            self.left_ms -= MICRO_TURN_MS
            if self.left_ms <= 0:
                acts.append(OfferFinished(offer.id))
                self.queue.pop(0)
        said = self.says.get(turn.index)
        transcript = self.hears.get(turn.index)
        if said is not None:
            texts = said.split()
            spoken = [
                Word(w, began_ms - _WORD_MS * (len(texts) - n), began_ms - _WORD_MS * (len(texts) - n - 1))
                for n, w in enumerate(texts)
            ]
            transcript = Transcript(tuple(spoken), final=True)
        return TurnOutput(turn.index, audio, transcript, words, voicing, tuple(acts))


@dataclass
class Talk:
    """An interpretation between a caller who speaks Spanish and somebody who speaks English."""

    languages: Mapping[Side, str] = field(default_factory=lambda: {Side.CALLER: "es-MX", Side.OTHER: "en-US"})
    translator: Dictionary = field(default_factory=Dictionary)
    caller: Person = field(default_factory=lambda: Person(1_000, 5_000))
    other: Person = field(default_factory=lambda: Person(100, 7_000))
    in_step: bool = True
    ahead: int = 0
    """So many micro-turns the caller's call is older than the other's."""
    index: int = 0

    def __post_init__(self) -> None:
        wishes = Wishes(self.languages, in_step=self.in_step)
        self.joined = Interpretation(1, wishes, self.translator)

    async def go(self, turns: int) -> "Talk":
        for _ in range(turns):
            for side, person in ((Side.CALLER, self.caller), (Side.OTHER, self.other)):
                for event in self.joined.news(side):
                    person.told.append(event)
                    if isinstance(event, OfferMade):
                        person.queue.append(event.offer)
                        person.offered.append(event.offer)
                sound = np.full(MICRO_TURN_SAMPLES, person.level, np.int16)
                turn = TurnInput(self.index + (self.ahead if side is Side.CALLER else 0), sound)
                output = self.joined.took(side, turn, person.step(turn))
                person.heard.append(output.agent_audio)
            self.index += 1
            for _ in range(3):
                await asyncio.sleep(0)
        return self

    def say(self, person: Person, text: str) -> None:
        """Their turn ends in the next micro-turn with these words."""
        person.says[self.index + (self.ahead if person is self.caller else 0)] = text

    @staticmethod
    def texts(person: Person) -> list[str]:
        return [offer.text for offer in person.offered]
