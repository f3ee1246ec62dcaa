"""A call whose caller speaks with somebody through an interpreter; model and carrier are scripted."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from config.flow_file import load_flow
from config.live import HELD_MS, CommandKind
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import (
    CallContext,
    DialsTurned,
    LanguageChanged,
    LanguageHeard,
    OfferMade,
    Transcript,
    TurnTaken,
)
from telephony.errors import CarrierError
from telephony.interpreting.house import House
from telephony.interpreting.interpretation import DIALS
from telephony.interpreting.legs import Legs
from telephony.line import Conversation, LineAnswer, LineTurn
from telephony.live.followed_call import FollowedCall
from telephony.tape import read_rows, seconds_recorded
from tests.telephony.interpreting.legs import Dictionary
from tests.telephony.live.follower import Kept, follow, want
from tests.telephony.scripted_call import SILENCE, Scene, ScriptedAgent, open_scene, spoken

FLOW = Path(__file__).with_name("interpreted.yaml")
LOUD = np.full(MICRO_TURN_SAMPLES * 2, 4_000, np.int16)


@dataclass
class Engine:
    """Opens scripted sides. `full`: it has no room."""

    sides: list[ScriptedAgent] = field(default_factory=list[ScriptedAgent])
    contexts: list[CallContext] = field(default_factory=list[CallContext])
    full: bool = False
    slow: asyncio.Event | None = None

    async def open(self, context: CallContext) -> ScriptedAgent:
        if self.slow is not None:
            await self.slow.wait()
        if self.full:
            raise RuntimeError("no room")
        self.contexts.append(context)
        self.sides.append(ScriptedAgent())
        return self.sides[-1]


@dataclass
class Dialler:
    """A carrier that rings; whether anybody answers is the test's."""

    rung: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    hung_up: list[str] = field(default_factory=list[str])
    refuses: bool = False

    async def call(self, to_number: str, from_number: str, leg: str, ring_s: int) -> str:
        if self.refuses:
            raise CarrierError("no credit")
        self.rung.append((to_number, from_number, leg))
        return f"CA-leg-{len(self.rung)}"

    async def hang_up(self, carrier_call_id: str) -> None:
        self.hung_up.append(carrier_call_id)


@dataclass
class Stage:
    scene: Scene
    call: FollowedCall
    kept: Kept
    engine: Engine
    dialler: Dialler
    legs: Legs
    translator: Dictionary
    leg: Conversation | None = None
    leg_index: int = 0

    async def go(self, turns: int = 1) -> LineAnswer:
        """Both lines go on; what is said on either is heard at once."""
        answer = LineAnswer(SILENCE)
        for _ in range(turns):
            await self.scene.go()
            if self.leg is not None:
                heard_ms = self.leg_index * MICRO_TURN_MS
                answer = await self.leg.micro_turn(LineTurn(self.leg_index, SILENCE, (), heard_ms))
                self.leg_index += 1
        return answer

    async def called(self) -> None:
        """The caller asks for a person, and somebody is rung."""
        await self.go(3)
        await self.scene.say("quiero hablar con una persona")
        await self.go(2)

    async def answered(self) -> None:
        """They answer, and are joined."""
        await self.called()
        token = self.dialler.rung[-1][2]
        assert self.legs.answered(token, "CA-leg-1")
        self.leg = await self.legs.claimed("CA-leg-1")
        await self.go(4)

    async def other_says(self, text: str) -> None:
        side = self.engine.sides[-1]
        said = Transcript(spoken(text, 0.95), final=True, confidence=0.95)
        side.transcript, side.next_acts = said, [TurnTaken(said)]
        await self.go(4)

    async def caller_says(self, text: str) -> None:
        said = Transcript(spoken(text, 0.95), final=True, confidence=0.95)
        self.scene.agent.transcript = said
        await self.scene.say(text)
        await self.go(4)

    @property
    def to_other(self) -> list[str]:
        return [
            event.offer.text
            for turn in self.engine.sides[-1].turns
            for event in turn.events
            if isinstance(event, OfferMade)
        ]

    def column(self, name: str) -> list[dict[str, object]]:
        return [row for each in read_rows(self.scene.folder) for row in each.get(name, [])]


Open = Callable[..., Stage]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    stages: list[Stage] = []

    def open_it(*, account: bool = True, notice: Mapping[str, str] | None = None) -> Stage:
        flow = load_flow(str(FLOW))
        call, kept = follow(flow)
        engine, dialler, translator = Engine(), Dialler(), Dictionary()
        legs = Legs(dialler if account else None)
        house = House(engine, translator, legs, lambda: True)
        scene = open_scene(tmp_path / "c1", follower=call, flow=flow, interpreters=house, notice=notice)
        stages.append(Stage(scene, call, kept, engine, dialler, legs, translator))
        return stages[-1]

    yield open_it
    for stage in stages:
        if stage.leg is not None:
            await stage.leg.close("stop")
        await stage.scene.call.close("stop")


# --- whoever has taken the call over ------------------------------------------------------------------


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


# --- whoever the flow has called ----------------------------------------------------------------------


async def test_the_step_rings_its_destination_and_says_so(opened: Open) -> None:
    stage = opened()
    await stage.called()
    assert [(to, came) for to, came, _ in stage.dialler.rung] == [("+15550003333", "+15550002222")]
    assert "Le comunico con" in stage.scene.offered[-1]
    await stage.go(60)
    assert "¿Sigue ahí?" not in stage.scene.offered  # who is put through is not asked whether they are there


@pytest.mark.parametrize("reason", ["stop", "lost", "silent"])
async def test_who_answers_is_interpreted_and_when_they_are_gone_the_flow_goes_on(
    opened: Open, reason: str
) -> None:
    stage = opened()
    await stage.answered()
    await stage.caller_says("quiero devolver la lámpara")
    assert "I want to return the lamp" in " ".join(stage.to_other)
    await stage.other_says("of course")
    assert "por supuesto" in " ".join(stage.scene.offered)
    assert stage.leg is not None
    leg, stage.leg = stage.leg, None
    await leg.close(reason)
    await stage.go(6)
    assert "La otra persona ha dejado la línea." in stage.scene.offered[-2]
    assert "Ya estoy de vuelta" in stage.scene.offered[-1]
    assert stage.engine.sides[-1].closed
    assert [row["what"] for row in stage.column("control")] == ["interpret", "hand_back"]
    await stage.scene.say("no")
    await stage.go(2)
    assert "Adiós" in stage.scene.offered[-1]


async def test_when_the_caller_hangs_up_the_other_is_told_and_their_line_ends(opened: Open) -> None:
    stage = opened()
    await stage.answered()
    await stage.scene.call.close("stop")
    assert stage.leg is not None
    answers: list[LineAnswer] = []
    for _ in range(4):
        turn = LineTurn(stage.leg_index, SILENCE, (), stage.leg_index * MICRO_TURN_MS)
        answers.append(await stage.leg.micro_turn(turn))
        stage.leg_index += 1
    assert stage.to_other[-1] == "The other person has left the line."
    assert answers[-1].end


async def test_the_second_leg_leaves_a_tape_of_its_own_that_the_calls_tape_names(opened: Open) -> None:
    stage = opened()
    await stage.answered()
    ahead = stage.scene.index - stage.leg_index
    await stage.caller_says("quiero devolver la lámpara")
    await stage.other_says("of course")
    assert stage.leg is not None
    leg, stage.leg = stage.leg, None
    await leg.close("stop")
    await stage.go(2)
    [joined] = stage.column("legs")
    folder = stage.scene.folder / "legs" / str(joined["leg"])
    header, *rows, end = read_rows(folder)
    assert (header["call_id"], header["language"]) == ("c1", "en-US")
    assert (end["outcome"], end["micro_turns"]) == ("caller_hung_up", stage.leg_index)
    assert [row["caller"]["text"] for row in rows if "caller" in row] == ["of course"]
    voiced = " ".join(word["text"] for row in rows for word in row.get("agent", {}).get("words", []))
    assert "I want to return the lamp" in voiced
    assert seconds_recorded(folder) == stage.leg_index * MICRO_TURN_MS / 1_000
    assert joined["later_ms"] == ahead * MICRO_TURN_MS


async def test_who_is_called_is_told_first_what_everybody_on_a_call_is_told(opened: Open) -> None:
    stage = opened(notice={"en": "This call is recorded."})
    await stage.answered()
    assert stage.to_other[0] == "This call is recorded."


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed"])
async def test_nobody_answering_leads_where_the_step_says(opened: Open, status: str) -> None:
    stage = opened()
    await stage.called()
    stage.legs.reported("CA-leg-1", status)
    await stage.go(3)
    assert "no contesta nadie" in stage.scene.offered[-1]
    assert stage.engine.sides == []


async def test_a_carrier_that_refuses_leads_there_too(opened: Open) -> None:
    stage = opened()
    stage.dialler.refuses = True
    await stage.called()
    await stage.go(2)
    assert "no contesta nadie" in stage.scene.offered[-1]


async def test_without_a_carrier_account_the_caller_is_told_at_once(opened: Open) -> None:
    stage = opened(account=False)
    await stage.called()
    await stage.go(2)
    assert "no contesta nadie" in stage.scene.offered[-1]


async def test_a_caller_who_wants_it_no_more_has_nobody_rung_any_longer(opened: Open) -> None:
    stage = opened()
    await stage.called()
    await stage.scene.say("no gracias déjelo")
    await stage.go(2)
    assert stage.dialler.hung_up == ["CA-leg-1"]
    assert not stage.legs.answered(stage.dialler.rung[0][2], "CA-leg-1")


async def test_who_answers_after_the_caller_has_gone_is_not_joined_to_anybody(opened: Open) -> None:
    stage = opened()
    await stage.called()
    token = stage.dialler.rung[0][2]
    await stage.scene.call.close("stop")
    assert not stage.legs.answered(token, "CA-leg-1")
    assert await stage.legs.claimed("CA-leg-1") is None
    assert stage.dialler.hung_up == ["CA-leg-1"]


async def test_a_caller_who_goes_while_the_second_leg_is_being_opened_leaves_nobody_alone_on_it(
    opened: Open,
) -> None:
    stage = opened()
    await stage.called()
    assert stage.legs.answered(stage.dialler.rung[0][2], "CA-leg-1")
    stage.engine.slow = asyncio.Event()
    joining = asyncio.create_task(stage.legs.claimed("CA-leg-1"))
    await stage.go(2)
    await stage.scene.call.close("stop")
    stage.engine.slow.set()
    with pytest.raises(CarrierError, match="nobody waits"):
        await joining
    assert stage.engine.sides[-1].closed


async def test_a_person_who_takes_the_call_over_ends_it_and_the_flow_goes_on_when_they_give_it_back(
    opened: Open,
) -> None:
    stage = opened()
    await stage.answered()
    assert want(stage.call, CommandKind.TAKE_OVER, holder="h1").done
    await stage.go(4)
    assert "The other person has left the line." in stage.to_other
    assert want(stage.call, CommandKind.HAND_BACK, holder="h1").done
    await stage.go(3)
    assert "Ya estoy de vuelta" in stage.scene.offered[-1]


async def test_only_the_call_that_was_made_can_be_joined() -> None:
    dialler = Dialler()
    legs = Legs(dialler)

    async def opens() -> Conversation:
        raise AssertionError("nobody may be joined")

    ringing = asyncio.create_task(legs.call("+15550003333", "+15550002222", opens))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not legs.answered("made up", "CA-leg-1")
    assert not legs.answered(dialler.rung[0][2], "CA-another")
    assert await legs.claimed("CA-another") is None
    legs.reported("CA-leg-1", "no-answer")
    assert not await ringing
