"""What would hold up the first interpreted call is done before it: word lists are read, processes started."""

import asyncio
import contextlib
from itertools import permutations

from agents.interpreting.events import Heard, HeardWord, Translate
from agents.interpreting.interpreter import advance, begin
from agents.interpreting.phrases import languages, phrases_of
from agents.translation.items import items_in
from agents.translation.translator import TranslationError, Translator

_WORD_MS = 300


async def make_ready(translator: Translator) -> None:
    """Take one sentence of every language through all that interpreting does.

    A translator that tells no pairs is an endpoint somebody pays for, and is not asked. One that fails will
    say so on the first call.
    """
    for source, target in permutations(languages(), 2):
        passages = await asyncio.to_thread(_first_words, source, target)
        if (source, target) in translator.pairs():
            for asked in passages:
                with contextlib.suppress(TranslationError):
                    await translator.translate(asked.passage)


def _first_words(source: str, target: str) -> list[Translate]:
    introduction = phrases_of(source).introduction
    items_in(introduction, source, target)
    heard = tuple(
        HeardWord(word.lower().strip(".,"), k * _WORD_MS, (k + 1) * _WORD_MS, 1.0)
        for k, word in enumerate(introduction.split())
    )
    _, actions = advance(begin(source, target), Heard(heard, True, heard[-1].end_ms))
    return [action for action in actions if isinstance(action, Translate)]
