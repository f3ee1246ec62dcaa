"""An interpreter at work: what is translated when, what is put right, what is said in which order."""

from dataclasses import replace

import pytest

from agents.interpreting.events import (
    UNKNOWN,
    AsksToRepeat,
    Heard,
    HearsLanguage,
    NotTranslated,
    Repeat,
    Say,
    SpeaksLanguage,
    Translate,
    Translated,
)
from agents.interpreting.policy import DEFAULT, Policy
from tests.agents.interpreting.talking import GUESSED, PATIENT, Call, spoken

APPOINTMENT = (
    "hi um i'd like to change my appointment because i i have to work on that day "
    "and my boss does not let me leave before six"
)


def test_translation_begins_before_the_sentence_ends():
    call = Call(policy=DEFAULT)
    call.say(APPOINTMENT)
    last_word_ms = spoken(APPOINTMENT)[-1].end_ms
    assert call.first_said_ms < last_word_ms / 2
    assert len(call.said) >= 4


def test_what_may_be_the_next_phrase_is_translated_ahead_and_said_the_moment_it_is_one():
    call = Call(policy=replace(PATIENT, ahead=True))
    call.hears("i cannot come", "i cannot come", "i cannot come")
    ahead = [action for _, action in call.done if isinstance(action, Translate)]
    assert [(asked.passage.text, asked.ahead) for asked in ahead] == [("I cannot come", True)]
    done = call.hears("i cannot come because i", "i cannot come because i")
    assert [action for action in done if isinstance(action, Translate) and not action.ahead] == []
    assert call.said == ["I CANNOT COME"]


def test_what_was_asked_ahead_and_is_not_said_is_let_be():
    call = Call(policy=replace(PATIENT, ahead=True))
    call.hears("i cannot come", "i can hardly come")
    call.tell(Heard(spoken("i can hardly come", 0, 0.95), final=True, now_ms=call.now_ms))
    call.until(call.now_ms + 1_000)
    assert call.said == ["I CAN HARDLY COME."]


def test_a_translation_ahead_that_fails_is_asked_for_again():
    call = Call(policy=replace(PATIENT, ahead=True), answers=lambda _: None)
    (asked,) = call.hears("i cannot come")
    assert isinstance(asked, Translate)
    call.tell(NotTranslated(asked.request_id, "it died", call.now_ms))
    call.answers = str.upper
    call.tell(Heard(spoken("i cannot come", 0, 0.95), final=True, now_ms=call.now_ms))
    call.until(call.now_ms + 1_000)
    assert (call.said, call.not_said) == (["I CANNOT COME."], [])


def test_who_has_nothing_to_listen_to_hears_what_is_there():
    eager = replace(PATIENT, agree=1, idle=2)
    assert Call(policy=eager).hears("the") == []
    call = Call(policy=eager)
    call.hears("the photographic lamp")
    assert call.phrases == ["The photographic lamp"]
    call.until(call.now_ms + 200)
    call.hears("the photographic lamp came broken")  # the listener still hears of the lamp
    assert call.phrases == ["The photographic lamp"]


def test_a_number_that_may_go_on_is_not_cut_even_for_who_has_nothing_to_listen_to():
    call = Call(policy=replace(PATIENT, agree=1, idle=2))
    call.hears("it is seven", "it is seven fifteen", "it is seven fifteen five")
    assert call.phrases == []


def test_the_voice_is_faster_while_the_listener_is_behind():
    call = Call(policy=replace(PATIENT, speed=1.1, behind_speed=1.3))
    call.say("i cannot come today. but tomorrow i can come and i bring the lamp with me")
    speeds = [action.speed for _, action in call.done if isinstance(action, Say)]
    assert len(speeds) > 1
    assert speeds == [1.1] + [1.3] * (len(speeds) - 1)


def test_phrases_end_at_joints_and_leave_out_what_says_nothing():
    call = Call()
    call.say("i want to cancel my order because um i i have found it cheaper but i keep the other one")
    assert call.phrases == [
        "I want to cancel my order",
        "because I have found it cheaper",
        "but I keep the other one.",
    ]


def test_spanish_is_cut_at_its_own_joints():
    call = Call("es-MX", "en-US")
    call.say("quiero cancelar el pedido eh porque no ha llegado y ya no lo necesito para mañana")
    assert call.phrases[:2] == ["Quiero cancelar el pedido", "porque no ha llegado"]
    assert " ".join(call.phrases).removesuffix(".").endswith("y ya no lo necesito para mañana")


@pytest.mark.parametrize(
    ("language", "text", "item"),
    [
        ("en", "i think it is one zero four two three three and late", "one zero four two three three"),
        ("en", "they took thirty two dollars and fifty cents from me", "thirty two dollars and fifty cents"),
        (
            "en",
            "we could meet on tuesday the fifth of march at half past three at home",
            "Tuesday the fifth of march at half past three",
        ),
        ("en", "my name is anna karenina and i am calling about the bill", "anna karenina"),
        ("en", "it is spelled n as in nancy g u y e n and nothing else", "n as in nancy g u y e n"),
        ("en", "it goes to twelve main street not to the office", "twelve main street"),
        ("en", "my email is john dot smith at example dot com", "john dot smith at example dot com"),
        ("es", "pagué treinta y dos dólares con diez centavos", "treinta y dos dólares con diez centavos"),
        (
            "es",
            "viene el jueves cinco de marzo a las tres y media de la tarde",
            "jueves cinco de marzo a las tres y media de la tarde",
        ),
        ("es", "mi correo es ana punto gil arroba eme punto com", "ana punto gil arroba eme punto com"),
    ],
)  # fmt: skip
def test_numbers_names_dates_and_addresses_stay_in_one_piece(language, text, item):
    call = Call(
        language, "es-MX" if language == "en" else "en-US", Policy(longest_ms=800, busy_ms=800, some=3)
    )
    call.say(text)
    assert any(item in phrase for phrase in call.phrases)


def test_a_pause_to_think_does_not_force_out_half_a_constituent():
    call = Call()
    call.say("i would like to see the [1600] manager of the shop")
    assert not [phrase for phrase in call.phrases if phrase.endswith((" the", " to", " of"))]


def test_a_fast_speaker_is_translated_all_along():
    words = "the parcel came and it was open so i called you but nobody answered and then i wrote "
    call = Call()
    call.say(words * 4)
    gaps = [b - a for (a, _), (b, _) in zip(call.done, call.done[1:], strict=False)]
    assert max(gaps) <= PATIENT.busy_ms + 1_600
    assert all(len(phrase.split()) <= DEFAULT.most for phrase in call.phrases)


def test_a_turn_read_only_at_its_end_is_cut_at_its_joints():
    call = Call()
    call.tell(Heard(spoken(APPOINTMENT, confidence=GUESSED), final=True, now_ms=9_000))
    assert len(call.phrases) > 1
    assert call.phrases[-1].endswith(".")


def test_a_question_is_written_as_one():
    call = Call("es-MX", "en-US")
    call.tell(Heard(spoken("cuándo llega mi pedido"), final=True, now_ms=2_000))
    assert call.phrases == ["¿Cuándo llega mi pedido?"]


def test_what_came_before_is_told_to_the_translator():
    call = Call()
    call.tell(Heard(spoken("my fridge is broken"), final=True, now_ms=2_000))
    (asked,) = (
        a
        for a in call.tell(Heard(spoken("it is two years old", 3_000), True, 5_000))
        if isinstance(a, Translate)
    )
    assert asked.passage.before == ("My fridge is broken.",)
    assert asked.passage.whole


# --- putting right ----------------------------------------------------------------------------------


def test_another_day_at_the_end_is_put_right_as_people_do():
    call = Call("es-MX", "en-US")
    call.say(
        "puedo ir a la oficina el martes porque no trabajo",
        final="puedo ir a la oficina el jueves porque no trabajo",
    )
    assert [action.text for _, action in call.done if isinstance(action, Say) and action.corrects] == [
        "sorry, EL JUEVES"
    ]


@pytest.mark.parametrize(
    ("first", "then", "right"),
    [
        ("i paid twenty dollars and left", "i paid thirty dollars and left", ["THIRTY DOLLARS"]),
        ("i can come because it is late", "i can not come because it is late", ["I CAN NOT COME"]),
        ("i called about a phone and a car", "i called about a drone and a car", ["ABOUT A DRONE"]),
        ("it is one zero two and i wait", "it is one zero three and i wait", ["ONE ZERO THREE"]),
        ("yes of course but not today", "no of course but not today", ["NO OF COURSE"]),
        ("yes of course but not today", "yeah of course but not today", []),
        ("i bought two orders and one lamp", "i bought two order and one lamp", []),
        ("i bought a lamp because it is good", "i bought the lamp because it is good", []),
        ("please come in because it is cold", "please come in um because it is cold", []),
    ],
)  # fmt: skip
def test_only_what_matters_is_put_right(first, then, right):
    call = Call(policy=replace(PATIENT, some=3))
    call.say(first, final=then)
    corrections = [a.text for _, a in call.done if isinstance(a, Say) and a.corrects]
    assert [text.removeprefix("perdón, ") for text in corrections] == right


def test_what_was_not_said_yet_is_translated_anew_instead_of_being_put_right():
    call = Call(answers=lambda _: None)
    call.say(
        "i want to come on tuesday because i am free", final="i want to come on thursday because i am free"
    )
    state = call.state
    waiting = [pending.source for pending in state.pending]
    assert "I want to come on Thursday" in waiting
    assert not any("Tuesday" in source for source in waiting)
    assert not any(pending.corrects for pending in state.pending)


def test_words_that_flicker_make_no_storm_of_corrections():
    call = Call()
    call.hears(*["i want the blue one because it is nice"] * 3)
    for _ in range(20):
        call.hears(
            *["i want the glue one because it is nice"] * 4, *["i want the blue one because it is nice"] * 4
        )
    assert sum(isinstance(a, Say) and a.corrects for _, a in call.done) <= DEFAULT.corrections


def test_what_the_ears_are_not_sure_of_puts_nothing_right():
    call = Call()
    call.hears(*["i want the blue one because it is nice"] * 4)
    unsure = spoken("i want the glue one because it is nice", confidence=0.2)
    call.tell(Heard(unsure, final=True, now_ms=call.now_ms))
    assert not any(isinstance(a, Say) and a.corrects for _, a in call.done)


@pytest.mark.parametrize("wrong", [{"agree": 0}, {"patience_ms": 0}, {"some": 2, "fewest": 3}, {"most": 3}])
def test_a_policy_by_which_nothing_would_be_said_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Policy(**wrong)


# --- order and failures -----------------------------------------------------------------------------


def asked(call: Call) -> list[str]:
    return [action.request_id for _, action in call.done if isinstance(action, Translate)]


def test_translations_that_come_out_of_order_are_said_in_order():
    call = Call(answers=lambda _: None)
    call.say("i want to cancel my order because i have found it cheaper")
    first, second = asked(call)
    assert call.tell(Translated(second, "dos", call.now_ms)) == []
    assert [a.text for a in call.tell(Translated(first, "uno", call.now_ms)) if isinstance(a, Say)] == [
        "uno",
        "dos",
    ]


def test_a_translation_that_fails_is_told_in_its_place_and_the_rest_goes_on():
    call = Call(answers=lambda _: None)
    call.say("i want to cancel my order because i have found it cheaper")
    first, second = asked(call)
    call.tell(Translated(second, "dos", call.now_ms))
    call.tell(NotTranslated(first, "it died", call.now_ms))
    assert [(lost.why, lost.source) for lost in call.not_said] == [("it died", "I want to cancel my order")]
    assert call.said == ["dos"]


def test_a_translator_that_never_answers_does_not_hold_up_the_rest():
    call = Call(answers=lambda _: None)
    call.say("i want to cancel my order because i have found it cheaper")
    call.until(call.now_ms + DEFAULT.patience_ms + 400)
    assert len(call.not_said) == 2
    assert call.state.pending == ()
    assert call.tell(Translated(asked(call)[0], "late", call.now_ms)) == []


# --- the listener and the languages -----------------------------------------------------------------


def test_the_last_translation_is_said_again():
    call = Call()
    call.say("the shop is closed")
    call.say("we open on monday because of the holidays")
    before = len(call.said)
    (again,) = call.tell(Repeat(call.now_ms))
    assert isinstance(again, Say)
    assert again.repeats
    assert again.text == " ".join(call.said[1:before])


def test_asking_to_hear_it_again_is_not_translated():
    call = Call("es-MX", "en-US")
    call.say("perdón me lo puede repetir por favor")
    assert call.phrases == []
    assert [type(action) for _, action in call.done] == [AsksToRepeat]
    call.say("me lo puede enviar por correo")
    assert " ".join(call.phrases) == "Me lo puede enviar por correo."


def test_nothing_is_translated_for_a_speaker_of_the_listeners_language():
    call = Call()
    call.tell(SpeaksLanguage("es-ES", call.now_ms))
    call.say("pues yo hablo español")
    assert call.done == []
    call.tell(SpeaksLanguage("en-GB", call.now_ms))
    call.say("now in english again")
    assert [phrase.lower() for phrase in call.phrases] == ["now in english again."]


def test_a_language_that_changes_within_a_turn_leaves_what_was_said():
    call = Call()
    call.hears(*["i want to talk but my husband"] * 3)
    said = len(call.phrases)
    call.tell(SpeaksLanguage("es-MX", call.now_ms))
    call.hears(*["i want to talk but mi marido habla"] * 3)
    assert len(call.phrases) == said


def test_nothing_is_translated_of_a_language_nobody_knows():
    call = Call()
    call.tell(SpeaksLanguage(UNKNOWN, call.now_ms))
    call.say("ich spreche deutsch")
    assert call.done == []


def test_a_listener_who_goes_over_to_the_speakers_language_hears_nothing_more_translated_until_back():
    call = Call()
    call.tell(HearsLanguage("en-GB", call.now_ms))
    call.say("so you speak english too")
    assert call.done == []
    call.tell(HearsLanguage("es-MX", call.now_ms))
    call.say("now in english again")
    assert [phrase.lower() for phrase in call.phrases] == ["now in english again."]


def test_a_listener_who_changes_languages_within_a_turn_is_told_what_follows():
    call = Call()
    call.tell(HearsLanguage("en-US", call.now_ms))
    call.hears(*["i want to talk but"] * 3)
    call.tell(HearsLanguage("es-MX", call.now_ms))
    call.tell(Heard(spoken("i want to talk but not to you"), final=True, now_ms=call.now_ms))
    assert [phrase.lower() for phrase in call.phrases] == ["not to you."]


def test_silence_says_nothing():
    call = Call()
    call.until(60_000)
    call.tell(Heard((), final=True, now_ms=60_000))
    assert call.done == []
