"""Apertium: the conformance suite with a process that plays it, and with itself where it is installed."""

import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from agents.translation.apertium import Apertium, stages
from agents.translation.translator import NoSuchPair, NoTranslator, Passage, TranslatorFailed
from tests.agents.translation.conformance import Conformance, Subject

CHILD: Final = str(Path(__file__).with_name("child.py"))
WORDS: Final = {"un": "a", "gato": "cat", "negro": "black", "perro": "dog", "ve": "sees", "el": "the"}
KNOWN: Final = {"un gato": "a cat", "el perro": "the dog", "un perro ve el gato": "a dog sees the cat"}
needs_apertium = pytest.mark.skipif(
    shutil.which("lt-proc") is None, reason="needs apertium: apt-get install apertium apertium-eng-spa"
)


def _played(source: str, target: str) -> tuple[tuple[str, ...], ...]:
    if (source, target) not in {("es", "en"), ("en", "es")}:
        stages(source, target)  # raises
    python = (sys.executable, "-S", "-E", CHILD)
    return (*((*python, "{}"),) * 2, (*python, json.dumps(WORDS)))


def _nowhere(source: str, target: str) -> tuple[tuple[str, ...], ...]:
    del source, target
    return (("/nowhere/lt-proc",),)


def _subject(apertium: Apertium) -> Subject:
    return Subject(
        apertium,
        KNOWN,
        hang=lambda: os.kill(apertium.process_ids()[0], signal.SIGSTOP),
        die=lambda: os.kill(apertium.process_ids()[-1], signal.SIGKILL),
        unknown=("de", "en"),
    )


def _children() -> set[int]:
    """Processes of ours, those that ended and that nobody waited for included."""
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


class TestPlayedApertium(Conformance):
    @pytest.fixture
    async def subject(self) -> AsyncIterator[Subject]:
        before = _children()
        apertium = Apertium(patience_s=1.0, commands=_played)
        yield _subject(apertium)
        await apertium.close()
        assert _children() <= before

    async def test_one_that_ends_by_itself_in_the_middle_fails_alone(self, subject: Subject) -> None:
        with pytest.raises(TranslatorFailed, match="middle"):
            await subject.translator.translate(subject.passage("un gato halfway"))
        await subject.knows()

    async def test_one_that_died_while_nobody_asked_is_started_again(self, subject: Subject) -> None:
        await subject.knows()
        apertium = subject.translator
        assert isinstance(apertium, Apertium)
        first = apertium.process_ids()
        subject.die()
        with pytest.raises(TranslatorFailed):  # at the latest now it is seen
            await subject.translator.translate(subject.passage("un gato halfway"))
        await subject.knows()
        assert not set(first) & set(apertium.process_ids())


@pytest.mark.service
@needs_apertium
class TestApertium(Conformance):
    @pytest.fixture
    async def subject(self) -> AsyncIterator[Subject]:
        before = _children()
        apertium = Apertium(patience_s=2.0)
        yield _subject(apertium)
        await apertium.close()
        assert _children() <= before

    @pytest.mark.parametrize(
        ("spanish", "english"),
        [
            ("Hola, ¿dónde está mi pedido?", "Hello, where is my order?"),
            ("Buenos días, llamo por mi factura.", "Good morning, I am calling about my bill."),
            ("quisiera saber cuándo llega mi paquete", "I would like to know when my package will arrive"),
            ("Busco a Xochitlzin.", "I am looking for Xochitlzin."),
        ],
    )
    async def test_service_talk_comes_out_as_people_say_it(
        self, subject: Subject, spanish: str, english: str
    ) -> None:
        assert await subject.translator.translate(Passage(spanish, "es-MX", "en-US")) == english

    async def test_a_term_of_the_company_gets_articles_that_fit(self, subject: Subject) -> None:
        said = await subject.translator.translate(
            Passage("I lost the bill and my order is late.", "en", "es")
        )
        assert "la factura" in said
        assert "mi pedido" in said


async def test_where_it_is_not_installed_the_line_that_installs_it_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoTranslator, match="apt-get install apertium apertium-eng-spa"):
        await Apertium().translate(Passage("hola", "es", "en"))


async def test_where_its_pair_is_not_installed_the_line_that_installs_it_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "lt-proc").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "lt-proc").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(NoTranslator, match="pair spa-eng is not installed"):
        await Apertium().translate(Passage("hola", "es", "en"))


async def test_one_that_cannot_be_started_says_what() -> None:
    apertium = Apertium(commands=_nowhere)
    with pytest.raises(TranslatorFailed, match="/nowhere/lt-proc does not start"):
        await apertium.translate(Passage("un gato", "es", "en"))
    await apertium.close()


def test_stages_are_read_from_the_mode_with_null_flush(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    modes = tmp_path / "share" / "apertium" / "modes"
    modes.mkdir(parents=True)
    line = "lt-proc 'a b.bin' | apertium-tagger -g $2 'x.prob' | lt-proc $1 'gen.bin'"
    (modes / "eng-spa.mode").write_text(line + "\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "lt-proc").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "lt-proc").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert stages("en", "es") == (
        ("lt-proc", "-z", "a b.bin"),
        ("apertium-tagger", "-z", "-g", "x.prob"),
        ("lt-proc", "-z", "-n", "gen.bin"),
    )
    with pytest.raises(NoSuchPair, match="not fr into es"):
        stages("fr", "es")
