"""The agent speaks, or was interrupted: does the caller want the floor? Pure."""

from typing import Final

from model.caller import Caller
from model.moment import (
    Decision,
    Floor,
    Moment,
    Rules,
    Standing,
    dialled,
    drones,
    ears_are_done,
    shifted,
)
from model.thresholds import Thresholds
from model.turn_ends import end_of_turn
from model.words import is_backchannel

_BARGE_IN_MS: Final = (200, 600)
"""Voice over the agent from which on `barge_in_first` counts, and `barge_in`."""
_EARNEST_MS: Final = 150
"""The least voice over the agent that can be an interruption; shorter is a cough."""
_UNDECIDED_MS: Final = 200
_QUIET_MS: Final = 300
"""Silence after which what the caller said over the agent is over."""
_FORGET_MS: Final = 500
_UNINTELLIGIBLE_MS: Final = 1_200
"""An interruption of this much voice without a word in it was meant, only not understood."""


def while_voicing(floor: Floor, moment: Moment, rules: Rules) -> Decision:
    """Decide while an offer is being voiced: go on, pause to find out, or give the floor away."""
    caller = floor.caller
    earnest_words = _words_are_earnest(caller, moment, rules)
    if moment.interruptible:
        if earnest_words and not moment.asking:
            return Decision.YIELD
        if caller.overlap_ms and caller.may_be_speaking:
            if _is_interruption(caller, rules):
                return Decision.YIELD
            if moment.standing is Standing.VOICING and _is_undecided(caller, rules):
                return Decision.PAUSE
    if _murmured_unnoticed(caller, moment):
        return Decision.FORGET
    over = caller.has_turn and not caller.may_be_speaking and caller.quiet_ms(moment.now_ms) >= _FORGET_MS
    if over and not earnest_words and not moment.asking and moment.standing is Standing.VOICING:
        return Decision.FORGET if ears_are_done(floor, moment) else Decision.LISTEN
    return Decision.LISTEN


def _murmured_unnoticed(caller: Caller, moment: Moment) -> bool:
    """Whether a "mm-hm" too faint to count as voice was understood by ears outside the model."""
    words = moment.hearing.words
    faint = moment.outside_ears and not caller.has_turn and not caller.may_be_speaking
    return faint and bool(words) and not moment.asking and is_backchannel(words)


def _words_are_earnest(caller: Caller, moment: Moment, rules: Rules) -> bool:
    hearing = moment.hearing
    if caller.turn_ms < _EARNEST_MS or hearing.confidence < rules.lines.sure_words:
        return False
    return not is_backchannel(hearing.known)


def _meant_for_us(caller: Caller, moment: Moment, rules: Rules) -> bool:
    """Whether words over the agent were: what callers say at this point was, else it must have sounded so."""
    if moment.hearing.expected or moment.standing is Standing.YIELDED:
        return True
    return caller.is_interrupting >= rules.lines.barge_in


def _is_interruption(caller: Caller, rules: Rules) -> bool:
    eagerness = dialled(rules.dials.interruption)
    if caller.stretch_ms >= rules.lines.sustained_ms * (1.5 - rules.dials.interruption):
        return True
    if caller.overlap_ms < _EARNEST_MS:
        return False
    return caller.is_interrupting >= shifted(_likely_enough(caller.overlap_ms, rules.lines), -eagerness)


def _likely_enough(overlap_ms: int, lines: Thresholds) -> float:
    first_ms, last_ms = _BARGE_IN_MS
    share = (min(max(overlap_ms, first_ms), last_ms) - first_ms) / (last_ms - first_ms)
    return lines.barge_in_first + (lines.barge_in - lines.barge_in_first) * share


def _is_undecided(caller: Caller, rules: Rules) -> bool:
    if caller.overlap_ms >= rules.lines.pause_anyway_ms * (1.5 - rules.dials.interruption):
        return True
    eagerness = dialled(rules.dials.interruption)
    return caller.overlap_ms >= _UNDECIDED_MS and caller.is_interrupting >= shifted(
        rules.lines.undecided, -eagerness
    )


def while_interrupted(floor: Floor, moment: Moment, rules: Rules) -> Decision:
    """Decide while an offer stands interrupted: hear the caller out, or take it up again."""
    caller, words = floor.caller, moment.hearing.words
    if caller.may_be_speaking and drones(caller, moment):
        return Decision.RESUME
    if caller.may_be_speaking:
        meant = moment.standing is Standing.PAUSED and _is_interruption(caller, rules)
        return Decision.YIELD if meant else Decision.LISTEN
    if words and (moment.asking or not is_backchannel(words)) and _meant_for_us(caller, moment, rules):
        return end_of_turn(floor, moment, rules)
    if caller.quiet_ms(moment.now_ms) < _QUIET_MS:
        return Decision.LISTEN
    if not ears_are_done(floor, moment):
        return Decision.HOLD
    if not words and caller.turn_ms >= _UNINTELLIGIBLE_MS:
        return end_of_turn(floor, moment, rules)
    return Decision.RESUME
