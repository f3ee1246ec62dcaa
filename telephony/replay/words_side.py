"""A stand-in for the model that knows the caller's words and when their turns were taken; no sound, no torch.

The agent speaks at an even pace, and stops when the caller's next recorded turn is taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import (
    CallerSpoke,
    KeyPressed,
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

_WORD_MS: Final = 350
_AHEAD_MS: Final = 2 * _WORD_MS
"""Words are given out so long before they sound: what is cut off can be told from what has ended."""


class WordsSide:
    """One call's side (`telephony.call_parts.AgentSide`). `turns`: of the caller, by micro-turn."""

    def __init__(self, turns: Mapping[int, Transcript]) -> None:
        self._turns = turns
        self._spoke = {
            min(turn.words[0].start_ms // MICRO_TURN_MS, index): turn.words[0].start_ms
            for index, turn in turns.items()
            if turn.words
        }
        self._speaking = {
            index
            for taken, turn in turns.items()
            if turn.words
            for index in range(turn.words[0].start_ms // MICRO_TURN_MS, taken)
        }
        self._waiting: list[Offer] = []
        self._voicing: Offer | None = None
        self._to_say: list[Word] = []
        self._free_ms = 0
        self._index = 0

    async def step(self, turn: TurnInput) -> TurnOutput:
        """See `AgentSide`."""
        self._index = turn.index
        acts = self._taken_in(turn.events)
        if (spoke_ms := self._spoke.get(turn.index)) is not None:
            acts += [CallerSpoke(spoke_ms), *self._cut_off()]
        said = self._turns.get(turn.index)
        if said is None:
            return self._voiced(acts)
        acts += self._cut_off()
        return replace(self._voiced([*acts, TurnTaken(said)], silent=True), transcript=said)

    async def reply(self, events: Sequence[TurnEvent]) -> TurnOutput:
        """See `AgentSide`."""
        return self._voiced(self._taken_in(events))

    def close(self) -> None:
        """See `AgentSide`."""

    def _taken_in(self, events: Sequence[TurnEvent]) -> list[TurnAct]:
        acts: list[TurnAct] = []
        for event in events:
            match event:
                case OfferMade(offer=offer):
                    self._waiting.append(offer)
                case OfferWithdrawn(offer_id=offer_id):
                    self._waiting = [each for each in self._waiting if each.id != offer_id]
                    if self._voicing is not None and self._voicing.id == offer_id:
                        self._stop()
                        acts.append(OfferDropped(offer_id))
                case KeyPressed() if self._voicing is not None and self._voicing.expects.digits:
                    acts += self._cut_off()
                case _:
                    pass
        return acts

    def _cut_off(self) -> list[TurnAct]:
        """The caller speaks: the agent gives way at once."""
        if self._voicing is None:
            return []
        offer_id = self._voicing.id
        self._stop()
        return [Yielded(offer_id), OfferDropped(offer_id)]

    def _stop(self) -> None:
        self._voicing, self._to_say = None, []
        self._free_ms = 0

    def _voiced(self, acts: Sequence[TurnAct], *, silent: bool = False) -> TurnOutput:
        """Give out the words whose time has come; the next offer begins when the one before has ended."""
        began_ms, ended_ms = self._index * MICRO_TURN_MS, (self._index + 1) * MICRO_TURN_MS
        done = list(acts)
        quiet = not silent and self._index not in self._speaking
        if self._voicing is None and self._waiting and quiet and self._free_ms <= began_ms:
            self._voicing = self._waiting.pop(0)
            words = self._voicing.text.split()
            self._to_say = [
                Word(word, began_ms + k * _WORD_MS, began_ms + (k + 1) * _WORD_MS)
                for k, word in enumerate(words)
            ]
            self._free_ms = began_ms + len(words) * _WORD_MS
            done.append(OfferStarted(self._voicing.id))
        voicing = self._voicing
        now = tuple(word for word in self._to_say if word.start_ms < ended_ms + _AHEAD_MS)
        self._to_say = self._to_say[len(now) :]
        if voicing is not None and not self._to_say and self._free_ms <= ended_ms:
            done.append(OfferFinished(voicing.id))
            self._voicing = None
        silence = np.zeros(MICRO_TURN_SAMPLES, np.int16)
        return TurnOutput(
            self._index,
            silence,
            agent_words=now,
            voicing=voicing.id if voicing is not None and now else None,
            acts=tuple(done),
            readings=Readings(caller_voice=float(self._index in self._speaking)),
        )
