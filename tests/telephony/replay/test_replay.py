import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from admin.replays.compare import Comparison, compare
from agents.messages import Delegation, ReportKind
from agents.simulation.events import Source
from agents.toolbox import find_tools
from config.flow_file import read_flow, source_of
from config.replaying import By
from telephony.errors import ReplayError
from telephony.replay.desk import ReplayDesk
from telephony.replay.recorded import read_recorded
from telephony.replay.replay import replay
from telephony.tape import read_rows
from tests.telephony.replay.taping import caller_only, order, replayed, tools

ORDER = {40: "where is my order", 80: "#104233", 190: "no thanks"}
REFUND = {40: "yes", 80: "one zero four two two five", 130: "eight three seven zero two", 200: "yes please"}


def compared(recorded: Path, new: Path, sources: dict[str, Source]) -> Comparison:
    rows = list(read_rows(recorded)), list(read_rows(new))
    plain = {task: source.value for task, source in sources.items()}
    return compare(*rows, find_tools(), plain, 0)


@pytest.fixture
async def recorded(tmp_path: Path) -> Path:
    """A whole call of the shipped flow: the order is found."""
    caller = caller_only(tmp_path / "caller", ORDER, 60)
    ran: list[str] = []
    await replayed(caller, tmp_path / "recorded", "order_status", ran)
    assert ran == ["order_status"]
    return tmp_path / "recorded"


async def test_the_same_flow_says_the_same_and_asks_no_tool_again(recorded: Path, tmp_path: Path) -> None:
    ran: list[str] = []
    done = await replayed(recorded, tmp_path / "again", "order_status", ran)
    found = compared(recorded, tmp_path / "again", done.sources)
    assert ran == []
    assert list(done.sources.values()) == [Source.RECORDED]
    assert (found.diverges, found.differences) == (None, [])
    assert found.recorded.outcome == found.replayed.outcome == "completed"
    assert found.replayed.slots == {"order_number": "104233"}
    assert [line.who for line in found.replayed.timeline.lines].count("caller") == 2


async def test_where_a_changed_flow_parts_is_found(recorded: Path, tmp_path: Path) -> None:
    changed = source_of("order_status").replace("Sure. What is your order number?", "Which order is it?", 1)
    done = await replayed(recorded, tmp_path / "changed", changed, [])
    found = compared(recorded, tmp_path / "changed", done.sources)
    assert found.diverges is not None
    assert "What is your order number?" in (found.diverges.recorded or "")
    assert "Which order is it?" in (found.diverges.replayed or "")
    (other,) = [pair for pair in found.pairs if not pair.same]
    assert (other.recorded, other.replayed) != (None, None)
    assert "cannot react" in found.caveats[0]
    assert "Played by words" in found.caveats[1]


async def test_a_flow_that_asks_something_else_looks_that_up_now(recorded: Path, tmp_path: Path) -> None:
    text = source_of("order_status")
    changed = text.replace('order_number: "{order_number}"', 'order_number: "999999"')
    assert changed != text
    ran: list[str] = []
    done = await replayed(recorded, tmp_path / "changed", changed, ran)
    found = compared(recorded, tmp_path / "changed", done.sources)
    assert set(ran) == {"order_status"}
    assert Source.RAN in done.sources.values()
    assert "tool" in {each.what for each in found.differences}


async def test_what_changes_something_is_never_run_in_a_replay(tmp_path: Path) -> None:
    caller = caller_only(tmp_path / "caller", REFUND, 70)
    ran: list[str] = []
    done = await replayed(caller, tmp_path / "new", "refund", ran)
    rows = list(read_rows(tmp_path / "new"))
    asked = {each["tool"]: each for row in rows for each in row.get("delegations", [])}
    assert set(asked) == {"verify_customer", "order_status", "refund_order"}
    assert asked["refund_order"]["consent"] is True
    assert ran == ["order_status"], "only what reads"
    sources = {tool: done.sources[each["task_id"]] for tool, each in asked.items()}
    assert sources == {
        "verify_customer": Source.MADE_UP,
        "order_status": Source.RAN,
        "refund_order": Source.MADE_UP,
    }
    found = compared(caller, tmp_path / "new", done.sources)
    assert any("'refund_order' was not run" in caveat for caveat in found.caveats)
    assert found.replayed.slots["postcode"] == "(hidden)"
    again = await replayed(tmp_path / "new", tmp_path / "again", "refund", ran)
    assert set(again.sources.values()) == {Source.RECORDED}
    assert ran == ["order_status"], "what was answered then is answered again"


async def test_a_replay_goes_the_same_way_every_time(recorded: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        await replayed(recorded, tmp_path / name, "order_status", [])
    one, other = (list(read_rows(tmp_path / name)) for name in ("one", "other"))
    assert json.dumps(one) == json.dumps(other)


async def test_a_call_the_caller_ended_is_not_replayed_beyond_its_recording(tmp_path: Path) -> None:
    caller = caller_only(tmp_path / "caller", {40: "where is my order"}, 20, outcome="caller_hung_up")
    done = await replayed(caller, tmp_path / "new", "order_status", [])
    assert done.beyond_ms == 0
    (end,) = [row for row in read_rows(tmp_path / "new") if row["kind"] == "end"]
    assert (end["outcome"], end["micro_turns"]) == ("caller_hung_up", 100)


async def test_a_call_the_agent_ended_may_go_on_for_half_a_minute(tmp_path: Path) -> None:
    caller = caller_only(tmp_path / "caller", {40: "where is my order"}, 10)
    done = await replayed(caller, tmp_path / "new", "order_status", [])
    assert done.beyond_ms == 30_000


async def test_progress_rises_to_the_end(recorded: Path, tmp_path: Path) -> None:
    told: list[float] = []
    text = source_of("order_status")
    await replay(order(recorded, tmp_path / "new", text), read_flow(text), tools([]), told.append)
    assert told == sorted(told)
    assert told[-1] > 0.9


async def test_answers_come_as_late_as_they_did_and_not_after_a_cancellation(recorded: Path) -> None:
    call = read_recorded(recorded)
    desk = ReplayDesk("c", call.tasks, tools([]))
    (task,) = call.tasks
    late_ms = task.reports[-1][0]
    assert late_ms > 0
    asked = Delegation(task_id="t", tool=task.tool, arguments=json.loads(task.arguments))
    desk.now_ms = 5_000
    await desk.delegate(asked)
    desk.now_ms = 5_000 + late_ms - 1
    assert desk.reports() == []
    desk.now_ms += 1
    assert [(report.task_id, report.kind) for report in desk.reports()] == [("t", ReportKind.RESULT)]
    await desk.delegate(asked.model_copy(update={"task_id": "u"}))
    await desk.cancel("u")
    desk.now_ms += 60_000
    assert [report.kind for report in desk.reports()] == [ReportKind.CANCELLED]


def test_what_holds_no_tape_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="holds no tape"):
        read_recorded(tmp_path)
    (tmp_path / "tape.jsonl").write_text("{}\n")
    (tmp_path / "call.wav").write_bytes(b"RIFF no sound")
    with pytest.raises(ReplayError, match="cannot be read"):
        read_recorded(tmp_path)


def test_the_callers_side_is_read_to_the_sample(tmp_path: Path) -> None:
    call = read_recorded(caller_only(tmp_path / "caller", ORDER, 60))
    assert call.caller.shape == (300, 3_200)
    assert call.caller.dtype == np.int16
    assert call.keys == {80: tuple("104233")}
    assert {index: turn.text for index, turn in call.turns.items()} == {
        40: "where is my order",
        190: "no thanks",
    }


def test_turns_that_were_typed_are_told_from_spoken_ones(tmp_path: Path) -> None:
    call = read_recorded(caller_only(tmp_path / "caller", ORDER, 60))
    words = tuple(replace(word, end_ms=word.start_ms) for word in call.turns[40].words)
    typed = replace(call, turns={40: replace(call.turns[40], words=words), 190: call.turns[190]})
    assert typed.typed(40) == ("where is my order",)
    assert typed.typed(190) == typed.typed(41) == ()


@pytest.mark.slow
async def test_by_audio_the_model_greets_a_silent_caller_as_in_a_call(tmp_path: Path) -> None:
    caller = caller_only(tmp_path / "caller", {}, 12, outcome="caller_hung_up")
    text = source_of("order_status")
    await replay(order(caller, tmp_path / "new", text, By.AUDIO), read_flow(text), tools([]))
    found = compared(caller, tmp_path / "new", {})
    (greeting, *_) = found.replayed.timeline.lines
    assert " ".join(word.text for word in greeting.words).startswith("Thanks for calling Lumen and Oak")
    assert found.by is By.AUDIO
