"""The floor: who speaks, decided once a micro-turn from what the model reads in the sound. Pure.

The model says what it hears (voice, an ending, an interruption); the ears say which words; this file weighs
them by the lines drawn in `model.thresholds`, which a manager's dials shift in log-odds (0.5: no shift).
"""

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, assert_never

from config.expectation import NOTHING_AWAITED, AnswerKind, Expectation
from config.units import MICRO_TURN_MS, SLOT_MS
from model.caller import Caller, attend
from model.ears.ears import Hearing
from model.thresholds import SHIPPED, Thresholds
from model.turn import Dials, Readings
from model.words import completeness, is_backchannel

# --- spans and shifts that no model changes -----------------------------------------------------------

_DIAL_LOG_ODDS: Final = 4.0
"""A dial turned from 0.5 to an end shifts a threshold by half of this."""
_BARGE_IN_MS: Final = (200, 600)
"""Voice over the agent from which on `barge_in_first` counts, and `barge_in`."""
_MAYBE_OVER: Final = 0.5
"""No "mm-hm" is said where the turn is this likely to be over."""

_EARNEST_MS: Final = 150
"""The least voice over the agent that can be an interruption; shorter is a cough."""
_UNDECIDED_MS: Final = 400
_QUIET_MS: Final = 300
"""Silence after which what the caller said over the agent is over."""
_FORGET_MS: Final = 500
_NOISE_MS: Final = 250
"""Less voice than this without a word in it was no turn."""
_UNINTELLIGIBLE_MS: Final = 1_200
"""An interruption of this much voice without a word in it was meant, only not understood."""
_AFTER_OVERLAP_MS: Final = 700
"""An answer given over the end of the question is taken after this much silence."""
_LONGEST_SILENCE_MS: Final = (1_600, 2_500)
"""The line is never dead: after this much silence (by patience) the turn is over, whatever the model says."""
_DRONING_MS: Final = 10_000
"""A voice that goes on for this long without a word is a television, not a turn."""
_EARS_KEEP_UP_MS: Final = 1_500
_LONGEST_TURN_MS: Final = 45_000
"""Voice without a pause; then the agent speaks up all the same."""
_UNFINISHED_MS: Final = 600
"""More of it for an answer that is not complete (four of six digits)."""
_BACKCHANNEL_AFTER_MS: Final = 2_500
"""Nobody says "mm-hm" to a sentence that has hardly begun."""
_BACKCHANNEL_EVERY_MS: Final = (6_000, 2_000)
"""At least so long from one to the next, by the dial: whatever is read, a listener does not chatter."""
EARS_PATIENCE: Final = 20
"""Micro-turns the ears may lag behind the end of a turn before it is taken with the words there are. They
need two; more only when many callers fall silent at once, and a wrong answer costs more than a late one."""
OUTSIDE_EARS_PATIENCE: Final = 6
"""The same for ears outside the model, which never say that they have heard it all."""


class Standing(StrEnum):
    """What the agent is doing."""

    SILENT = "silent"
    VOICING = "voicing"
    STOPPING = "stopping"
    """Pausing: it stops at the end of the word."""
    PAUSED = "paused"
    """It stopped at the end of a word, to find out what the caller wants."""
    YIELDED = "yielded"
    """It stopped at once: the floor is the caller's."""


class Decision(StrEnum):
    """What to do with the floor in this micro-turn."""

    LISTEN = "listen"
    """Go on as it is."""
    HOLD = "hold"
    """The caller's turn has ended; the ears have not caught up."""
    TAKE_TURN = "take_turn"
    FORGET = "forget"
    """What the caller uttered was no turn: a noise, or a "mm-hm" while the agent speaks."""
    PAUSE = "pause"
    YIELD = "yield"
    RESUME = "resume"
    BACKCHANNEL = "backchannel"


@dataclass(frozen=True, slots=True)
class Moment:
    """All that the floor is decided from.

    Attributes:
        index: of the micro-turn.
        slots: the model's readings, oldest first.
        hearing: what the ears have understood so far.
        standing: what the agent is doing.
        interruptible: whether it may be interrupted in that.
        asking: whether it is voicing the question itself, so that a "yes" is an answer and no "mm-hm".
        expectation: the answer awaited.
        outside_ears: the words come from a recogniser outside the model, later than its own ears'.
    """

    index: int
    slots: tuple[Readings, ...]
    hearing: Hearing
    standing: Standing = Standing.SILENT
    interruptible: bool = True
    asking: bool = False
    expectation: Expectation = NOTHING_AWAITED
    outside_ears: bool = False

    @property
    def now_ms(self) -> int:
        """Call time at the end of the micro-turn."""
        return (self.index + 1) * MICRO_TURN_MS


@dataclass(frozen=True, slots=True)
class Floor:
    """What is remembered from one micro-turn to the next."""

    caller: Caller = field(default_factory=Caller)
    waited: int = 0
    """Micro-turns the ears have been waited for."""
    backchannelled_ms: int | None = None
    droning: bool = False
    """The voice on the line is taken for background, until it stops or says something."""

    @property
    def is_free(self) -> bool:
        """Whether the caller neither speaks nor has an unanswered turn."""
        return self.droning or (not self.caller.may_be_speaking and not self.caller.has_turn)


@dataclass(frozen=True, slots=True)
class Rules:
    """By what is decided: where the lines are drawn, and how a manager's dials shift them."""

    dials: Dials = field(default_factory=Dials)
    lines: Thresholds = SHIPPED


def decide(floor: Floor, moment: Moment, rules: Rules) -> tuple[Floor, Decision]:
    """Decide what to do with the floor; what is remembered afterwards comes back with it."""
    floor = replace(floor, caller=_attended(floor.caller, moment))
    if floor.droning and _drones_on(floor, moment):
        return replace(floor, caller=floor.caller.after_turn()), Decision.LISTEN
    floor = replace(floor, droning=False)
    match moment.standing:
        case Standing.SILENT:
            decision = _while_silent(floor, moment, rules)
        case Standing.VOICING | Standing.STOPPING:
            decision = _while_voicing(floor, moment, rules)
        case Standing.PAUSED | Standing.YIELDED:
            decision = _while_interrupted(floor, moment, rules)
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
    if not caller.has_turn or caller.may_be_speaking or _heard_it_all(replace(floor, caller=caller), moment):
        return False
    return caller.has_ended >= _turn_end(rules, told=1)


def _attended(caller: Caller, moment: Moment) -> Caller:
    agent_speaks = moment.standing in (Standing.VOICING, Standing.STOPPING)
    for k, slot in enumerate(moment.slots):
        slot_end_ms = moment.now_ms - (len(moment.slots) - 1 - k) * SLOT_MS
        caller = attend(caller, slot, slot_end_ms, agent_speaks=agent_speaks)
    return caller


def _remembered(floor: Floor, moment: Moment, decision: Decision) -> Floor:
    match decision:
        case Decision.TAKE_TURN | Decision.FORGET | Decision.RESUME:
            going_on = floor.caller.may_be_speaking
            return replace(floor, caller=floor.caller.after_turn(), waited=0, droning=going_on)
        case Decision.BACKCHANNEL:
            return replace(floor, backchannelled_ms=moment.now_ms)
        case _:
            quiet = floor.caller.has_turn and not floor.caller.may_be_speaking
            behind = quiet and not _heard_it_all(floor, moment)
            return replace(floor, waited=floor.waited + 1 if behind else 0)


# --- the agent is silent: has the caller's turn ended? -----------------------------------------------


def _while_silent(floor: Floor, moment: Moment, rules: Rules) -> Decision:
    caller = floor.caller
    if _backchannel_fits(floor, moment, rules):
        return Decision.BACKCHANNEL
    if caller.may_be_speaking:
        return _too_long(floor, moment)
    if not caller.has_turn:
        late = moment.outside_ears and moment.hearing.words
        return Decision.TAKE_TURN if late else Decision.LISTEN
    if _may_be_noise(caller, moment):
        gone = caller.quiet_ms(moment.now_ms) >= _FORGET_MS and _ears_are_done(floor, moment)
        return Decision.FORGET if gone else Decision.LISTEN
    return _end_of_turn(floor, moment, rules)


def _too_long(floor: Floor, moment: Moment) -> Decision:
    """A voice that never pauses must not keep the agent silent for ever."""
    if _drones(floor.caller, moment):
        return Decision.FORGET
    return Decision.TAKE_TURN if floor.caller.stretch_ms >= _LONGEST_TURN_MS else Decision.LISTEN


def _drones(caller: Caller, moment: Moment) -> bool:
    """Whether a voice goes on and on, and the ears, which keep up with it, hear no word."""
    ears_keep_up = moment.hearing.upto_ms >= moment.now_ms - _EARS_KEEP_UP_MS
    return caller.stretch_ms >= _DRONING_MS and ears_keep_up and not moment.hearing.words


def _drones_on(floor: Floor, moment: Moment) -> bool:
    """Whether what was taken for background still is: it goes on, and says nothing."""
    return floor.caller.may_be_speaking and not moment.hearing.words


def _end_of_turn(floor: Floor, moment: Moment, rules: Rules) -> Decision:
    if not _has_ended(floor, moment, rules):
        return Decision.LISTEN
    return Decision.TAKE_TURN if _ears_are_done(floor, moment) else Decision.HOLD


def _has_ended(floor: Floor, moment: Moment, rules: Rules) -> bool:
    caller = floor.caller
    told = completeness(moment.hearing.words, moment.expectation) if _heard_it_all(floor, moment) else 0
    shortest_ms, longest_ms = _LONGEST_SILENCE_MS
    fallback_ms = shortest_ms + (longest_ms - shortest_ms) * rules.dials.patience
    if told < 0:
        fallback_ms += _UNFINISHED_MS
    quiet_ms = caller.quiet_ms(moment.now_ms)
    if quiet_ms >= fallback_ms or (caller.overlap_ms and quiet_ms >= _AFTER_OVERLAP_MS):
        return True
    return caller.has_ended >= _turn_end(rules, told)


def _turn_end(rules: Rules, told: int) -> float:
    """The line for the end of a turn whose words are complete (1), incomplete (-1) or do not tell (0)."""
    shift = rules.lines.incomplete if told < 0 else -rules.lines.complete * told
    return _shifted(rules.lines.turn_end, _dialled(rules.dials.patience) + shift)


def _may_be_noise(caller: Caller, moment: Moment) -> bool:
    longest_ms = _UNINTELLIGIBLE_MS if caller.overlap_ms else _NOISE_MS
    return not moment.hearing.words and caller.turn_ms < longest_ms


def _backchannel_fits(floor: Floor, moment: Moment, rules: Rules) -> bool:
    caller, now_ms = floor.caller, moment.now_ms
    if rules.dials.backchannels == 0.0 or caller.turn_began_ms is None:
        return False
    if moment.expectation.kind is AnswerKind.DIGITS or now_ms - caller.turn_began_ms < _BACKCHANNEL_AFTER_MS:
        return False
    last_ms = floor.backchannelled_ms
    rarest_ms, densest_ms = _BACKCHANNEL_EVERY_MS
    every_ms = rarest_ms + (densest_ms - rarest_ms) * rules.dials.backchannels
    if last_ms is not None and now_ms - last_ms < every_ms:
        return False
    recent = [slot.backchannel_due for slot in moment.slots[-2:]]
    due = sum(recent) / max(1, len(recent))
    return (
        caller.quiet_ms(now_ms) < _QUIET_MS
        and caller.has_ended < _MAYBE_OVER
        and due >= _shifted(rules.lines.backchannel_due, -_dialled(rules.dials.backchannels))
    )


# --- the agent speaks: is it interrupted? -------------------------------------------------------------


def _while_voicing(floor: Floor, moment: Moment, rules: Rules) -> Decision:
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
    over = caller.has_turn and not caller.may_be_speaking and caller.quiet_ms(moment.now_ms) >= _FORGET_MS
    if over and not earnest_words and not moment.asking and moment.standing is Standing.VOICING:
        return Decision.FORGET if _ears_are_done(floor, moment) else Decision.LISTEN
    return Decision.LISTEN


def _words_are_earnest(caller: Caller, moment: Moment, rules: Rules) -> bool:
    hearing = moment.hearing
    if caller.turn_ms < _EARNEST_MS or hearing.confidence < rules.lines.sure_words:
        return False
    return not is_backchannel(hearing.words)


def _is_interruption(caller: Caller, rules: Rules) -> bool:
    eagerness = _dialled(rules.dials.interruption)
    if caller.stretch_ms >= rules.lines.sustained_ms * (1.5 - rules.dials.interruption):
        return True
    if caller.overlap_ms < _EARNEST_MS:
        return False
    return caller.is_interrupting >= _shifted(_likely_enough(caller.overlap_ms, rules.lines), -eagerness)


def _likely_enough(overlap_ms: int, lines: Thresholds) -> float:
    first_ms, last_ms = _BARGE_IN_MS
    share = (min(max(overlap_ms, first_ms), last_ms) - first_ms) / (last_ms - first_ms)
    return lines.barge_in_first + (lines.barge_in - lines.barge_in_first) * share


def _is_undecided(caller: Caller, rules: Rules) -> bool:
    if caller.overlap_ms >= rules.lines.pause_anyway_ms * (1.5 - rules.dials.interruption):
        return True
    eagerness = _dialled(rules.dials.interruption)
    return caller.overlap_ms >= _UNDECIDED_MS and caller.is_interrupting >= _shifted(
        rules.lines.undecided, -eagerness
    )


# --- the agent was interrupted: go on, or give the floor away? ------------------------------------------


def _while_interrupted(floor: Floor, moment: Moment, rules: Rules) -> Decision:
    caller, words = floor.caller, moment.hearing.words
    if caller.may_be_speaking and _drones(caller, moment):
        return Decision.RESUME
    if caller.may_be_speaking:
        meant = moment.standing is Standing.PAUSED and _is_interruption(caller, rules)
        return Decision.YIELD if meant else Decision.LISTEN
    if words and (moment.asking or not is_backchannel(words)):
        return _end_of_turn(floor, moment, rules)
    if caller.quiet_ms(moment.now_ms) < _QUIET_MS:
        return Decision.LISTEN
    if not _ears_are_done(floor, moment):
        return Decision.HOLD
    if not words and caller.turn_ms >= _UNINTELLIGIBLE_MS:
        return _end_of_turn(floor, moment, rules)
    return Decision.RESUME


# --- what both the agent and the caller are judged by -----------------------------------------------------


def _heard_it_all(floor: Floor, moment: Moment) -> bool:
    hearing = moment.hearing
    return not hearing.first_guess and hearing.upto_ms >= (floor.caller.last_voice_ms or 0)


def _ears_are_done(floor: Floor, moment: Moment) -> bool:
    if _heard_it_all(floor, moment):
        return True
    return floor.waited >= (OUTSIDE_EARS_PATIENCE if moment.outside_ears else EARS_PATIENCE)


def _dialled(dial: float) -> float:
    """The log-odds of a dial, 0 at 0.5."""
    return (dial - 0.5) * _DIAL_LOG_ODDS


def _shifted(probability: float, log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-math.log(probability / (1.0 - probability)) - log_odds))
