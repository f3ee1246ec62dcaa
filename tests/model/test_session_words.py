from model.session.state import Session
from model.turn import (
    HeardWords,
    TurnTaken,
    Word,
)
from tests.model.conversing import (
    DIGITS,
    LINES,
    Conversation,
    Voiced,
    made,
)


def test_the_ears_are_told_what_is_awaited_when_the_question_begins() -> None:
    call = Conversation(events={2: (made(text="Which number?", expects=DIGITS),)}).run(6)
    assert [orders.expect for orders in call.orders] == [None, None, DIGITS, None, None, None]


def test_words_from_outside_replace_the_models_own() -> None:
    def outside(*texts: str) -> tuple[Word, ...]:
        return tuple(Word(text, 1_000 + 200 * k, 1_200 + 200 * k, 0.9) for k, text in enumerate(texts))

    call = Conversation(
        caller=(Voiced(1_000, 2_000),),
        turn_ends=(2_050,),
        session=Session(lines=LINES, outside_ears=True),
        events={
            9: (HeardWords(outside("where"), final=False),),
            12: (HeardWords(outside("where", "now"), final=True),),
        },
    ).run(20)
    assert [act.transcript.text for act in call.acts(TurnTaken)] == ["where now"]
    assert call.when(TurnTaken) == [12]
    shown = [output.transcript for output in call.outputs if output.transcript]
    assert [(transcript.text, transcript.final) for transcript in shown] == [
        ("where", False),
        ("where now", True),
    ]


def test_words_from_outside_that_come_after_the_turn_was_taken_are_a_turn_of_their_own() -> None:
    late = tuple(Word(text, 1_000, 1_200, 0.9) for text in ("where", "is", "it"))
    call = Conversation(
        caller=(Voiced(1_000, 2_000),),
        turn_ends=(2_050,),
        session=Session(lines=LINES, outside_ears=True),
        events={25: (HeardWords(late, final=True),)},
    ).run(30)
    assert [act.transcript.text for act in call.acts(TurnTaken)] == ["", "where is it"]


def test_a_transcript_is_given_out_only_when_it_changed() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 1_400, words="one"), Voiced(1_500, 2_000, words="two")), turn_ends=(2_050,)
    ).run(20)
    shown = [output.transcript for output in call.outputs if output.transcript]
    assert [(transcript.text, transcript.final) for transcript in shown] == [
        ("one", False),
        ("one two", False),
        ("one two", True),
    ]
