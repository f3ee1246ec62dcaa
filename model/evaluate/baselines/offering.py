"""An interlocutor around a rule: it voices the same offers with the same voice as the product, by other ears.

A rule hears voice, endings and interruptions in its own way; everything else (which offer, how it sounds, how
it stops) is the same for all of them. Only the rule is compared. What a cascade adds in the world (speech to
text, a language model, synthesis, the network) costs these nothing: they are given every advantage.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLES_PER_MS
from model.offers import GAP_MS, Offers, Opening
from model.turn import (
    Audio,
    CallContext,
    Offer,
    OfferDropped,
    OfferFinished,
    OfferMade,
    OfferStarted,
    OfferWithdrawn,
    Readings,
    Transcript,
    TurnAct,
    TurnEvent,
    TurnInput,
    TurnOutput,
    TurnTaken,
    Word,
    Yielded,
)
from model.voice.ahead import Ahead
from model.voice.reading import FADE_OUT_SAMPLES, Reading
from model.voice.voice import Voice

_LONG_AGO_MS: Final = 1_000_000


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

    def __init__(self, rule: Rule, language: str) -> None:
        self.rule = rule
        self.language = language
        self.ruling = Ruling()
        self.turn = TurnInput(0, np.zeros(MICRO_TURN_SAMPLES, np.int16))
        self.offers = Offers()
        self.offer: Offer | None = None
        self.reading: Reading | None = None
        self.withdrawn = False
        self.sounded_until: int | None = None
        self.taken_ms: int | None = None
        self.chatted = 0

    def close(self) -> None:
        """Let go of what is being said. Idempotent."""
        self.offer, self.reading = None, None


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
        return RuleCall(self._make_rule(), call.language)

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
        acts: list[TurnAct] = []
        self._tell(state, events, acts)
        return self._voice(state, state.turn.index, np.zeros(MICRO_TURN_SAMPLES, np.int16), acts)

    def close(self) -> None:
        """End the voice's thread. Idempotent."""
        self._ahead.close()

    def _tell(self, call: RuleCall, events: Sequence[TurnEvent], acts: list[TurnAct]) -> None:
        for event in events:
            match event:
                case OfferMade(offer):
                    self._ahead.prepare(offer.text, call.language)
                    call.offers = call.offers.make(offer)
                case OfferWithdrawn(offer_id):
                    _withdraw(call, offer_id, acts)
                case _:
                    pass

    def _step(self, call: RuleCall) -> TurnOutput:
        acts: list[TurnAct] = []
        turn = call.turn
        self._tell(call, turn.events, acts)
        call.offers, stale = call.offers.expire(turn.index * MICRO_TURN_MS)
        acts += [OfferDropped(offer_id) for offer_id in stale]
        ruling = call.ruling = call.rule.judge(turn.caller_audio, agent_speaks=call.reading is not None)
        audio = np.zeros(MICRO_TURN_SAMPLES, np.int16)
        if ruling.interrupts and call.reading is not None:
            self._stop(call, turn.index * MICRO_TURN_SAMPLES, audio, acts)
        if ruling.turn_over:
            acts.append(TurnTaken(Transcript((), final=True)))
            call.taken_ms = (turn.index + 1) * MICRO_TURN_MS
        return self._voice(call, turn.index, audio, acts)

    def _voice(self, call: RuleCall, index: int, audio: Audio, acts: list[TurnAct]) -> TurnOutput:
        ruling = call.ruling
        if call.reading is None and ruling.may_speak and not audio.any():
            self._begin(call, "" if ruling.turn_over else None, (index + 1) * MICRO_TURN_MS, acts)
        words = self._sound(call, index * MICRO_TURN_SAMPLES, audio, acts)
        voicing = call.offer.id if call.offer is not None and (words or audio.any()) else None
        if call.reading is None:
            call.offer = None
        readings = Readings(caller_voice=float(ruling.caller_speaks), turn_end=float(ruling.turn_over))
        return TurnOutput(index, audio, None, words, voicing, tuple(acts), readings)

    def _begin(self, call: RuleCall, taken: str | None, now_ms: int, acts: list[TurnAct]) -> None:
        until = call.sounded_until
        opening = Opening(
            taken=taken,
            caller_quiet_ms=_LONG_AGO_MS if call.taken_ms is None else now_ms - call.taken_ms,
            agent_quiet_ms=_LONG_AGO_MS if until is None else now_ms - until // SAMPLES_PER_MS,
            awaiting=False,
        )
        offer = call.offers.voiceable(opening)
        if offer is None and self._chatter:
            call.chatted += 1
            offer = Offer(f"chatter-{call.chatted}", self._chatter)
        if offer is None:
            return
        utterance = self._ahead.prepare(offer.text, call.language)
        if utterance.clause(0) is None and not utterance.complete:
            return
        call.offers, _ = call.offers.remove(offer.id)
        call.offer, call.reading, call.withdrawn = offer, Reading(utterance), False
        acts.append(OfferStarted(offer.id))

    def _sound(self, call: RuleCall, at: int, audio: Audio, acts: list[TurnAct]) -> tuple[Word, ...]:
        if call.reading is None or call.offer is None:
            return ()
        begins = any(isinstance(act, OfferStarted) for act in acts)
        gap = 0
        if begins and call.sounded_until is not None:
            gap = min(max(0, call.sounded_until + GAP_MS * SAMPLES_PER_MS - at), MICRO_TURN_SAMPLES)
        call.reading, sound, words = call.reading.read(MICRO_TURN_SAMPLES - gap, at + gap)
        audio[gap : gap + len(sound)] = sound
        if len(sound):
            call.sounded_until = at + gap + len(sound)
        if call.reading.finished or call.reading.stopped:
            whole = call.reading.finished or call.reading.all_said
            acts.append(OfferFinished(call.offer.id) if whole else OfferDropped(call.offer.id))
            call.reading = None
        return words

    def _stop(self, call: RuleCall, at: int, audio: Audio, acts: list[TurnAct]) -> None:
        """Fall silent at once, for good: the usual cascade throws away what it was saying."""
        if call.reading is None or call.offer is None:
            return
        _, tail, _ = call.reading.stop_now().read(FADE_OUT_SAMPLES, at)
        audio[: len(tail)] = tail
        call.sounded_until = at + len(tail)
        acts += [Yielded(call.offer.id), OfferDropped(call.offer.id)]
        call.reading = None


def _withdraw(call: RuleCall, offer_id: str, acts: list[TurnAct]) -> None:
    call.offers, waited = call.offers.remove(offer_id)
    if waited:
        acts.append(OfferDropped(offer_id))
    elif call.offer is not None and call.offer.id == offer_id and call.reading is not None:
        call.reading = call.reading.stop_after_word()
