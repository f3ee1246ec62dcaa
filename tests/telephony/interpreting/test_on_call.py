"""A call that somebody takes over who speaks another language than the caller."""

import numpy as np

from config.live import HELD_MS, CommandKind
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import (
    DialsTurned,
    LanguageChanged,
    LanguageHeard,
    Transcript,
)
from telephony.interpreting.interpretation import DIALS
from tests.telephony.interpreting.stage import Open, Stage
from tests.telephony.live.follower import want
from tests.telephony.scripted_call import spoken

LOUD = np.full(MICRO_TURN_SAMPLES * 2, 4_000, np.int16)


async def interpreted(stage: Stage) -> None:
    await stage.go(3)
    command = {"holder": "h1", "language": "en-US"}
    assert want(stage.call, CommandKind.INTERPRET, **command).done
    await stage.go(6)


async def test_who_takes_a_call_over_in_another_language_is_interpreted(opened: Open) -> None:
    stage = opened()
    await interpreted(stage)
    assert [context.language for context in stage.engine.contexts] == ["en-US"]
    assert any("automatic interpreter" in text for text in stage.to_other)
    assert any("intérprete automático" in text for text in stage.scene.offered)
    await stage.caller_says("quiero devolver la lámpara")
    assert "I want to return the lamp" in " ".join(stage.to_other)
    await stage.other_says("which colour is it")
    assert any("de qué color es" in text for text in stage.scene.offered)
    [there, back] = stage.column("interpreted")
    assert (there["speaker"], back["speaker"]) == ("caller", "other")
    told = stage.kept.of("interpreted")
    assert [(each["speaker"], each["language"]) for each in told] == [("caller", "en-US"), ("other", "es-MX")]
    [theirs] = [each for each in stage.kept.of("words") if each["side"] == "person"]
    assert (theirs["text"], theirs["language"]) == ("which colour is it", "en-US")


async def test_the_flow_does_not_answer_meanwhile_and_goes_on_after_it_is_handed_back(opened: Open) -> None:
    stage = opened()
    await interpreted(stage)
    assert (stage.kept.now.held_by, stage.kept.now.interpreted) == ("Ada", "en-US")
    assert [each["what"] for each in stage.kept.of("control")] == ["interpreted", "interpreting"]
    await stage.caller_says("quiero hablar con una persona")
    assert not stage.dialler.rung
    assert want(stage.call, CommandKind.HAND_BACK, holder="h1").done
    await stage.go(3)
    assert (stage.kept.now.held_by, stage.kept.now.interpreted) == (None, None)
    assert "Vuelvo a ser el asistente" in stage.scene.offered[-1]
    assert stage.engine.sides[-1].closed
    dials = [e.dials for t in stage.scene.agent.turns for e in t.events if isinstance(e, DialsTurned)]
    assert dials[-2] == DIALS
    assert dials[-1].remarks
    assert [row["what"] for row in stage.column("control")] == ["interpret", "hand_back"]


async def test_the_callers_ears_hear_the_language_they_have_gone_over_to_until_the_agent_is_back(
    opened: Open,
) -> None:
    stage = opened()
    await interpreted(stage)
    heard = LanguageHeard("en", 0.97)
    english = Transcript(spoken("where is my order", 0.95), final=True, language="en", spoken=heard)
    stage.scene.agent.transcript = english
    await stage.go(3)
    assert want(stage.call, CommandKind.HAND_BACK, holder="h1").done
    await stage.go(3)
    told = [e for t in stage.scene.agent.turns for e in t.events if isinstance(e, LanguageChanged)]
    assert told == [LanguageChanged("en-US"), LanguageChanged("es-MX")]
    assert stage.column("language") == ["en-US", "es-MX"]


async def test_a_browser_of_which_nothing_comes_gives_the_call_back(opened: Open) -> None:
    stage = opened()
    await interpreted(stage)
    await stage.go(HELD_MS // MICRO_TURN_MS + 2)
    assert stage.kept.now.interpreted is None
    assert stage.engine.sides[-1].closed


async def test_they_hear_the_interpreter_on_their_left_and_the_caller_hears_their_voice(opened: Open) -> None:
    stage = opened()
    await interpreted(stage)
    await stage.go(10)
    want(stage.call, CommandKind.LISTEN)
    stage.call.spoke("h1", LOUD)
    answers = [await stage.scene.go() for _ in range(3)]
    assert any((answer.agent_audio == 4_000).any() for answer in answers)
    assert all(ear is not None for ear in stage.kept.ears[-3:])


async def test_without_room_for_a_second_leg_the_two_speak_without_an_interpreter(opened: Open) -> None:
    stage = opened()
    stage.engine.full = True
    await interpreted(stage)
    stage.call.spoke("h1", LOUD)
    answer = await stage.scene.go()
    assert (answer.agent_audio == 4_000).all()
    assert stage.column("interpreted") == []
    assert (stage.kept.now.held_by, stage.kept.now.interpreted) == ("Ada", None)
    assert [each["what"] for each in stage.kept.of("control")] == ["interpreted", "not_interpreted"]


async def test_when_their_side_of_the_model_breaks_the_two_hear_each_other_without_an_interpreter(
    opened: Open,
) -> None:
    stage = opened()
    await interpreted(stage)
    stage.engine.sides[-1].failing = True
    await stage.go(4)
    assert (stage.kept.now.held_by, stage.kept.now.interpreted) == ("Ada", None)
    assert stage.kept.of("control")[-1]["what"] == "not_interpreted"
    stage.call.spoke("h1", LOUD)
    answer = await stage.scene.go()
    assert (answer.agent_audio == 4_000).all()
