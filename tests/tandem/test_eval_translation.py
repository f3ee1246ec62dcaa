"""`tandem eval --translation`: a small call interpreted from end to end, with a dictionary."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from agents.interpreting.policy import DEFAULT
from agents.translation.translator import Passage, TranslatorFailed
from model.evaluate.kept import find
from model.evaluate.translation.dialogues import Dialogue, Turn
from model.evaluate.translation.hearing import known
from model.evaluate.translation.spoken import people, speak
from tandem.eval_run import EarsNameError
from tandem.eval_translation import TranslationOrder, compare, measure, run_translation
from tandem.eval_translation_report import print_interpreted
from tandem.eval_translation_run import TURN_BASED, Heards, interpret

_PAIRS = (
    "the=la washing=máquina machine=- makes=hace a=un terrible=terrible noise=ruido and=y door=puerta does=- "
    "not=no close=cierra la=the puerta=door está=is abierta=open y=and hace=makes un=a ruido=noise"
)
_WORDS = dict(pair.split("=") for pair in _PAIRS.split())


class Dictionary:
    """Translates word by word; fails on what a test says."""

    name = "a dictionary"

    def __init__(self, fails_on: str = "-") -> None:
        self.asked: list[Passage] = []
        self._fails_on = fails_on

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    async def translate(self, passage: Passage) -> str:
        self.asked.append(passage)
        if self._fails_on in passage.text:
            raise TranslatorFailed("it does not want to")
        words = (word.strip(".,?¿").lower() for word in passage.text.split())
        return " ".join(word for word in (_WORDS.get(word, word) for word in words) if word != "-")

    async def close(self) -> None:
        pass


ENGLISH = "The washing machine makes a terrible noise and the door does not close."
SPANISH = "La puerta está abierta y hace un ruido."
DIALOGUE = Dialogue(
    "translation-000",
    "a machine",
    tuple(
        Turn(who, {"en": text, "es": text}, {"en": text, "es": text}, ())  # type: ignore[arg-type]
        for who, text in (("caller", ENGLISH), ("company", SPANISH))
    ),
    {"caller": "en", "company": "es"},
)


def heard() -> list[Heards]:
    voices = people(DIALOGUE, 4)
    turns = [speak(DIALOGUE, k, voices[turn.who], 4) for k, turn in enumerate(DIALOGUE.turns)]
    return [Heards(turn, known(turn)) for turn in turns]


async def test_two_sentences_are_interpreted_while_they_are_spoken_and_sooner_than_turn_by_turn():
    said = heard()
    early = await interpret(DIALOGUE, said, Dictionary(), DEFAULT)
    late = await interpret(DIALOGUE, said, Dictionary(), TURN_BASED)
    for soon, waiting in zip(early, late, strict=True):
        assert soon.translation.lower().split() == waiting.translation.lower().split()
        assert waiting.voiced[0].start_ms >= waiting.source[-1].end_ms, "it waits for the end"
        assert soon.voiced[0].start_ms < soon.source[-1].end_ms, "it does not"
        assert soon.voiced[-1].end_ms < waiting.voiced[-1].end_ms or soon.at_ms != waiting.at_ms
        for one, following in zip(soon.voiced, soon.voiced[1:], strict=False):
            assert one.end_ms <= following.start_ms, "one word after the other"
    assert early[0].translation.lower() == "la máquina hace un terrible ruido y la puerta no cierra"
    assert early[1].at_ms > early[0].voiced[-1].end_ms, "who answers has heard the translation"
    assert (early[0].target, early[1].target) == ("es", "en")


async def test_a_phrase_without_a_translation_is_counted_and_the_rest_is_said():
    first, _ = await interpret(DIALOGUE, heard(), Dictionary(fails_on="door"), DEFAULT)
    assert first.unsaid == 1
    assert "máquina" in first.translation
    assert "puerta" not in first.translation


async def test_figures_are_printed_kept_and_written_for_every_way(tmp_path: Path):
    console, written = Console(width=200, file=StringIO(), record=True), list[dict[str, Any]]()
    order = TranslationOrder(calls=1, seed=4, ears="known", folder=tmp_path)
    await measure(order, Dictionary(), console, written.append)
    printed = console.export_text()
    for expected in ("English → Spanish", "Spanish → English", "ear-voice span, median", "≤ 2000 ms", "chrF"):
        assert expected in printed
    (content,) = written
    assert content["setting"]["texts"] == "test"
    for direction in ("en-es", "es-en"):
        ways = content["directions"][direction]
        assert set(ways) == {"written", "known, simultaneous", "known, turn-based"}
        early, late = ways["known, simultaneous"], ways["known, turn-based"]
        assert early["evs_median_ms"]["value"] < late["evs_median_ms"]["value"]
        assert early["last_ratio"]["value"] <= 1 == late["last_ratio"]["value"]
    assert len(content["turns"]) == 12
    kept = find(tmp_path / "simultaneous-known" / "translation-000")
    assert kept.wav.stat().st_size > 1_000_000
    console = Console(width=200, file=StringIO(), record=True)
    print_interpreted(console, kept.wav, kept.story)
    assert content["turns"][0]["said"] in console.export_text()


async def test_policies_are_compared_on_texts_that_may_be_tuned_on(tmp_path: Path):
    console, written = Console(width=200, file=StringIO()), list[dict[str, Any]]()
    order = TranslationOrder(calls=1, seed=4, ears="known", folder=tmp_path, policies=True)
    await compare(order, Dictionary(), console, written.append)
    (content,) = written
    assert content["setting"]["texts"] == "train"
    lags = {name: values["al_median_ms"]["value"] for name, values in content["policies"]["known"].items()}
    assert lags["turn-based"] == max(lags.values())
    assert len(set(lags.values())) > 2, "they differ"


def test_ears_that_know_one_language_are_refused(tmp_path: Path):
    order = TranslationOrder(calls=1, seed=4, ears="pocketsphinx", folder=tmp_path)
    with pytest.raises(EarsNameError, match="--ears pocketsphinx is not one of encoder, all, known"):
        run_translation(order, Console(quiet=True), lambda _: None)
