"""The web application's API with what it needs of other rooms."""

from typing import Final

from fastapi import FastAPI

from admin.accounts.passwords import Passwords
from admin.apart import Apart
from admin.app import create_app
from admin.flows.findings import FlowChecks
from admin.parts import AdminParts
from admin.phone.bookings import PhoneBookings
from admin.replays.queue import Replays
from config.database import Database
from config.settings import Settings
from telephony.twilio.set_up import TwilioLineCheck

API: Final = "/api"
"""Where it is mounted."""


def create_api_app(
    settings: Settings,
    database: Database,
    apart: Apart,
    replays: Replays | None = None,
    bookings: PhoneBookings | None = None,
) -> FastAPI:
    """Build the web application's API; whoever gives record, process apart and replays closes them."""
    checks = FlowChecks(settings, apart)
    line = TwilioLineCheck(settings)
    parts = AdminParts(
        settings, database, Passwords(), checks, apart, line=line, replays=replays, bookings=bookings
    )
    return create_app(parts)
