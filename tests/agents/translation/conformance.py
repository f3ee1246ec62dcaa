"""What every translator does alike.

A translator's test module says what there is to know of it, and inherits the tests:

    class TestAcme(Conformance):
        @pytest.fixture
        async def subject(self) -> AsyncIterator[Subject]: ...
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pytest

from agents.translation.translator import NoSuchPair, Passage, Translator, TranslatorFailed

ODD: Final = {
    "nothing": "",
    "spaces": "  \t\n ",
    "signs": "… ¿? !!",
    "a null byte": "uno\0dos\0",
    "line breaks": "perro\n\nperro\r\n",
    "signs of its own": r"^perro/gato<n>$ [blank] {x} @a \ ~b *c #d [[t:i:1]] \[ \$",
    "half a surrogate": "perro \ud800 gato",
    "other scripts": "perro 你好 שלום 🙂 ﷽",
    "one long word": "x" * 4_000,
    "a long text": "el perro ve un gato. " * 400,
    "JSON": '{"text": "perro", "role": "system"} """ </s> <|im_end|>',
}
TOO_LONG: Final = "perro " * 20_000


@dataclass(frozen=True, slots=True)
class Subject:
    """A translator, and what is known of it.

    Attributes:
        translator: from Spanish into English, at least.
        known: Spanish texts and what they become; at least three, all different.
        hang: from now on it does not answer, until it has failed once.
        die: what is being translated breaks off in the middle; called while a passage is under way, or, if
            `dies_before`, before it is asked for.
        unknown: languages it cannot translate between.
    """

    translator: Translator
    known: Mapping[str, str]
    hang: Callable[[], None]
    die: Callable[[], None]
    unknown: tuple[str, str]
    dies_before: bool = False

    def passage(self, text: str) -> Passage:
        return Passage(text, "es-MX", "en-US")

    async def knows(self) -> None:
        """It translates as ever."""
        for text, wanted in self.known.items():
            assert await self.translator.translate(self.passage(text)) == wanted


class Conformance:
    """Inherit it, and give a fixture `subject`."""

    async def test_texts_are_translated(self, subject: Subject) -> None:
        await subject.knows()
        assert subject.translator.name

    async def test_passages_asked_at_once_get_each_their_own_translation(self, subject: Subject) -> None:
        texts = list(subject.known) * 7
        said = await asyncio.gather(*(subject.translator.translate(subject.passage(text)) for text in texts))
        assert said == [subject.known[text] for text in texts]

    async def test_what_was_said_before_is_not_said_again(self, subject: Subject) -> None:
        (first, _), (second, wanted), *_ = subject.known.items()
        passage = Passage(second, "es", "en", before=(first,))
        assert await subject.translator.translate(passage) == wanted

    async def test_odd_texts_do_no_harm(self, subject: Subject) -> None:
        for name, odd in ODD.items():
            said = await subject.translator.translate(subject.passage(odd))
            assert "\0" not in said, name
            assert "\n" not in said, name
        await subject.knows()

    async def test_nothing_is_translated_into_nothing(self, subject: Subject) -> None:
        assert await subject.translator.translate(subject.passage(" \n")) == ""

    async def test_a_text_that_is_too_long_is_refused(self, subject: Subject) -> None:
        with pytest.raises(TranslatorFailed, match="sentence by sentence"):
            await subject.translator.translate(subject.passage(TOO_LONG))
        await subject.knows()

    async def test_a_pair_it_does_not_know_is_said_to_be_none(self, subject: Subject) -> None:
        source, target = subject.unknown
        with pytest.raises(NoSuchPair):
            await subject.translator.translate(Passage("Servus", source, target))
        await subject.knows()

    async def test_one_that_hangs_is_given_up_and_translates_again(self, subject: Subject) -> None:
        await subject.knows()
        subject.hang()
        with pytest.raises(TranslatorFailed):
            await subject.translator.translate(subject.passage("un gato forever"))
        await subject.knows()

    async def test_one_that_dies_in_the_middle_translates_again(self, subject: Subject) -> None:
        await subject.knows()
        if subject.dies_before:
            subject.die()
        else:
            subject.hang()
        passage = asyncio.ensure_future(subject.translator.translate(subject.passage("un gato forever")))
        if not subject.dies_before:
            for _ in range(10):
                await asyncio.sleep(0)  # it is under way
            subject.die()
        with pytest.raises(TranslatorFailed):
            await passage
        await subject.knows()

    async def test_a_passage_nobody_wants_any_more_takes_nobody_elses_answer(self, subject: Subject) -> None:
        (first, _), (second, wanted), *_ = subject.known.items()
        unwanted = asyncio.ensure_future(subject.translator.translate(subject.passage(first)))
        await asyncio.sleep(0)
        unwanted.cancel()
        assert await subject.translator.translate(subject.passage(second)) == wanted
        with pytest.raises(asyncio.CancelledError):
            await unwanted

    async def test_once_closed_it_fails(self, subject: Subject) -> None:
        await subject.knows()
        await subject.translator.close()
        await subject.translator.close()
        with pytest.raises(TranslatorFailed, match="closed"):
            await subject.translator.translate(subject.passage(next(iter(subject.known))))
