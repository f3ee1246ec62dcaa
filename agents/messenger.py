"""The port through which callers are sent texts and pictures. The carrier's adapter stands behind it."""

from collections.abc import Sequence
from typing import Annotated, Protocol

from agents.errors import Unsupported
from agents.signature import Injected


class Messenger(Protocol):
    """Sends messages to telephones."""

    async def send(self, to: str, text: str, pictures: Sequence[str] = ()) -> str:
        """Send a text, with pictures where there are some.

        Args:
            to: E.164.
            text: up to 1,600 characters.
            pictures: public addresses the carrier fetches them from.

        Returns:
            The carrier's id of the message: it has been taken, which does not mean that it has arrived.

        Raises:
            Unavailable: nobody knows whether it was sent.
            Unsupported: nothing is set up to send it.
            Refused: the carrier does not send it: no such number, blocked, not able to get messages.
        """
        ...


Messages = Annotated[Messenger, Injected()]
"""What a tool writes to be able to send messages."""


class NoMessenger:
    """What there is without an account to send from."""

    async def send(self, to: str, text: str, pictures: Sequence[str] = ()) -> str:
        raise Unsupported(
            "no messages can be sent: set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_MESSAGES_FROM"
        )
