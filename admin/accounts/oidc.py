"""Logging in at the company's own identity provider: OpenID Connect, authorization code with PKCE.

Source: https://openid.net/specs/openid-connect-core-1_0.html, RFC 7636. What a log-in began with (state,
nonce, verifier) lies in a cookie of the browser that began it, so that nobody can end a log-in in
another's browser.
"""

import base64
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, cast

import httpx
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from config.settings import Settings

TIMEOUT_S: Final = 8.0
_KNOWN_FOR_S: Final = 3_600.0
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_LEEWAY_S: Final = 60
_SCOPE: Final = "openid email profile"


class OidcError(Exception):
    """A log-in at the provider came to nothing. `kind` is for the page, the text for the log."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Provider(BaseModel):
    """What a provider tells of itself (OpenID Connect Discovery)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


@dataclass(frozen=True, slots=True)
class Begun:
    """What a log-in began with."""

    state: str
    nonce: str
    verifier: str
    then: str
    """The page that was wanted."""

    def packed(self) -> str:
        """As a cookie's value."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()


def unpacked(cookie: str) -> Begun | None:
    """Read what a cookie keeps; None: it is none of ours."""
    try:
        begun = Begun(**json.loads(base64.urlsafe_b64decode(cookie.encode())))
    except (ValueError, TypeError):
        return None
    return begun if all(isinstance(each, str) for each in asdict(begun).values()) else None


class Oidc:
    """The provider of the settings. What it tells of itself is asked once an hour.

    Args:
        settings: with OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET.
        redirect_uri: where it sends browsers back to.
    """

    def __init__(self, settings: Settings, redirect_uri: str) -> None:
        self._settings = settings
        self._redirect_uri = redirect_uri
        self._provider: Provider | None = None
        self._asked_at_s = 0.0

    async def begin(self, then: str) -> tuple[str, Begun]:
        """Begin a log-in: where the browser is to go, and what it is to remember.

        Raises:
            OidcError: the provider does not answer, or is another than the settings say.
        """
        provider = await self._known()
        begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), then)
        async with self._client() as client:
            url, _ = cast(
                "tuple[str, str]",
                client.create_authorization_url(
                    provider.authorization_endpoint,
                    state=begun.state,
                    code_verifier=begun.verifier,
                    nonce=begun.nonce,
                ),
            )
        return url, begun

    async def finish(self, begun: Begun, state: str, code: str) -> str:
        """Finish a log-in: the verified e-mail address of who logged in, in lower case.

        Raises:
            OidcError: the answer does not belong to what was begun, or does not say who it is.
        """
        if not secrets.compare_digest(state.encode(), begun.state.encode()):
            raise OidcError("expired", "the answer belongs to another log-in")
        provider = await self._known()
        try:
            async with self._client() as client:
                token = await client.fetch_token(
                    provider.token_endpoint, code=code, code_verifier=begun.verifier
                )
            keys = await _told(provider.jwks_uri)
        except (OAuthError, httpx.HTTPError, ValueError) as error:
            raise OidcError("refused", f"the code was not taken: {error}") from None
        claims = self._claims(provider, str(token.get("id_token", "")), keys)
        if claims.get("nonce") != begun.nonce:
            raise OidcError("refused", "the ID token has another nonce")
        email = claims.get("email")
        if not isinstance(email, str) or claims.get("email_verified") not in (True, "true"):
            raise OidcError("no-email", "the provider gives no verified e-mail address")
        return email.strip().lower()

    def _claims(self, provider: Provider, id_token: str, keys: Any) -> Mapping[str, Any]:  # noqa: ANN401 - JSON
        rules = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": str(self._settings.oidc_client_id)},
            exp={"essential": True},
        )
        try:
            found = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)
            rules.validate(found.claims)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise OidcError("refused", f"the ID token cannot be believed: {error}") from None
        return found.claims

    def _client(self) -> Any:  # noqa: ANN401 - Authlib's client has no types
        secret = self._settings.oidc_client_secret
        return AsyncOAuth2Client(
            self._settings.oidc_client_id,
            secret.get_secret_value() if secret else None,
            scope=_SCOPE,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
            trust_env=False,
        )

    async def _known(self) -> Provider:
        if self._provider is not None and time.monotonic() - self._asked_at_s < _KNOWN_FOR_S:
            return self._provider
        issuer = str(self._settings.oidc_issuer)
        try:
            told = await _told(f"{issuer}/.well-known/openid-configuration")
            provider = Provider.model_validate(told)
        except (httpx.HTTPError, ValueError, ValidationError) as error:
            raise OidcError("unreachable", f"{issuer} does not tell of itself: {error}") from None
        if provider.issuer.rstrip("/") != issuer:
            raise OidcError("unreachable", f"{issuer} says it is {provider.issuer}")
        self._provider, self._asked_at_s = provider, time.monotonic()
        return provider


async def _told(url: str) -> Any:  # noqa: ANN401 - any JSON
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
        return (await client.get(url)).raise_for_status().json()
