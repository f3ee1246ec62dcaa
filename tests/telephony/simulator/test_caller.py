import numpy as np
import pytest

from telephony.simulator.caller import Begin, Caller, HangUp, Moment, Press, act
from telephony.simulator.ear import Ear, Span, hear
from telephony.simulator.performance import Keyed, Rest, Spoken
from telephony.simulator.script import When


def spoken(text: str = "x", when: When = When.TURN, ms: int = 1_000, **how) -> Spoken:
    return Spoken(text, np.zeros(ms * 8, np.int16), Span(0, ms), when, **how)


def acts(steps, agent: tuple[tuple[int, int], ...], until_ms: int, **tape):
    """What a caller does while the agent speaks in the given spans of ms: (ms, action)."""
    caller, ear, done = Caller(tuple(steps)), Ear(), []
    for now_ms in range(20, until_ms, 20):
        ear = hear(ear, now_ms, sounding=any(start < now_ms <= end for start, end in agent))
        told = {name: at(now_ms) for name, at in tape.items()}
        caller, action = act(caller, Moment(now_ms, ear, **told))
        if action:
            done.append((now_ms, action))
            if isinstance(action, HangUp):
                break
    return done, caller


def begun(done) -> list[tuple[int, str]]:
    return [(ms, action.line.text) for ms, action in done if isinstance(action, Begin)]


def test_a_turn_begins_when_the_agent_has_been_silent_for_700_ms():
    done, _ = acts([spoken("a")], agent=((500, 2_000),), until_ms=5_000)
    assert begun(done) == [(2_700, "a")]


def test_pauses_between_the_agents_words_are_no_turn():
    done, _ = acts([spoken("a")], agent=((0, 1_000), (1_600, 3_000)), until_ms=5_000)
    assert begun(done) == [(3_700, "a")]


def test_each_turn_awaits_an_answer_to_the_one_before():
    done, _ = acts([spoken("a"), spoken("b")], agent=((0, 1_000), (4_000, 5_000)), until_ms=8_000)
    assert begun(done) == [(1_700, "a"), (5_700, "b")]


def test_a_pause_is_waited_on_top_and_the_agents_reminder_does_not_prolong_it():
    steps = [Rest(3_000), spoken("a")]
    done, _ = acts(steps, agent=((0, 1_000), (3_000, 3_500)), until_ms=8_000)
    assert begun(done) == [(4_700, "a")]


def test_keys_are_pressed_one_after_the_other_and_w_waits():
    done, _ = acts([Keyed("1w2")], agent=((0, 1_000),), until_ms=5_000)
    pressed = [(ms, action.key) for ms, action in done if isinstance(action, Press)]
    assert pressed == [(1_700, "1"), (2_460, "2")]


def test_a_barge_in_comes_1200_ms_into_the_agents_speech():
    done, _ = acts([spoken("a", When.BARGE_IN)], agent=((1_000, 9_000),), until_ms=9_000)
    assert begun(done) == [(2_200, "a")]


def test_with_nothing_to_interrupt_the_caller_speaks_anyway_and_says_so():
    done, caller = acts([spoken("a", When.BARGE_IN)], agent=((1_000, 1_500),), until_ms=9_000)
    assert begun(done) == [(5_500, "a")]
    assert "nothing to interrupt" in caller.notes[0]


def test_a_barge_in_into_the_answer_waits_for_the_answer():
    step = spoken("a", When.BARGE_IN, during_answer=True)
    done, _ = acts(
        [step],
        agent=((0, 3_000), (4_000, 9_000)),
        until_ms=9_000,
        tool_open=lambda ms: 1_000 <= ms < 2_500,
        settled_ms=lambda ms: 2_500 if ms >= 2_500 else -1,
        answer_began_ms=lambda ms: 4_000 if ms >= 4_000 else None,
    )
    assert begun(done) == [(5_200, "a")]


def test_while_a_look_up_runs_the_caller_waits_for_its_answer():
    done, _ = acts(
        [spoken("a")],
        agent=((0, 1_000), (5_000, 6_000)),
        until_ms=9_000,
        tool_open=lambda ms: 500 <= ms < 4_000,
        settled_ms=lambda ms: 4_000 if ms >= 4_000 else -1,
    )
    assert begun(done) == [(6_700, "a")]


@pytest.mark.parametrize(("words", "expected"), [("is that right?", ["yes", "b"]), ("hello", ["b"])])
def test_a_conditional_line_is_said_only_if_asked_for(words, expected):
    steps = [spoken("yes", if_heard="right"), spoken("b")]
    done, _ = acts(steps, agent=((0, 1_000), (4_000, 5_000)), until_ms=9_000, agent_words=lambda _: words)
    assert [text for _, text in begun(done)] == expected


def test_a_conditional_line_gives_way_at_once_to_an_interruption_when_a_look_up_was_asked_for():
    steps = [spoken("yes", if_heard="right"), spoken("b", When.BARGE_IN)]
    done, _ = acts(steps, agent=((0, 9_000),), until_ms=9_000, asked_ms=lambda _: 0)
    assert [text for _, text in begun(done)] == ["b"]


def test_without_any_answer_the_caller_goes_on_after_twelve_seconds():
    done, _ = acts([spoken("a")], agent=(), until_ms=20_000)
    assert begun(done) == [(12_000, "a")]


def test_after_the_script_the_caller_hangs_up_after_twenty_seconds_of_silence():
    done, _ = acts([], agent=((0, 1_000),), until_ms=30_000)
    assert done == [(21_000, HangUp())]
