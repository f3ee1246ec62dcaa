"""What background agents are told of the conversation: both speakers, and what was not heard."""

from dataclasses import replace

from model.turn import Offer, Transcript, Word
from telephony import utterances
from telephony.conversation_so_far import Spoken, agent_said, caller_said, offered, so_far

TEXT = "Your lamp is on its way with UPS."
GIVEN_OUT = tuple(Word(word, 200 * n, 200 * n + 150) for n, word in enumerate(TEXT.split()[:5]))
ASKED = Transcript((Word("where", 0, 100), Word("is", 100, 200), Word("it", 200, 300)), final=True)


def cut_at(heard_ms: int) -> Spoken:
    """An offer of which five words were given out, cut off when the caller had heard up to `heard_ms`."""
    under_way = utterances.voiced((), "o1", GIVEN_OUT)
    _, utterance = utterances.cut(under_way, "o1", heard_ms)
    assert utterance is not None
    return agent_said(offered(Spoken(), Offer("o1", TEXT)), utterance)


def test_a_sentence_that_is_cut_off_is_split_at_the_word() -> None:
    heard, lost = cut_at(400).said
    assert (heard.text, heard.heard) == ("Your lamp", True)
    assert (lost.text, lost.heard) == ("is on its way with UPS.", False)
    assert f"{heard.text} {lost.text}" == TEXT


def test_a_sentence_of_which_nothing_was_heard_is_there_as_not_heard() -> None:
    (lost,) = cut_at(0).said
    assert (lost.text, lost.heard) == (TEXT, False)


def test_a_sentence_heard_whole_is_there_once() -> None:
    under_way = utterances.completed(utterances.voiced((), "o1", GIVEN_OUT), "o1")
    _, (utterance,) = utterances.settle(under_way, 10_000)
    (heard,) = agent_said(offered(Spoken(), Offer("o1", "Your lamp is on its")), utterance).said
    assert (heard.text, heard.heard) == ("Your lamp is on its", True)


def test_words_flushed_and_said_again_were_heard() -> None:
    under_way = utterances.flushed(utterances.voiced((), "o1", GIVEN_OUT[:3]), 200)
    again = tuple(
        replace(word, start_ms=word.start_ms + 3_000, end_ms=word.end_ms + 3_000) for word in GIVEN_OUT
    )
    under_way = utterances.completed(utterances.voiced(under_way, "o1", again[1:]), "o1")
    _, (utterance,) = utterances.settle(under_way, 10_000)
    (heard,) = agent_said(Spoken(), utterance).said
    assert heard.text == "Your lamp is on its"


def test_times_are_of_the_call_for_both_speakers() -> None:
    spoken = caller_said(Spoken(caller_spoke_ms=1_000, offset_ms=120), ASKED, 2_000)
    under_way = utterances.voiced((), "o1", (Word("Sure.", 2_000, 2_300),))
    caller, agent = so_far(spoken, under_way, 2_300, 2_600)
    assert (caller.speaker, caller.start_ms, caller.end_ms) == ("caller", 1_000, 2_000)
    assert (agent.speaker, agent.start_ms, agent.end_ms) == ("agent", 2_120, 2_420)


def test_of_what_the_agent_is_saying_only_what_was_heard_is_said() -> None:
    under_way = utterances.voiced((), "o1", GIVEN_OUT)
    (heard,) = so_far(offered(Spoken(), Offer("o1", TEXT)), under_way, 400, 500)
    assert (heard.text, heard.heard) == ("Your lamp", True)


def test_the_words_the_caller_is_speaking_come_last() -> None:
    spoken = caller_said(Spoken(), ASKED, 500)
    under_way = replace(ASKED, words=(Word("one", 600, 700),), final=False)
    assert [each.text for each in so_far(spoken, (), 0, 800, under_way)] == ["where is it", "one"]


def test_a_turn_without_words_adds_nothing() -> None:
    assert caller_said(Spoken(), Transcript((), final=True), 500).said == ()
