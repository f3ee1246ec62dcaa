"""What was said on one call, and how far the caller has heard it: kept for the dialogue, and for who watches.

What the agent gives out is on its way until the line says it was heard, or flushed; only then was it said.
"""

from dataclasses import replace

from agents.messages import SaidWords
from model.turn import Heard, Offer, Transcript, TurnOutput
from telephony import conversation_so_far, utterances
from telephony.conversation_so_far import Spoken
from telephony.line import LineTurn
from telephony.utterances import Utterances
from telephony.watching import Watch


class SaidAndHeard:
    """See the module. `watch` is told what the caller has heard of each utterance that is over."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._under_way: Utterances = ()
        self._spoken = Spoken()
        self._heard_ms = 0

    @property
    def under_way(self) -> Utterances:
        """The agent's utterances that the caller has not heard to their end."""
        return self._under_way

    @property
    def offset_ms(self) -> int:
        """Call time minus agent time."""
        return self._spoken.offset_ms

    def brought(self, turn: LineTurn, *, cleared: bool) -> Heard | None:
        """Take in how far the caller has heard; gives what the model is to know of it, if that is news.

        `cleared`: the line was told to flush what they had not heard.
        """
        if turn.heard:
            self._spoken = replace(self._spoken, offset_ms=turn.heard[-1].later_ms)
        if cleared:
            self._under_way = utterances.flushed(self._under_way, turn.heard_ms)
        if turn.heard_ms == self._heard_ms:
            return None
        self._heard_ms = turn.heard_ms
        return Heard(turn.heard_ms)

    def settled(self, now_ms: int) -> tuple[str, ...]:
        """Be done with what was heard to its end; gives these offers in order."""
        self._under_way, done = utterances.settle(self._under_way, self._heard_ms)
        for utterance in done:
            self._was_said(now_ms, utterance)
        return tuple(utterance.offer_id for utterance in done)

    def offered(self, offer: Offer) -> None:
        """Note what may be said."""
        self._spoken = conversation_so_far.offered(self._spoken, offer)

    def voiced(self, output: TurnOutput) -> None:
        """Take in the agent's words of a micro-turn."""
        if output.voicing and output.agent_words:
            self._under_way = utterances.voiced(self._under_way, output.voicing, output.agent_words)

    def completed(self, offer_id: str) -> None:
        """All of an offer was given out."""
        self._under_way = utterances.completed(self._under_way, offer_id)

    def lost(self, offer_id: str, now_ms: int) -> bool:
        """An offer will not be voiced further; whether any of it had been."""
        self._under_way, utterance = utterances.cut(self._under_way, offer_id, self._heard_ms)
        if utterance is None:
            self._spoken = conversation_so_far.forgotten(self._spoken, offer_id)
            return False
        self._was_said(now_ms, utterance)
        return True

    def caller_spoke(self, at_ms: int) -> None:
        """The caller began to speak, call time."""
        self._spoken = replace(self._spoken, caller_spoke_ms=at_ms)

    def caller_said(self, transcript: Transcript, now_ms: int) -> None:
        """The caller's turn is over."""
        self._spoken = conversation_so_far.caller_said(self._spoken, transcript, now_ms)

    def so_far(self, now_ms: int, transcript: Transcript | None = None) -> tuple[SaidWords, ...]:
        """Tell the conversation until now, with the caller's turn under way if there is one."""
        return conversation_so_far.so_far(self._spoken, self._under_way, self._heard_ms, now_ms, transcript)

    def _was_said(self, now_ms: int, utterance: utterances.Utterance) -> None:
        self._spoken = conversation_so_far.agent_said(self._spoken, utterance)
        self._watch.heard(now_ms, utterance, self._spoken.offset_ms)
