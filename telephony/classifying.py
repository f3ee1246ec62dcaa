"""What a call asks a language model about its caller's words, beside the micro-turns, and what comes back.

When is decided by the dialogue (`agents.dialogue.classifying`), and it waits no longer than its flow says;
here it is done. What is sensitive stays here.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from agents.dialogue.events import Classified, Classify, Unclassify
from agents.dialogue.state import State
from config.flow import Flow
from telephony.live.masking import Sensitive, mask_at, masked_caller

logger = logging.getLogger(__name__)

DROPPED = "dropped"
"""Why there is no answer: nobody waits for it any more."""


class Classifier(Protocol):
    """Tells what words mean (see `agents.language_model.classifying`)."""

    async def classify(self, asked: Classify) -> Classified:
        """Answer; what goes wrong is in the answer. Cancelled when nobody waits for it any more."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its answer, for the tape. Call time in ms."""

    request_id: str
    step: str
    text: str
    options: tuple[str, ...]
    option: str | None
    confidence: float
    failed: str
    took_ms: int


class Classifying:
    """One call's questions. `sensitive`: slots whose values nobody else is told."""

    def __init__(self, classifier: Classifier | None, flow: Flow, sensitive: Sensitive) -> None:
        self._classifier = classifier
        self._flow = flow
        self._sensitive = sensitive
        self._open: dict[str, tuple[Classify, int, asyncio.Task[Classified]]] = {}
        self._dropped: list[Asked] = []

    def follow(self, questions: Sequence[Classify | Unclassify], dialogue: State, now_ms: int) -> None:
        """Ask what is to be asked, and let go of what is not wanted any more."""
        for question in questions:
            match question:
                case Classify():
                    self._ask(question, dialogue, now_ms)
                case Unclassify(request_id):
                    if request_id in self._open:
                        self._dropped.append(self._settle(request_id, Classified(request_id, None), now_ms))

    def answers(self, now_ms: int, settled: list[Asked]) -> list[Classified]:
        """Give the answers that have come; `settled` is told all that came or was let go of, for the tape."""
        settled += self._dropped
        self._dropped = []
        answers: list[Classified] = []
        for request_id, (_, _, running) in list(self._open.items()):
            if running.done():
                answers.append(_answer(request_id, running))
                settled.append(self._settle(request_id, answers[-1], now_ms))
        return answers

    async def stop(self) -> None:
        """Let go of all questions: the call is over."""
        running = [each for _, _, each in self._open.values()]
        self._open.clear()
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ask(self, asked: Classify, dialogue: State, now_ms: int) -> None:
        mask = mask_at(self._sensitive, self._flow, dialogue)
        sent = replace(asked, text=masked_caller(asked.text, mask, asked.language))
        answering = self._answered(sent) if not mask.asked else _untold(sent)
        self._open[asked.request_id] = (sent, now_ms, asyncio.create_task(answering))

    async def _answered(self, asked: Classify) -> Classified:
        if self._classifier is None:
            return Classified(asked.request_id, None, failed="unavailable")
        return await self._classifier.classify(asked)

    def _settle(self, request_id: str, answer: Classified, now_ms: int) -> Asked:
        asked, since_ms, running = self._open.pop(request_id)
        done = running.done()
        running.cancel()
        return Asked(
            request_id,
            asked.step,
            asked.text,
            tuple(option.name for option in asked.options),
            answer.option,
            answer.confidence,
            answer.failed if done else DROPPED,
            now_ms - since_ms,
        )


async def _untold(asked: Classify) -> Classified:
    """Something sensitive is being asked for: nobody is told what the caller says."""
    return Classified(asked.request_id, None)


def _answer(request_id: str, running: asyncio.Task[Classified]) -> Classified:
    if not running.cancelled() and running.exception() is None:
        return running.result()
    if not running.cancelled():
        logger.error("a classification broke", exc_info=running.exception())
    return Classified(request_id, None, failed="internal")
