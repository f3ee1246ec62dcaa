"""What the floor decides in a micro-turn, and what comes of it for the offer under way. Pure."""

from dataclasses import replace
from typing import Final, assert_never

from config.units import SAMPLES_PER_MS
from model.ears.ears import Hearing
from model.floor import decide
from model.moment import Decision, Moment, Rules, Standing
from model.session.sound import dropped, yielded
from model.session.state import Row, Session
from model.turn import Backchannelled, CallerSpoke, Resumed, TurnTaken
from model.voicing import Prepare

_TAKING_UP_AGAIN_AFTER_MS: Final = 1_500
"""An offer interrupted for longer is introduced before it is taken up again."""
_PATIENT_MICRO_TURNS: Final = 6
"""After so long without the words of a turn that is over, "one moment" is said."""


def listened(session: Session, moment: Moment, row: Row) -> tuple[Session, Decision]:
    """Decide."""
    before = session.floor.caller.onset_ms
    floor, decision = decide(session.floor, moment, Rules(session.dials, session.lines))
    onset_ms = floor.caller.onset_ms
    if onset_ms is not None and onset_ms != before:
        row.acts.append(CallerSpoke(onset_ms))
    return replace(session, floor=floor), decision


def acted(session: Session, decision: Decision, moment: Moment, row: Row, prepare: Prepare) -> Session:
    """Do what was decided."""
    match decision:
        case Decision.LISTEN:
            return session
        case Decision.HOLD:
            return _held(session, row)
        case Decision.PAUSE:
            return replace(session, voicing=session.voicing.stop_after_word())
        case Decision.YIELD:
            withdrawn = session.voicing.withdrawn
            session = yielded(session, row)
            return dropped(session, row) if withdrawn else session
        case Decision.RESUME:
            return _resumed(_turn_over(session, moment, row), row, prepare)
        case Decision.FORGET:
            return _turn_over(session, moment, row)
        case Decision.TAKE_TURN:
            session = _turn_over(session, moment, row)
            row.taken = moment.hearing.transcript(final=True)
            row.acts.append(TurnTaken(row.taken))
            session = replace(session, awaiting=False, taken_ms=moment.now_ms)
            return dropped(session, row) if session.voicing.is_halted else session
        case Decision.BACKCHANNEL:
            if session.voicing.small is not None:
                return session
            listening, utterance = session.listening.go_on()
            row.acts.append(Backchannelled(utterance.text))
            return replace(session, listening=listening, voicing=session.voicing.murmur(utterance))
        case _:
            assert_never(decision)


def _held(session: Session, row: Row) -> Session:
    """The turn is over and the ears are behind: after a while the line says that somebody is there."""
    idle = session.voicing.standing is Standing.SILENT and session.voicing.small is None
    if not idle or not session.dials.remarks or session.floor.waited != _PATIENT_MICRO_TURNS:
        return session
    listening, utterance = session.listening.one_moment()
    row.acts.append(Backchannelled(utterance.text))
    return replace(session, listening=listening, voicing=session.voicing.remark(utterance))


def _resumed(session: Session, row: Row, prepare: Prepare) -> Session:
    voicing = session.voicing
    if voicing.offer is None:
        return session
    row.acts.append(Resumed(voicing.offer.id))
    silent_ms = (row.agent_sample - (voicing.sounded_until or 0)) // SAMPLES_PER_MS
    long = voicing.standing is Standing.YIELDED and silent_ms >= _TAKING_UP_AGAIN_AFTER_MS
    introduction = prepare(session.listening.introduction, session.language, 1.0) if long else None
    return replace(session, voicing=voicing.resume(session.heard_ms, introduction))


def _turn_over(session: Session, moment: Moment, row: Row) -> Session:
    """The caller's turn, or what seemed one, is over: the words there are stand."""
    row.turn_over = True
    hearing = moment.hearing
    if hearing.words:
        row.transcript = hearing.transcript(final=True)
    return replace(session, outside=Hearing(upto_ms=hearing.upto_ms), shown=())


def transcribed(session: Session, moment: Moment, row: Row) -> Session:
    """Show the words so far, if they changed."""
    hearing = moment.hearing
    if row.turn_over or hearing.words == session.shown:
        return session
    row.transcript = hearing.transcript(final=False)
    return replace(session, shown=hearing.words)
