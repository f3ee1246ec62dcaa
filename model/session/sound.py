"""What sounds in a micro-turn: an offer begins, goes on, stops, ends. Pure."""

from dataclasses import replace
from typing import Final

from config.expectation import AnswerKind
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLES_PER_MS
from model.moment import Standing
from model.offers import AT_ONCE_GAP_MS, GAP_MS, Opening
from model.session.state import Row, Session
from model.turn import (
    Offer,
    OfferDropped,
    OfferFinished,
    OfferStarted,
    Readings,
    TurnOutput,
    Urgency,
    Yielded,
)
from model.voicing import Prepare

_LONG_AGO_MS: Final = 1_000_000


def yielded(session: Session, row: Row) -> Session:
    """Fall silent at once: the floor is the caller's."""
    offer = session.voicing.offer
    if offer is None:
        return session
    voicing, row.tail = session.voicing.stop_now(row.agent_sample)
    row.acts.append(Yielded(offer.id))
    return replace(session, voicing=voicing)


def dropped(session: Session, row: Row) -> Session:
    """Let go of the offer under way, if there is one."""
    if session.voicing.offer is None:
        return session
    row.acts.append(OfferDropped(session.voicing.offer.id))
    return replace(session, voicing=session.voicing.drop())


def begun(session: Session, row: Row, prepare: Prepare) -> Session:
    """Begin to voice an offer, if there is one for this moment."""
    voicing = session.voicing
    if voicing.offer is not None or voicing.small is not None or row.tail is not None:
        return session
    offer = session.offers.at_once() or (_for_a_free_floor(session, row) if session.floor.is_free else None)
    if offer is None or _gap_samples(session, row, offer) >= MICRO_TURN_SAMPLES:
        return session
    utterance = prepare(offer.text, offer.language or session.language, offer.speed)
    if utterance.clause(0) is None and not utterance.complete:
        return session
    row.acts.append(OfferStarted(offer.id))
    row.expect = offer.expects
    offers, _ = session.offers.remove(offer.id)
    return replace(
        session,
        offers=offers,
        voicing=voicing.begin(offer, utterance),
        expectation=offer.expects,
        awaiting=False,
    )


def _for_a_free_floor(session: Session, row: Row) -> Offer | None:
    now_ms = row.began_ms + MICRO_TURN_MS
    until = session.voicing.sounded_until
    opening = Opening(
        taken=None if row.taken is None else row.taken.text,
        sureness=0.0 if row.taken is None else row.taken.confidence,
        caller_quiet_ms=_LONG_AGO_MS if session.taken_ms is None else now_ms - session.taken_ms,
        agent_quiet_ms=_LONG_AGO_MS if until is None else now_ms - until // SAMPLES_PER_MS,
        awaiting=session.awaiting,
    )
    return session.offers.voiceable(opening)


def _gap_samples(session: Session, row: Row, offer: Offer) -> int:
    """Samples of this micro-turn that stay silent before an offer may begin."""
    until = session.voicing.sounded_until
    gap_ms = AT_ONCE_GAP_MS if offer.urgency is Urgency.AT_ONCE else GAP_MS
    return 0 if until is None else max(0, until + gap_ms * SAMPLES_PER_MS - row.agent_sample)


def sounded(session: Session, row: Row, readings: Readings) -> tuple[Session, TurnOutput]:
    """Voice what is under way, and fill in the row."""
    began = any(isinstance(act, OfferStarted) for act in row.acts)
    offer = session.voicing.offer if session.voicing.small is None else None
    gap = _gap_samples(session, row, offer) if began and offer is not None else 0
    voicing, audio, words = session.voicing.sound(gap, row.agent_sample)
    if row.tail is not None:
        audio[: len(row.tail)] = row.tail
    session = _ended(replace(session, voicing=voicing), row)
    output = TurnOutput(
        index=row.index,
        agent_audio=audio,
        transcript=row.transcript,
        agent_words=words,
        voicing=offer.id if offer is not None and (words or audio.any()) else None,
        acts=tuple(row.acts),
        readings=readings,
    )
    return session, output


def _ended(session: Session, row: Row) -> Session:
    """What has come to its end, or to where it was to stop, in this micro-turn."""
    voicing = session.voicing
    offer, reading = voicing.offer, voicing.reading
    if offer is None or reading is None or voicing.is_halted:
        return session
    if reading.finished or (reading.stopped and reading.all_said):
        row.acts.append(OfferFinished(offer.id))
        return replace(session, voicing=voicing.drop(), awaiting=offer.expects.kind is not AnswerKind.NOTHING)
    if reading.stopped:
        if voicing.withdrawn:
            return dropped(session, row)
        return replace(session, voicing=replace(voicing, standing=Standing.PAUSED))
    return session
