from random import Random

import numpy as np
import pytest

from config.units import SLOTS_PER_MICRO_TURN
from model.data.calls import CALL_SLOTS, SimulatedCall, simulate
from model.data.figures import digit_group, digits_in, two_digits
from model.data.probe import auc, probe
from model.data.scene import Manners, Phase
from model.data.scripts import answer, grammar
from model.streams import AGENT_TEXT, LANGUAGES
from model.synthesis.speech import Language

FRAMES_PER_SLOT = 5
WORD = AGENT_TEXT.index("word")


@pytest.fixture(scope="module")
def calls() -> list[SimulatedCall]:
    return [simulate(23, number, "train", Manners(spanish=0.4)) for number in range(24)]


# --- can it be learned? ---------------------------------------------------------------------------


def test_what_precedes_a_silence_tells_an_end_from_a_pause_and_its_length_hardly_does():
    found = probe(5, 300)
    assert found.silence < 0.72
    assert found.words > 0.8
    assert found.sound > 0.56
    assert found.both > 0.82


def test_the_area_under_the_curve_counts_ties_half_and_heeds_weights():
    truths = np.array([True, False, True, False])
    assert auc(np.array([3.0, 1.0, 2.0, 0.0]), truths) == 1.0
    assert auc(np.zeros(4), truths) == 0.5
    assert auc(np.array([1.0, 2.0, 3.0, 0.0]), truths, np.array([1.0, 0.0, 1.0, 1.0])) == 1.0


# --- what is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_digit_of_a_group_is_counted_once_however_it_is_said(language: Language):
    random = Random(1)
    for _ in range(400):
        size = random.randint(1, 6)
        words = digit_group(size, language, random).split()
        assert sum(count for _, count in digits_in(words, language)) == size, words


def test_numbers_below_a_hundred_are_said_as_people_say_them():
    assert two_digits(42, "en") == "forty two"
    assert two_digits(42, "es") == "cuarenta y dos"
    teens_and_tens = [two_digits(number, "es") for number in (13, 25, 60)]
    assert teens_and_tens == ["trece", "veinticinco", "sesenta"]


def test_both_languages_have_the_same_lists_of_turns_and_prompts():
    english, spanish = grammar("en"), grammar("es")
    for part in ("slots", "turns", "prompts"):
        assert part == "slots" or set(english[part]) == set(spanish[part])
        for entries in (*english[part].values(), *spanish[part].values()):
            assert all(isinstance(entry, str) for entry in entries)


def test_a_complete_request_asks_for_an_act_and_an_incomplete_number_does_not():
    random = Random(2)
    turns = [answer("digits", 6, "train", random) for _ in range(400)]
    counted = [(sum(n for s in t.sentences for _, n in s.digit_words), t.asks) for t in turns]
    assert {asks for count, asks in counted if count == 6} == {"delegate"}
    assert all(asks == "none" for count, asks in counted if 0 < count < 6)


# --- what happens ---------------------------------------------------------------------------------


def test_the_callers_words_lie_where_the_callers_voice_is(calls: list[SimulatedCall]):
    spoken = list[float]()
    for call in calls:
        voice = np.repeat(call.labels.voice[:, 0], FRAMES_PER_SLOT)
        for before, word in zip(call.caller_words[:-1], call.caller_words[1:], strict=True):
            assert before.begin <= word.begin <= word.end
        spoken += [float(voice[w.begin : w.end].mean()) for w in call.caller_words if w.end - w.begin > 8]
    assert len(spoken) > 300
    assert np.mean(np.array(spoken) > 0.6) > 0.93


def test_calls_are_held_in_both_languages_and_every_slot_says_in_which(calls: list[SimulatedCall]):
    assert {call.language for call in calls} == {"en", "es"}
    for call in calls:
        assert not call.labels.language[~call.labels.voice[:, 0]].any()
        for word in call.caller_words:
            slot = (word.begin + word.end) // 2 // FRAMES_PER_SLOT
            if slot < CALL_SLOTS and call.labels.language[slot]:
                assert LANGUAGES[call.labels.language[slot]] == word.language


def test_what_a_good_agent_decides_is_heard_one_micro_turn_later(calls: list[SimulatedCall]):
    heard = 0
    for call in calls:
        small = call.said > WORD
        for slot in np.flatnonzero(small[SLOTS_PER_MICRO_TURN:]):
            decided = call.labels.agent_text[slot]
            heard += 1
            assert decided == call.said[slot + SLOTS_PER_MICRO_TURN] or decided in {0, WORD}
    assert heard > 20


def test_an_offer_is_withdrawn_while_the_caller_still_speaks_and_not_made_again():
    withdrawn = late = 0
    for number in range(40):
        call = simulate(29, number)
        for event in call.told:
            if event.kind == "withdrawn" and event.frame > 0:
                withdrawn += 1
                offers = [told for told in call.told if told.kind == "offer" and told.text == event.text]
                assert not offers or offers[0].frame < event.frame
                late += int(call.labels.turn_end[max(event.frame // FRAMES_PER_SLOT - 4, 0)])
    assert withdrawn > 2
    assert late <= 0.1 * withdrawn


def test_in_the_words_phase_only_the_caller_speaks_and_a_lot():
    calls = [simulate(31, number, "train", Manners(phase=Phase.WORDS)) for number in range(6)]
    assert not any(call.labels.voice[:, 1].any() for call in calls)
    assert np.mean([call.labels.voice[:, 0].mean() for call in calls]) > 0.5


def test_in_half_duplex_nobody_speaks_over_anybody():
    for number in range(8):
        call = simulate(37, number, "train", Manners(phase=Phase.HALF_DUPLEX))
        assert not call.overlaps
        assert call.labels.voice.all(1).mean() < 0.02


def test_noises_and_voices_in_the_room_are_not_the_callers_voice():
    kinds = set[str]()
    for number in range(16):
        call = simulate(41, number, "train", Manners(overlap_rate=1.0, phase=Phase.FULL_DUPLEX))
        for overlap in call.overlaps:
            kinds.add(overlap.what)
            if overlap.what in {"noise", "background"}:
                slots = slice(overlap.begin // FRAMES_PER_SLOT + 1, overlap.end // FRAMES_PER_SLOT)
                words = [w for w in call.caller_words if w.begin < overlap.end and w.end > overlap.begin]
                assert words or not call.labels.voice[slots, 0].any()
    assert {"interruption", "backchannel", "noise"} <= kinds
