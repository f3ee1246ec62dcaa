"""Texts and pictures to callers over Twilio's REST API, with Twilio's own client."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from twilio.base.exceptions import TwilioException, TwilioRestException

from agents.errors import Refused, Unavailable
from agents.messenger import Messenger
from config.settings import Settings
from telephony.errors import CarrierError
from telephony.twilio.rest import rest_client

_CLIENT_ERRORS: Final = range(400, 500)
_TOO_MANY: Final = 429


class TwilioMessenger:
    """`agents.messenger.Messenger` from the account's number or messaging service.

    Nothing is sent twice of itself: Twilio's API takes no idempotency key, so a message of which nobody knows
    whether it went out is reported as that.
    """

    def __init__(self, settings: Settings) -> None:
        """Connect to the account.

        Raises:
            CarrierError: the settings name no account, or nobody to send from.
        """
        if settings.messages_from is None:
            raise CarrierError("messages need TWILIO_MESSAGES_FROM, a number or a messaging service")
        self._sender: dict[str, str] = (
            {"messaging_service_sid": settings.messages_from}
            if settings.messages_from.startswith("MG")
            else {"from_": settings.messages_from}
        )
        self._client, self._http = rest_client(settings)

    async def send(self, to: str, text: str, pictures: Sequence[str] = ()) -> str:
        wanted: dict[str, Any] = {**self._sender, "to": to, "body": text}
        if pictures:
            wanted["media_url"] = list(pictures)
        try:
            message = await asyncio.to_thread(lambda: self._client.messages.create(**wanted))
        except TwilioRestException as error:
            if error.status in _CLIENT_ERRORS and error.status != _TOO_MANY:
                raise Refused(
                    f"Twilio does not send this message ({error.status}, code {error.code})"
                ) from None
            raise Unavailable(f"Twilio did not take the message ({error.status})") from None
        except (TwilioException, OSError):  # requests' errors are OSErrors; their texts hold the number
            raise Unavailable(
                "Twilio could not be reached: the message may or may not have been sent"
            ) from None
        return str(message.sid)

    def close(self) -> None:
        """Close the connections to Twilio. Idempotent."""
        self._http.close()


def make_messenger(settings: Settings) -> Messenger | None:
    """Give what sends messages with these settings; None: nothing can."""
    return TwilioMessenger(settings) if settings.twilio_account_sid and settings.messages_from else None
