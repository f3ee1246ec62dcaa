from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.errors import Refused
from agents.simulation.events import Ended, Source
from agents.simulation.trial_tools import TrialTools
from agents.simulation.walk import TooLongError, walk
from agents.simulation.walked import Setting
from agents.toolbox import find_tools
from tests.agents.dialogue.talk import TODAY
from tests.agents.simulation.trial import (
    CANCELLED,
    HangsUp,
    Keys,
    Outcome,
    Says,
    Silence,
    Trial,
    flow_of,
    heard,
)

ASKING = (Says(text="where is my order"), Keys(keys="104233"))
REFUND = (Says(text="yes"), Says(text=CANCELLED), Says(text="83702"))


async def test_a_look_up_is_run_once_and_its_outcome_goes_back_with_the_next_request() -> None:
    trial = Trial(flow_of("order_status"))
    first = await trial(*ASKING)
    assert trial.ran == ["order_status"]
    assert "on its way with UPS" in heard(first)[-2]
    assert [event.kind for event in first.events] == ["say", "keys", "outcome"]
    again = await trial(*first.events, Says(text="no thanks, bye"))
    assert trial.ran == ["order_status"]
    assert again.told.outcome == "completed"
    assert again.told.waiting_for.what == "nothing"
    assert again.told.lines[: len(first.told.lines)] == first.told.lines


async def test_events_sent_all_at_once_lead_where_they_lead_one_by_one() -> None:
    trial = Trial(flow_of("order_status"))
    step_by_step = ()
    for event in (*ASKING, Says(text="no thanks, bye")):
        step_by_step = (await trial(*step_by_step, event)).events
    at_once = await trial(*ASKING, Says(text="no thanks, bye"))
    kinds = [event.kind for event in at_once.events]
    assert kinds == [event.kind for event in step_by_step] == ["say", "keys", "outcome", "say"]
    assert at_once.told.outcome == "completed"


async def test_lines_say_which_step_said_them_and_what_led_there() -> None:
    told = (await Trial(flow_of("order_status"))(*ASKING)).told
    by_step = {line.step: line for line in told.lines if line.who == "agent"}
    assert list(by_step) == ["greet", "order_number", "look_up", "shipped", "anything_else"]
    assert by_step["shipped"].steps == ["by_status", "shipped"]
    assert told.step == "anything_else"
    assert told.steps[:2] == ["greet", "order_number"]
    at_ms = [line.at_ms for line in told.lines]
    assert at_ms == sorted(at_ms)


async def test_slots_say_what_they_were_read_from() -> None:
    trial = Trial(flow_of("order_status"))
    (keyed,) = (await trial(*ASKING)).told.slots
    assert (keyed.name, keyed.value, keyed.by, keyed.heard, keyed.event) == (
        "order_number", "104233", "keys", "104233", 1,
    )  # fmt: skip
    said = Says(text="it is one zero four two double three", confidence=0.6)
    (spoken,) = (await trial(Says(text="where is my order"), said)).told.slots
    assert (spoken.value, spoken.by, spoken.heard, spoken.sure) == ("104233", "words", said.text, False)


async def test_an_outcome_of_other_arguments_counts_no_more() -> None:
    trial = Trial(flow_of("order_status"))
    first = await trial(*ASKING)
    edited = (first.events[0], Keys(keys="999999"), *first.events[2:])
    changed = await trial(*edited)
    assert trial.ran == ["order_status", "order_status"]
    (outcome,) = (event for event in changed.events if isinstance(event, Outcome))
    assert (outcome.ended, outcome.error) == (Ended.FAILED, "not_found")
    assert not any("UPS" in text for text in heard(changed))


async def test_what_changes_something_waits_for_the_tester_to_choose() -> None:
    trial = Trial(flow_of("refund"))
    asked = await trial(*REFUND)
    assert trial.ran == []
    assert asked.told.waiting_for.what == "outcome"
    (choice,) = asked.told.waiting_for.tasks
    assert (choice.tool, choice.step, choice.refused) == ("verify_customer", "verify", None)
    assert "83702" not in str(choice.arguments), "a sensitive value is shown"
    assert choice.example["customer_id"]
    refused = await trial(*asked.events, Outcome(task_id=choice.task_id, ended=Ended.REFUSED))
    assert refused.told.outcome == "transferred"
    assert refused.told.transfer_to == "customer_care"


async def test_identity_and_consent_go_through_a_simulation() -> None:
    trial = Trial(flow_of("refund"))
    asked = await trial(*REFUND)
    verified = Outcome(
        task_id=asked.told.waiting_for.tasks[0].task_id,
        ended=Ended.SUCCEEDED,
        result={"customer_id": "C1014", "verified_by": "order number and postcode", "name": "Ada"},
    )
    known = await trial(*asked.events, verified)
    assert known.told.identity == "C1014"
    assert trial.ran == ["order_status"], "of the reads none was left out, of the writes none was run"
    agreed = await trial(*known.events, Says(text="yes please"))
    (choice,) = agreed.told.waiting_for.tasks
    assert (choice.tool, choice.refused) == ("refund_order", None)
    (task,) = [line.task for line in agreed.told.lines if line.task and line.task.tool == "refund_order"]
    assert (task.consent, task.identity, task.ended) == (True, "C1014", None)
    unknown = await trial(*agreed.events, Outcome(task_id=choice.task_id, ended=Ended.UNKNOWN))
    assert unknown.told.steps[-1] != agreed.told.steps[-1]
    assert trial.ran == ["order_status"]


async def test_a_success_without_a_result_is_made_up_and_marked() -> None:
    trial = Trial(flow_of("refund"))
    asked = await trial(*REFUND)
    chosen = Outcome(task_id=asked.told.waiting_for.tasks[0].task_id, ended=Ended.SUCCEEDED)
    told = await trial(*asked.events, chosen)
    made = next(event for event in told.events if isinstance(event, Outcome))
    assert made.source is Source.MADE_UP
    assert made.result
    assert told.told.identity == made.result["customer_id"]
    (task,) = [line.task for line in told.told.lines if line.task and line.task.tool == "verify_customer"]
    assert task.source is Source.MADE_UP


async def test_only_tools_that_read_can_be_run_at_all() -> None:
    ran: list[str] = []
    trial = Trial(flow_of("refund"), ran=ran)
    asked = await trial(*REFUND)
    (delegation,) = [task.delegation for task in asked.walked.open_tasks]
    tools = TrialTools(find_tools(), {})
    with pytest.raises(ValueError, match="never run"):
        await tools.run(delegation, "simulation")
    assert all(tool.reads for name, tool in find_tools().items() if name in tools.reading)


SAYINGS = st.sampled_from(
    ["yes", "no", "refund", CANCELLED, "83702", "cancel my order", "why is my bill so high", "send it",
     "i want an appointment", "the second one", "my lamp is broken", "call me back", "agent please", ""]
)  # fmt: skip
ENDS = st.sampled_from(list(Ended))


@given(
    name=st.sampled_from(["order_status", "refund", "appointment", "technical_support", "after_hours"]),
    doings=st.lists(st.one_of(st.builds(lambda text: Says(text=text), SAYINGS), st.just(Silence()), ENDS)),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_whatever_a_tester_does_no_tool_that_writes_is_run(name: str, doings: list) -> None:
    trial = Trial(flow_of(name))
    now = await trial()
    for doing in doings:
        if isinstance(doing, Ended):
            tasks = now.told.waiting_for.tasks
            doing = Outcome(task_id=tasks[0].task_id if tasks else "none", ended=doing)
        now = await trial(*now.events, doing)
    toolbox = find_tools()
    assert all(toolbox[each].reads for each in trial.ran)
    assert now == await trial(*now.events), "the same events led elsewhere"


async def test_an_interrupted_answer_is_not_heard_and_is_taken_up_again() -> None:
    trial = Trial(flow_of("order_status"))
    first = await trial(*ASKING)
    assert all(line.heard for line in first.told.lines if line.who == "agent")
    cut = await trial(*first.events, Says(text="purple curtains", interrupts=True))
    (lost,) = [line for line in cut.told.lines if line.step == "shipped" and not line.heard]
    assert "UPS" in lost.text
    assert any("UPS" in line.text and line.heard for line in cut.told.lines if line.at_ms > lost.at_ms)


async def test_silence_lasts_until_the_agent_speaks_or_as_long_as_was_said() -> None:
    trial = Trial(flow_of("order_status"))
    quiet = await trial(Silence())
    assert heard(quiet)[-1] == "Are you still there?"
    assert quiet.told.lines[1].text == "6 s"
    assert len(heard(await trial(Silence(ms=5_000)))) == 1
    ended = await trial(Silence(), Silence(), Silence())
    assert ended.told.outcome == "completed"


async def test_hanging_up_ends_the_call_and_nothing_counts_after_it() -> None:
    told = await Trial(flow_of("order_status"))(HangsUp(), Says(text="hello"))
    assert told.told.outcome == "caller_hung_up"
    assert len(told.events) == 1


async def test_what_the_flow_does_not_understand_is_marked() -> None:
    told = (await Trial(flow_of("order_status"))(Says(text="purple curtains"), *ASKING)).told
    assert [line.understood for line in told.lines if line.by == "words"] == [False, True]


async def test_a_call_can_begin_in_another_language_and_change_it() -> None:
    told = (await Trial(flow_of("refund"), language="es-MX")(Says(text="english please"))).told
    assert told.lines[0].language == "es-MX"
    assert told.lines[0].text.startswith("Gracias por llamar")
    assert told.language == "en-US"
    assert told.lines[-1].language == "en-US"


async def test_words_that_it_takes_long_are_said_when_it_does() -> None:
    trial = Trial(flow_of("order_status"))
    first = await trial(*ASKING)
    slow = [
        each.model_copy(update={"took_ms": 15_000}) if isinstance(each, Outcome) else each
        for each in first.events
    ]
    steps = flow_of("order_status").steps["look_up"]
    waiting = set(steps.waiting.says)
    assert not waiting & set(heard(first))
    assert waiting & set(heard(await trial(*slow)))


async def test_a_tool_that_breaks_is_told_of_and_the_simulation_goes_on() -> None:
    async def broken(**_: object) -> dict[str, object]:
        raise OSError("the disk is on fire")

    async def forbidding(**_: object) -> dict[str, object]:
        raise Refused("not today")

    toolbox = find_tools()
    for function, ended, error in (
        (broken, Ended.FAILED, "internal"),
        (forbidding, Ended.REFUSED, "refused"),
    ):
        tools = TrialTools(
            {**toolbox, "order_status": replace(toolbox["order_status"], function=function, dependencies={})},
            {},
        )
        walked = walk(flow_of("order_status"), ASKING, Setting(TODAY, "", tools.reading))
        (asked,) = [task.delegation for task in walked.open_tasks]
        outcome = await tools.run(asked, "simulation")
        assert (outcome.ended, outcome.error) == (ended, error)


def test_a_walk_that_takes_too_long_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(10_000))
    monkeypatch.setattr("agents.simulation.walk.time.monotonic", lambda: float(next(now)))
    with pytest.raises(TooLongError):
        walk(flow_of("order_status"), [Says(text="hello")] * 20, Setting(TODAY))
