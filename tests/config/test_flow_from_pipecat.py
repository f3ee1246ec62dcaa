"""Flows of pipecat's become ours: what they say is kept, what they cannot say is told."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config.flow_file import FlowError, load_flow, read_flow, shipped_flows
from config.flow_from_pipecat import Imported, from_pipecat
from config.flow_graph import targets
from config.flow_pipecat import to_pipecat
from config.flow_pipecat_config import is_pipecat
from config.flow_steps import Ask, Decide, End, LookUp, Say


def node(content: str, *functions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"task_messages": [{"role": "system", "content": content}], "functions": [*functions], **more}


def leads(name: str, target: str, description: str = "The caller says so.") -> dict[str, Any]:
    return {"name": name, "transition_only": True, "description": description, "transition_to": target}


def imported(nodes: dict[str, Any], start: str = "a", **more: Any) -> Imported:
    return from_pipecat(json.dumps({"initial_node": start, "nodes": nodes, **more}), "mine")


@pytest.mark.parametrize("name", ["refund", "after_hours", "technical_support"])
def test_what_was_written_for_pipecat_comes_back_as_a_sound_flow_that_goes_the_same_ways(name: str) -> None:
    flow = load_flow(name)
    back = read_flow(from_pipecat(json.dumps(to_pipecat(flow).config), name).yaml)
    assert back.start == flow.start
    for step, ours in back.steps.items():
        was = flow.steps.get(step)
        if was is None or step in ("trouble", "nobody_there"):
            continue
        if isinstance(was, Say | Ask):
            assert ours.kind == was.kind, step
            ways = {target for _, target in targets(ours)}
            assert ways <= {target for _, target in targets(was)} | {step}, step


def test_an_ask_has_an_answer_for_each_function_with_words_from_its_description() -> None:
    flow = read_flow(
        imported(
            {
                "a": node(
                    "Ask: Pizza or sushi?",
                    leads("choose_pizza", "b", "The caller wants to order pizza."),
                    leads("yes", "b"),
                    leads("said_sushi", "b", "The caller means: raw fish; sushi please."),
                ),
                "b": node("Say: Bye."),
            }
        ).yaml
    )
    ask = flow.steps["a"]
    assert isinstance(ask, Ask)
    assert ask.says == ("Pizza or sushi?",)
    assert ask.answers == {"choose_pizza": "b", "yes": "b", "sushi": "b"}
    assert flow.meanings["choose_pizza"].phrases == ("choose pizza", "order pizza")
    assert flow.meanings["sushi"].phrases == ("raw fish", "sushi please")
    assert isinstance(flow.steps["b"], End)


def test_a_tool_is_looked_up_and_its_branch_decides() -> None:
    branch = {"field": "status", "cases": {True: "c", "late": "b"}, "default": "b"}
    text = yaml.safe_dump(
        {
            "initial_node": "a",
            "nodes": {
                "a": node("Ask: Shall I?", leads("yes", "t"), leads("no", "b")),
                "t": node("Say: Looking.", {"name": "findOrder", "transition_to": branch}),
                "b": node("Say: Bye."),
                "c": node("Say: Ciao."),
            },
        }
    )
    flow = read_flow(from_pipecat(text, "mine").yaml)
    look_up, decide = flow.steps["t"], flow.steps["t_by_answer"]
    assert isinstance(look_up, LookUp)
    assert (look_up.tool, look_up.next) == ("find_order", "t_by_answer")
    assert isinstance(decide, Decide)
    assert (decide.by, dict(decide.cases), decide.otherwise) == (
        "find_order.status",
        {"true": "c", "late": "b"},
        "b",
    )


def test_a_tool_beside_other_ways_is_an_answer_that_leads_to_a_look_up_and_back() -> None:
    flow = read_flow(
        imported(
            {"a": node("Ask: What now?", {"name": "get_time"}, leads("bye", "b")), "b": node("Say: Bye.")},
            global_functions=[leads("person", "b", "The user asks for a person.")],
        ).yaml
    )
    ask = flow.steps["a"]
    assert isinstance(ask, Ask)
    look_up = flow.steps[ask.answers["get_time"]]
    assert isinstance(look_up, LookUp)
    assert look_up.next == "a"
    assert flow.global_steps == {"person": "b"}


def test_what_cannot_be_carried_over_is_told() -> None:
    notes = imported(
        {
            "a": node(
                "Greet {{ customer.name }} and chat {nicely}.",
                leads("done", "b"),
                role_message="Be kind.",
                context_strategy="reset",
                respond_immediately=False,
                pre_actions=[
                    {"type": "tts_say", "text": "Hello!"},
                    {"type": "function", "handler": "log_it"},
                ],
            ),
            "b": node("Say: Bye."),
            "island": node("Nobody comes here."),
        }
    )
    told = "\n".join(notes.notes)
    for what in (
        "role_message",
        "context_strategy",
        "respond_immediately",
        "action 'function'",
        "island",
        "silence, misunderstood",
        "what a language model was told",
        "is left out; put blanks",
    ):
        assert what in told, what
    step = read_flow(notes.yaml).steps["a"]
    assert isinstance(step, Ask)
    assert step.says == ("Hello! Greet and chat (nicely).",)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"initial_node": "x", "nodes": {"a": node("Hi.")}}, "initial_node 'x' is no node; did you mean"),
        ({"initial_node": "a", "nodes": {}}, "nodes: dictionary should have at least 1 item"),
        ({"nodes": {"a": node("Hi.")}}, "'initial_node' is missing; add it"),
        (
            {"initial_node": "a", "nodes": {"a": node("Hi.", colour="blue")}},
            "nodes.a: 'colour' is not known in pipecat's FlowConfig; remove it",
        ),
        (
            {"initial_node": "a", "nodes": {"a": node("Hi.", leads("go", "bb")), "b": node("Bye.")}},
            "node 'a': function 'go' leads to 'bb', which is no node",
        ),
    ],
)
def test_what_is_no_flow_of_pipecats_is_refused_with_the_place_and_the_fix(
    content: dict[str, Any], problem: str
) -> None:
    with pytest.raises(FlowError) as refused:
        from_pipecat(json.dumps(content), "mine")
    assert any(problem.split("; did")[0] in each for each in refused.value.problems), refused.value.problems


def test_pipecats_flows_are_told_from_ours() -> None:
    for name in shipped_flows():
        assert is_pipecat(to_pipecat(load_flow(name)).config)
    assert not is_pipecat({"schema": 1, "steps": {}})
    assert not is_pipecat(["nodes"])


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=80))
def test_whatever_nodes_and_functions_are_called_the_draft_reads_as_a_flow(
    name: str, function: str, content: str
) -> None:
    nodes = {
        name: node(content, leads(function, "the end", content or "x"), leads("no", "the end")),
        "the end": node("Bye."),
    }
    if name == "the end" or function in ("no", "go_on"):
        return
    flow = read_flow(imported(nodes, name).yaml)
    assert isinstance(flow.steps[flow.start], Ask)
