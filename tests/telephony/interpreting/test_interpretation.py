import numpy as np
import pytest

from agents.interpreting.phrases import phrases_of
from agents.translation.translator import NoSuchPair, NoTranslator, TranslationError
from model.turn import LanguageChanged, LanguageHeard, Transcript, Urgency, Word
from telephony.interpreting.people import Side
from tests.telephony.interpreting.legs import DIED, Person, Talk

EN, ES = "automatic interpreter", "intérprete automático"


async def introduced() -> Talk:
    """Both have heard who it is."""
    talk = await Talk().go(40)
    assert talk.caller.queue == talk.other.queue == []
    return talk


def level(audio: np.ndarray) -> int:
    """Of what sounds at the end of a micro-turn, where no gain moves."""
    return int(audio[-1])


async def test_it_introduces_itself_once_to_each_in_their_own_language() -> None:
    talk = await introduced()
    await talk.go(40)
    assert len(talk.caller.offered) == len(talk.other.offered) == 1
    assert ES in talk.texts(talk.caller)[0]
    assert EN in talk.texts(talk.other)[0]
    assert {offer.urgency for offer in talk.caller.offered} == {Urgency.AT_ONCE}


async def test_nothing_is_said_while_both_are_silent() -> None:
    talk = await introduced()
    before = len(talk.caller.offered) + len(talk.other.offered)
    await talk.go(100)
    assert len(talk.caller.offered) + len(talk.other.offered) == before
    assert talk.translator.asked == []


async def test_each_hears_what_the_other_says_in_their_own_language() -> None:
    talk = await introduced()
    talk.say(talk.caller, "quiero devolver la lámpara")
    await talk.go(6)
    talk.say(talk.other, "which colour is it")
    await talk.go(6)
    assert "return the lamp" in " ".join(talk.texts(talk.other)[1:])
    assert "de qué color es" in " ".join(talk.texts(talk.caller)[1:])
    assert {offer.language for offer in talk.caller.offered} == {"es-MX"}


async def test_the_other_voice_goes_under_the_translation_and_comes_back_after_it() -> None:
    talk = await introduced()
    await talk.go(8)
    assert level(talk.other.heard[-1]) == talk.caller.level
    talk.say(talk.caller, "quiero devolver la lámpara")
    began = talk.index
    await talk.go(30)
    under = [level(each) - talk.other.voiced for each in talk.other.heard[began:] if level(each) > 5_000]
    assert under
    assert set(under) == {round(talk.caller.level * 10 ** (-12 / 20))}
    assert level(talk.other.heard[-1]) == talk.caller.level
    assert level(talk.caller.heard[-1]) == talk.other.level


async def test_both_may_speak_at_once_and_neither_thread_is_lost() -> None:
    talk = await introduced()
    talk.say(talk.caller, "quiero devolver la lámpara")
    talk.say(talk.other, "which colour is it")
    await talk.go(12)
    assert "return the lamp" in talk.texts(talk.other)[-1]
    assert "de qué color es" in talk.texts(talk.caller)[-1]


async def test_who_asks_to_hear_it_again_hears_the_last_translation_and_the_other_nothing_of_it() -> None:
    talk = await introduced()
    talk.say(talk.caller, "quiero devolver la lámpara")
    await talk.go(20)
    before = len(talk.caller.offered)
    talk.say(talk.other, "sorry could you repeat that please")
    await talk.go(10)
    *_, first, again = talk.texts(talk.other)
    assert first == again
    assert len(talk.caller.offered) == before
    assert [row.repeats for row in talk.joined.rows()] == [False, True]


async def test_when_the_translator_dies_both_are_told_once_and_hear_each_other_and_it_goes_on_after() -> None:
    talk = await introduced()
    talk.translator.raising = DIED
    for _ in range(3):
        talk.say(talk.caller, "quiero devolver la lámpara")
        await talk.go(25)
    assert len(talk.texts(talk.other)) == len(talk.texts(talk.caller)) == 2
    assert "cannot go on" in talk.texts(talk.other)[1]
    assert "no puede seguir" in talk.texts(talk.caller)[1]
    assert level(talk.other.heard[-1]) == talk.caller.level
    assert [row.text for row in talk.joined.rows()] == [""] * 3
    talk.translator.raising = None
    talk.say(talk.caller, "gracias")
    await talk.go(10)
    assert "thank you" in talk.texts(talk.other)[-1].lower()


@pytest.mark.parametrize(
    ("raised", "phrase"),
    [(NoTranslator("nobody translates", "install one"), "missing"), (NoSuchPair("not these"), "not_spoken")],
)
async def test_without_a_translator_both_are_told_why_in_their_own_language_and_hear_each_other(
    raised: TranslationError, phrase: str
) -> None:
    talk = await introduced()
    talk.translator.raising = raised
    for person, text in ((talk.caller, "quiero devolver la lámpara"), (talk.other, "of course")):
        talk.say(person, text)
        await talk.go(30)
    assert talk.texts(talk.caller)[1:] == [getattr(phrases_of("es"), phrase)]
    assert talk.texts(talk.other)[1:] == [getattr(phrases_of("en"), phrase)]
    assert level(talk.other.heard[-1]) == talk.caller.level
    assert level(talk.caller.heard[-1]) == talk.other.level


async def test_when_it_dies_within_a_sentence_what_it_translated_is_said_and_then_why_no_more() -> None:
    talk = await introduced()
    talk.translator.lives = 1
    talk.say(talk.caller, "quiero devolver la lámpara")
    talk.say(talk.other, "of course")
    await talk.go(30)
    there, back = talk.texts(talk.other)[1:], talk.texts(talk.caller)[1:]
    assert (len(there), len(back)) in {(2, 1), (1, 2)}
    assert phrases_of("en").failed in there
    assert phrases_of("es").failed in back
    assert [bool(row.text) for row in talk.joined.rows()].count(False) == 1


async def test_who_reads_very_fast_is_followed_faster_no_word_is_lost_and_no_delay_grows() -> None:
    talk = await introduced()
    began, read = talk.index, [f"{a}{b}{c}a" for a in "bdfgklmn" for b in "aeiou" for c in "prstvlmn"]
    per_turn = 40
    for first in range(0, len(read), per_turn):  # 300 words a minute, told every 400 ms
        for count in range(2, per_turn + 1, 2):
            index = began + first + count
            words = tuple(
                Word(word, (index - count + k) * 200, (index - count + k + 1) * 200, 0.9)
                for k, word in enumerate(read[first : first + count])
            )
            talk.caller.hears[index] = Transcript(words, final=count == per_turn)
    await talk.go(len(read) + 200)
    voiced = " ".join(talk.texts(talk.other)[1:]).lower()
    assert [word.strip("(),.") for word in voiced.split()] == read
    rows = talk.joined.rows()
    lags = [row.lag_ms for row in rows]
    assert max(lags[len(lags) // 2 :]) <= max(lags[: len(lags) // 2]) + 1_000
    assert max(lags) < 12_000
    assert not talk.other.queue


async def test_a_translator_that_hangs_stops_nobody() -> None:
    talk = await introduced()
    talk.translator.hanging = True
    talk.say(talk.caller, "quiero devolver la lámpara")
    await talk.go(40)  # eight seconds of the call
    assert "cannot go on" in talk.texts(talk.other)[-1]
    assert level(talk.other.heard[-1]) != 0
    await talk.joined.close()


async def test_two_people_of_one_language_are_joined_and_nothing_is_translated() -> None:
    talk = Talk(languages={Side.CALLER: "en-GB", Side.OTHER: "en-US"})
    talk.say(talk.caller, "of course")
    await talk.go(10)
    assert talk.caller.offered == talk.other.offered == []
    assert talk.translator.asked == []
    assert level(talk.other.heard[-1]) == talk.caller.level


@pytest.mark.parametrize("in_step", [True, False])
async def test_a_voice_reaches_the_other_leg_within_two_micro_turns(in_step: bool) -> None:
    talk = await Talk(languages={Side.CALLER: "en-GB", Side.OTHER: "en-US"}, in_step=in_step).go(4)
    for person, facing in ((talk.caller, talk.other), (talk.other, talk.caller)):
        sounding = [int(audio.max()) == facing.level for audio in person.heard]
        assert sounding.index(True) <= (1 if in_step else 2)


async def test_when_one_has_gone_the_other_is_told_and_then_it_is_over() -> None:
    talk = await introduced()
    talk.joined.left(Side.CALLER)
    assert not talk.joined.is_over(Side.OTHER)
    await talk.go(12)
    assert talk.texts(talk.other)[-1] == "The other person has left the line."
    assert talk.joined.is_over(Side.OTHER)
    assert not talk.joined.is_over(Side.CALLER)


@pytest.mark.parametrize("ahead", [0, 50])
async def test_a_row_says_what_was_said_what_was_voiced_and_with_what_lag_on_the_callers_clock(
    ahead: int,
) -> None:
    talk = await Talk(ahead=ahead).go(40)
    for person, text in ((talk.caller, "quiero devolver la lámpara"), (talk.other, "which colour is it")):
        began_ms = (talk.index + ahead) * 200
        talk.say(person, text)
        await talk.go(12)
        (row,) = talk.joined.rows()
        assert row.speaker == ("caller" if person is talk.caller else "other")
        assert row.source.lower().startswith(text.split()[0])
        assert row.text
        assert row.from_ms == began_ms - 1_200
        assert 0 < row.said_ms - began_ms <= 600
        assert row.lag_ms == row.said_ms - row.from_ms
    assert (row.source_language, row.language) == ("en-US", "es-MX")


async def test_the_other_persons_words_are_told_on_the_callers_clock() -> None:
    talk = await Talk(ahead=50).go(40)
    began_ms = (talk.index + 50) * 200
    talk.say(talk.other, "of course")
    await talk.go(2)
    (told,) = talk.joined.others_words()
    assert [(word.text, word.start_ms) for word in told.words] == [
        ("of", began_ms - 600),
        ("course", began_ms - 300),
    ]
    assert told.language == "en-US"
    assert talk.joined.others_words() == ()


# --- a language that changes --------------------------------------------------------------------------


def told_as(text: str, language: str) -> Transcript:
    """What ears that are sure of a language tell of a turn that is over."""
    words = tuple(Word(word, 0, 100) for word in text.split())
    heard = "" if language == "other" else language
    return Transcript(words, final=True, language=heard, spoken=LanguageHeard(language, 0.97))


async def speaks(talk: Talk, person: Person, text: str, language: str) -> None:
    person.hears[talk.index] = told_as(text, language)
    await talk.go(25)


async def test_while_both_speak_one_language_each_hears_the_other_as_they_are() -> None:
    talk = await introduced()
    await speaks(talk, talk.caller, "i speak english too", "en")
    before = len(talk.caller.offered), len(talk.other.offered)
    talk.say(talk.other, "which colour is it")
    await talk.go(25)
    await speaks(talk, talk.caller, "it is green i think", "en")
    assert (len(talk.caller.offered), len(talk.other.offered)) == before
    assert talk.translator.asked == []
    assert level(talk.other.heard[-1]) == talk.caller.level
    assert level(talk.caller.heard[-1]) == talk.other.level
    assert LanguageChanged("en-US") in talk.caller.told


async def test_who_goes_back_to_their_language_is_translated_again() -> None:
    talk = await introduced()
    await speaks(talk, talk.caller, "i speak english too", "en")
    await speaks(talk, talk.caller, "quiero devolver la lámpara", "es")
    assert "return the lamp" in talk.texts(talk.other)[-1]
    talk.say(talk.other, "of course")
    await talk.go(25)
    assert "por supuesto" in talk.texts(talk.caller)[-1]
    assert {offer.language for offer in talk.caller.offered} == {"es-MX"}


async def test_two_of_one_language_get_an_interpreter_when_one_goes_over_to_another() -> None:
    talk = Talk(languages={Side.CALLER: "en-GB", Side.OTHER: "en-US"})
    await talk.go(5)
    await speaks(talk, talk.caller, "quiero devolver la lámpara", "es")
    assert ES in talk.texts(talk.caller)[0]
    assert EN in talk.texts(talk.other)[0]
    assert "return the lamp" in talk.texts(talk.other)[1]


async def test_of_a_third_language_both_are_told_once_in_their_own_and_hear_it_as_it_is() -> None:
    talk = await introduced()
    for _ in range(2):
        await speaks(talk, talk.caller, "guten tag herr", "other")
    assert talk.texts(talk.caller)[1:] == [phrases_of("es").not_spoken]
    assert talk.texts(talk.other)[1:] == [phrases_of("en").not_spoken]
    assert talk.translator.asked == []
    await talk.go(30)
    assert level(talk.other.heard[-1]) == talk.caller.level
    await speaks(talk, talk.caller, "quiero devolver la lámpara", "es")
    assert "return the lamp" in talk.texts(talk.other)[-1]
