"""What a call is told between two micro-turns: offers made and withdrawn, keys, what was heard. Pure."""

from dataclasses import replace
from typing import assert_never

from config.expectation import AnswerKind
from model.ears.ears import Hearing
from model.offers import is_stale
from model.session.sound import dropped, yielded
from model.session.state import Row, Session
from model.turn import (
    CallerTyped,
    DialsTurned,
    Heard,
    HeardWords,
    KeyPressed,
    LanguageChanged,
    OfferDropped,
    OfferMade,
    OfferWithdrawn,
    Transcript,
    TurnEvent,
    TurnTaken,
    Word,
)
from model.voicing import Prepare


def told(session: Session, event: TurnEvent, row: Row, prepare: Prepare) -> Session:
    """Take in one event."""
    match event:
        case OfferMade(offer):
            offer = replace(offer, language=offer.language or session.language)
            prepare(offer.text, offer.language or session.language, offer.speed)
            return replace(session, offers=session.offers.make(offer))
        case OfferWithdrawn(offer_id):
            return _withdrawn(session, offer_id, row)
        case KeyPressed():
            return _keyed(replace(session, awaiting=False), row)
        case Heard(agent_ms):
            return replace(session, heard_ms=agent_ms)
        case HeardWords(words, final):
            upto_ms = row.began_ms if final else (words[-1].end_ms if words else 0)
            confidence = sum(word.confidence for word in words) / len(words) if words else 0.0
            return replace(session, outside_ears=True, outside=Hearing(words, upto_ms, confidence))
        case CallerTyped(words):
            return _typed(session, words, row)
        case DialsTurned(dials):
            return replace(session, dials=dials)
        case LanguageChanged(language):
            row.language = language
            return replace(session, language=language, listening=session.listening.going_on_in(language))
        case _:
            assert_never(event)


def _withdrawn(session: Session, offer_id: str, row: Row) -> Session:
    offers, was_waiting = session.offers.remove(offer_id)
    if was_waiting:
        row.acts.append(OfferDropped(offer_id))
        return replace(session, offers=offers)
    voicing = session.voicing
    if voicing.offer is None or voicing.offer.id != offer_id:
        return session
    if voicing.is_halted:
        return dropped(session, row)
    return replace(session, voicing=voicing.stop_after_word(withdrawn=True))


def _keyed(session: Session, row: Row) -> Session:
    """A key answers a question for digits: whatever is being said of it ends at once, for good."""
    offer = session.voicing.offer
    if offer is None or offer.expects.kind is not AnswerKind.DIGITS:
        return session
    return _ended(session, row)


def _typed(session: Session, words: tuple[Word, ...], row: Row) -> Session:
    """What was typed is a turn that has ended, whatever the ears were about to understand."""
    session = _ended(session, row)
    row.turn_over = True
    row.taken = row.transcript = Transcript(words, final=True)
    row.acts.append(TurnTaken(row.taken))
    outside = Hearing(upto_ms=session.outside.upto_ms)
    return replace(session, awaiting=False, taken_ms=row.began_ms, outside=outside, shown=())


def _ended(session: Session, row: Row) -> Session:
    """End what is being said at once and for good, unless it must be heard."""
    voicing = session.voicing
    if voicing.offer is None or not voicing.offer.interruptible or voicing.beside_the_floor:
        return session
    if not voicing.is_halted:
        session = yielded(session, row)
    return dropped(session, row)


def expired(session: Session, row: Row) -> Session:
    """Drop the offers that have gone stale, an interrupted one too."""
    offers, stale = session.offers.expire(row.began_ms)
    row.acts.extend(OfferDropped(offer_id) for offer_id in stale)
    session = replace(session, offers=offers)
    offer = session.voicing.offer
    if offer is not None and session.voicing.is_halted and is_stale(offer, row.began_ms):
        return dropped(session, row)
    return session
