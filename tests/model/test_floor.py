from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.expectation import NOTHING_AWAITED, AnswerKind, Expectation
from config.units import MICRO_TURN_MS
from model.caller import Caller
from model.ears.ears import Hearing
from model.floor import decide
from model.moment import EARS_PATIENCE, Decision, Floor, Moment, Rules, Standing
from model.turn import Dials, Readings, Word
from model.words import is_backchannel
from tests.model.conversing import LINES

ORDINARY = Dials()
VOICE = Readings(caller_voice=0.95)
SILENCE = Readings(caller_voice=0.02)
END = Readings(caller_voice=0.02, turn_end=0.95)


def words(text: str) -> tuple[Word, ...]:
    return tuple(Word(word, 0, 0) for word in text.split())


def after(
    *micro_turns: tuple[Readings, ...],
    standing: Standing = Standing.SILENT,
    hearing: Hearing | None = None,
    dials: Dials = ORDINARY,
    asking: bool = False,
    expectation: Expectation = NOTHING_AWAITED,
) -> list[Decision]:
    """The decision of each micro-turn; the ears are up to date unless `hearing` says otherwise."""
    floor, decisions = Floor(), list[Decision]()
    for index, slots in enumerate(micro_turns):
        heard = hearing or Hearing(words("hello there"), (index + 1) * MICRO_TURN_MS, 0.9)
        moment = Moment(index, slots, heard, standing, asking=asking, expectation=expectation)
        floor, decision = decide(floor, moment, Rules(dials, LINES))
        decisions.append(decision)
    return decisions


def test_the_turn_is_taken_when_the_model_finds_it_over() -> None:
    assert after((VOICE,) * 4, (VOICE, SILENCE, END, END)) == [Decision.LISTEN, Decision.TAKE_TURN]


def test_the_turn_is_not_taken_before_the_voice_is_off() -> None:
    speaking_on = Readings(caller_voice=0.9, turn_end=0.99)
    assert after(*[(speaking_on,) * 4] * 12) == [Decision.LISTEN] * 12


@pytest.mark.parametrize("heard", ["hello", "one zero four", ""])
def test_ears_that_lag_are_waited_for_but_not_for_ever(heard: str) -> None:
    held = EARS_PATIENCE
    behind = Hearing(words(heard), 0, 0.9)
    six_digits = Expectation(AnswerKind.DIGITS, 6)
    decisions = after(*[(VOICE,) * 4] * 2, *[(END,) * 4] * (held + 1), hearing=behind, expectation=six_digits)
    assert decisions[2 : held + 3] == [Decision.HOLD] * held + [Decision.TAKE_TURN]


@pytest.mark.parametrize("barge_in", [0.0, 0.1, 0.2])
def test_three_hundred_milliseconds_over_the_agent_stop_nothing(barge_in: float) -> None:
    murmur = Readings(caller_voice=0.95, barge_in=barge_in)
    decisions = after(
        (SILENCE, SILENCE, murmur, murmur),
        (murmur,) * 4,
        *[(SILENCE,) * 4] * 4,
        standing=Standing.VOICING,
        hearing=Hearing(words("mm-hm"), 10_000, 0.9),
    )
    assert set(decisions) <= {Decision.LISTEN, Decision.FORGET}
    assert decisions.count(Decision.FORGET) == 1


def test_a_hundred_milliseconds_stop_nothing_however_sure_the_model_is() -> None:
    sure = Readings(caller_voice=0.95, barge_in=0.99)
    decisions = after(
        (SILENCE, sure, sure, SILENCE),
        (SILENCE,) * 4,
        standing=Standing.VOICING,
        hearing=Hearing(upto_ms=10_000),
    )
    assert decisions == [Decision.LISTEN] * 2


def test_caller_voice_that_goes_on_and_on_gets_the_floor_whatever_the_model_makes_of_it() -> None:
    decisions = after(*[(VOICE,) * 4] * 6, standing=Standing.VOICING, hearing=Hearing(upto_ms=10_000))
    assert decisions.index(Decision.PAUSE) * MICRO_TURN_MS <= 800
    assert decisions.index(Decision.YIELD) * MICRO_TURN_MS <= 1_000


def test_the_interruption_dial_moves_when_the_agent_yields() -> None:
    def yields(dial: float, barge_in: float) -> bool:
        unsure = Readings(caller_voice=0.95, barge_in=barge_in)
        dials = Dials(interruption=dial)
        hearing = Hearing(upto_ms=10_000)
        return Decision.YIELD in after(
            (unsure,) * 4, (unsure,) * 4, standing=Standing.VOICING, hearing=hearing, dials=dials
        )

    assert [yields(dial, 0.5) for dial in (0.0, 0.5, 1.0)] == [False, False, True]
    assert [yields(dial, 0.8) for dial in (0.0, 0.5, 1.0)] == [False, True, True]


def test_after_an_interruption_by_nothing_the_agent_goes_on() -> None:
    for heard in ("", "okay", "mm-hm yeah"):
        hearing = Hearing(words(heard), 10_000, 0.9)
        decisions = after(
            (VOICE,) * 4, (SILENCE,) * 4, (SILENCE,) * 4, standing=Standing.YIELDED, hearing=hearing
        )
        assert decisions == [Decision.LISTEN, Decision.LISTEN, Decision.RESUME]


def test_after_an_interruption_by_words_the_turn_is_the_callers() -> None:
    hearing = Hearing(words("no wait"), 10_000, 0.9)
    decisions = after((VOICE,) * 4, (SILENCE,) * 4, (END,) * 4, standing=Standing.YIELDED, hearing=hearing)
    assert decisions == [Decision.LISTEN, Decision.LISTEN, Decision.TAKE_TURN]


def test_words_nobody_expected_are_the_callers_turn_only_if_they_sound_like_an_interruption() -> None:
    overheard = Hearing(words("can you turn that down"), 10_000, 0.9, expected=False)
    decisions = list[Decision]()
    for barge_in in (0.1, 0.9):
        voice = Readings(caller_voice=0.95, barge_in=barge_in)
        decisions.append(
            after((voice,) * 4, *[(END,) * 4] * 2, standing=Standing.VOICING, hearing=overheard)[0]
        )
    assert decisions == [Decision.LISTEN, Decision.YIELD]


def test_a_yes_to_an_interrupted_question_is_an_answer() -> None:
    hearing = Hearing(words("yes"), 10_000, 0.9)
    decisions = after((VOICE,) * 4, (END,) * 4, standing=Standing.YIELDED, hearing=hearing, asking=True)
    assert decisions == [Decision.LISTEN, Decision.TAKE_TURN]


def test_a_long_interruption_that_was_not_understood_is_asked_about() -> None:
    hearing = Hearing((), 10_000, 0.0)
    decisions = after(*[(VOICE,) * 4] * 7, (END,) * 4, (END,) * 4, standing=Standing.YIELDED, hearing=hearing)
    assert Decision.TAKE_TURN in decisions
    assert Decision.RESUME not in decisions


probabilities = st.sampled_from([0.02, 0.3, 0.5, 0.7, 0.98])
readings = st.builds(
    Readings,
    caller_voice=probabilities,
    turn_end=probabilities,
    barge_in=probabilities,
    backchannel_due=probabilities,
)
dials = st.builds(Dials, patience=st.floats(0, 1), interruption=st.floats(0, 1), backchannels=st.floats(0, 1))


@given(st.lists(st.tuples(readings, readings, readings, readings), max_size=40), dials)
@settings(deadline=None)
def test_whatever_is_read_silence_never_lasts_longer_than_three_seconds(
    micro_turns: list[tuple[Readings, ...]], turned: Dials
) -> None:
    silent = [(SILENCE,) * 4] * 16
    decisions = after((VOICE,) * 4, *micro_turns, (VOICE,) * 4, *silent, dials=turned)
    assert Decision.TAKE_TURN in decisions[-16:]


@given(
    st.sampled_from(Standing), st.lists(st.tuples(readings, readings, readings, readings), max_size=30), dials
)
@settings(deadline=None)
def test_each_standing_has_its_own_decisions(
    standing: Standing, micro_turns: list[tuple[Readings, ...]], turned: Dials
) -> None:
    possible = {
        Standing.SILENT: {Decision.HOLD, Decision.TAKE_TURN, Decision.FORGET, Decision.BACKCHANNEL},
        Standing.VOICING: {Decision.PAUSE, Decision.YIELD, Decision.FORGET},
        Standing.STOPPING: {Decision.YIELD},
        Standing.PAUSED: {Decision.HOLD, Decision.TAKE_TURN, Decision.YIELD, Decision.RESUME},
        Standing.YIELDED: {Decision.HOLD, Decision.TAKE_TURN, Decision.RESUME},
    }
    assert set(after(*micro_turns, standing=standing, dials=turned)) <= possible[standing] | {Decision.LISTEN}


def test_a_caller_who_has_not_spoken_has_been_quiet_since_the_call_began() -> None:
    assert Caller().quiet_ms(1_000) == 1_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mm-hm",
        "yeah okay",
        "i see",
        "right got it",
        "uh huh",
        "ajá vale",
        "de acuerdo",
        "oh really",
        "okay i",
        "muy",
    ],
)
def test_these_only_say_go_on(text: str) -> None:
    assert is_backchannel(words(text))


@pytest.mark.parametrize(
    "text", ["no", "wait", "yeah but", "okay stop", "four", "i want", "agent please", "sí pero", "espere"]
)
def test_these_say_more(text: str) -> None:
    assert not is_backchannel(words(text))


def test_what_goes_on_without_a_word_is_asked_about_ever_more_seldom() -> None:
    noises = [(VOICE,) * 4, (VOICE, END, END, END), *[(END,) * 4] * 8] * 120
    heard = Hearing((), 1_000_000, 0.0)
    asked = Expectation(AnswerKind.FREE)
    decisions = after(*noises, hearing=heard, expectation=asked)
    taken = [k for k, each in enumerate(decisions) if each is Decision.TAKE_TURN]
    apart_ms = [(later - before) * MICRO_TURN_MS for before, later in pairwise(taken)]
    assert apart_ms[0] <= 4_000
    assert [round(ms / 15_000) for ms in apart_ms[1:6]] == [1, 2, 2, 2, 2]


def test_a_word_lets_the_agent_ask_again_at_once() -> None:
    floor, taken = Floor(), list[int]()
    utterance = [(VOICE,) * 4, (VOICE, END, END, END), *[(END,) * 4] * 8]
    for index, slots in enumerate(utterance * 20):
        heard = Hearing(words("hello there") if index % 30 < 10 else (), 1_000_000, 0.9)
        moment = Moment(index, slots, heard, expectation=Expectation(AnswerKind.FREE))
        floor, decision = decide(floor, moment, Rules(lines=LINES))
        if decision is Decision.TAKE_TURN:
            taken.append(index)
    assert len(taken) == 20


def test_less_sureness_is_asked_for_the_longer_a_silence_lasts() -> None:
    nearly = Readings(caller_voice=0.02, turn_end=0.7)
    taken = after((VOICE,) * 4, *[(nearly,) * 4] * 8).index(Decision.TAKE_TURN)
    assert 600 < taken * MICRO_TURN_MS < 1_200
    hardly = Readings(caller_voice=0.02, turn_end=0.2)
    assert after((VOICE,) * 4, *[(hardly,) * 4] * 12).index(Decision.TAKE_TURN) * MICRO_TURN_MS >= 1_800


@pytest.mark.parametrize(("said", "forgotten"), [("mm-hm", True), ("stop please", False)])
def test_a_murmur_nobody_heard_a_voice_of_is_forgotten(said: str, *, forgotten: bool) -> None:
    heard = Hearing(words(said), 1_000, 0.9)
    moment = Moment(4, (SILENCE,) * 4, heard, Standing.VOICING, outside_ears=True)
    _, decision = decide(Floor(), moment, Rules(lines=LINES))
    assert (decision is Decision.FORGET) is forgotten
