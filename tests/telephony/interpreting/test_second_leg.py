"""Whom the flow calls, who speaks another language than the caller."""

import asyncio

import pytest

from config.live import CommandKind
from config.units import MICRO_TURN_MS
from telephony.errors import CarrierError
from telephony.interpreting.legs import Legs
from telephony.line import Conversation, LineAnswer, LineTurn
from telephony.tape import read_rows, seconds_recorded
from tests.telephony.interpreting.stage import Dialler, Open
from tests.telephony.live.follower import want
from tests.telephony.scripted_call import SILENCE


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
