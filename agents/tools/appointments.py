"""Appointments: free times, the caller's own, booking and moving one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, Field

from agents.crm.port import Appointment, AppointmentState, Crm, Slot
from agents.errors import Invalid, NotFound
from agents.tool import Caller, Key, tool
from agents.tools.own import own_appointment
from agents.tools.saying import at_the_company

Id = Annotated[str, Field(min_length=1, max_length=64)]

_MOST_OFFERED: Final = 3
"""Nobody keeps more in mind by ear."""
_LOOK_AHEAD_DAYS: Final = 21


class OfferedTime(BaseModel):
    """A time that can be booked by its id."""

    slot_id: str
    starts_at: datetime
    """On the company's clock."""
    starts_on: date


class OfferedTimes(BaseModel):
    """Up to three free times, spread over the days there are. A flow says `{times.starts:moments}`."""

    kind: str
    times: list[OfferedTime]
    first: OfferedTime
    starts: list[datetime]
    """When they are, on the company's clock."""


class BookedTime(BaseModel):
    """An appointment of the caller's."""

    appointment_id: str
    kind: str
    starts_at: datetime
    """On the company's clock."""
    starts_on: date


class BookedTimes(BaseModel):
    """What the caller has booked, the earliest first."""

    count: int
    next: BookedTime | None
    appointments: list[BookedTime]


@tool(reads=True, timeout_ms=5_000, retries=2, says="Let me see what is free.")
async def find_appointment(  # noqa: D417 - crm is given
    kind: Annotated[str, Field(min_length=1, max_length=64)],
    crm: Crm,
    earliest: date | None = None,
    latest: date | None = None,
) -> OfferedTimes:
    """Find free times for an appointment.

    Args:
        kind: as the company calls it: "lamp repair".
        earliest: the first day that suits; left out: today.
        latest: the last day that suits; left out: three weeks after the first.

    Raises:
        NotFound: nothing is free then.
        Invalid: the last day comes before the first.
    """
    now = datetime.now(UTC)
    first_day = max(earliest or at_the_company(now).date(), at_the_company(now).date())
    last_day = latest or first_day + timedelta(days=_LOOK_AHEAD_DAYS)
    if last_day < first_day:
        raise Invalid("the last day has passed, or comes before the first")
    until = _day_begins(last_day + timedelta(days=1))
    slots = await crm.free_slots(kind, max(now, _day_begins(first_day)), until)
    if not slots:
        raise NotFound("nothing is free then")
    times = [_offered(slot) for slot in spread(slots, _MOST_OFFERED)]
    return OfferedTimes(kind=kind, times=times, first=times[0], starts=[each.starts_at for each in times])


@tool(reads=True, timeout_ms=5_000, retries=2, says="Let me look at your appointments.")
async def own_appointments(crm: Crm, caller: Caller) -> BookedTimes:
    """List the appointments the caller has booked and that are still to come."""
    now = datetime.now(UTC)
    booked = [
        _booked(each)
        for each in await crm.appointments_of(caller.customer_id)
        if each.state is AppointmentState.BOOKED and each.starts_at > now
    ]
    return BookedTimes(count=len(booked), next=booked[0] if booked else None, appointments=booked)


@tool(writes=True, consent=True, timeout_ms=8_000, says="I'm booking that for you.")
async def book_appointment(slot_id: Id, crm: Crm, caller: Caller, key: Key) -> BookedTime:  # noqa: D417
    """Book a free time for the caller.

    Args:
        slot_id: of one of the times found by find_appointment.

    Raises:
        NotFound: there is no such time.
        Refused: it is taken, or has passed.
    """
    return _booked(await crm.book(caller.customer_id, slot_id, key))


@tool(writes=True, consent=True, timeout_ms=8_000, says="I'm moving your appointment.")
async def move_appointment(  # noqa: D417 - the others are given
    appointment_id: Id, slot_id: Id, crm: Crm, caller: Caller, key: Key
) -> BookedTime:
    """Move one of the caller's appointments to another free time.

    Args:
        appointment_id: of one of those listed by own_appointments.
        slot_id: of one of the times found by find_appointment.

    Raises:
        NotFound: the caller has no such appointment, or there is no such time.
        Refused: the time is taken, has passed, or is for something else.
    """
    appointment = await own_appointment(crm, caller, appointment_id)
    return _booked(await crm.move(appointment.id, slot_id, key))


def spread(slots: Sequence[Slot], most: int) -> list[Slot]:
    """Choose a few: the first of each day as long as there are days, then the earliest of the rest."""
    days: set[date] = set()
    chosen: list[Slot] = []
    for slot in slots:
        day = at_the_company(slot.starts_at).date()
        if day not in days:
            days.add(day)
            chosen.append(slot)
    rest = [slot for slot in slots if slot not in chosen]
    return sorted((chosen + rest)[:most], key=lambda slot: slot.starts_at)


def _offered(slot: Slot) -> OfferedTime:
    starts_at = at_the_company(slot.starts_at)
    return OfferedTime(slot_id=slot.id, starts_at=starts_at, starts_on=starts_at.date())


def _booked(appointment: Appointment) -> BookedTime:
    starts_at = at_the_company(appointment.starts_at)
    return BookedTime(
        appointment_id=appointment.id, kind=appointment.kind, starts_at=starts_at, starts_on=starts_at.date()
    )


def _day_begins(day: date) -> datetime:
    """Return the moment a day begins on the company's clock."""
    return datetime.combine(day, time()).astimezone(UTC)
