"""Reminders, watches and waits on the call's clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.clock import next_due_ms
from agents.dialogue.events import Say, TimePassed
from agents.dialogue.spans import LONGEST_MS, SHORTEST_MS, Span, said_due, said_span, spoken_span
from config.flow_file import read_flow
from tests.agents.dialogue.line import SERVICE_DESK, Line

MINUTE_MS = 60_000
ORDER = {"status": "shipped", "expected_on": "2026-11-24", "carrier": "UPS"}


@pytest.fixture
def line():
    line = Line.open()
    line.now_ms = 10_000
    return line


@pytest.mark.parametrize(
    ("said", "ms", "every"),
    [
        ("remind me every four minutes", 4 * MINUTE_MS, True),
        ("in ten minutes please", 10 * MINUTE_MS, False),
        ("every minute", MINUTE_MS, True),
        ("every other minute", 2 * MINUTE_MS, True),
        ("remind me in half an hour", 30 * MINUTE_MS, False),
        ("in an hour and a half", 90 * MINUTE_MS, False),
        ("every two and a half minutes", 150_000, True),
        ("in a couple of minutes", 2 * MINUTE_MS, False),
        ("in one minute and thirty seconds", 90_000, False),
        ("in one hour and ten minutes", 70 * MINUTE_MS, False),
        ("every 30 seconds", 30_000, True),
        ("in a hundred and twenty seconds", 120_000, False),
        ("recuérdamelo cada dos minutos", 2 * MINUTE_MS, True),
        ("en diez minutos", 10 * MINUTE_MS, False),
        ("dentro de media hora", 30 * MINUTE_MS, False),
        ("cada treinta y cinco segundos", 35_000, True),
        ("en un minuto y medio", 90_000, False),
        ("cada veintidós minutos", 22 * MINUTE_MS, True),
    ],
)
def test_times_are_understood_as_people_say_them(said, ms, every):
    assert spoken_span(said) == Span(ms, every)


@pytest.mark.parametrize(
    "said",
    ["", "remind me", "one moment", "in minutes", "every second", "in nine hundred hours", "every four"],
)
def test_what_is_no_time_or_no_use_gives_none(said):
    assert spoken_span(said) is None


@given(st.text())
def test_any_text_is_borne(text):
    span = spoken_span(text)
    assert span is None or SHORTEST_MS <= span.ms <= LONGEST_MS


@given(st.integers(5, 599), st.sampled_from(["en", "es"]))
def test_a_time_that_is_said_is_understood(seconds, language):
    said = said_span(1_000 * seconds, language)
    assert spoken_span(said) == Span(1_000 * seconds, every=False)


def test_times_are_said_as_people_say_them():
    assert said_span(125_000, "en-US") == "2 minutes and 5 seconds"
    assert said_span(125_000, "es-ES") == "2 minutos y 5 segundos"
    assert said_span(3_660_000, "en") == "1 hour and 1 minute"
    assert said_span(60_000, "es") == "un minuto"
    assert said_span(300, "en") == "a moment"
    assert said_due(Span(240_000, every=True), "en") == "every 4 minutes"
    assert said_due(Span(60_000, every=True), "en") == "every minute"
    assert said_due(Span(3_600_000, every=True), "es") == "cada hora"
    assert said_due(Span(600_000, every=False), "es") == "en 10 minutos"


def test_a_reminder_comes_at_its_very_micro_turn_and_again(line):
    assert line.caller("remind me every four minutes") == ["I'll remind you every 4 minutes."]
    assert next_due_ms(line.state) == 0
    said = line.wait(9 * MINUTE_MS)
    assert said == [
        (10_000 + 4 * MINUTE_MS, "Your reminder, after 4 minutes and 10 seconds."),
        (10_000 + 8 * MINUTE_MS, "Your reminder, after 8 minutes and 10 seconds."),
    ]


def test_a_reminder_for_once_comes_once(line):
    line.caller("remind me in two minutes")
    assert [when for when, _ in line.wait(10 * MINUTE_MS)] == [10_000 + 2 * MINUTE_MS]
    assert next_due_ms(line.state) is None


def test_when_no_time_was_said_it_is_asked_for(line):
    assert line.caller("could you remind me") == ["When?"]
    line.hear()
    assert line.caller("every two minutes") == ["I'll remind you every 2 minutes."]
    assert [when for when, _ in line.wait(3 * MINUTE_MS)] == [10_000 + 2 * MINUTE_MS]


def test_reminders_end_as_asked_and_take_back_what_was_not_heard(line):
    line.caller("remind me every minute")
    line.hear()
    line.tell(TimePassed(10_000))
    line.tell(TimePassed(70_000))
    assert any("Your reminder" in text for text in line.open_texts())
    assert line.caller("stop reminding me") == ["No more reminders."]
    assert not any("Your reminder" in text for text in line.open_texts())
    line.hear()
    line.now_ms = 70_000
    assert line.wait(5 * MINUTE_MS) == []


def test_reminders_end_with_the_call(line):
    line.caller("remind me every minute")
    line.hear()
    line.caller("goodbye")
    line.hear()
    assert line.state.over
    assert next_due_ms(line.state) is None
    assert line.tell(TimePassed(10 * MINUTE_MS)) == []


def test_a_reminder_is_news_and_survives_what_the_caller_says_into_it(line):
    line.caller("remind me in one minute")
    line.hear()
    line.tell(TimePassed(0))
    line.tell(TimePassed(60_000))
    (reminder,) = [effect for effect in line.effects if isinstance(effect, Say)]
    assert reminder.news
    line.caller("i want a refund")
    assert reminder.offer_id not in line.unsaid


def test_missed_reminders_are_not_made_up_for(line):
    line.caller("remind me every minute")
    line.hear()
    line.tell(TimePassed(0))
    assert line.tell(TimePassed(200_000)) == ["Your reminder, after 3 minutes and 20 seconds."]
    assert next_due_ms(line.state) == 240_000


def looking_up(line):
    line.caller("when will it arrive")
    line.hear()
    return line.task("delivery")


def test_longer_than_last_time_is_told(line):
    line.caller("tell me if this takes longer than last time")
    assert line.texts() == ["Nothing to compare."]
    first = looking_up(line)
    line.wait(3_000)
    line.report(first, "result", ORDER)
    line.hear()
    line.wait(1_000)
    looking_up(line)
    assert line.caller("tell me if this takes longer than last time") == ["Last time 3 seconds."]
    line.hear()
    began_ms = line.now_ms
    said = line.wait(3_600)
    assert said == [(began_ms + 3_200, "Longer than 3 seconds.")]


def test_what_takes_no_longer_is_not_told(line):
    first = looking_up(line)
    line.wait(3_000)
    line.report(first, "result", ORDER)
    line.hear()
    line.wait(1_000)
    second = looking_up(line)
    line.caller("tell me if this takes longer than last time")
    line.hear()
    line.wait(2_000)
    line.report(second, "result", ORDER)
    line.hear()
    assert line.wait(20_000) == []


def test_how_long_it_has_been_is_told_from_the_calls_clock(line):
    looking_up(line)
    line.wait(3_000)
    line.now_ms += 200
    assert line.caller("how long have i been on hold") == []
    assert next_due_ms(line.state) == 0
    assert line.tell(TimePassed(line.now_ms)) == ["3 seconds of 13 seconds."]
    assert [effect.news for effect in line.effects if isinstance(effect, Say)] == [False]


def test_without_work_it_is_how_long_the_call_has_been(line):
    line.caller("how long have i been on hold")
    assert line.tell(TimePassed(65_000)) == ["1 minute and 5 seconds."]


def test_a_long_wait_gets_its_words_when_the_clock_is_only_read_when_due(line):
    looking_up(line)
    assert line.wait(17_000) == [
        (14_000, "This takes long."),
        (20_000, "This takes long."),
        (26_000, "This takes long."),
    ]


def test_work_that_goes_on_meanwhile_is_given_up_at_its_time(line):
    line.caller("where is my order 104233")
    line.hear()
    assert line.wait(61_000) == [(70_000, "I couldn't check the order.")]
    assert line.cancelled == [line.task("track").task_id]
    assert line.state.step == "greet"


def test_in_spanish():
    text = SERVICE_DESK.read_text().replace("title: Service desk", "title: Mesa\nlanguage: es-ES")
    text = text.replace("keywords: [remind]", "keywords: [recuérdamelo, recuérdame]")
    line = Line.open(read_flow(text))
    assert line.caller("recuérdamelo cada dos minutos") == ["I'll remind you cada 2 minutos."]
    line.hear()
    assert line.wait(150_000) == [(120_000, "Your reminder, after 2 minutos.")]
    line.caller("when will it arrive")
    line.hear()
    task = line.task("delivery")
    line.report(task, "partial", {"expected_on": "2026-11-24"})
    line.hear()
    said = line.report(task, "result", ORDER | {"expected_on": "2026-11-25"})
    assert said[0].startswith("Le dije ")
