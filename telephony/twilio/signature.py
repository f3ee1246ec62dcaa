"""Who may talk to us: Twilio's signature in production, this machine alone in development.

Signatures are checked against the configured public origin, never against what the request says it was sent
to (`Host`, `X-Forwarded-*`). A WebSocket upgrade is signed over its wss:// URL, without parameters.
Source: https://www.twilio.com/docs/usage/security
"""

from collections.abc import Mapping

from starlette.requests import HTTPConnection
from twilio.request_validator import RequestValidator

from config.settings import Settings
from config.this_machine import is_here

HEADER = "X-Twilio-Signature"


class Gate:
    """Says of a request why it is refused, or None."""

    def __init__(self, settings: Settings) -> None:
        token = settings.twilio_auth_token
        self._validator = RequestValidator(token.get_secret_value()) if token else None
        self._http_origin, self._ws_origin = settings.public_url, settings.public_ws_url

    def refuse_webhook(self, request: HTTPConnection, form: Mapping[str, str]) -> str | None:
        """Check a form post."""
        return self._refuse(request, self._http_origin, form)

    def refuse_upgrade(self, request: HTTPConnection) -> str | None:
        """Check a WebSocket upgrade."""
        return self._refuse(request, self._ws_origin, {})

    def _refuse(self, request: HTTPConnection, origin: str, form: Mapping[str, str]) -> str | None:
        if self._validator is None:
            return (
                None
                if is_here(request.client.host if request.client else None, request.headers)
                else (
                    "This server runs in development mode and takes calls from this machine only. "
                    "Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to take calls from Twilio."
                )
            )
        url = origin + request.url.path + (f"?{request.url.query}" if request.url.query else "")
        given = request.headers.get(HEADER, "")
        if given and self._validator.validate(url, form, given):
            return None
        return f"The {HEADER} header does not sign this request; is TANDEM_PUBLIC_URL the URL Twilio calls?"
