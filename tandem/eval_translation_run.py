"""Interprets the dialogues of an evaluation in virtual time: ears, policy, translator, voice.

What is decided at the end of a micro-turn is heard from then on, as in `model.evaluate.stepping`; a phrase
that comes while another is voiced waits for it. The translator's time is its own: each request's answer comes
as much later as it really took, behind those asked before it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from agents.interpreting.events import (
    Action,
    AsksToRepeat,
    Event,
    Heard,
    HeardWord,
    NotSaid,
    NotTranslated,
    Say,
    Spoken,
    Tick,
    Translate,
    Translated,
)
from agents.interpreting.interpreter import advance, begin
from agents.interpreting.policy import Policy
from agents.interpreting.state import State
from agents.translation.translator import Passage, TranslationError, Translator
from config.units import MICRO_TURN_MS, SAMPLES_PER_MS
from model.evaluate.agent_lines import tag_of
from model.evaluate.translation.dialogues import Dialogue
from model.evaluate.translation.figures import Written
from model.evaluate.translation.hearing import Update
from model.evaluate.translation.interpreted import Interpreted, Phrase, Way
from model.evaluate.translation.spoken import SpokenTurn
from model.offers import AT_ONCE_GAP_MS
from model.synthesis.speech import Language
from model.turn import VoiceChoice, Word
from model.voice.house import HouseVoice

_NEVER: Final = 10**9
TURN_BASED: Final = Policy(
    agree=_NEVER, unchanged_ms=_NEVER, sure=2.0, longest_ms=_NEVER, pause_ms=_NEVER, corrections=0
)
"""Nothing is stable before the turn is over: then all of it is translated."""
_BETWEEN_TURNS_MS: Final = 600
_LONGEST_MS: Final = 120_000
"""A turn that is not interpreted by then will not be."""


@dataclass(frozen=True, slots=True)
class Heards:
    """A turn of a dialogue and what is heard of it when."""

    spoken: SpokenTurn
    updates: tuple[Update, ...]


@dataclass(slots=True)
class _Under:
    """A turn being interpreted. Times are of the call."""

    at_ms: int
    answers: list[tuple[float, Event]] = field(default_factory=list[tuple[float, Event]])
    phrases: list[Phrase] = field(default_factory=list[Phrase])
    heard: list[str] = field(default_factory=list[str])
    took_ms: list[float] = field(default_factory=list[float])
    heard_ms: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """When words were told of that end by when: (end, told), rising."""
    asked_ms: dict[str, int] = field(default_factory=dict[str, int])
    """When each text was given to the translator."""
    unsaid: int = 0
    translator_free_ms: float = 0.0
    ear_free_ms: int = 0


async def interpret(
    dialogue: Dialogue, turns: Sequence[Heards], translator: Translator, policy: Policy
) -> tuple[Interpreted, ...]:
    """Interpret a whole call; each speaks when the translation of what the other said is over."""
    speaks = {who: tag_of(language) for who, language in dialogue.languages.items()}
    states = {
        "caller": begin(speaks["caller"], speaks["company"], policy),
        "company": begin(speaks["company"], speaks["caller"], policy),
    }
    done: list[Interpreted] = []
    at_ms = 0
    for turn, heard in zip(dialogue.turns, turns, strict=True):
        target: Language = "es" if heard.spoken.language == "en" else "en"
        under = _Under(at_ms)
        states[turn.who], over_ms = await _interpret(states[turn.who], heard, under, translator, target)
        done.append(
            Interpreted(
                dialogue.id,
                turn,
                heard.spoken,
                target,
                at_ms,
                " ".join(under.heard),
                tuple(under.phrases),
                under.unsaid,
                tuple(under.took_ms),
            )
        )
        at_ms = over_ms + _BETWEEN_TURNS_MS
    return tuple(done)


async def _interpret(
    state: State, heard: Heards, under: _Under, translator: Translator, target: Language
) -> tuple[State, int]:
    """Interpret one turn until all of it has been voiced; the state after it, and when that was."""
    updates = list(heard.updates)
    lasts_ms = len(heard.spoken.voiced) * MICRO_TURN_MS
    k = 0
    while True:
        k += 1
        now_ms = under.at_ms + k * MICRO_TURN_MS
        events: list[Event] = []
        while updates and updates[0].at_ms <= k * MICRO_TURN_MS:
            events.append(_told(updates.pop(0), under, now_ms))
        events += _due(under, now_ms)
        for event in (*events, Tick(now_ms)):
            state, actions = advance(state, event)
            for action in actions:
                await _act(action, under, translator, target, now_ms)
        idle = not (updates or under.answers or state.pending or state.turn.waiting)
        if k * MICRO_TURN_MS >= lasts_ms and (idle or k * MICRO_TURN_MS > _LONGEST_MS):
            return state, now_ms


def _told(update: Update, under: _Under, now_ms: int) -> Heard:
    words = tuple(
        HeardWord(word.text, under.at_ms + word.start_ms, under.at_ms + word.end_ms, word.confidence)
        for word in update.words
    )
    if words and (not under.heard_ms or words[-1].end_ms > under.heard_ms[-1][0]):
        under.heard_ms.append((words[-1].end_ms, now_ms))
    if update.final:
        under.heard += [word.text for word in words]
    return Heard(words, update.final, now_ms)


def _due(under: _Under, now_ms: int) -> list[Event]:
    """What has come by now, in the order of its coming."""
    under.answers.sort(key=lambda answer: answer[0])
    due = [event for at_ms, event in under.answers if at_ms <= now_ms]
    del under.answers[: len(due)]
    return [replace(event, now_ms=now_ms) for event in due]


async def _act(action: Action, under: _Under, translator: Translator, target: Language, now_ms: int) -> None:
    match action:
        case Translate():
            began_s = time.perf_counter()
            if not action.ahead:
                under.asked_ms[action.passage.text] = now_ms
            try:
                text = await translator.translate(action.passage)
                event: Event = Translated(action.request_id, text, now_ms)
            except TranslationError as error:
                event = NotTranslated(action.request_id, str(error), now_ms)
            took_ms = (time.perf_counter() - began_s) * 1_000
            under.took_ms.append(took_ms)
            under.translator_free_ms = max(under.translator_free_ms, now_ms) + took_ms
            under.answers.append((under.translator_free_ms, event))
        case Say():
            begins_ms = _begins_ms(now_ms, under.ear_free_ms)
            words, voiced_ms = _voiced(action.text, target, action.speed)
            at_ear = tuple(
                replace(word, start_ms=begins_ms + word.start_ms, end_ms=begins_ms + word.end_ms)
                for word in words
            )
            asked_ms = under.asked_ms.get(action.source, now_ms)
            heard_ms = next((told for end, told in under.heard_ms if end >= action.upto_ms), asked_ms)
            under.phrases.append(
                Phrase(
                    action.text,
                    action.source,
                    action.from_ms,
                    action.upto_ms,
                    at_ear,
                    action.corrects,
                    Way(min(heard_ms, asked_ms), asked_ms, now_ms),
                    action.speed,
                )
            )
            under.ear_free_ms = begins_ms + voiced_ms
            under.answers.append((under.ear_free_ms, Spoken(action.say_id, now_ms)))
        case NotSaid():
            under.unsaid += 1
        case AsksToRepeat():
            pass  # nobody in these dialogues does; what ears mistake for it stays unsaid, and counts as that


def _begins_ms(now_ms: int, free_ms: int) -> int:
    """When a phrase begins: with a micro-turn in which no other sounds, a short gap after the last."""
    if not free_ms:
        return now_ms
    first_ms = -(-free_ms // MICRO_TURN_MS) * MICRO_TURN_MS
    return max(now_ms, first_ms, free_ms + AT_ONCE_GAP_MS)


@cache
def _voiced(text: str, language: Language, speed: float) -> tuple[tuple[Word, ...], int]:
    """The words of a text in the voice of the house, ms from its first sound, and how long it all takes."""
    words: list[Word] = []
    at_ms = 0
    for clause in HouseVoice().speak(text, tag_of(language), VoiceChoice(speed=speed)):
        words += (
            replace(word, start_ms=at_ms + word.start_ms, end_ms=at_ms + word.end_ms) for word in clause.words
        )
        at_ms += len(clause.audio) // SAMPLES_PER_MS
    return tuple(words), at_ms


async def write(dialogue: Dialogue, translator: Translator) -> list[Written]:
    """What the translator makes of each turn as people would have written it."""
    written: list[Written] = []
    for turn in dialogue.turns:
        source = dialogue.languages[turn.who]
        target: Language = "es" if source == "en" else "en"
        passage = Passage(turn.written[source], tag_of(source), tag_of(target))
        try:
            text = await translator.translate(passage)
        except TranslationError:
            text = ""
        written.append(Written(turn, source, target, text))
    return written
