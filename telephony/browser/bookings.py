"""What a browser's call was arranged to be, before the browser opens its socket.

A call is booked where people log in and flows are kept, which telephony knows nothing of; the ticket it gives
is all that the socket brings. Any server process may take the socket.
"""

from typing import Protocol

from config.flow import Flow


class Booking(Protocol):
    """One call that may be made, once."""

    @property
    def flow(self) -> Flow:
        """What it runs, in the language it begins in."""
        ...

    @property
    def label(self) -> str:
        """What the record calls it: `name@version`, or `name@draft`."""
        ...


class Bookings(Protocol):
    """Knows what was booked."""

    async def redeem(self, ticket: str) -> Booking | None:
        """Spend a ticket; None when it is unknown, has been used, or has expired."""
        ...
