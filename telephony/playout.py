"""What the carrier has been sent, what it is playing, what the caller has heard, what was cleared. Pure.

The carrier plays what it is sent in order and in real time; nothing but its marks says how far it got. So
the playout keeps a schedule by the clock, and every mark that returns corrects it: between marks the heard
position is interpolated. A mark that returns after a clear means flushed, not heard.

Positions are agent samples at 16 kHz, counted over all the conversation has given out.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from config.units import SAMPLE_RATE_HZ
from telephony.clock import NS_PER_MS
from telephony.line import HeardSpan

LATE_PLAYER_NS: Final = 40 * NS_PER_MS
"""A mark later than usual by more than this means that the carrier's playout stood still meanwhile."""
MOST_TRANSIT_NS: Final = 1_000 * NS_PER_MS
_SMOOTHED: Final = 16
MOST_FLUSHED: Final = 256
"""Names of flushed marks remembered; the oldest are forgotten, and would count as unknown."""


@dataclass(frozen=True, slots=True)
class Sounding:
    """A run of agent samples scheduled to sound from `starts_ns`, at `call_start` on the caller's timeline.

    `plays` is False for silence that was left out: it passes in no time.
    """

    agent_start: int
    samples: int
    starts_ns: int
    call_start: int
    plays: bool = True

    @property
    def ends_ns(self) -> int:
        return self.starts_ns + (duration_ns(self.samples) if self.plays else 0)


@dataclass(frozen=True, slots=True)
class AwaitedMark:
    """A mark that has been set: the `sent` samples before it should all have sounded by `ends_ns`."""

    name: str
    ends_ns: int
    sent: int


@dataclass(frozen=True, slots=True)
class Playout:
    """The carrier's side of the line, as far as it can be known from here.

    Attributes:
        schedule: what has been sent and is not known to have been heard, in order.
        free_ns: when the carrier runs out of sound.
        marks: those that have not come back, in order; `flushed` those that a clear sent back.
        transit_ns: from a sound's time on our schedule to its mark's return; None before the first mark.
        overdue_ns: by how much more than usual the last mark was late.
        confirmed_ns: everything scheduled up to here has sounded: a mark said so.
        unconfirmed_ns: how far beyond what marks have confirmed the clock alone counts for heard; None:
            any distance, because marks come only now and then.
        sent_samples: how many have been sent over the call, flushed ones included.
        heard_samples: the agent sample up to which the caller has heard.
        late_marks, unknown_marks, flushed_marks: over the call.
    """

    schedule: tuple[Sounding, ...] = ()
    free_ns: int = 0
    marks: tuple[AwaitedMark, ...] = ()
    flushed: tuple[str, ...] = ()
    transit_ns: int | None = None
    overdue_ns: int = 0
    confirmed_ns: int = 0
    unconfirmed_ns: int | None = None
    sent_samples: int = 0
    heard_samples: int = 0
    heard: tuple[HeardSpan, ...] = field(default=())
    late_marks: int = 0
    unknown_marks: int = 0
    flushed_marks: int = 0

    def lead_ns(self, now_ns: int) -> int:
        """How long the carrier can go on playing what it has."""
        return max(0, self.free_ns - now_ns)


def duration_ns(samples: int) -> int:
    """How long so many samples at 16 kHz sound."""
    return samples * 1_000_000_000 // SAMPLE_RATE_HZ


def send(playout: Playout, agent_start: int, samples: int, now_ns: int, call_now: int) -> Playout:
    """Audio leaves for the carrier now; `call_now` is this moment on the caller's timeline.

    It sounds when what was sent before has sounded, or at once. Sound that follows without a gap is laid on
    the caller's timeline without a gap, however the two clocks drift.
    """
    playout = replace(playout, sent_samples=playout.sent_samples + samples)
    starts_ns = max(now_ns, playout.free_ns)
    transit_ns = playout.transit_ns or 0
    call_start = call_now + (starts_ns - now_ns + transit_ns) * SAMPLE_RATE_HZ // 1_000_000_000
    if playout.schedule:
        last = playout.schedule[-1]
        end = last.call_start + (last.samples if last.plays else 0)
        call_start = end if last.ends_ns == starts_ns else max(end, call_start)
        if last.plays and last.ends_ns == starts_ns and last.agent_start + last.samples == agent_start:
            grown = replace(last, samples=last.samples + samples)
            return replace(playout, schedule=(*playout.schedule[:-1], grown), free_ns=grown.ends_ns)
    sounding = Sounding(agent_start, samples, starts_ns, call_start)
    return replace(playout, schedule=(*playout.schedule, sounding), free_ns=sounding.ends_ns)


def leave_out(playout: Playout, agent_start: int, samples: int, now_ns: int) -> Playout:
    """Silence that is not sent: it counts as heard once what came before it has been."""
    call_start = 0
    if playout.schedule:
        last = playout.schedule[-1]
        call_start = last.call_start + (last.samples if last.plays else 0)
    passing = Sounding(agent_start, samples, max(now_ns, playout.free_ns), call_start, plays=False)
    return replace(playout, schedule=(*playout.schedule, passing))


def set_mark(playout: Playout, name: str) -> Playout:
    """A mark leaves behind everything sent so far."""
    mark = AwaitedMark(name, playout.free_ns, playout.sent_samples)
    return replace(playout, marks=(*playout.marks, mark))


def on_mark(playout: Playout, name: str, now_ns: int) -> Playout:
    """A mark has come back. One that was flushed, came before, or was never set changes no position."""
    if name in playout.flushed:
        left = tuple(other for other in playout.flushed if other != name)
        return replace(playout, flushed=left, flushed_marks=playout.flushed_marks + 1)
    names = [mark.name for mark in playout.marks]
    if name not in names:
        return replace(playout, unknown_marks=playout.unknown_marks + 1)
    at = names.index(name)
    mark, marks = playout.marks[at], playout.marks[at + 1 :]
    playout = _hear_until(playout, mark.ends_ns)
    playout = replace(playout, marks=marks, confirmed_ns=max(playout.confirmed_ns, mark.ends_ns))
    return _learn(playout, now_ns - mark.ends_ns, mark.ends_ns)


def on_played(playout: Playout, samples: int, now_ns: int) -> Playout:
    """The carrier has told how many of the samples sent have passed: as if marks had come back just then.

    Reports that say nothing new change nothing; one of more than was sent is taken for all of it.
    """
    if samples > playout.sent_samples:
        samples = playout.sent_samples
        playout = replace(playout, unknown_marks=playout.unknown_marks + 1)
    passed = [mark for mark in playout.marks if mark.sent <= samples]
    if not passed:
        return playout
    return on_mark(playout, passed[-1].name, now_ns - duration_ns(samples - passed[-1].sent))


def _learn(playout: Playout, late_ns: int, at_ns: int) -> Playout:
    """What a mark's lateness says: about the way there and back, or that the schedule is wrong.

    A mark before its time means that the carrier is ahead of the schedule. One late mark may have been held
    up on its way; two in a row mean that the carrier stood still.
    """
    transit_ns = playout.transit_ns
    if late_ns < 0:
        return replace(_delay(playout, at_ns, late_ns), overdue_ns=0, transit_ns=transit_ns or 0)
    if transit_ns is None or late_ns < transit_ns:
        return replace(playout, transit_ns=min(late_ns, MOST_TRANSIT_NS), overdue_ns=0)
    overdue_ns = late_ns - transit_ns
    if overdue_ns <= LATE_PLAYER_NS:
        return replace(playout, transit_ns=transit_ns + overdue_ns // _SMOOTHED, overdue_ns=0)
    stood_still_ns = min(overdue_ns, playout.overdue_ns)
    late = replace(playout, late_marks=playout.late_marks + 1, overdue_ns=overdue_ns - stood_still_ns)
    return _delay(late, at_ns, stood_still_ns) if stood_still_ns else late


def hear(playout: Playout, now_ns: int) -> Playout:
    """Move the heard position on to what has sounded by now, as far as it is known to have."""
    return _hear_until(playout, _known(playout, now_ns - (playout.transit_ns or 0)))


def clear(playout: Playout, now_ns: int) -> Playout:
    """A clear leaves now: what has not sounded never will. `heard_samples` is where the agent was cut.

    The clear travels to the carrier as the sound did, so the cut falls where the schedule is now, without
    transit.
    """
    cut = _hear_until(playout, _known(playout, now_ns))
    flushed = (*playout.flushed, *(mark.name for mark in playout.marks))[-MOST_FLUSHED:]
    return replace(cut, schedule=(), marks=(), flushed=flushed, free_ns=now_ns)


def collect(playout: Playout) -> tuple[Playout, tuple[HeardSpan, ...]]:
    """Hand over the spans heard since the last time."""
    return replace(playout, heard=()), playout.heard


def _known(playout: Playout, until_ns: int) -> int:
    """How far what is scheduled until then is known, or may be taken, to have sounded."""
    if playout.unconfirmed_ns is not None:
        until_ns = min(until_ns, playout.confirmed_ns + playout.unconfirmed_ns)
    return max(until_ns, playout.confirmed_ns)


def _hear_until(playout: Playout, until_ns: int) -> Playout:
    heard, position, left = list(playout.heard), playout.heard_samples, len(playout.schedule)
    for number, sounding in enumerate(playout.schedule):
        ended = sounding.ends_ns <= until_ns
        sounded = sounding.samples
        if not ended:
            sounded = max(0, (until_ns - sounding.starts_ns) * SAMPLE_RATE_HZ // 1_000_000_000)
        if sounded and sounding.plays:
            _join(heard, HeardSpan(sounding.agent_start, sounding.call_start, sounded))
        if sounded:
            position = sounding.agent_start + sounded
        if not ended:
            rest = _after(sounding, sounded)
            schedule = (rest, *playout.schedule[number + 1 :])
            return replace(playout, schedule=schedule, heard=tuple(heard), heard_samples=position)
        left -= 1
    return replace(playout, schedule=(), heard=tuple(heard), heard_samples=position)


def _after(sounding: Sounding, sounded: int) -> Sounding:
    """What is left of a run once `sounded` samples of it have been heard."""
    if not sounded:
        return sounding
    return replace(
        sounding,
        agent_start=sounding.agent_start + sounded,
        samples=sounding.samples - sounded,
        starts_ns=sounding.starts_ns + duration_ns(sounded),
        call_start=sounding.call_start + sounded,
    )


def _join(heard: list[HeardSpan], span: HeardSpan) -> None:
    if heard:
        last = heard[-1]
        follows = last.agent_start + last.samples == span.agent_start
        if follows and last.call_start + last.samples == span.call_start:
            heard[-1] = replace(last, samples=last.samples + span.samples)
            return
    heard.append(span)


def _delay(playout: Playout, from_ns: int, by_ns: int) -> Playout:
    """All that is scheduled after `from_ns` sounds later than thought (earlier, when negative)."""
    by_samples = by_ns * SAMPLE_RATE_HZ // 1_000_000_000
    return replace(
        playout,
        schedule=tuple(
            replace(
                sounding, starts_ns=sounding.starts_ns + by_ns, call_start=sounding.call_start + by_samples
            )
            if sounding.starts_ns >= from_ns
            else sounding
            for sounding in playout.schedule
        ),
        free_ns=playout.free_ns + by_ns if playout.free_ns > from_ns else playout.free_ns,
        marks=tuple(replace(mark, ends_ns=mark.ends_ns + by_ns) for mark in playout.marks),
    )
