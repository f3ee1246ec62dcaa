from dataclasses import replace

import numpy as np
import pytest

from agents.dialogue.events import CallerSilent, HandedBack, Reported, TakenOver
from agents.dialogue.state import State
from agents.messages import ReportKind, TaskReport
from config.units import MICRO_TURN_SAMPLES
from model.turn import (
    Audio,
    Backchannelled,
    CallerSpoke,
    OfferDropped,
    OfferMade,
    OfferStarted,
    OfferWithdrawn,
    Transcript,
    TurnOutput,
    TurnTaken,
    Urgency,
    Word,
    Yielded,
)
from telephony.line import LineTurn
from telephony.steering import Guarded, Steered, Wanted, Whisper, miss, spoken_over, steer

REPORT = Reported(TaskReport(task_id="t", call_id="c", tool="x", kind=ReportKind.RESULT, sequence=1))
SILENCE = np.zeros(MICRO_TURN_SAMPLES, np.int16)


def test_nothing_wanted_changes_nothing() -> None:
    done = steer(Steered(), Wanted(), 200)
    assert (done.steered, done.for_model, done.for_dialogue, done.turned) == (Steered(), (), (), False)


def test_a_whisper_is_news_to_be_said_when_the_floor_is_free() -> None:
    done = steer(Steered(), Wanted(whispers=(Whisper("w1", "Say this.", "Ada"),)), 200)
    [made] = done.for_model
    assert isinstance(made, OfferMade)
    assert (made.offer.text, made.offer.urgency) == ("Say this.", Urgency.NEWS)
    assert [(row.what, row.by, row.text) for row in done.for_tape] == [("whisper", "Ada", "Say this.")]


def test_the_dialogue_is_told_of_taking_over_and_handing_back_and_of_nothing_but_answers_between() -> None:
    taken = steer(Steered(), Wanted(held_by="Ada", withdrawn=("w1",)), 200)
    assert taken.for_dialogue == (TakenOver(),)
    assert taken.for_model == (OfferWithdrawn("w1"),)
    assert taken.turned
    held = miss(miss(taken.steered, CallerSilent(9_000)), REPORT)
    assert steer(held, Wanted(held_by="Ada"), 400).for_dialogue == ()
    back = steer(held, Wanted(), 600)
    assert back.for_dialogue == (HandedBack(), REPORT)
    assert back.steered == Steered()
    assert [row.what for row in (*taken.for_tape, *back.for_tape)] == ["take_over", "hand_back"]


def test_a_call_that_goes_from_one_person_to_another_does_not_come_back_to_the_agent() -> None:
    passed = steer(Steered("Ada", (REPORT,)), Wanted(held_by="Bo"), 200)
    assert passed.for_dialogue == ()
    assert passed.steered == Steered("Bo", (REPORT,))
    assert [(row.what, row.by) for row in passed.for_tape] == [("hand_back", "Ada"), ("take_over", "Bo")]


def test_a_persons_voice_replaces_the_agents_and_what_was_understood_stays() -> None:
    taken = TurnTaken(Transcript((), final=True))
    acts = (
        CallerSpoke(0),
        OfferStarted("o1"),
        Yielded("o1"),
        Backchannelled("mhm"),
        OfferDropped("o1"),
        taken,
    )
    output = TurnOutput(0, SILENCE, Transcript((), final=True), (Word("hi", 0, 100),), "o1", acts)
    voice = SILENCE + 5
    over = spoken_over(output, voice)
    assert over.agent_audio is voice
    assert (over.agent_words, over.voicing) == ((), None)
    assert over.acts == (CallerSpoke(0), OfferDropped("o1"), taken)
    assert over.transcript == output.transcript


class Broken:
    def wanted(self, now_ms: int) -> Wanted:
        if now_ms == 0:
            return Wanted(held_by="Ada")
        raise ValueError

    def voice(self) -> Audio:
        raise ValueError

    def followed(self, turn: LineTurn, output: TurnOutput, dialogue: State) -> None:
        raise ValueError


def test_followers_that_fail_leave_the_call_to_the_agent(caplog: pytest.LogCaptureFixture) -> None:
    guarded = Guarded(Broken())
    assert guarded.wanted(0).held_by == "Ada"
    assert not guarded.voice().any()
    assert guarded.wanted(0) == Wanted()
    output = TurnOutput(0, SILENCE)
    Guarded(Broken()).followed(LineTurn(0, SILENCE), replace(output), State.__new__(State))
    assert len(caplog.records) == 2
