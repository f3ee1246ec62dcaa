from dataclasses import replace

import numpy as np

from config.units import MICRO_TURN_SAMPLES
from model.turn import Readings, TurnOutput
from telephony.live.talking import Talking, after, shown

QUIET = TurnOutput(0, np.zeros(MICRO_TURN_SAMPLES, np.int16))
CALLER = replace(QUIET, readings=Readings(caller_voice=0.9))
AGENT = replace(QUIET, agent_audio=np.full(MICRO_TURN_SAMPLES, 2_000, np.int16))


def seen(*outputs: TurnOutput) -> list[str]:
    talking, states = Talking(), list[str]()
    for output in outputs:
        talking = after(talking, output)
        states.append(shown(talking, held=False))
    return states


def test_who_speaks_is_shown_as_what_the_agent_does() -> None:
    assert seen(QUIET, CALLER) == ["quiet", "listening"]
    assert seen(AGENT) == ["speaking"]
    assert seen(replace(AGENT, readings=CALLER.readings)) == ["both"]


def test_a_breath_does_not_end_a_turn_but_half_a_second_of_silence_does() -> None:
    assert seen(CALLER, QUIET, CALLER) == ["listening"] * 3
    assert seen(AGENT, QUIET, QUIET, QUIET)[-1] == "quiet"


def test_while_a_person_has_the_call_that_is_what_is_shown() -> None:
    assert shown(after(Talking(), CALLER), held=True) == "taken_over"
