"""The conversation of a case: the same offers in the same situations, whoever listens."""

import numpy as np

from config.units import MICRO_TURN_SAMPLES
from model.evaluate.cases import Cue, Script
from model.evaluate.known_words import KnownWords, told_words
from model.evaluate.situation import Situation, answer, answers_at_once, due
from model.turn import Offer, OfferMade, Transcript, TurnEvent, TurnOutput, TurnTaken, Word, Yielded

SILENCE = np.zeros(MICRO_TURN_SAMPLES, np.int16)
SCRIPT = Script(
    (Cue(0, OfferMade(Offer("question", "who is there?"))), Cue(450, OfferMade(Offer("news", "it is late")))),
    (Offer("reply", "first answer"), Offer("reply", "second answer")),
    answers_from_ms=1_000,
)
TAKEN = TurnTaken(Transcript((), final=True))


def texts(events: tuple[TurnEvent, ...]) -> list[str]:
    return [event.offer.text for event in events if isinstance(event, OfferMade)]


def test_cues_come_once_in_the_micro_turn_they_fall_into():
    situation = Situation(SCRIPT)
    told = []
    for index in range(5):
        situation, events = due(situation, index)
        told.append(texts(events))
    assert told == [["who is there?"], [], ["it is late"], [], []]


def test_a_turn_taken_is_answered_in_the_same_micro_turn_when_the_agent_is_silent():
    output = TurnOutput(7, SILENCE, acts=(TAKEN,))
    situation = answer(Situation(SCRIPT), output)
    assert texts(situation.waiting) == ["first answer"]
    assert answers_at_once(situation, output)
    speaking = TurnOutput(7, SILENCE + np.int16(1), acts=(TAKEN,))
    yielding = TurnOutput(7, SILENCE, acts=(Yielded("x"), TAKEN))
    assert not answers_at_once(answer(Situation(SCRIPT), speaking), speaking)
    assert not answers_at_once(answer(Situation(SCRIPT), yielding), yielding)


def test_every_turn_has_its_reply_and_the_last_one_serves_for_all_others():
    situation = Situation(SCRIPT)
    for index in range(6, 9):
        situation = answer(situation, TurnOutput(index, SILENCE, acts=(TAKEN,)))
    assert texts(situation.waiting) == ["first answer", "second answer", "second answer"]
    ids = [event.offer.id for event in situation.waiting if isinstance(event, OfferMade)]
    assert len(set(ids)) == 3


def test_turns_taken_before_the_case_begins_are_not_answered():
    assert not answer(Situation(SCRIPT), TurnOutput(2, SILENCE, acts=(TAKEN,))).waiting


def test_known_words_come_when_they_have_been_said_and_only_those_of_the_turn():
    words = KnownWords((Word("where", 100, 350), Word("is", 350, 500), Word("it", 900, 1_100)))
    assert words.heard(1).words == ()
    assert not words.heard(1).final
    assert [word.text for word in words.heard(3).words] == ["where", "is"]
    assert words.heard(3).final
    words.follow(TurnOutput(3, SILENCE, acts=(TAKEN,)))
    assert [word.text for word in words.heard(6).words] == ["it"]


def test_ears_named_none_hear_nothing_and_others_are_not_told():
    silent = told_words("none", (Word("hello", 0, 200),))
    assert silent is not None
    assert silent.heard(5).words == ()
    assert silent.heard(5).final
    assert told_words("pocketsphinx", ()) is None
