"""Early look-ups in a call: never seen by the caller, except that the answer is there sooner."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from agents.messages import ReportKind
from model.turn import OfferStarted, Yielded
from telephony.tape import read_rows
from tests.telephony.scripted_call import FOUND, Scene, open_scene

NUMBER = "one zero four two three three"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncGenerator[Scene]:
    scene = open_scene(tmp_path)
    await scene.go(3)
    await scene.say("where is my order")
    await scene.go(3)
    yield scene
    await scene.call.close("stop")


def column(scene: Scene, name: str) -> list[dict[str, Any]]:
    rows = [row for row in read_rows(scene.folder) if row["kind"] == "turn"]
    return [each for row in rows for each in row.get(name, ())]


async def test_the_look_up_is_at_work_before_the_caller_has_finished(scene: Scene) -> None:
    await scene.hear("one zero four two three")
    assert scene.desk.delegations == []
    await scene.hear(NUMBER)
    (early,) = scene.desk.delegations
    assert early.speculative
    assert early.arguments == {"order_number": "104233"}
    assert early.conversation[-1].text == NUMBER


async def test_an_answer_found_early_is_applied_in_the_micro_turn_in_which_the_turn_is_taken(
    scene: Scene,
) -> None:
    await scene.hear(NUMBER)
    scene.report(ReportKind.RESULT, result=FOUND)
    await scene.go()
    assert not any("two lamps" in text for text in scene.offered)
    before = len(scene.offered)
    await scene.say(NUMBER)
    assert len(scene.desk.delegations) == 1
    (acknowledgement, *_) = scene.offered[before:]
    assert "1 0 4 2 3 3" in acknowledgement
    await scene.go()
    assert any("two lamps" in text for text in scene.offered[before:])
    await scene.call.close("stop")
    taken = next(row for row in read_rows(scene.folder) if row.get("delegations"))
    assert [each["kind"] for each in taken["reports"]] == ["result"]
    assert taken["reports"][0]["task_id"] == taken["delegations"][0]["task_id"]
    assert [mark["what"] for mark in column(scene, "speculation")] == ["begun", "adopted"]
    *_, end = read_rows(scene.folder)
    assert end["speculation"] == {"look_ups": 1, "begun": 1, "adopted": 1, "ready": 1, "wasted": 0}


async def test_an_answer_that_comes_after_the_turn_is_the_dialogues(scene: Scene) -> None:
    await scene.hear(NUMBER)
    await scene.say(NUMBER)
    scene.report(ReportKind.RESULT, result=FOUND)
    await scene.go(2)
    assert any("two lamps" in text for text in scene.offered)
    assert len(scene.desk.delegations) == 1


async def test_an_answer_to_words_that_changed_is_never_spoken(scene: Scene) -> None:
    await scene.hear(NUMBER)
    scene.report(ReportKind.RESULT, result=FOUND)
    await scene.hear("one zero four two three four")
    scene.report(ReportKind.RESULT, task=0, result=FOUND)
    await scene.say("one zero four two three four")
    await scene.go(3)
    assert not any("two lamps" in text for text in scene.offered)
    assert [each.arguments["order_number"] for each in scene.desk.delegations] == ["104233", "104234"]
    await scene.call.close("stop")
    assert column(scene, "reports") == []
    assert [mark["what"] for mark in column(scene, "speculation")] == [
        "begun", "dropped", "begun", "adopted",
    ]  # fmt: skip


async def test_an_unfinished_look_up_is_cancelled_when_the_words_change(scene: Scene) -> None:
    await scene.hear(NUMBER)
    await scene.hear("one zero four two three four")
    assert scene.desk.cancelled == [scene.desk.delegations[0].task_id]


async def test_what_is_cancelled_after_its_adoption_is_cancelled_under_the_id_it_runs_under(
    scene: Scene,
) -> None:
    await scene.hear(NUMBER)
    await scene.say(NUMBER)
    await scene.go(3)
    await scene.say("agent please")
    await scene.go()
    assert scene.desk.cancelled == [scene.desk.delegations[0].task_id]


async def test_nothing_that_writes_is_begun_early(scene: Scene) -> None:
    scene.desk.reads.clear()
    await scene.hear(NUMBER)
    await scene.hear(NUMBER)
    assert scene.desk.delegations == []
    await scene.say(NUMBER)
    assert [each.speculative for each in scene.desk.delegations] == [False]


async def test_words_not_trusted_at_all_begin_nothing(scene: Scene) -> None:
    await scene.hear(NUMBER, confidence=0.2)
    assert scene.desk.delegations == []


async def test_while_it_is_open_who_has_the_floor_nothing_is_begun(scene: Scene) -> None:
    scene.agent.next_acts = [OfferStarted("offer-9")]
    await scene.go()
    await scene.hear(NUMBER)
    assert scene.desk.delegations == []
    scene.agent.next_acts = [Yielded("offer-9")]
    await scene.go()
    assert [each.speculative for each in scene.desk.delegations] == [True]


async def test_a_number_that_is_read_back_has_its_answer_when_it_is_confirmed(scene: Scene) -> None:
    await scene.hear(NUMBER)
    scene.report(ReportKind.RESULT, result=FOUND)
    await scene.say(NUMBER, confidence=0.7)
    await scene.go(2)
    assert scene.offered[-1] == "I have 1 0 4 2 3 3. Is that right?"
    await scene.hear("yes")
    await scene.say("yes that is right")
    await scene.go()
    assert len(scene.desk.delegations) == 1
    assert any("two lamps" in text for text in scene.offered)


async def test_a_number_that_is_denied_leaves_nothing_behind(scene: Scene) -> None:
    await scene.hear(NUMBER)
    scene.report(ReportKind.RESULT, result=FOUND)
    await scene.say(NUMBER, confidence=0.7)
    await scene.go(2)
    await scene.say("no")
    await scene.go(3)
    await scene.call.close("stop")
    assert not any("two lamps" in text for text in scene.offered)
    assert column(scene, "delegations") == column(scene, "reports") == []
    assert scene.summaries[0].speculation.wasted == 1


async def test_a_call_that_ends_in_the_middle_counts_what_was_begun_as_wasted(scene: Scene) -> None:
    await scene.hear(NUMBER)
    scene.desk.news.clear()
    scene.report(ReportKind.CANCELLED)
    await scene.call.close("stop")
    *_, last, end = read_rows(scene.folder)
    assert end["speculation"]["wasted"] == 1
    assert last["kind"] == "turn"
