"""What of a model's words reaches the caller: whole sentences, while the rest is still being written."""

import logging
import re
from typing import Final

from agents.language_model.completion import Completion, without_thoughts, words_before_json
from agents.language_model.sentences import START, cut
from agents.language_model.speech import TELEPHONE, Language, language_of, spoken
from agents.messages import Brief, TaskRequest
from agents.runner import Say

logger = logging.getLogger(__name__)


class Speaker:
    """Speaks the words of one answer as they arrive.

    Telephone numbers are spoken only if the flow or the caller named them: one that stands in a customer
    record may have been put there to be called.

    Args:
        request: whose task it is.
        brief: its language, and whether the answer ends with JSON, which is not spoken.
        say: voices one sentence.
        held: nothing is said before `finish`.
    """

    def __init__(self, request: TaskRequest, brief: Brief, say: Say, *, held: bool) -> None:
        self._language: Language = language_of(brief.language)
        self._structured = brief.answer is not None
        self._say = say
        self._held = held
        self._taken = 0
        self._rest = START
        told = (brief.goal, *request.slots.values(), *map(str, request.arguments.values()))
        theirs = (words.text for words in request.conversation if words.speaker == "caller")
        self._known_digits = _digits(" ".join((*told, *theirs)))
        self.said: Final[list[str]] = []

    async def hear(self, completion: Completion) -> None:
        """Say the sentences that have become whole."""
        if not self._held:
            await self._take(completion, whole=False)

    async def finish(self, completion: Completion) -> None:
        """Say what is left of an answer that ended well."""
        await self._take(completion, whole=True)
        await self._voice(self._rest)
        self._rest = START

    async def _take(self, completion: Completion, *, whole: bool) -> None:
        words = without_thoughts(completion.text, whole=whole)
        if self._structured:
            words = words_before_json(words, whole=whole)
        sentences, self._rest = cut(self._rest, words[self._taken :])
        self._taken = len(words)
        for sentence in sentences:
            await self._voice(sentence)

    async def _voice(self, sentence: str) -> None:
        words = spoken(sentence, self._language)
        if not words:
            return
        if any(_digits(number) not in self._known_digits for number in TELEPHONE.findall(sentence)):
            logger.warning("a sentence with a telephone number nobody named was not spoken")
            return
        await self._say(words)
        self.said.append(words)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
