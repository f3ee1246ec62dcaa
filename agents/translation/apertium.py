"""Apertium as one long-lived pipeline per direction.

`apertium -z` does not answer before its input ends (3.8.3: a filter in it holds the text back), so we start
the stages of the direction's mode file, each with `-z`, the generator with `-n` (unknown words come out as
they went in, without marks). A text must end with a line break, or the transfer stages hold its end back.
The first text of a direction takes 0.3 to 1 s, for the dictionaries are read; after that a sentence takes 1
to 8 ms (two busy cores).

A text is parted into clauses. Those that are in the phrase book are said as it has them, whole or beginning
or end; the rest is Apertium's, with its manners mended and glossary terms travelling as nouns it knows well.
"""

import asyncio
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from agents.translation.pipeline import Pipeline
from agents.translation.service_talk import ServiceTalk, read_books
from agents.translation.translator import NoSuchPair, NoTranslator, Passage, TranslatorFailed, language_of

INSTALL: Final = "apt-get install apertium apertium-eng-spa"
PATIENCE_S: Final = 2.0
MOST_CHARACTERS: Final = 10_000
_MODES: Final = {("en", "es"): "eng-spa", ("es", "en"): "spa-eng"}
_ESCAPED: Final = re.compile(r"([\\^$/\[\]{}@<>~])")
_ESCAPE: Final = re.compile(r"\\(.)")
_NOT_TEXT: Final = re.compile(r"[\x00-\x1f\x7f\ufeff\s]+")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_NULL_FLUSH: Final = "-z"

Commands = Callable[[str, str], tuple[tuple[str, ...], ...]]
"""Of a source and a target language: the stages."""


def stages(source: str, target: str) -> tuple[tuple[str, ...], ...]:
    """Give the command lines of a direction's pipeline.

    Raises:
        NoTranslator: Apertium, or its language pair, is not installed.
        NoSuchPair: these are not languages it translates here.
    """
    mode = _MODES.get((source, target))
    if mode is None:
        raise NoSuchPair(f"Apertium translates English and Spanish here, not {source} into {target}")
    program = shutil.which("lt-proc")
    if program is None:
        raise NoTranslator("Apertium is not installed", INSTALL)
    path = Path(program).parent.parent / "share" / "apertium" / "modes" / f"{mode}.mode"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise NoTranslator(f"Apertium's pair {mode} is not installed ({path})", INSTALL) from None
    return tuple(_stage(line) for line in text.strip().split("|"))


def _stage(line: str) -> tuple[str, ...]:
    """Read one stage; `$1` is how the generator writes unknown words, `$2` how the tagger shows doubt."""
    program, *arguments = shlex.split(line)
    kept = ("-n" if each == "$1" else each for each in arguments if each != "$2")
    return (program, _NULL_FLUSH, *kept)


class Apertium:
    """Translates English and Spanish into each other, by Apertium and the phrase book. See `Translator`.

    Args:
        patience_s: for one text.
        commands: gives the stages of a direction; tests put their own there.
    """

    name = "Apertium"

    def __init__(self, patience_s: float = PATIENCE_S, commands: Commands = stages) -> None:
        self._patience_s = patience_s
        self._commands = commands
        self._pipelines: dict[tuple[str, str], Pipeline] = {}

    def pairs(self) -> frozenset[tuple[str, str]]:
        """See `Translator`."""
        return frozenset(_MODES)

    def process_ids(self) -> tuple[int, ...]:
        """Of all processes that run now."""
        return tuple(each for pipeline in self._pipelines.values() for each in pipeline.process_ids)

    async def translate(self, passage: Passage) -> str:
        """See `Translator`. Longer than 10,000 characters is refused."""
        if len(passage.text) > MOST_CHARACTERS:
            raise TranslatorFailed(
                f"a passage of {len(passage.text)} characters is too long: give it sentence by sentence"
            )
        source, target = language_of(passage.source), language_of(passage.target)
        if (source, target) not in self._pipelines:
            self._pipelines[source, target] = self._new_pipeline(source, target)
            await asyncio.to_thread(read_books, source)
        pipeline = self._pipelines[source, target]
        text = _NOT_TEXT.sub(" ", _SURROGATES.sub(" ", passage.text)).strip()
        if not any(sign.isalpha() for sign in text):
            return text

        async def ask(clause: str) -> str:
            answer = await pipeline.ask(_ESCAPED.sub(r"\\\1", clause).encode() + b"\n")
            return _ESCAPE.sub(r"\1", answer.decode(errors="replace"))

        return await ServiceTalk(ask, source, target).translated(text, passage.terms)

    async def close(self) -> None:
        """See `Translator`."""
        for pipeline in self._pipelines.values():
            await pipeline.close()

    def _new_pipeline(self, source: str, target: str) -> Pipeline:
        name = f"Apertium {source} into {target}"
        return Pipeline(self._commands(source, target), self._patience_s, name)
