"""What all requests of the web application share."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.requests import HTTPConnection

from admin.accounts.passwords import Passwords
from admin.apart import Apart
from admin.flows.findings import FlowChecks
from admin.phone.bookings import PhoneBookings
from admin.replays.queue import Replays
from config.database import Database
from config.line_check import LineCheck
from config.settings import Settings


def unix_ms() -> int:
    """Tell the time."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class AdminParts:
    """Settings, the record, passwords, what checks flows, the process apart, a clock, and who checks lines.

    `replays`: who replays calls; None: nobody here. `bookings`: of calls from browsers; None: known here
    alone, where no telephone takes them.
    """

    settings: Settings
    database: Database
    passwords: Passwords
    checks: FlowChecks
    apart: Apart
    now_ms: Callable[[], int] = unix_ms
    line: LineCheck | None = None
    replays: Replays | None = None
    bookings: PhoneBookings | None = None


def _parts(request: HTTPConnection) -> AdminParts:
    return request.app.state.parts


Parts = Annotated[AdminParts, Depends(_parts)]
