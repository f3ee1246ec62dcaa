"""One call inside the native interlocutor: what comes in, what is decided, what sounds. Pure.

`advance` is the whole of it: the session and one micro-turn in, the session and its output back. What the
model reads and the ears hear is handed in; what the ears are to be told comes back as orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from config.expectation import NOTHING_AWAITED, AnswerKind, Expectation
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLES_PER_MS
from model.ears.ears import Hearing
from model.floor import decide, hopes_for_words
from model.listening import Listening
from model.moment import Decision, Floor, Moment, Rules, Standing
from model.offers import GAP_MS, Offers, Opening, is_stale
from model.thresholds import SHIPPED, Thresholds
from model.turn import (
    Audio,
    Backchannelled,
    CallerSpoke,
    Dials,
    DialsTurned,
    Heard,
    HeardWords,
    KeyPressed,
    OfferDropped,
    OfferFinished,
    OfferMade,
    OfferStarted,
    OfferWithdrawn,
    Readings,
    Resumed,
    Transcript,
    TurnAct,
    TurnEvent,
    TurnInput,
    TurnOutput,
    TurnTaken,
    Word,
    Yielded,
)
from model.voicing import Prepare, Voicing

_LONG_AGO_MS: Final = 1_000_000
_TAKING_UP_AGAIN_AFTER_MS: Final = 1_500
"""An offer interrupted for longer is introduced before it is taken up again."""
_PATIENT_MICRO_TURNS: Final = 6
"""After so long without the words of a turn that is over, "one moment" is said."""


@dataclass(frozen=True, slots=True)
class Session:
    """One call's state.

    Attributes:
        outside_ears: the words come as `HeardWords` from ears outside the model.
        outside: what those have heard of the current turn.
        listening: its small utterances.
        expectation: of the offer voiced last.
        awaiting: that expectation has not been met yet.
        heard_ms: agent time up to which the caller has heard; None while nobody has told.
        taken_ms: call time at which the caller's last turn was taken.
        shown: the words of the last transcript given out of the current turn.
    """

    dials: Dials = field(default_factory=Dials)
    lines: Thresholds = SHIPPED
    outside_ears: bool = False
    outside: Hearing = field(default_factory=Hearing)
    listening: Listening = field(default_factory=Listening)
    floor: Floor = field(default_factory=Floor)
    offers: Offers = field(default_factory=Offers)
    voicing: Voicing = field(default_factory=Voicing)
    expectation: Expectation = NOTHING_AWAITED
    awaiting: bool = False
    heard_ms: int | None = None
    taken_ms: int | None = None
    shown: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class EarOrders:
    """What the ears are to be told after a micro-turn, in this order."""

    turn_over: bool = False
    expect: Expectation | None = None


@dataclass(slots=True)
class _Row:
    """The row of the micro-turn being filled in: the one thing here that changes in place."""

    index: int
    acts: list[TurnAct] = field(default_factory=list[TurnAct])
    tail: Audio | None = None
    """What still sounds of something stopped at once."""
    transcript: Transcript | None = None
    taken: Transcript | None = None
    turn_over: bool = False
    expect: Expectation | None = None

    @property
    def began_ms(self) -> int:
        return self.index * MICRO_TURN_MS

    @property
    def agent_sample(self) -> int:
        return self.index * MICRO_TURN_SAMPLES


def advance(
    session: Session, turn: TurnInput, slots: tuple[Readings, ...], hearing: Hearing, prepare: Prepare
) -> tuple[Session, TurnOutput, EarOrders]:
    """Take one micro-turn.

    Args:
        session: the call so far.
        turn: what the micro-turn brings.
        slots: what the model reads in it, oldest first.
        hearing: what the model's own ears have understood; outside ears stand above it.
        prepare: begins to turn a text into sound.
    """
    row = _Row(turn.index)
    for event in turn.events:
        session = _told(session, event, row, prepare)
    session = _expired(session, row)
    moment = _moment(session, turn.index, slots, hearing)
    session, decision = _listened(session, moment, row)
    session = _acted(session, decision, moment, row, prepare)
    session = _transcribed(session, moment, row)
    session = _begun(session, row, prepare)
    session, output = _sounded(session, row, slots[-1])
    return session, output, EarOrders(row.turn_over, row.expect)


def reply(
    session: Session, index: int, events: Sequence[TurnEvent], readings: Readings, prepare: Prepare
) -> tuple[Session, TurnOutput, EarOrders]:
    """Go on in a micro-turn that `advance` left silent: voice in it what has been offered since.

    Args:
        session: as `advance` gave it back.
        index: of that micro-turn.
        events: since.
        readings: as it gave them out.
        prepare: begins to turn a text into sound.
    """
    row = _Row(index)
    for event in events:
        session = _told(session, event, row, prepare)
    session, output = _sounded(_begun(session, row, prepare), row, readings)
    return session, output, EarOrders(expect=row.expect)


def awaits_words(session: Session, index: int, slots: tuple[Readings, ...], hearing: Hearing) -> bool:
    """Whether `advance` would gain by words that are on their way, and nothing would be late by waiting."""
    if session.outside_ears or session.voicing.small is not None:
        return False
    return hopes_for_words(
        session.floor, _moment(session, index, slots, hearing), Rules(session.dials, session.lines)
    )


def _moment(session: Session, index: int, slots: tuple[Readings, ...], hearing: Hearing) -> Moment:
    return Moment(
        index=index,
        slots=slots,
        hearing=session.outside if session.outside_ears else hearing,
        standing=session.voicing.standing,
        interruptible=session.voicing.offer is None or session.voicing.offer.interruptible,
        asking=session.voicing.is_asking,
        expectation=session.expectation,
        outside_ears=session.outside_ears,
    )


# --- what is told ------------------------------------------------------------------------------------


def _told(session: Session, event: TurnEvent, row: _Row, prepare: Prepare) -> Session:
    match event:
        case OfferMade(offer):
            prepare(offer.text)
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
        case DialsTurned(dials):
            return replace(session, dials=dials)
        case _:
            assert_never(event)


def _withdrawn(session: Session, offer_id: str, row: _Row) -> Session:
    offers, was_waiting = session.offers.remove(offer_id)
    if was_waiting:
        row.acts.append(OfferDropped(offer_id))
        return replace(session, offers=offers)
    voicing = session.voicing
    if voicing.offer is None or voicing.offer.id != offer_id:
        return session
    if voicing.is_halted:
        return _dropped(session, row)
    return replace(session, voicing=voicing.stop_after_word(withdrawn=True))


def _keyed(session: Session, row: _Row) -> Session:
    """A key answers a question for digits: whatever is being said of it ends at once, for good."""
    voicing = session.voicing
    offer = voicing.offer
    if offer is None or offer.expects.kind is not AnswerKind.DIGITS or not offer.interruptible:
        return session
    if not voicing.is_halted:
        session = _yielded(session, row)
    return _dropped(session, row)


def _expired(session: Session, row: _Row) -> Session:
    offers, stale = session.offers.expire(row.began_ms)
    row.acts.extend(OfferDropped(offer_id) for offer_id in stale)
    session = replace(session, offers=offers)
    offer = session.voicing.offer
    if offer is not None and session.voicing.is_halted and is_stale(offer, row.began_ms):
        return _dropped(session, row)
    return session


# --- what is decided -----------------------------------------------------------------------------------


def _listened(session: Session, moment: Moment, row: _Row) -> tuple[Session, Decision]:
    before = session.floor.caller.onset_ms
    floor, decision = decide(session.floor, moment, Rules(session.dials, session.lines))
    onset_ms = floor.caller.onset_ms
    if onset_ms is not None and onset_ms != before:
        row.acts.append(CallerSpoke(onset_ms))
    return replace(session, floor=floor), decision


def _acted(session: Session, decision: Decision, moment: Moment, row: _Row, prepare: Prepare) -> Session:
    match decision:
        case Decision.LISTEN:
            return session
        case Decision.HOLD:
            return _held(session, row)
        case Decision.PAUSE:
            return replace(session, voicing=session.voicing.stop_after_word())
        case Decision.YIELD:
            withdrawn = session.voicing.withdrawn
            session = _yielded(session, row)
            return _dropped(session, row) if withdrawn else session
        case Decision.RESUME:
            return _resumed(_turn_over(session, moment, row), row, prepare)
        case Decision.FORGET:
            return _turn_over(session, moment, row)
        case Decision.TAKE_TURN:
            session = _turn_over(session, moment, row)
            row.taken = Transcript(moment.hearing.words, final=True, confidence=moment.hearing.confidence)
            row.acts.append(TurnTaken(row.taken))
            session = replace(session, awaiting=False, taken_ms=moment.now_ms)
            return _dropped(session, row) if session.voicing.is_halted else session
        case Decision.BACKCHANNEL:
            if session.voicing.small is not None:
                return session
            listening, utterance = session.listening.go_on()
            row.acts.append(Backchannelled(utterance.text))
            return replace(session, listening=listening, voicing=session.voicing.murmur(utterance))
        case _:
            assert_never(decision)


def _held(session: Session, row: _Row) -> Session:
    """The turn is over and the ears are behind: after a while the line says that somebody is there."""
    idle = session.voicing.standing is Standing.SILENT and session.voicing.small is None
    if not idle or session.floor.waited != _PATIENT_MICRO_TURNS:
        return session
    listening, utterance = session.listening.one_moment()
    row.acts.append(Backchannelled(utterance.text))
    return replace(session, listening=listening, voicing=session.voicing.remark(utterance))


def _yielded(session: Session, row: _Row) -> Session:
    offer = session.voicing.offer
    if offer is None:
        return session
    voicing, row.tail = session.voicing.stop_now(row.agent_sample)
    row.acts.append(Yielded(offer.id))
    return replace(session, voicing=voicing)


def _dropped(session: Session, row: _Row) -> Session:
    if session.voicing.offer is None:
        return session
    row.acts.append(OfferDropped(session.voicing.offer.id))
    return replace(session, voicing=session.voicing.drop())


def _resumed(session: Session, row: _Row, prepare: Prepare) -> Session:
    voicing = session.voicing
    if voicing.offer is None:
        return session
    row.acts.append(Resumed(voicing.offer.id))
    silent_ms = (row.agent_sample - (voicing.sounded_until or 0)) // SAMPLES_PER_MS
    long = voicing.standing is Standing.YIELDED and silent_ms >= _TAKING_UP_AGAIN_AFTER_MS
    introduction = prepare(session.listening.introduction) if long else None
    return replace(session, voicing=voicing.resume(session.heard_ms, introduction))


def _turn_over(session: Session, moment: Moment, row: _Row) -> Session:
    """The caller's turn, or what seemed one, is over: the words there are stand."""
    row.turn_over = True
    hearing = moment.hearing
    if hearing.words:
        row.transcript = Transcript(hearing.words, final=True, confidence=hearing.confidence)
    return replace(session, outside=Hearing(upto_ms=hearing.upto_ms), shown=())


def _transcribed(session: Session, moment: Moment, row: _Row) -> Session:
    hearing = moment.hearing
    if row.turn_over or hearing.words == session.shown:
        return session
    row.transcript = Transcript(hearing.words, final=False, confidence=hearing.confidence)
    return replace(session, shown=hearing.words)


# --- what sounds ---------------------------------------------------------------------------------------


def _begun(session: Session, row: _Row, prepare: Prepare) -> Session:
    """Begin to voice an offer, if one may be voiced now."""
    voicing = session.voicing
    if voicing.offer is not None or voicing.small is not None or row.tail is not None:
        return session
    if not session.floor.is_free or _gap_samples(session, row) >= MICRO_TURN_SAMPLES:
        return session
    now_ms = row.began_ms + MICRO_TURN_MS
    until = voicing.sounded_until
    opening = Opening(
        taken=None if row.taken is None else row.taken.text,
        sureness=0.0 if row.taken is None else row.taken.confidence,
        caller_quiet_ms=_LONG_AGO_MS if session.taken_ms is None else now_ms - session.taken_ms,
        agent_quiet_ms=_LONG_AGO_MS if until is None else now_ms - until // SAMPLES_PER_MS,
        awaiting=session.awaiting,
    )
    offer = session.offers.voiceable(opening)
    if offer is None:
        return session
    utterance = prepare(offer.text)
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


def _gap_samples(session: Session, row: _Row) -> int:
    """Samples of this micro-turn that stay silent before an offer may begin."""
    until = session.voicing.sounded_until
    return 0 if until is None else max(0, until + GAP_MS * SAMPLES_PER_MS - row.agent_sample)


def _sounded(session: Session, row: _Row, readings: Readings) -> tuple[Session, TurnOutput]:
    began = any(isinstance(act, OfferStarted) for act in row.acts)
    offer = session.voicing.offer if session.voicing.small is None else None
    voicing, audio, words = session.voicing.sound(
        _gap_samples(session, row) if began else 0, row.agent_sample
    )
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


def _ended(session: Session, row: _Row) -> Session:
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
            return _dropped(session, row)
        return replace(session, voicing=replace(voicing, standing=Standing.PAUSED))
    return session
