from model.turn import Word
from telephony import utterances
from telephony.utterances import Utterance

HELLO = (Word("Hello,", 0, 300), Word("how", 320, 450), Word("are", 460, 600), Word("you?", 610, 900))


def test_words_not_yet_heard_are_cut_from_the_transcript() -> None:
    under_way = utterances.voiced((), "o1", HELLO)
    rest, utterance = utterances.cut(under_way, "o1", heard_ms=500)
    assert rest == ()
    assert utterance is not None
    assert utterance.text == "Hello, how"


def test_an_utterance_is_done_only_when_its_last_word_was_heard() -> None:
    under_way = utterances.completed(utterances.voiced((), "o1", HELLO), "o1")
    assert utterances.settle(under_way, 899) == (under_way, ())
    assert utterances.settle(under_way, 900) == ((), under_way)


def test_an_utterance_still_being_voiced_is_not_done_however_far_the_caller_heard() -> None:
    under_way = utterances.voiced((), "o1", HELLO[:2])
    assert utterances.settle(under_way, 10_000) == (under_way, ())


def test_utterances_are_done_in_the_order_they_were_voiced() -> None:
    under_way = utterances.voiced((), "o1", HELLO)
    under_way = utterances.voiced(under_way, "o2", (Word("Bye.", 1000, 1200),))
    under_way = utterances.completed(utterances.completed(under_way, "o1"), "o2")
    assert [each.offer_id for each in utterances.settle(under_way, 1200)[1]] == ["o1", "o2"]


def test_after_a_clear_words_that_were_flushed_are_forgotten_and_a_resumed_offer_goes_on() -> None:
    under_way = utterances.flushed(utterances.voiced((), "o1", HELLO), heard_ms=455)
    under_way = utterances.voiced(under_way, "o1", (Word("are", 2000, 2100), Word("you?", 2110, 2400)))
    assert under_way == (
        Utterance("o1", (*HELLO[:2], Word("are", 2000, 2100), Word("you?", 2110, 2400)), complete=False),
    )
