import re
from functools import cache
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.flow import Flow, dials_at
from config.flow_checks import problems
from config.flow_file import FlowError, load_flow, read_flow, shipped_flows
from config.flow_graph import targets
from config.flow_steps import STEP_KINDS, Ask, LookUp


@cache
def text():
    return Path(__file__).with_name("in_one_language.yaml").read_text()


def wrong(old, new, count=1):
    """The lines of error for a flow in one language with `old` replaced by `new`."""
    assert old in text(), f"{old!r} is not in the flow"
    with pytest.raises(FlowError) as caught:
        read_flow(text().replace(old, new, count), "flow.yaml")
    return re.sub(r" \(line \d+\)", "", str(caught.value)).splitlines()


def test_every_shipped_flow_is_sound():
    assert "order_status" in shipped_flows()
    for name in shipped_flows():
        assert load_flow(name).name == name


def test_the_demonstration_flow_says_what_a_manager_reads_in_it():
    flow = load_flow("order_status")
    assert flow.key == "order_status@1"
    assert flow.start == "greet"
    assert isinstance(flow.steps["order_number"], Ask)
    assert isinstance(flow.steps["look_up"], LookUp)
    assert {step.kind for step in flow.steps.values()} == set(STEP_KINDS) - {"agent", "interpret", "survey"}


def test_a_flow_is_read_from_a_path(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(text())
    assert load_flow(str(path)).name == "order_status"


def test_a_target_that_does_not_exist_is_named_with_its_step_and_the_fix():
    assert wrong("next: by_status", "next: by_statsu") == [
        "flow.yaml: step 'look_up': next 'by_statsu' does not exist; did you mean 'by_status'?"
    ]


def test_a_kind_of_step_that_does_not_exist_is_named():
    assert wrong("kind: look_up", "kind: lookup") == [
        "flow.yaml: step 'look_up': kind 'lookup' is not known; did you mean 'look_up'?"
    ]


def test_a_step_without_a_kind_is_named():
    (line,) = wrong("    kind: decide\n", "")
    assert line.startswith("flow.yaml: step 'by_status': has no 'kind'; say which: say, ask")


def test_a_field_that_does_not_exist_is_named_with_what_was_meant():
    assert wrong("    next: by_status", "    nxt: by_status") == [
        "flow.yaml: step 'look_up': 'next' is missing; add it",
        "flow.yaml: step 'look_up': 'nxt' is not known here; did you mean 'next'?",
    ]


def test_a_field_of_a_part_is_named_with_its_part():
    (line,) = wrong("then_every_ms: 6000", "then_every: 6000")
    assert line == (
        "flow.yaml: step 'look_up': 'waiting.then_every' is not known here; did you mean 'then_every_ms'?"
    )


def test_a_step_nothing_leads_to_is_named():
    extra = "\nsteps:\n  island:\n    kind: end\n    says: Bye.\n    resume: greet\n"
    assert wrong("\nsteps:\n", extra) == [
        "flow.yaml: step 'island' is never reached; let a step lead to it, or remove it"
    ]


def test_a_step_without_a_way_out_is_named():
    trap = "\nsteps:\n  trap:\n    kind: ask\n    says: Again?\n    answers: {yes: trap}\n"
    lines = wrong("\nsteps:\n", trap)
    assert "flow.yaml: step 'trap' is never reached; let a step lead to it, or remove it" in lines
    assert (
        "flow.yaml: step 'trap' has no way out; let it, or a step after it, lead to an end or a transfer"
        in lines
    )


def test_a_ring_that_never_asks_is_named():
    rings = wrong("      not_found: unknown_number\n", "      not_found: look_up\n")
    assert any("look_up → look_up go round without ever asking" in line for line in rings)


def test_an_aside_is_only_for_what_callers_say():
    assert wrong("resume: what_else", "resume: take_your_time") == [
        "flow.yaml: step 'goodbye': resume leads to the aside 'take_your_time'; "
        "only answers and global_steps may"
    ]


def test_a_meaning_that_does_not_exist_is_named():
    assert wrong("no_number: without_number", "no_numbr: without_number") == [
        "flow.yaml: step 'order_number': answers meaning 'no_numbr', which does not exist; "
        "did you mean 'no_number'?"
    ]


def test_a_meaning_that_leads_nowhere_is_named():
    (line,) = wrong("  robot: who_speaks\n", "")[:1]
    assert "who_speaks" in line or "robot" in line


def test_a_destination_that_is_not_listed_is_named():
    assert wrong("destination: customer_care", "destination: custmer") == [
        "flow.yaml: step 'to_a_person': destination 'custmer' is not listed; did you mean 'customer_care'?"
    ]


def test_a_blank_nothing_fills_is_named():
    assert wrong("Let me look up order {order_number}.", "Let me look up order {order_numbr}.") == [
        "flow.yaml: step 'look_up': says has blank {order_numbr}, which nothing fills; "
        "did you mean 'order_number'?"
    ]


def test_an_argument_that_takes_no_slot_is_named():
    assert wrong('order_number: "{order_number}"', 'order_number: "{number}"')[0].startswith(
        "flow.yaml: step 'look_up': argument 'order_number' takes slot 'number', which does not exist"
    )
    assert wrong('order_number: "{order_number}"', 'order_number: "no. {order_number}"') == [
        "flow.yaml: step 'look_up': argument 'order_number' is 'no. {order_number}'; "
        "give a plain value, one slot, like {order_number}, or part of an answer, like {order.status}"
    ]


def test_a_failure_there_is_not_is_named():
    assert wrong("      limit: limit_reached\n", "      limits: limit_reached\n") == [
        "flow.yaml: step 'look_up': nothing fails with 'limits'; did you mean 'limit'?"
    ]


def test_an_argument_that_takes_an_answer_nobody_gives_is_named():
    assert wrong('order_number: "{order_number}"', 'order_number: "{ordr.order_number}"') == [
        "flow.yaml: step 'look_up': argument 'order_number' takes answer 'ordr', which nobody gives; "
        "did you mean 'order'?"
    ]


def test_a_stray_brace_and_an_unknown_form_are_named():
    assert "has a brace that is no blank" in wrong("order {order_number}.", "order {order number}.")[0]
    assert "has no known form" in wrong("{order.expected_on:when}", "{order.expected_on:someday}")[0]


def test_trouble_must_be_able_to_speak_without_knowing_anything():
    lines = wrong("trouble: trouble\n", "trouble: by_status\n")
    assert lines == [
        "flow.yaml: trouble: step 'by_status' cannot catch trouble; choose an ask, a transfer or an end"
    ]
    assert "without blanks" in wrong("trouble: trouble\n", "trouble: unknown_number\n")[0]


def test_phrases_are_plain_words():
    assert "is not plain" in wrong("- where is my order\n", "- Where is my order?\n")[0]


def test_a_value_out_of_range_is_named_with_what_it_is():
    (line,) = wrong("believe: 0.75", "believe: 75")
    assert line.startswith("flow.yaml: 'sureness.believe' ")
    assert "75" in line


def test_a_step_turns_the_dials_it_names_and_leaves_the_others_to_the_flow():
    flow = read_flow(
        text().replace("patience: 0.5", "patience: 0.4").replace("{patience: 0.6}", "{backchannels: 0}")
    )
    assert (flow.dials.patience, flow.dials.backchannels) == (0.4, 0.5)
    assert dials_at(flow, "greet") == flow.dials
    assert dials_at(flow, "order_number") == flow.dials.model_copy(update={"backchannels": 0.0})
    assert dials_at(flow, "by_status") == flow.dials


@pytest.mark.parametrize("value", ["-0.1", "1.01", "much"])
def test_a_dial_outside_its_range_is_named_with_its_step(value):
    (line,) = wrong("{patience: 0.6}", f"{{patience: {value}}}")
    assert line.startswith("flow.yaml: step 'order_number': 'dials.patience' ")
    assert line.endswith(f"(it is {value!r})" if value == "much" else f"(it is {value})")


def test_a_dial_that_does_not_exist_is_named():
    assert wrong("{patience: 0.6}", "{patienc: 0.6}") == [
        "flow.yaml: step 'order_number': 'dials.patienc' is not known here; did you mean 'patience'?"
    ]


def test_dials_of_a_step_the_call_does_not_stay_at_are_refused():
    (line,) = wrong(
        "    kind: say\n    says: I'm sorry, I can't",
        "    kind: say\n    dials: {patience: 1}\n    says: I'm sorry, I can't",
    )
    assert line.endswith("has dials, but the call goes on at once; set them at step 'to_a_person'")


def test_a_schema_of_another_time_is_named():
    assert wrong("schema: 1", "schema: 7") == ["flow.yaml: schema is 7, but this Tandem reads schema 1"]


def test_yes_and_no_are_words():
    flow = load_flow("order_status")
    greet = flow.steps["greet"]
    assert isinstance(greet, Ask)
    assert greet.answers["yes"] == "order_number"


def test_a_key_that_stands_twice_is_named_with_its_line():
    (line,) = wrong("version: 1\n", "version: 1\nversion: 2\n")
    assert "'version' stands here twice; keep one" in line
    assert line.startswith("flow.yaml: line ")


def test_anchors_are_refused():
    assert "anchors" in wrong("version: 1\n", "version: &v 1\nother: *v\n")[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not a flow"),
        ("- a\n- b\n", "is not a flow"),
        ("steps: [", "line "),
        ("a: \x00", "is not YAML"),
        ("a: !!python/object:os.system x", "line "),
        ("[" * 100_000, "nested too deeply"),
        ("{" * 100_000, "nested too deeply"),
        ("x" * 1_000_001, "is larger than"),
    ],
)
def test_what_is_no_flow_is_refused_in_one_line(content, said):
    with pytest.raises(FlowError) as caught:
        read_flow(content, "odd.yaml")
    assert str(caught.value).startswith("odd.yaml: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("order_statsu", "did you mean 'order_status'?"),
        ("/nowhere/flow.yaml", "there is no such file"),
        (str(Path(__file__).parent) + "/test_flow.py", "no path of a .yaml file"),
    ],
)
def test_a_flow_that_cannot_be_found_is_a_configuration_error(name, said):
    with pytest.raises(ConfigError, match="flow") as caught:
        load_flow(name)
    assert said in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "flow.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FlowError, match="UTF-8"):
        load_flow(str(path))


@pytest.mark.parametrize("name", sorted(load_flow("order_status").steps))
def test_a_flow_that_lacks_any_one_of_its_steps_is_refused_by_that_name(name):
    content = load_flow("order_status").model_dump(by_alias=True)
    del content["steps"][name]
    found = problems(Flow.model_validate(content))
    assert any(f"'{name}'" in problem for problem in found)


def test_targets_names_every_way_a_step_leads():
    flow = load_flow("order_status")
    assert dict(targets(flow.steps["unknown_number"])) == {
        "at_most.then": "number_stays_unknown",
        "next": "look_up",
        "answers.no_number": "number_stays_unknown",
    }


# --- who speaks -------------------------------------------------------------------------------------


def test_a_flow_says_which_voice_speaks_and_how_fast() -> None:
    flow = read_flow(text() + "\nvoice: {name: fay, speed: 0.9}\nengine: native\n")
    assert (flow.voice.name, flow.voice.speed, flow.voice.pitch) == ("fay", 0.9, 0.5)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "voice: {name: clara}",
            "'voice.name' is 'clara', which is not known; use 'house', 'mike', 'paul', 'fay' or 'fern'",
        ),
        ("voice: {name: mike, loudness: 2}", "'voice.loudness' is not known here"),
        ("engine: moshi", "'engine' is 'moshi', which is not known; use 'native'"),
    ],
)
def test_a_voice_or_an_engine_nobody_has_is_named_with_those_there_are(line: str, problem: str) -> None:
    with pytest.raises(FlowError) as refused:
        read_flow(f"{text()}\n{line}\n")
    assert any(problem in each for each in refused.value.problems), refused.value.problems
