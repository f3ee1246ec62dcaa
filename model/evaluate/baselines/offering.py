"""An interlocutor around a rule: it voices the same offers with the same voice as the product, by other ears.

A rule hears voice, endings and interruptions in its own way; everything else (which offer, how it sounds, how
it stops) is the product's own code (`model.session`). Only the rule is compared. What a cascade adds in the
world (speech to text, a language model, synthesis, the network) costs these nothing: they are given every
advantage.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np

from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.session.events import expired, told
from model.session.sound import begun, dropped, sounded, yielded
from model.session.state import Row, Session
from model.turn import (
    Audio,
    CallContext,
    Offer,
    Readings,
    Transcript,
    TurnEvent,
    TurnInput,
    TurnOutput,
    TurnTaken,
)
from model.voice.ahead import Ahead
from model.voice.voice import Voice
from model.voicing import Prepare


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a rule makes of a micro-turn.

    Attributes:
        caller_speaks: at its end, as far as the rule can tell.
        turn_over: the caller's turn ended in it.
        interrupts: the agent, if it speaks, is to stop.
        may_speak: whether the agent may begin to speak.
    """

    caller_speaks: bool = False
    turn_over: bool = False
    interrupts: bool = False
    may_speak: bool = True


class Rule(Protocol):
    """One call's rule. It is asked once a micro-turn, in order."""

    def judge(self, audio: Audio, *, agent_speaks: bool) -> Ruling:
        """Take in int16[3200] at 16 kHz."""
        ...


class RuleCall:
    """One call of a `RuleInterlocutor`."""

    def __init__(self, rule: Rule, prepare: Prepare, language: str) -> None:
        self.rule = rule
        self.prepare = prepare
        self.session = Session(language=language)
        self.ruling = Ruling()
        self.turn = TurnInput(0, np.zeros(MICRO_TURN_SAMPLES, np.int16))
        self.chatted = 0

    def close(self) -> None:
        """Let go of what is being said. Idempotent."""
        self.session = replace(self.session, voicing=self.session.voicing.drop())


class RuleInterlocutor:
    """Any number of calls, each with a rule of its own. One thread opens and steps."""

    def __init__(self, make_rule: Callable[[], Rule], voice: Voice, chatter: str = "") -> None:
        """Put the parts together.

        Args:
            make_rule: a rule for a call.
            voice: the agent's.
            chatter: what it says whenever it may speak and nothing is offered; empty for nothing.
        """
        self._make_rule = make_rule
        self._ahead = Ahead(voice)
        self._chatter = chatter

    def open(self, call: CallContext) -> RuleCall:
        """Begin a call."""
        return RuleCall(self._make_rule(), partial(self._ahead.prepare, choice=call.voice), call.language)

    def perceive(self, states: Sequence[RuleCall], turns: Sequence[TurnInput]) -> None:
        """Take in the next micro-turn of each of these calls."""
        for call, turn in zip(states, turns, strict=True):
            call.turn = turn

    def awaits_words(self, state: RuleCall) -> bool:
        """Tell that no rule waits for words."""
        return False

    def advance(self, states: Sequence[RuleCall]) -> list[TurnOutput]:
        """Judge the micro-turn taken in, and voice what may be voiced."""
        self._ahead.begin_step()
        return [self._step(call) for call in states]

    def reply(self, state: RuleCall, events: Sequence[TurnEvent]) -> TurnOutput:
        """Voice in the silent micro-turn just stepped what has been offered since."""
        self._ahead.begin_step()
        row = Row(state.turn.index)
        for event in events:
            state.session = told(state.session, event, row, state.prepare)
        return self._voice(state, row)

    def close(self) -> None:
        """End the voice's thread. Idempotent."""
        self._ahead.close()

    def _step(self, call: RuleCall) -> TurnOutput:
        turn, row = call.turn, Row(call.turn.index)
        for event in turn.events:
            call.session = told(call.session, event, row, call.prepare)
        call.session = expired(call.session, row)
        speaks = call.session.voicing.offer is not None
        call.ruling = call.rule.judge(turn.caller_audio, agent_speaks=speaks)
        if call.ruling.interrupts:  # the usual cascade throws away what it was saying
            call.session = dropped(yielded(call.session, row), row)
        if call.ruling.turn_over:
            row.acts.append(TurnTaken(Transcript((), final=True)))
            call.session = replace(call.session, taken_ms=row.began_ms + MICRO_TURN_MS)
        return self._voice(call, row)

    def _voice(self, call: RuleCall, row: Row) -> TurnOutput:
        ruling = call.ruling
        if ruling.turn_over:
            row.taken = Transcript((), final=True)
        if ruling.may_speak:
            # No rule understands whether its question was answered, so none waits for that.
            call.session = begun(replace(call.session, awaiting=False), row, call.prepare)
            if self._chatter and call.session.voicing.offer is None:
                self._chat(call, row)
        readings = Readings(caller_voice=float(ruling.caller_speaks), turn_end=float(ruling.turn_over))
        call.session, output = sounded(call.session, row, readings)
        return output

    def _chat(self, call: RuleCall, row: Row) -> None:
        call.chatted += 1
        chatter = Offer(f"chatter-{call.chatted}", self._chatter)
        offered = replace(call.session, offers=call.session.offers.make(chatter))
        chatting = begun(offered, row, call.prepare)
        if chatting.voicing.offer is not None:
            call.session = chatting
