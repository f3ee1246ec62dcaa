"""What a call leaves on its tape besides words: the language it went on in, the answer to a survey."""

from pathlib import Path
from typing import Any

from config.flow_file import load_flow, read_flow
from telephony.tape import read_rows
from tests.telephony.scripted_call import Scene, open_scene

SURVEY = """
schema: 1
name: farewell
version: 1
title: How was it?
start: rating
silence: {says: ["Hello?"], then: bye}
misunderstood: {then: bye}
trouble: bye
resuming: "{last}"
talked_over: One moment.
steps:
  rating:
    kind: survey
    says: From one to five, how was this call?
    next: bye
  bye:
    kind: end
    says: Goodbye.
    resume: rating
"""


def column(scene: Scene, name: str) -> list[Any]:
    rows = [row for row in read_rows(scene.folder) if row["kind"] == "turn"]
    return [(row["index"], each) for row in rows for each in row.get(name, ())]


async def test_the_language_a_call_goes_on_in_stands_where_it_changed(tmp_path: Path) -> None:
    scene = open_scene(tmp_path / "tape", flow=load_flow("refund"))
    await scene.go(3)
    await scene.say("in spanish please")
    await scene.go(3)
    assert scene.offered[-1].startswith("Con gusto, en español.")
    await scene.call.close("stop")
    assert column(scene, "language") == [(3, "es-MX")]


async def test_what_a_survey_was_answered_stands_on_the_tape(tmp_path: Path) -> None:
    scene = open_scene(tmp_path / "tape", flow=read_flow(SURVEY))
    await scene.go(3)
    await scene.say("four")
    await scene.go(3)
    await scene.call.close("stop")
    kept = {"step": "rating", "measures": "satisfaction", "answer": "rating", "value": 4}
    assert column(scene, "survey") == [(3, kept)]


async def test_an_answer_only_overheard_is_not_kept(tmp_path: Path) -> None:
    scene = open_scene(tmp_path / "tape", flow=read_flow(SURVEY))
    await scene.go(3)
    await scene.hear("four")
    await scene.go(2)
    await scene.call.close("stop")
    assert column(scene, "survey") == []
