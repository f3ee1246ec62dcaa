"""Checks that calls to a number reach us: the account, the number's webhook, our address, the media socket.

Our own address is asked from outside in, as Twilio asks it: unsigned, which must be refused, and signed.
"""

import asyncio
from typing import Final, cast

import httpx
import websockets
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from config.line_check import Found
from config.settings import Settings
from telephony.errors import CarrierError
from telephony.twilio.rest import rest_client
from telephony.twilio.signature import HEADER

_TIMEOUT_S: Final = 8.0
_VOICE: Final = "/twilio/voice"
_MEDIA: Final = "/twilio/media/check"


class TwilioLineCheck:
    """Checks, and mends, a number's way from Twilio to us."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def check(self, number: str) -> tuple[Found, ...]:
        """Check everything a call to this number needs; see `config.line_check.LineCheck`."""
        settings = self._settings
        if settings.development or settings.twilio_auth_token is None:
            sentence = (
                "No Twilio account is set, so only this machine can call. Set TWILIO_ACCOUNT_SID, "
                "TWILIO_AUTH_TOKEN and TANDEM_PUBLIC_URL, and restart."
            )
            return (Found("account", False, sentence),)
        signer = RequestValidator(settings.twilio_auth_token.get_secret_value())
        ours, theirs = await asyncio.gather(
            self._our_side(signer), asyncio.to_thread(self._their_side, number)
        )
        return (*theirs, *ours)

    async def mend(self, number: str) -> Found:
        """Set the number's webhook at Twilio; see `config.line_check.LineCheck`."""
        return await asyncio.to_thread(self._set_webhook, number)

    @property
    def _webhook(self) -> str:
        return f"{self._settings.public_url}{_VOICE}"

    # --- their side ---------------------------------------------------------------------------------

    def _their_side(self, number: str) -> tuple[Found, ...]:
        try:
            client, http = rest_client(self._settings)
        except CarrierError as error:
            return (Found("account", False, f"{error}."),)
        try:
            return self._account_and_number(client, number)
        except TwilioRestException as error:
            why = (
                "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN do not belong together; copy both from the console"
                if error.status == 401
                else f"Twilio refused ({error.status}): {error.msg}"
            )
            return (Found("account", False, f"{why}."),)
        except (TwilioException, OSError) as error:
            return (Found("account", False, f"Twilio could not be reached ({type(error).__name__})."),)
        finally:
            http.close()

    def _account_and_number(self, client: Client, number: str) -> tuple[Found, ...]:
        account = client.api.accounts(cast("str", self._settings.twilio_account_sid)).fetch()
        if str(account.status) != "active":
            return (Found("account", False, f"The Twilio account is {account.status}: no calls come."),)
        well = Found("account", True, f"The Twilio account '{account.friendly_name}' answers.")
        numbers = client.incoming_phone_numbers.list(phone_number=number, limit=1)
        if not numbers:
            sentence = (
                f"{number} is not a number of this account. Buy it there, or choose one of its numbers."
            )
            return well, Found("number", False, sentence)
        theirs = numbers[0]
        there = Found("number", True, f"{number} is a number of this account.")
        if theirs.voice_url == self._webhook and (theirs.voice_method or "POST") == "POST":
            return well, there, Found("webhook", True, f"Its calls are announced to {self._webhook}.")
        now = f"{theirs.voice_method} {theirs.voice_url}" if theirs.voice_url else "nobody"
        sentence = f"Its calls are announced to {now}, and should be to {self._webhook} by POST. Set it now."
        return well, there, Found("webhook", False, sentence)

    def _set_webhook(self, number: str) -> Found:
        try:
            client, http = rest_client(self._settings)
        except CarrierError as error:
            return Found("webhook", False, f"{error}.")
        try:
            numbers = client.incoming_phone_numbers.list(phone_number=number, limit=1)
            if not numbers:
                return Found("number", False, f"{number} is not a number of this account.")
            client.incoming_phone_numbers(cast("str", numbers[0].sid)).update(
                voice_url=self._webhook, voice_method="POST"
            )
        except (TwilioException, OSError) as error:
            return Found("webhook", False, f"It could not be set at Twilio: {error}.")
        finally:
            http.close()
        return Found("webhook", True, f"Its calls are announced to {self._webhook} from now on.")

    # --- our side -----------------------------------------------------------------------------------

    async def _our_side(self, signer: RequestValidator) -> tuple[Found, ...]:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False) as browser:
            try:
                unsigned = await browser.post(self._webhook, data={})
                signature = signer.compute_signature(self._webhook, {})
                signed = await browser.post(self._webhook, data={}, headers={HEADER: signature})
            except httpx.HTTPError as error:
                sentence = (
                    f"{self._webhook} cannot be reached ({type(error).__name__}). Is TANDEM_PUBLIC_URL "
                    "right, and does its proxy hand requests on to this server?"
                )
                return (Found("address", False, sentence),)
        if unsigned.status_code != 403:
            sentence = (
                f"{self._webhook} answers {unsigned.status_code} to an unsigned request, where Tandem "
                "refuses with 403: something else answers there. Look at the proxy."
            )
            return (Found("address", False, sentence),)
        reached = Found("address", True, f"{self._webhook} is reached, and refuses what is not signed.")
        if signed.status_code == 403:
            sentence = (
                "A request signed as Twilio signs is refused too: the server behind this address has another "
                "TWILIO_AUTH_TOKEN or TANDEM_PUBLIC_URL."
            )
            return reached, Found("signature", False, sentence)
        taken = Found("signature", True, "What Twilio signs is taken.")
        return reached, taken, await self._media(signer)

    async def _media(self, signer: RequestValidator) -> Found:
        url = f"{self._settings.public_ws_url}{_MEDIA}"
        headers = {HEADER: signer.compute_signature(url, {})}
        try:
            async with websockets.connect(
                url, additional_headers=headers, open_timeout=_TIMEOUT_S, proxy=None
            ):
                return Found("media", True, "The media socket opens.")
        except websockets.InvalidStatus as error:
            sentence = (
                f"The media socket {url} is refused with {error.response.status_code}: the proxy must hand "
                "WebSocket upgrades on."
            )
        except (OSError, websockets.WebSocketException) as error:
            sentence = f"The media socket {url} cannot be opened ({type(error).__name__})."
        return Found("media", False, sentence)
