"""Grounded speech: the texts that may be said, and which of them may be said now. Pure.

What the agent voices is an offer, word for word, or one of its own small utterances; there is no third kind.
Offers wait here until the floor is theirs, they are withdrawn, or they expire.
"""

from dataclasses import dataclass, replace
from typing import Final

from model.turn import Offer, Urgency

GAP_MS: Final = 200
"""Silence between two offers voiced one after the other."""
AT_ONCE_GAP_MS: Final = 60
"""The same before one that is voiced at once: phrases of a sentence that goes on."""
_NEWS_AFTER_CALLER_MS: Final = 400
"""News gives way to the reply that is still to come after the caller's turn."""
_NEWS_AFTER_QUESTION_MS: Final = 1_500
"""News does not trample on the answer to a question just asked."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A moment at which nobody holds the floor, so that the agent may speak.

    Attributes:
        taken: the words of the caller's turn that ended in this very micro-turn; None when none did.
        caller_quiet_ms: since the caller's last turn was taken; large when there was none.
        agent_quiet_ms: since the agent's last sound was given out; large when there was none.
        awaiting: the agent has asked something that has not been answered.
        sureness: the ears' confidence in the words taken, 0..1.
    """

    taken: str | None
    caller_quiet_ms: int
    agent_quiet_ms: int
    awaiting: bool
    sureness: float = 1.0


@dataclass(frozen=True, slots=True)
class Offers:
    """Offers made and not yet voiced, in the order they were made; ids are unique."""

    waiting: tuple[Offer, ...] = ()

    def make(self, offer: Offer) -> "Offers":
        """Add an offer; one of the same id made before is replaced by it."""
        others = tuple(other for other in self.waiting if other.id != offer.id)
        return replace(self, waiting=(*others, offer))

    def remove(self, offer_id: str) -> "tuple[Offers, bool]":
        """Take an offer away: it is voiced now, or withdrawn. Whether it was waiting."""
        others = tuple(offer for offer in self.waiting if offer.id != offer_id)
        return replace(self, waiting=others), len(others) < len(self.waiting)

    def expire(self, now_ms: int) -> "tuple[Offers, tuple[str, ...]]":
        """Drop what is stale at call time `now_ms`; the ids of what was."""
        stale = tuple(offer.id for offer in self.waiting if is_stale(offer, now_ms))
        fresh = tuple(offer for offer in self.waiting if not is_stale(offer, now_ms))
        return replace(self, waiting=fresh), stale

    def at_once(self) -> Offer | None:
        """Choose what to say whoever has the floor: the first of those to be voiced at once."""
        return next((offer for offer in self.waiting if offer.urgency is Urgency.AT_ONCE), None)

    def voiceable(self, opening: Opening) -> Offer | None:
        """Choose what to say at this opening: replies in order, then news; None to stay silent."""
        replies = (offer for offer in self.waiting if offer.urgency is Urgency.REPLY)
        for offer in replies:
            if offer.reply_to is None or _answers(offer, opening):
                return offer
        if not _news_may_be_told(opening):
            return None
        return next((offer for offer in self.waiting if offer.urgency is Urgency.NEWS), None)


def _answers(offer: Offer, opening: Opening) -> bool:
    return offer.reply_to == opening.taken and opening.sureness >= offer.sure_from


def is_stale(offer: Offer, now_ms: int) -> bool:
    """Whether an offer has expired at call time `now_ms`."""
    return offer.expires_ms is not None and now_ms > offer.expires_ms


def _news_may_be_told(opening: Opening) -> bool:
    if opening.taken is not None or opening.caller_quiet_ms < _NEWS_AFTER_CALLER_MS:
        return False
    return not opening.awaiting or opening.agent_quiet_ms >= _NEWS_AFTER_QUESTION_MS
