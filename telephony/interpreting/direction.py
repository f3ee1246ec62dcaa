"""One direction of an interpreted call: a speaker's words in, what the listener is to hear out.

The policy (`agents.interpreting`) decides; the translator works in tasks beside the micro-turns, and what it
answers is taken in as it comes. Times are call time of the speaker's leg in ms.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Final, assert_never

from agents.interpreting.events import (
    Action,
    AsksToRepeat,
    Event,
    Heard,
    HeardWord,
    HearsLanguage,
    NotSaid,
    NotTranslated,
    Repeat,
    Say,
    SpeaksLanguage,
    Spoken,
    Tick,
    Translate,
    Translated,
)
from agents.interpreting.interpreter import advance, begin
from agents.interpreting.policy import DEFAULT
from agents.translation.translator import NoSuchPair, NoTranslator, TranslationError, Translator
from model.turn import Transcript

logger = logging.getLogger(__name__)

Outcome = Say | NotSaid | AsksToRepeat
"""What is to be said, cannot be said, or the speaker wants to hear again."""
_PATIENCE_S: Final = DEFAULT.patience_ms / 1_000


class Trouble(StrEnum):
    """Why what somebody says is not translated."""

    MISSING = "missing"
    """There is no translator."""
    UNSPOKEN = "unspoken"
    """Nobody here translates the language."""
    FAILING = "failing"
    """The translator has not managed the last passage."""


class Direction:
    """From `source` to `target`, both BCP 47 tags."""

    def __init__(self, source: str, target: str, translator: Translator) -> None:
        self.trouble: Trouble | None = None
        """What is wrong with the translator, as far as the last passage told."""
        self._translator = translator
        known = bool(translator.pairs())  # what translates anything is asked over the network, and paid
        self._state = begin(source, target, replace(DEFAULT, ahead=known))
        self._now_ms = 0
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._wanted: set[str] = set()
        """Of the tasks, those whose answers will be said."""
        self._unvoiced: set[str] = set()
        self._said: list[Outcome] = []

    @property
    def source(self) -> str:
        """What the speaker speaks, a BCP 47 tag."""
        return self._state.source

    @property
    def target(self) -> str:
        """What the listener is to hear."""
        return self._state.target

    @property
    def translates(self) -> bool:
        """Whether there is anything to be translated: the two speak different languages, known ones."""
        return self._state.translates

    @property
    def due(self) -> bool:
        """Whether a translation is being made, waits to be voiced, or sounds."""
        return bool(self._wanted or self._unvoiced)

    def heard(self, transcript: Transcript) -> None:
        """Take in the words of the speaker's turn so far."""
        words = tuple(HeardWord(w.text, w.start_ms, w.end_ms, w.confidence) for w in transcript.words)
        self._tell(Heard(words, transcript.final, self._now_ms))

    def speaks(self, language: str) -> None:
        """The speaker has gone over to another language; `UNKNOWN` for one nobody here knows."""
        self._tell(SpeaksLanguage(language, self._now_ms))

    def hears(self, language: str) -> None:
        """The listener has gone over to another language."""
        self._tell(HearsLanguage(language, self._now_ms))

    def passes(self, now_ms: int) -> None:
        """Take in that it is `now_ms`."""
        self._now_ms = now_ms
        self._tell(Tick(now_ms))

    def voiced(self, say_id: str) -> None:
        """Take in that all was voiced of what was to be said, or that it will not be."""
        self._unvoiced.discard(say_id)
        self._tell(Spoken(say_id, self._now_ms))

    def repeat(self) -> None:
        """Say the last once more: the listener asks for it."""
        self._tell(Repeat(self._now_ms))

    def take(self) -> tuple[Outcome, ...]:
        """Take what has come of it since the last time, in order."""
        said, self._said = tuple(self._said), []
        return said

    async def close(self) -> None:
        """Ask the translator for nothing more."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _tell(self, event: Event) -> None:
        self._state, actions = advance(self._state, event)
        self._do(actions)

    def _do(self, actions: Iterable[Action]) -> None:
        for action in actions:
            match action:
                case Translate():
                    task = asyncio.create_task(self._translate(action), name="translation")
                    self._tasks[action.request_id] = task
                    if not action.ahead:
                        self._wanted.add(action.request_id)
                case Say():
                    self._unvoiced.add(action.say_id)
                    self._said.append(action)
                case NotSaid() | AsksToRepeat():
                    self._said.append(action)
                case _:
                    assert_never(action)

    async def _translate(self, asked: Translate) -> None:
        why, trouble = "", Trouble.FAILING
        text: str | None = None
        try:
            async with asyncio.timeout(_PATIENCE_S):
                text = await self._translator.translate(asked.passage)
        except TimeoutError:
            why = f"no answer within {_PATIENCE_S:g} s"
        except TranslationError as error:
            why, trouble = str(error), _trouble(error)
        except Exception as error:  # whatever a translator raises, the call goes on
            logger.exception("a translator failed")
            why = repr(error)
        self._tasks.pop(asked.request_id, None)
        self._wanted.discard(asked.request_id)
        if text is not None:
            self.trouble = None
            self._tell(Translated(asked.request_id, text, self._now_ms))
            return
        self.trouble = trouble
        logger.warning("not translated: %s", why)
        self._tell(NotTranslated(asked.request_id, why, self._now_ms))


def _trouble(error: TranslationError) -> Trouble:
    match error:
        case NoTranslator():
            return Trouble.MISSING
        case NoSuchPair():
            return Trouble.UNSPOKEN
        case _:
            return Trouble.FAILING
