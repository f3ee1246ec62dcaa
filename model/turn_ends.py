"""The agent is silent: has the caller's turn ended, is a "mm-hm" due, is it a turn at all? Pure."""

from typing import Final

from config.expectation import AnswerKind
from model.answers import completeness
from model.moment import Decision, Floor, Moment, Rules, dialled, drones, ears_are_done, heard_it_all, shifted

_MAYBE_OVER: Final = 0.5
"""No "mm-hm" is said where the turn is this likely to be over."""
_QUIET_MS: Final = 300
"""Silence after which what the caller said over the agent is over."""
_FORGET_MS: Final = 500
_NOISE_MS: Final = 250
"""Less voice than this without a word in it was no turn."""
_UNINTELLIGIBLE_MS: Final = 1_200
"""An interruption of this much voice without a word in it was meant, only not understood."""
_AFTER_OVERLAP_MS: Final = 700
"""An answer given over the end of the question is taken after this much silence."""
_LONGEST_SILENCE_MS: Final = (1_300, 2_300)
"""The line is never dead: after this much silence (by patience) the turn is over, whatever the model says."""
_SECOND_TRY_MS: Final = 1_500
"""Who has just been told that they were not understood says it again and then waits, longer than this; a
television does not."""
_ASKS_TWICE: Final = 2
_ASKS_AGAIN_AFTER_MS: Final = 15_000
"""Who has said twice that they understood nothing waits for words, at first so long, then twice as long: what
goes on without any is music, a television or a very bad line."""
_FALLS_FROM_MS: Final = 600
_UNFINISHED_MS: Final = 600
"""More of it for an answer that is not complete (four of six digits)."""
_LONGEST_TURN_MS: Final = 45_000
"""Voice without a pause; then the agent speaks up all the same."""
_BACKCHANNEL_AFTER_MS: Final = 2_500
"""Nobody says "mm-hm" to a sentence that has hardly begun."""
_NOTHING_HEARD: Final = 1.5
"""Log-odds more where no word has been understood: it may be several people talking in the room."""
_BACKCHANNEL_EVERY_MS: Final = (4_000, 2_000)
"""At least so long from one to the next, by the dial: whatever is read, a listener does not chatter."""


def while_silent(floor: Floor, moment: Moment, rules: Rules) -> Decision:
    """Decide while the agent says nothing: take the turn, wait, or say that it listens."""
    caller = floor.caller
    if _backchannel_fits(floor, moment, rules):
        return Decision.BACKCHANNEL
    if caller.may_be_speaking:
        return _too_long(floor, moment)
    if not caller.has_turn:
        late = moment.outside_ears and moment.hearing.words
        return Decision.TAKE_TURN if late else Decision.LISTEN
    if _may_be_noise(floor, moment):
        gone = caller.quiet_ms(moment.now_ms) >= _FORGET_MS and ears_are_done(floor, moment)
        return Decision.FORGET if gone else Decision.LISTEN
    if floor.not_understood and not moment.hearing.words:
        waits = caller.quiet_ms(moment.now_ms) >= _SECOND_TRY_MS and ears_are_done(floor, moment)
        return Decision.TAKE_TURN if waits else Decision.LISTEN
    return end_of_turn(floor, moment, rules)


def _too_long(floor: Floor, moment: Moment) -> Decision:
    """A voice that never pauses must not keep the agent silent for ever."""
    if drones(floor.caller, moment):
        return Decision.FORGET
    return Decision.TAKE_TURN if floor.caller.stretch_ms >= _LONGEST_TURN_MS else Decision.LISTEN


def end_of_turn(floor: Floor, moment: Moment, rules: Rules) -> Decision:
    """Take the turn if it is over, once its words are there."""
    if not _has_ended(floor, moment, rules):
        return Decision.LISTEN
    return Decision.TAKE_TURN if ears_are_done(floor, moment) else Decision.HOLD


def _has_ended(floor: Floor, moment: Moment, rules: Rules) -> bool:
    caller = floor.caller
    told = completeness(moment.hearing.words, moment.expectation) if heard_it_all(floor, moment) else 0
    shortest_ms, longest_ms = _LONGEST_SILENCE_MS
    fallback_ms = shortest_ms + (longest_ms - shortest_ms) * rules.dials.patience
    if told < 0:
        fallback_ms += _UNFINISHED_MS
    quiet_ms = caller.quiet_ms(moment.now_ms)
    if quiet_ms >= fallback_ms or (caller.overlap_ms and quiet_ms >= _AFTER_OVERLAP_MS):
        return True
    return caller.has_ended >= turn_end_line(rules, told, quiet_ms)


def turn_end_line(rules: Rules, told: float, quiet_ms: int) -> float:
    """The line for the end of a turn whose words are complete (1), incomplete (-1) or do not tell (0)."""
    shift = rules.lines.incomplete if told < 0 else -rules.lines.complete * told
    shift -= rules.lines.turn_end_falls * max(quiet_ms - _FALLS_FROM_MS, 0) / 1_000
    return shifted(rules.lines.turn_end, dialled(rules.dials.patience) + shift)


def _may_be_noise(floor: Floor, moment: Moment) -> bool:
    caller = floor.caller
    if moment.hearing.words:
        return False
    if caller.turn_ms < (_UNINTELLIGIBLE_MS if caller.overlap_ms else _NOISE_MS):
        return True
    asked_ms_ago = moment.now_ms - floor.not_understood_ms
    more = floor.not_understood - _ASKS_TWICE
    return more >= 0 and asked_ms_ago < _ASKS_AGAIN_AFTER_MS * 2 ** min(more, 1)


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
    unheard = 0.0 if moment.hearing.words else _NOTHING_HEARD
    return (
        caller.quiet_ms(now_ms) < _QUIET_MS
        and caller.has_ended < _MAYBE_OVER
        and due >= shifted(rules.lines.backchannel_due, unheard - dialled(rules.dials.backchannels))
    )
