"""The floor: who speaks, decided once a micro-turn from what the model reads in the sound. Pure.

The model says what it hears (voice, an ending, an interruption); the ears say which words; the floor weighs
them by the lines drawn in `model.thresholds`, which a manager's dials shift in log-odds (0.5: no shift).

The rooms: `moment` (what is decided from, and what can be decided), `turn_ends` (while the agent is silent),
`interruptions` (while it speaks, and after it was interrupted).
"""

from dataclasses import replace
from typing import assert_never

from config.expectation import AnswerKind
from config.units import SLOT_MS
from model.caller import Caller, attend
from model.interruptions import while_interrupted, while_voicing
from model.moment import Decision, Floor, Moment, Rules, Standing, heard_it_all
from model.turn_ends import turn_end_line, while_silent


def decide(floor: Floor, moment: Moment, rules: Rules) -> tuple[Floor, Decision]:
    """Decide what to do with the floor; what is remembered afterwards comes back with it."""
    floor = replace(floor, caller=_attended(floor.caller, moment))
    if floor.droning and _drones_on(floor, moment):
        return replace(floor, caller=floor.caller.after_turn()), Decision.LISTEN
    floor = replace(floor, droning=False)
    match moment.standing:
        case Standing.SILENT:
            decision = while_silent(floor, moment, rules)
        case Standing.VOICING | Standing.STOPPING:
            decision = while_voicing(floor, moment, rules)
        case Standing.PAUSED | Standing.YIELDED:
            decision = while_interrupted(floor, moment, rules)
        case _:
            assert_never(moment.standing)
    return _remembered(floor, moment, decision), decision


def hopes_for_words(floor: Floor, moment: Moment, rules: Rules) -> bool:
    """Whether the words that the ears still owe could decide something in this micro-turn.

    So it is when the caller's voice has just paused, the turn may be over, and the agent is not speaking.
    """
    if moment.standing in (Standing.VOICING, Standing.STOPPING):
        return False
    caller = _attended(floor.caller, moment)
    if not caller.has_turn or caller.may_be_speaking or heard_it_all(replace(floor, caller=caller), moment):
        return False
    return caller.has_ended >= turn_end_line(rules, told=1, quiet_ms=caller.quiet_ms(moment.now_ms))


def _attended(caller: Caller, moment: Moment) -> Caller:
    agent_speaks = moment.standing in (Standing.VOICING, Standing.STOPPING)
    for k, slot in enumerate(moment.slots):
        slot_end_ms = moment.now_ms - (len(moment.slots) - 1 - k) * SLOT_MS
        caller = attend(caller, slot, slot_end_ms, agent_speaks=agent_speaks)
    return caller


def _drones_on(floor: Floor, moment: Moment) -> bool:
    """Whether what was taken for background still is: it goes on, and says nothing."""
    return floor.caller.may_be_speaking and not moment.hearing.known


def _remembered(floor: Floor, moment: Moment, decision: Decision) -> Floor:
    if moment.hearing.words:
        floor = replace(floor, not_understood=0)
    elif decision is Decision.TAKE_TURN and moment.expectation.kind is not AnswerKind.NOTHING:
        floor = replace(floor, not_understood=floor.not_understood + 1, not_understood_ms=moment.now_ms)
    match decision:
        case Decision.TAKE_TURN | Decision.FORGET | Decision.RESUME:
            going_on = floor.caller.may_be_speaking
            return replace(floor, caller=floor.caller.after_turn(), waited=0, droning=going_on)
        case Decision.BACKCHANNEL:
            return replace(floor, backchannelled_ms=moment.now_ms)
        case _:
            quiet = floor.caller.has_turn and not floor.caller.may_be_speaking
            behind = quiet and not heard_it_all(floor, moment)
            return replace(floor, waited=floor.waited + 1 if behind else 0)
