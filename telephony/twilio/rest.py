"""Call control over Twilio's REST API, with Twilio's own client. Every request runs in a thread."""

import asyncio
from typing import Any, Final

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from config.settings import Settings
from telephony.errors import CallGoneError, CarrierError
from telephony.twilio import twiml

DEFAULT_API: Final = "https://api.twilio.com"
TIMEOUT_S: Final = 5.0
_GONE: Final = frozenset({20_404, 21_220})
"""Not found; not in progress. Source: https://www.twilio.com/docs/api/errors"""


class TwilioCarrier:
    """Acts on Twilio calls.

    Raises:
        CarrierError: the settings name no account.
    """

    def __init__(self, settings: Settings) -> None:
        self._client, self._http = rest_client(settings)
        self._public_url = settings.public_url

    async def hang_up(self, carrier_call_id: str) -> None:
        """End the call at once; one that has already ended is no error.

        Raises:
            CarrierError: Twilio refused or could not be reached.
        """
        try:
            await self._update(carrier_call_id, status="completed")
        except CallGoneError:
            return

    async def call(self, to_number: str, from_number: str, leg: str, ring_s: int) -> str:
        """Ring a number for `ring_s` seconds; whoever answers is joined to a leg (`telephony.interpreting`).

        Returns:
            The call's id.

        Raises:
            CarrierError: Twilio refused or could not be reached.
        """
        wanted: dict[str, Any] = {
            "to": to_number,
            "from_": from_number,
            "timeout": ring_s,
            "url": f"{self._public_url}/twilio/legs/{leg}",
            "method": "POST",
            "status_callback": f"{self._public_url}/twilio/status",
            "status_callback_method": "POST",
            "status_callback_event": ["completed"],
        }
        try:
            made = await asyncio.to_thread(lambda: self._client.calls.create(**wanted))
        except TwilioRestException as error:
            raise CarrierError(f"Twilio refused ({error.status}): {error.msg}") from None
        except (TwilioException, OSError) as error:  # requests' errors are OSErrors
            raise CarrierError(f"Twilio could not be reached: {error}") from None
        return str(made.sid)

    async def transfer(self, carrier_call_id: str, to_number: str) -> None:
        """Hand the caller to another number. The media stream of the call ends with it.

        Raises:
            CallGoneError: the call had already ended.
            CarrierError: Twilio refused or could not be reached.
        """
        await self._update(carrier_call_id, twiml=twiml.transfer(to_number))

    def close(self) -> None:
        """Close the connections to Twilio. Idempotent."""
        self._http.close()

    async def _update(self, call_id: str, **change: str) -> None:
        try:
            await asyncio.to_thread(lambda: self._client.calls(call_id).update(**change))
        except TwilioRestException as error:
            if error.status == 404 or error.code in _GONE:
                raise CallGoneError(f"call {call_id} has already ended") from None
            raise CarrierError(f"Twilio refused ({error.status}): {error.msg}") from None
        except (TwilioException, OSError) as error:  # requests' errors are OSErrors
            raise CarrierError(f"Twilio could not be reached: {error}") from None


def rest_client(settings: Settings) -> "tuple[Client, HttpClient]":
    """Make Twilio's client of the account, and what to close when it is done.

    Raises:
        CarrierError: the settings name no account.
    """
    if not settings.twilio_account_sid or not settings.twilio_auth_token:
        raise CarrierError("call control needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
    http = HttpClient(settings.twilio_api_url)
    token = settings.twilio_auth_token.get_secret_value()
    return Client(settings.twilio_account_sid, token, http_client=http), http


class HttpClient(TwilioHttpClient):
    """Twilio's HTTP client, at another origin when one is configured (a simulator, a proxy)."""

    def __init__(self, api_url: str) -> None:
        super().__init__(timeout=TIMEOUT_S)
        self._api_url = api_url

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        moved = self._api_url + url.removeprefix(DEFAULT_API)
        return super().request(method, moved, params, data, headers, auth, timeout, allow_redirects)

    def close(self) -> None:
        if self.session is not None:
            self.session.close()
