"""The check of a number's way to us, against a local server that plays Twilio's REST API, and our routes."""

import asyncio
import socket
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from config.settings import load
from telephony.twilio.routes import twilio_router
from telephony.twilio.set_up import TwilioLineCheck
from tests.telephony.peers import ACCOUNT, SECRET, Scripted

NUMBER = "+15035550123"


@dataclass
class Vendor:
    """The account's numbers at Twilio, by number."""

    numbers: dict[str, dict[str, str]] = field(default_factory=dict)
    token: str = SECRET

    def app(self) -> FastAPI:
        app = FastAPI()
        base = f"/2010-04-01/Accounts/{ACCOUNT}"

        def refusal(request: Request) -> Response | None:
            wanted = "Basic " + b64encode(f"{ACCOUNT}:{self.token}".encode()).decode()
            if request.headers.get("authorization") == wanted:
                return None
            return JSONResponse({"code": 20003, "message": "Authenticate", "status": 401}, 401)

        @app.get(f"{base}.json")
        async def account(request: Request) -> Response:
            named = {"sid": ACCOUNT, "friendly_name": "Northwind", "status": "active"}
            return refusal(request) or JSONResponse(named)

        @app.get(f"{base}/IncomingPhoneNumbers.json")
        async def listed(request: Request) -> Response:
            wanted = request.query_params.get("PhoneNumber", "")
            found = [self.numbers[wanted]] if wanted in self.numbers else []
            return refusal(request) or JSONResponse({"incoming_phone_numbers": found, "next_page_uri": None})

        @app.post(f"{base}/IncomingPhoneNumbers/{{sid}}.json")
        async def change(request: Request, sid: str) -> Response:
            form = await request.form()
            number = next(each for each in self.numbers.values() if each["sid"] == sid)
            number |= {"voice_url": str(form["VoiceUrl"]), "voice_method": str(form["VoiceMethod"])}
            return refusal(request) or JSONResponse(number)

        return app


@dataclass
class Place:
    check: TwilioLineCheck
    vendor: Vendor
    url: str


def listening() -> socket.socket:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    bound.listen()
    return bound


async def serve(app: FastAPI, bound: socket.socket) -> tuple[uvicorn.Server, asyncio.Task[None]]:
    config = uvicorn.Config(app, log_level="error", lifespan="off", ws="websockets-sansio")
    server = uvicorn.Server(config)
    return server, asyncio.create_task(server.serve(sockets=[bound]))


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    ours, theirs = listening(), listening()
    url = f"http://127.0.0.1:{ours.getsockname()[1]}"
    settings = load(
        {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": SECRET,
            "TANDEM_PUBLIC_URL": url,
            "TWILIO_API_URL": f"http://127.0.0.1:{theirs.getsockname()[1]}",
        }
    )
    vendor, app = Vendor(), FastAPI()
    app.include_router(twilio_router(settings, Scripted()))
    running = [await serve(app, ours), await serve(vendor.app(), theirs)]
    yield Place(TwilioLineCheck(settings), vendor, url)
    for server, _ in running:
        server.should_exit = True
    await asyncio.gather(*(task for _, task in running))


def number(url: str = "", method: str = "POST") -> dict[str, str]:
    return {"sid": "PN" + "1" * 32, "phone_number": NUMBER, "voice_url": url, "voice_method": method}


async def test_a_line_that_is_set_up_is_well_from_the_account_to_the_media_socket(place: Place) -> None:
    place.vendor.numbers[NUMBER] = number(f"{place.url}/twilio/voice")
    found = await place.check.check(NUMBER)
    assert [each.what for each in found] == ["account", "number", "webhook", "address", "signature", "media"]
    assert [each.sentence for each in found if not each.well] == []


async def test_a_number_that_calls_somebody_else_is_told_and_mended(place: Place) -> None:
    place.vendor.numbers[NUMBER] = number("https://elsewhere.example/voice", "GET")
    webhook = next(each for each in await place.check.check(NUMBER) if each.what == "webhook")
    assert not webhook.well
    assert "GET https://elsewhere.example/voice" in webhook.sentence
    assert (await place.check.mend(NUMBER)).well
    webhook = next(each for each in await place.check.check(NUMBER) if each.what == "webhook")
    assert webhook.well, webhook.sentence


async def test_a_number_of_another_account_and_a_wrong_token_are_told_apart(place: Place) -> None:
    found = {each.what: each for each in await place.check.check(NUMBER)}
    assert (found["account"].well, found["number"].well) == (True, False)
    place.vendor.token = "another"
    found = {each.what: each for each in await place.check.check(NUMBER)}
    assert not found["account"].well
    assert "do not belong together" in found["account"].sentence
    assert not (await place.check.mend(NUMBER)).well


async def test_an_address_that_is_somebody_elses_is_told(place: Place) -> None:
    def at(url: str) -> TwilioLineCheck:
        account = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "other"}
        return TwilioLineCheck(
            load({**account, "TANDEM_PUBLIC_URL": url, "TWILIO_API_URL": "http://127.0.0.1:9"})
        )

    found = {each.what: each for each in await at(place.url).check(NUMBER)}
    assert (found["account"].well, found["address"].well, found["signature"].well) == (False, True, False)
    found = {each.what: each for each in await at("http://127.0.0.1:9").check(NUMBER)}
    assert not found["address"].well
    assert "cannot be reached" in found["address"].sentence


async def test_in_development_it_says_what_to_set() -> None:
    nothing = dict.fromkeys(("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TANDEM_PUBLIC_URL"))
    (found,) = await TwilioLineCheck(load(nothing)).check(NUMBER)
    assert (found.well, "TWILIO_ACCOUNT_SID" in found.sentence) == (False, True)
