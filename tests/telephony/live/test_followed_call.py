"""A call with a scripted model, followed and steered; flow, dialogue, weave, watch and tape are real."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from agents.messages import ReportKind
from config.flow_file import load_flow
from config.live import HELD_MS, MOST_WHISPER, CommandKind
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import OfferDropped, Transcript, TurnTaken, Yielded
from telephony.live.followed_call import FollowedCall
from telephony.tape import read_rows
from telephony.watching import CallBegan
from tests.telephony.live.follower import BEGAN, Kept, follow, want
from tests.telephony.scripted_call import FOUND, Scene, open_scene, spoken

GREETING = "Thanks for calling"
LOUD = np.full(MICRO_TURN_SAMPLES * 2, 4_000, np.int16)
HOLD_TURNS = HELD_MS // MICRO_TURN_MS + 1


@dataclass
class Followed:
    scene: Scene
    call: FollowedCall
    kept: Kept

    async def greeted(self) -> "Followed":
        """Let the greeting be heard to its end."""
        await self.scene.go(3)
        return self

    def take_over(self, holder: str = "h1", person: str = "Ada") -> None:
        assert want(self.call, CommandKind.TAKE_OVER, holder=holder, person=person).done

    @property
    def controls(self) -> list[str]:
        return [row["what"] for each in read_rows(self.scene.folder) for row in each.get("control", [])]


Open = Callable[..., Followed]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    scenes: list[Scene] = []

    def open_it(*, sensitive: tuple[str, ...] = (), flow: str = "order_status") -> Followed:
        call, kept = follow(load_flow(flow), sensitive)
        scene = open_scene(tmp_path / "c1", follower=call, flow=load_flow(flow))
        call.saw(0, CallBegan("c1", "twilio", "+1", "+2", f"{flow}@1", "en-US", BEGAN))
        scenes.append(scene)
        return Followed(scene, call, kept)

    yield open_it
    for scene in scenes:
        await scene.call.close("stop")


async def test_happenings_are_numbered_without_gaps_and_begin_with_the_call(opened: Open) -> None:
    followed = await opened().greeted()
    await followed.scene.call.close("stop")
    events = followed.kept.events
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert (events[0].kind, events[-1].kind) == ("call_began", "call_ended")
    assert all(event.data["call_id"] == "c1" for event in events)
    assert events[-1].data["outcome"] == "caller_hung_up"


async def test_both_sides_words_are_told_as_they_come_and_when_they_are_sure(opened: Open) -> None:
    followed = await opened().greeted()
    await followed.scene.hear("where is")
    await followed.scene.say("where is my order")
    await followed.scene.go(2)
    words = followed.kept.of("words")
    assert words[0]["side"] == "agent"
    assert words[0]["text"].startswith(GREETING)
    assert [each["final"] for each in words[:2]] == [False, True]
    of_caller = [(each["text"], each["final"]) for each in words if each["side"] == "caller"]
    assert of_caller[0] == ("where is", False)
    assert followed.kept.now.agent_words


async def test_a_whisper_is_offered_to_the_model_word_for_word_and_its_fate_is_told(opened: Open) -> None:
    followed = await opened().greeted()
    answer = want(followed.call, CommandKind.WHISPER, "Tell them  about the\nblue lamp.")
    assert answer.done
    await followed.scene.go(3)
    assert "Tell them about the blue lamp." in followed.scene.offered
    assert [each["status"] for each in followed.kept.of("whisper")] == ["offered", "voicing", "heard"]
    assert followed.kept.of("whisper")[0]["by"] == "Ada"
    tape = [row for each in read_rows(followed.scene.folder) for row in each.get("control", [])]
    assert [(row["what"], row["by"], row["text"]) for row in tape] == [
        ("whisper", "Ada", "Tell them about the blue lamp.")
    ]


async def test_a_whisper_that_is_interrupted_for_good_is_told_to_be_cut_off(opened: Open) -> None:
    followed = await opened().greeted()
    followed.scene.heard_to_ms = 0
    want(followed.call, CommandKind.WHISPER, "Hello there.")
    await followed.scene.go()
    [whisper] = [each for each in followed.scene.agent.turns[-1].events if hasattr(each, "offer")]
    followed.scene.agent.next_acts = [Yielded(whisper.offer.id), OfferDropped(whisper.offer.id)]
    await followed.scene.go()
    assert [each["status"] for each in followed.kept.of("whisper")][-1] in ("cut_off", "heard")


@pytest.mark.parametrize(("text", "why"), [("   ", "no-words"), ("", "no-words")])
async def test_a_whisper_without_words_is_refused(opened: Open, text: str, why: str) -> None:
    followed = await opened().greeted()
    answer = want(followed.call, CommandKind.WHISPER, text)
    assert (answer.done, answer.why) == (False, why)


async def test_no_more_is_whispered_than_the_agent_can_say(opened: Open) -> None:
    followed = await opened().greeted()
    answers = [want(followed.call, CommandKind.WHISPER, "x" * MOST_WHISPER) for _ in range(6)]
    assert [answer.done for answer in answers] == [True] * 5 + [False]
    assert answers[-1].why == "too-many-whispers"


async def test_who_takes_over_is_heard_in_place_of_the_agent_and_on_the_tape(opened: Open) -> None:
    followed = await opened().greeted()
    followed.take_over()
    followed.call.spoke("h1", LOUD)
    answer = await followed.scene.go()
    assert answer.clear, "what the agent was saying is flushed"
    assert (answer.agent_audio == 4_000).all()
    assert followed.kept.now.state == "taken_over"
    assert followed.kept.now.held_by == "Ada"
    assert followed.controls == ["take_over"]
    assert not (await followed.scene.go()).clear


async def test_nobody_elses_voice_is_heard(opened: Open) -> None:
    followed = await opened().greeted()
    followed.call.spoke("h2", LOUD)
    followed.take_over()
    followed.call.spoke("h2", LOUD)
    assert not (await followed.scene.go()).agent_audio.any()


async def test_what_the_agent_was_about_to_say_is_withdrawn_when_it_is_taken_over(opened: Open) -> None:
    followed = opened()
    followed.scene.heard_to_ms = 0
    await followed.scene.go()
    begun = followed.scene.agent.turns[0].events
    want(followed.call, CommandKind.WHISPER, "Never said.")
    followed.take_over()
    await followed.scene.go()
    made = {event.offer.id for event in begun if hasattr(event, "offer")}
    assert made <= set(followed.scene.agent.withdrawn)
    assert [each["status"] for each in followed.kept.of("whisper")] == ["offered", "unsaid"]
    assert "Never said." not in followed.scene.offered


async def test_the_dialogue_rests_while_a_person_has_the_call_but_the_callers_words_go_on(
    opened: Open,
) -> None:
    followed = await opened().greeted()
    followed.take_over()
    await followed.scene.go()
    offered = len(followed.scene.offered)
    for _ in range(10):
        want(followed.call, CommandKind.HOLD, holder="h1")
        await followed.scene.go(15)  # thirty seconds of silence: nothing is asked, and nothing ends
    goodbye = spoken("i want to hang up goodbye", 0.95)
    followed.scene.agent.transcript = Transcript(goodbye, final=True)
    await followed.scene.say("i want to hang up goodbye")
    await followed.scene.go(2, keys=("1",))
    assert len(followed.scene.offered) == offered
    assert followed.scene.call.outcome is None
    assert [each["text"] for each in followed.kept.of("words") if each["final"]][
        -1
    ] == "i want to hang up goodbye"
    assert [each["key"] for each in followed.kept.of("key")] == ["1", "1"]


async def test_handed_back_the_agent_says_so_and_asks_again(opened: Open) -> None:
    followed = await opened().greeted()
    followed.take_over()
    await followed.scene.go(3)
    assert want(followed.call, CommandKind.HAND_BACK, holder="h1").done
    await followed.scene.go(3)
    said = followed.scene.offered[-1]
    assert "assistant again" in said
    assert said.rstrip().endswith("?")
    assert followed.kept.now.held_by is None
    assert followed.controls == ["take_over", "hand_back"]


async def test_an_answer_that_came_meanwhile_is_told_after_the_hand_back(opened: Open) -> None:
    followed = await opened().greeted()
    await followed.scene.say("where is my order")
    await followed.scene.say("one zero four two three three")
    await followed.scene.go()
    followed.take_over()
    await followed.scene.go()
    followed.scene.report(ReportKind.RESULT, result=FOUND)
    await followed.scene.go(3)
    assert not any("shipped" in text or "UPS" in text for text in followed.scene.offered)
    want(followed.call, CommandKind.HAND_BACK)
    await followed.scene.go(4)
    assert any("UPS" in text for text in followed.scene.offered)


async def test_a_person_nobody_hears_of_loses_the_call_to_the_agent(opened: Open) -> None:
    followed = await opened().greeted()
    followed.take_over()
    for _ in range(3):
        await followed.scene.go(HOLD_TURNS - 2)
        assert want(followed.call, CommandKind.HOLD, holder="h1").done
    await followed.scene.go(HOLD_TURNS + 1)
    assert [each["what"] for each in followed.kept.of("control")] == ["taken_over", "holder_lost"]
    assert not want(followed.call, CommandKind.HOLD, holder="h1").done
    assert "assistant again" in followed.scene.offered[-1]


async def test_one_person_at_a_time_has_a_call(opened: Open) -> None:
    followed = await opened().greeted()
    followed.take_over()
    answer = want(followed.call, CommandKind.TAKE_OVER, holder="h2", person="Bo")
    assert (answer.done, answer.why) == (False, "already-taken")
    assert "Ada" in answer.detail
    assert not want(followed.call, CommandKind.HAND_BACK, holder="h2").done
    assert not want(followed.call, CommandKind.WHISPER, "hello").done
    assert want(followed.call, CommandKind.HAND_BACK).done, "a manager may hand back whoever has it"
    followed.take_over("h2", "Bo")


async def test_a_broken_model_does_not_end_a_call_a_person_has(opened: Open) -> None:
    followed = await opened().greeted()
    followed.take_over()
    followed.scene.agent.failing = True
    followed.call.spoke("h1", LOUD)
    answer = await followed.scene.go()
    assert answer.agent_audio.any()
    assert not (await followed.scene.go(6)).end


async def test_a_manager_ends_a_call_once(opened: Open) -> None:
    followed = await opened().greeted()
    assert want(followed.call, CommandKind.END).done
    assert (await followed.scene.go()).end
    await followed.scene.go()
    await followed.scene.call.close("ended")
    assert followed.scene.outcomes[0].startswith("ended_by_manager")
    assert followed.controls == ["end"]
    assert want(followed.call, CommandKind.TAKE_OVER, holder="h1").why == "call-over"


async def test_who_lost_a_call_cannot_end_it_any_more(opened: Open) -> None:
    followed = await opened().greeted()
    assert want(followed.call, CommandKind.TAKE_OVER, holder="h1").done
    assert want(followed.call, CommandKind.HAND_BACK, holder="h1").done
    assert want(followed.call, CommandKind.END, holder="h1").why == "not-held"
    assert not (await followed.scene.go()).end
    assert want(followed.call, CommandKind.TAKE_OVER, holder="h2").done
    assert want(followed.call, CommandKind.END, holder="h1").why == "not-held"
    assert want(followed.call, CommandKind.END, holder="h2").done


async def test_audio_is_sent_only_while_somebody_listens(opened: Open) -> None:
    followed = await opened().greeted()
    assert followed.kept.sounds == []
    want(followed.call, CommandKind.LISTEN)
    await followed.scene.go(40)
    assert len(followed.kept.sounds) == 30, "six seconds, unless it is asked for again"
    assert {len(pcm) for pcm in followed.kept.sounds} == {12_800}


async def test_a_turn_without_a_taken_transcript_tells_nothing_twice(opened: Open) -> None:
    followed = await opened().greeted()
    told = len(followed.kept.events)
    followed.scene.agent.next_acts = [TurnTaken(Transcript(spoken("", 1.0), final=True))]
    followed.take_over()
    await followed.scene.go(2)
    kinds = [event.kind for event in followed.kept.events[told:]]
    assert kinds == ["control", "state"]


async def test_what_is_sensitive_is_not_told(opened: Open) -> None:
    followed = await opened(sensitive=("postcode",), flow="billing").greeted()
    followed.scene.agent.transcript = Transcript(spoken("why is my bill so high", 0.95), final=True)
    await followed.scene.say("why is my bill so high")  # the agent goes on to ask at once
    said = [event.data["text"] for event in followed.kept.events if event.data.get("side") == "caller"]
    assert said == ["why is my bill so high"]  # nothing sensitive was asked for yet
    for _ in range(12):
        await followed.scene.go()
        if followed.kept.now.step and "postcode" in followed.kept.now.step:
            break
        await followed.scene.say("one zero four two three three")
    assert "postcode" in followed.kept.now.step, followed.kept.now.step
    await followed.scene.hear("nine seven")
    await followed.scene.say("nine seven two oh four")
    await followed.scene.go(4)
    assert "seven" not in str([event.data for event in followed.kept.events])
