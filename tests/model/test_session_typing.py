from model.turn import CallerTyped, OfferDropped, TurnTaken, Urgency, Word, Yielded
from tests.model.conversing import LONG, Conversation, Voiced, made

TYPED = CallerTyped((Word("where", 800, 800), Word("is", 800, 800), Word("it", 800, 800)))


def test_a_typed_turn_is_taken_at_once_and_ends_what_is_being_said() -> None:
    call = Conversation(events={0: (made(),), 4: (TYPED,)}).run(8)
    assert [act.transcript.text for act in call.acts(TurnTaken)] == ["where is it"]
    assert call.when(TurnTaken) == call.when(Yielded) == call.when(OfferDropped) == [4]
    assert call.orders[4].turn_over
    assert call.outputs[4].transcript is not None
    assert call.outputs[4].transcript.final
    assert call.outputs[4].transcript.confidence == 1
    assert call.said("o") != LONG
    assert not call.audio[5 * 3_200 :].any()


def test_the_reply_to_a_typed_turn_is_voiced_while_the_caller_is_silent() -> None:
    reply = made("reply", "It has shipped.", urgency=Urgency.REPLY)
    call = Conversation(events={4: (TYPED,), 5: (reply,)}).run(12)
    assert call.said("reply") == "It has shipped."


def test_what_must_be_heard_is_not_ended_by_a_typed_turn() -> None:
    call = Conversation(events={0: (made(interruptible=False),), 4: (TYPED,)}).run(30)
    assert call.said("o") == LONG
    assert call.when(TurnTaken) == [4]


def test_words_half_understood_are_forgotten_for_a_typed_turn() -> None:
    murmur = Voiced(200, 700, words="one zero four")
    call = Conversation(caller=(murmur,), events={4: (TYPED,)}).run(12)
    taken = [act.transcript.text for act in call.acts(TurnTaken)]
    assert taken[0] == "where is it"
    assert "one zero four" not in taken
