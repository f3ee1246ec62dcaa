"""One micro-turn of a call: what comes in, what is decided, what sounds. Pure.

`advance` is the whole of it: the session and one micro-turn in, the session and its output back. What the
model reads and the ears hear is handed in; what the ears are to be told comes back as orders.
"""

from collections.abc import Sequence

from model.ears.ears import Hearing
from model.floor import hopes_for_words
from model.moment import Moment, Rules, Standing
from model.session.decisions import acted, listened, transcribed
from model.session.events import expired, told
from model.session.sound import begun, sounded
from model.session.state import EarOrders, Row, Session
from model.turn import Readings, TurnEvent, TurnInput, TurnOutput
from model.voicing import Prepare


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
    row = Row(turn.index)
    for event in turn.events:
        session = told(session, event, row, prepare)
    session = expired(session, row)
    moment = _moment(session, turn.index, slots, hearing)
    session, decision = listened(session, moment, row)
    session = acted(session, decision, moment, row, prepare)
    session = transcribed(session, moment, row)
    session, output = _voiced(session, row, slots[-1], prepare)
    return session, output, EarOrders(row.turn_over, row.language, row.expect)


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
    row = Row(index)
    for event in events:
        session = told(session, event, row, prepare)
    session, output = _voiced(session, row, readings, prepare)
    return session, output, EarOrders(language=row.language, expect=row.expect)


def awaits_words(session: Session, index: int, slots: tuple[Readings, ...], hearing: Hearing) -> bool:
    """Whether `advance` would gain by words that are on their way, and nothing would be late by waiting."""
    if session.outside_ears or session.voicing.small is not None:
        return False
    return hopes_for_words(
        session.floor, _moment(session, index, slots, hearing), Rules(session.dials, session.lines)
    )


def _voiced(session: Session, row: Row, readings: Readings, prepare: Prepare) -> tuple[Session, TurnOutput]:
    session = begun(session, row, prepare)
    return sounded(session, row, readings)


def _moment(session: Session, index: int, slots: tuple[Readings, ...], hearing: Hearing) -> Moment:
    return Moment(
        index=index,
        slots=slots,
        hearing=session.outside if session.outside_ears else hearing,
        standing=Standing.SILENT if session.voicing.beside_the_floor else session.voicing.standing,
        interruptible=session.voicing.offer is None or session.voicing.offer.interruptible,
        asking=session.voicing.is_asking,
        expectation=session.expectation,
        outside_ears=session.outside_ears,
    )
