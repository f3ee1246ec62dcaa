"""Logging in at an identity provider, against a local one that plays OpenID Connect over real HTTP."""

import asyncio
import socket
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from admin.roles import Role
from config.errors import ConfigError
from config.settings import Settings, load
from tests.admin.office import Office

CLIENT, SECRET = "tandem", "made-up"


@dataclass
class Provider:
    """Signs in whoever comes, as `claims` say; a code is good once, for who has the verifier."""

    url: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    signs_with: RSAKey | None = None
    """Another key than the one it publishes."""
    claims: dict[str, Any] = field(default_factory=dict)
    began: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def told() -> dict[str, str]:
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }

        @app.get("/keys")
        async def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.post("/token")
        async def token(request: Request) -> JSONResponse:
            form = {name: str(value) for name, value in (await request.form()).items()}
            begun = self.began.pop(form.get("code", ""), None)
            challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).decode()
            if begun is None or challenge.rstrip("=") != begun["code_challenge"]:
                return JSONResponse({"error": "invalid_grant"}, 400)
            now = int(time.time())
            claims = {"iss": self.url, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 300}
            told = {**claims, "nonce": begun["nonce"], **self.claims}
            signed = jwt.encode({"alg": "RS256", "kid": "1"}, told, self.signs_with or self.key)
            return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": signed})

        return app

    def consent(self, address: str) -> str:
        """What a person does there: agree. Gives where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.began)}"
        self.began[code] = asked
        back = urlsplit(asked["redirect_uri"])
        assert back.path == "/api/oidc/callback"
        return "/oidc/callback?" + urlencode({"code": code, "state": asked["state"]})


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    bound.listen()
    provider = Provider(f"http://127.0.0.1:{bound.getsockname()[1]}")
    server = uvicorn.Server(uvicorn.Config(provider.app(), log_level="error", lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    yield provider
    server.should_exit = True
    await serving


@pytest.fixture
def settings(settings: Settings, provider: Provider) -> Settings:
    more = {"OIDC_ISSUER": provider.url, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET}
    own = {"TANDEM_HOME": str(settings.home), "DATABASE_URL": settings.database_url, "TANDEM_PORT": "8000"}
    return load({**own, "OIDC_NAME": "Northwind", **more})


async def begun(browser: httpx.AsyncClient, then: str = "/calls?outcome=failed") -> str:
    answer = await browser.get("/oidc/log-in", params={"then": then})
    assert answer.status_code == 303
    return answer.headers["location"]


async def test_who_has_an_account_here_is_logged_in_and_led_to_the_page_wanted(
    office: Office, provider: Provider
) -> None:
    person = await office.hire(Role.MANAGER, "Ben")
    email = f"ben-{person[:6]}@example.com"
    provider.claims = {"email": email.upper(), "email_verified": True}
    browser = office.stranger()
    assert (await browser.get("/oidc")).json() == {"name": "Northwind"}
    back = await browser.get(provider.consent(await begun(browser)))
    assert (back.status_code, back.headers["location"]) == (303, "/calls?outcome=failed")
    assert (await browser.get("/session")).json()["email"] == email
    owner = await office.person(Role.OWNER)
    entry = (await owner.get("/audit?kind=session")).json()["rows"][0]
    assert (entry["action"], entry["after"]) == ("finish_oidc_log_in", {"email": email})


@pytest.mark.parametrize(
    ("claims", "trouble"),
    [
        ({"email": "stranger@example.com", "email_verified": True}, "unknown-here"),
        ({"email": "EMAIL", "email_verified": False}, "no-email"),
        ({"email": "EMAIL"}, "no-email"),
        ({"email": "EMAIL", "email_verified": True, "aud": "another"}, "refused"),
        ({"email": "EMAIL", "email_verified": True, "iss": "http://elsewhere"}, "refused"),
        ({"email": "EMAIL", "email_verified": True, "nonce": "another"}, "refused"),
        ({"email": "EMAIL", "email_verified": True, "exp": 1}, "refused"),
    ],
)
async def test_whom_the_provider_does_not_vouch_for_is_let_in_nowhere(
    office: Office, provider: Provider, claims: dict, trouble: str
) -> None:
    person = await office.hire(Role.OWNER, "Eve")
    provider.claims = {
        name: f"eve-{person[:6]}@example.com" if value == "EMAIL" else value for name, value in claims.items()
    }
    browser = office.stranger()
    back = await browser.get(provider.consent(await begun(browser)))
    assert back.headers["location"] == f"/log-in?trouble={trouble}"
    assert (await browser.get("/session")).status_code == 401


async def test_a_token_signed_by_somebody_else_is_not_believed(office: Office, provider: Provider) -> None:
    browser = office.stranger()
    place = await begun(browser)
    person = await office.hire(Role.OWNER, "Eve")
    provider.claims = {"email": f"eve-{person[:6]}@example.com", "email_verified": True}
    back = provider.consent(place)
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "1"})
    assert (await browser.get(back)).headers["location"] == "/log-in?trouble=refused"


async def test_a_log_in_ends_in_the_browser_that_began_it_and_once(
    office: Office, provider: Provider
) -> None:
    person = await office.hire(Role.VIEWER, "Cy")
    provider.claims = {"email": f"cy-{person[:6]}@example.com", "email_verified": True}
    browser, other = office.stranger(), office.stranger()
    back = provider.consent(await begun(browser))
    await begun(other)
    assert (await other.get(back)).headers["location"] == "/log-in?trouble=expired"
    assert (await office.stranger().get(back)).headers["location"] == "/log-in?trouble=expired"
    assert (await browser.get(back)).headers["location"] == "/calls?outcome=failed"
    assert (await browser.get(back)).headers["location"] == "/log-in?trouble=expired"


@pytest.mark.parametrize("then", ["https://evil.example", "//evil.example", "/\\evil.example", "evil"])
async def test_nobody_is_led_to_another_site(office: Office, provider: Provider, then: str) -> None:
    person = await office.hire(Role.VIEWER, "Cy")
    provider.claims = {"email": f"cy-{person[:6]}@example.com", "email_verified": True}
    browser = office.stranger()
    assert (await browser.get(provider.consent(await begun(browser, then)))).headers["location"] == "/"


async def test_a_provider_that_is_away_is_told_on_the_log_in_page(office: Office, provider: Provider) -> None:
    provider.url += "/another"
    answer = await office.stranger().get("/oidc/log-in")
    assert answer.headers["location"] == "/log-in?trouble=unreachable"


def test_half_a_provider_is_refused_at_start() -> None:
    with pytest.raises(ConfigError, match="belong together"):
        load({"OIDC_ISSUER": "https://idp.example"})
