"""Evaluation of live translation: dialogues alike in both languages, figures that were worked out by hand."""

import re
from random import Random

import numpy as np
import pytest

from config.units import MICRO_TURN_SAMPLES
from model.evaluate.cases import Span
from model.evaluate.translation.dialogues import Turn, dialogues, templates
from model.evaluate.translation.figures import Written, figures, figures_of_writing
from model.evaluate.translation.hearing import known
from model.evaluate.translation.interpreted import Interpreted, Phrase
from model.evaluate.translation.metrics import (
    average_lagging_ms,
    bleu,
    chrf,
    ear_voice_spans_ms,
    overlap_ms,
    row,
)
from model.evaluate.translation.slots import Kind
from model.evaluate.translation.spoken import SpokenTurn, people, sentences, speak
from model.evaluate.translation.values import MAKERS, amount, count, date, digits, time
from model.turn import Word

_SLOT = re.compile(r"\{\w+-?\}")


# --- dialogues ------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", ["train", "test"])
def test_both_languages_of_a_pair_have_the_same_slots_and_hesitate_as_often(split: str):
    for name, turns in templates(split).items():
        for who, english, spanish in turns:
            assert who in ("caller", "company")
            assert sorted(_SLOT.findall(english)) == sorted(_SLOT.findall(spanish)), name
            assert english.count("~") == spanish.count("~"), name
            assert english != spanish


def test_no_text_is_on_both_sides_of_the_wall():
    train, test = (
        {text for turns in templates(split).values() for _, *texts in turns for text in texts}
        for split in ("train", "test")
    )
    assert not train & test
    assert len(train | test) > 300, "a few hundred different sentences"


def test_every_value_stands_in_the_text_of_both_languages_and_in_no_wrong_one():
    for dialogue in dialogues("test", 28, seed=3):
        assert set(dialogue.languages.values()) == {"en", "es"}
        for turn in dialogue.turns:
            assert not _SLOT.search(turn.written["en"] + turn.said["es"])
            for language in ("en", "es"):
                for value in turn.values:
                    assert value.is_in(turn.written[language], language), turn.written[language]
                    assert value.is_in(turn.said[language].replace("~", ""), language), turn.said[language]
    values = [value for turn in dialogue.turns for value in turn.values]
    assert not any(value.is_in("Please hold the line.", "en") for value in values)


def test_the_same_seed_fills_the_same_dialogues_and_another_does_not():
    once, again, other = (
        [turn.written for each in dialogues("train", 3, seed) for turn in each.turns] for seed in (1, 1, 2)
    )
    assert once == again != other


def test_what_the_speaker_takes_back_need_not_reach_the_listener():
    parcel = next(iter(dialogues("test", 1, seed=5)))
    last = parcel.turns[-1]
    assert last.written["en"].count("day") == 2, "two weekdays are said"
    assert [value.kind for value in last.values] == [Kind.WEEKDAY, Kind.TIME]
    assert last.written["en"].index(last.values[0].forms["en"].written) > last.written["en"].index("sorry")


def test_what_is_exact_is_what_a_listener_would_write_down():
    order = digits(6, 3)(Random(1))
    number = order.forms["en"].written
    assert order.is_in(f"El pedido {number[:3]} {number[3:]}.", "es")
    assert order.is_in(order.forms["es"].said, "es")
    assert not order.is_in(f"El pedido {number}1", "es")
    assert not order.is_in(number[:5], "es")
    day = date(Random(2))
    english, spanish = day.forms["en"].written, day.forms["es"].written
    month, of_month = english.split()
    assert day.is_in(f"on the {of_month}th of {month.upper()}", "en")
    assert not day.is_in(english, "es"), "an English month is no Spanish one"
    assert not day.is_in(spanish.replace(of_month, str(int(of_month) + 1)), "es")


@pytest.mark.parametrize("seed", range(20))
def test_sums_and_times_are_accepted_in_figures_and_in_words_alone(seed: int):
    for make in (amount, time, count):
        value = make(Random(seed))
        for language in ("en", "es"):
            form = value.forms[language]
            assert value.is_in(f"... {form.written} ...", language)
            assert value.is_in(form.said, language)
        others = [make(Random(seed + 1_000 + k)) for k in range(30)]
        other = next(each for each in others if each != value)
        assert not value.is_in(other.forms["es"].written, "es")


def test_there_is_a_maker_for_every_kind():
    assert {make(Random(0)).kind for make in MAKERS.values()} == set(Kind)


def test_a_speaker_hesitates_where_the_text_says_so_and_only_there():
    said = [sentences("Well, I need ~ a table. Thank you!", "en", Random(seed)) for seed in range(40)]
    assert {len(each) for each in said} == {2}
    assert any("um" in each[0].text.split() for each in said)
    for first, _ in said:
        words = [word for word in first.text.split() if word not in ("um", "uh")]
        assert words == ["Well,", "I", "need", "a", "table."]
        for stop in first.stops:
            assert first.text.split()[stop.word - 1].strip(",") in ("Well", "need", "um", "uh")


def test_words_are_known_when_they_were_said_and_the_turn_is_over_after_silence():
    dialogue = next(iter(dialogues("test", 1, seed=9)))
    person = people(dialogue, 9)[dialogue.turns[2].who]
    spoken = speak(dialogue, 2, person, 9)
    again = speak(dialogue, 2, person, 9)
    assert np.array_equal(spoken.audio, again.audio)
    assert spoken.audio.size == len(spoken.voiced) * MICRO_TURN_SAMPLES
    updates = known(spoken)
    for update in updates:
        assert all(word.end_ms < update.at_ms for word in update.words)
    assert updates[-1].final
    heard = [word.text for update in updates if update.final for word in update.words]
    assert heard == [word.text for word in spoken.words]
    assert 600 <= updates[-1].at_ms - spoken.words[-1].end_ms <= 1_000


# --- metrics --------------------------------------------------------------------------------------


def test_average_lagging_is_what_the_papers_say():
    # A source of 4 s, four words, each 1 s behind a steady pace of one a second; the fourth comes at its end.
    assert average_lagging_ms([1_000, 2_000, 3_000, 4_000], 4_000) == 1_000
    # Words after the end of the source do not count: wait for all, and the lag is the source's length.
    assert average_lagging_ms([4_000, 4_300, 9_000], 4_000) == 4_000
    # (2000 - 0 + 3000 - 500 + 4000 - 1000) / 3 with eight words' pace, though only three came.
    assert average_lagging_ms([2_000, 3_000, 4_000], 4_000, least_words=8) == pytest.approx(2_500)


def spoken(*words: tuple[str, int, int], voiced: int = 10) -> SpokenTurn:
    audio = np.zeros((voiced + 6) * MICRO_TURN_SAMPLES, np.int16)
    return SpokenTurn(
        "en",
        audio,
        (True,) * voiced + (False,) * 6,
        tuple(Word(text, begin, end) for text, begin, end in words),
    )


def interpreted(*phrases: Phrase, said: SpokenTurn, at_ms: int = 0) -> Interpreted:
    number = digits(4, 2)(Random(3))
    written = number.forms["en"].written
    turn = Turn("caller", {}, {"en": f"the code {written}", "es": f"el código {written}"}, (number,))
    return Interpreted("call", turn, said, "es", at_ms, "the coat x", phrases)


SAID = spoken(("the", 0, 400), ("code", 400, 1_000), ("x", 1_000, 2_000))


def phrase(text: str, span: tuple[int, int], *begins: int, corrects: bool = False) -> Phrase:
    words = tuple(Word("w", begin, begin + 300) for begin in begins)
    return Phrase(text, "", *span, words, corrects)


def test_ear_voice_span_goes_phrase_by_phrase_from_onset_to_onset():
    turn = interpreted(
        phrase("el código", (0, 1_000), 1_600, 1_900),
        phrase("x", (1_000, 2_000), 2_800),
        phrase("perdón, y", (1_000, 2_000), 5_000, corrects=True),
        said=SAID,
    )
    assert ear_voice_spans_ms(turn) == [1_600, 1_500, 1_800]
    # A phrase of one source word and two of the translation: both stand for it.
    assert ear_voice_spans_ms(interpreted(phrase("a b", (1_000, 2_000), 3_000, 3_400), said=SAID)) == [
        2_000,
        2_400,
    ]


def test_a_row_counts_from_the_moment_the_turn_began():
    for at_ms in (0, 7_000):
        turn = interpreted(
            phrase("el código", (at_ms, at_ms + 1_000), at_ms + 1_500, at_ms + 1_800),
            phrase("12", (at_ms + 1_000, at_ms + 2_000), at_ms + 2_600),
            said=SAID,
            at_ms=at_ms,
        )
        found = row(turn)
        assert found["first_ms"] == 1_500
        assert found["last_ms"] == 900
        assert found["last_begins_ms"] == 600
        assert found["both_ms"] == 500, "the speaker until 2.0 s, the interpreter from 1.5 to 2.1"
        assert found["either_ms"] == 2_000 + 600 + 300 - 500
        assert (found["word_errors"], found["words"]) == (1, 3)
        assert (found["items"], found["items_exact"], found["silent"]) == (1, 0, False)


def test_voices_overlap_where_both_sound():
    one, other = (Span(0, 1_000), Span(2_000, 3_000)), (Span(900, 2_100), Span(2_900, 9_000))
    assert overlap_ms(one, other) == 300


def test_chrf_and_bleu_hear_no_case_signs_or_way_to_write_a_digit():
    assert chrf(["el codigo es DOS tres"], ["El codigo es 2 3."]) == pytest.approx(100)
    assert bleu(["su pedido 2 3 llega el lunes"], ["Su pedido: dos, tres; llega el lunes."]) == pytest.approx(
        100
    )
    assert chrf(["nada"], ["su pedido llega"]) < 30


def test_figures_stand_beside_the_turn_based_way_and_the_translator_alone():
    early = interpreted(phrase("el código", (0, 2_000), 1_500, 2_700), said=SAID)
    late = interpreted(phrase("el código", (0, 2_000), 3_500, 4_700), said=SAID)
    code = early.turn.values[0].forms["es"].written
    alone = figures_of_writing([Written(early.turn, "en", "es", f"El código {code}")])
    assert alone["items_exact"].value == 1
    assert alone["chrf"].value == pytest.approx(100)
    found = figures([early], [late], alone)
    assert found["last_median_ms"].value == 1_000
    assert found["last_ratio"].value == pytest.approx(1_000 / 3_000)
    assert found["items_exact"].value == 0
    assert found["chrf_kept"].value == pytest.approx(found["chrf"].value / 100)


def test_a_turn_of_which_nothing_was_said_has_no_times_and_is_counted():
    alone = figures_of_writing([Written(interpreted(said=SAID).turn, "en", "es", "El código")])
    found = figures([interpreted(said=SAID)], [], alone)
    assert found["silent"].value == 1
    assert found["last_median_ms"].value is None
