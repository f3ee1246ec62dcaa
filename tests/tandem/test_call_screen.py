import io

from rich.console import Console

from config.tape.witness import Witness, take
from tandem.call_screen import Screen
from telephony.simulator.caller import Press
from telephony.simulator.events import AgentSounded, CallerActed, TapeTold


def shown(*events) -> list[str]:
    console = Console(file=io.StringIO(), width=100)
    with Screen(console).showing() as screen:
        for event in events:
            screen.watch(event)
    return console.file.getvalue().splitlines()


def told(*rows) -> list[TapeTold]:
    witness, events = Witness(), []
    for row in rows:
        witness = take(witness, {"kind": "turn"} | row)
        events.append(TapeTold(row["index"] * 200, witness))
    return events


def voiced(index: int, *texts: str) -> dict:
    words = [
        {"text": text, "start_ms": index * 200 + k * 100, "end_ms": index * 200 + (k + 1) * 100}
        for k, text in enumerate(texts)
    ]
    return {"index": index, "agent": {"offer": f"o{index}", "words": words}}


def test_only_what_was_heard_of_the_agent_is_shown_and_a_cut_is_marked():
    lines = shown(
        *told(
            voiced(0, "one", "two", "three"),
            {"index": 1, "heard_ms": 200},
            {"index": 2, "acts": [{"act": "Yielded", "offer_id": "o0"}]},
            voiced(5, "sorry"),
            {"index": 8, "heard_ms": 1_500},
        )
    )
    assert lines == ["  0:00  agent     one two …  (interrupted)", "  0:01  agent     sorry"]


def test_keys_are_one_line():
    lines = shown(CallerActed(1_000, Press("1")), CallerActed(1_250, Press("2")))
    assert lines == ["  0:01  caller    keys in 12"]


def test_what_the_platform_understood_and_its_tools_are_shown():
    lines = shown(
        *told(
            {"index": 3, "caller": {"text": "one two", "final": False, "confidence": 0.5, "words": []}},
            {"index": 4, "delegations": [{"task_id": "t", "tool": "order_status", "arguments": {"n": "12"}}]},
            {"index": 6, "reports": [{"task_id": "t", "kind": "failed", "error": "not_found"}]},
        )
    )
    assert lines == [
        "  0:00  heard     one two  50%",
        "  0:00  tool      order_status(n='12') → failed: not_found",
    ]


def test_without_a_tape_the_screen_says_when_the_agent_spoke():
    lines = shown(AgentSounded(100, speaking=True), AgentSounded(1_600, speaking=False))
    assert lines == ["  0:00  agent     spoke for 1.5 s"]
