"""Call control: what is asked of Twilio, and what its refusals become."""

import json

import pytest
from twilio.http.response import Response

from telephony.errors import CallGoneError, CarrierError
from telephony.twilio import twiml
from telephony.twilio.rest import TwilioCarrier, TwilioHttpClient
from tests.telephony.peers import ACCOUNT, SECRET, settings


@pytest.fixture
def asked(monkeypatch):
    """Every request as (method, URL, form, credentials); what is answered can be set."""
    record: dict[str, object] = {"answer": Response(200, json.dumps({"sid": "CA1", "status": "completed"}))}
    requests: list[tuple[object, ...]] = []

    def request(self, method, url, params=None, data=None, headers=None, auth=None, *rest):
        requests.append((method, url, data, auth))
        answer = record["answer"]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(TwilioHttpClient, "request", request)
    record["requests"] = requests
    return record


def carrier(api_url: str = "http://127.0.0.1:9") -> TwilioCarrier:
    return TwilioCarrier(settings(production=True).model_copy(update={"twilio_api_url": api_url}))


async def test_hanging_up_completes_the_call_at_the_configured_origin(asked):
    await carrier().hang_up("CA1")
    url = f"http://127.0.0.1:9/2010-04-01/Accounts/{ACCOUNT}/Calls/CA1.json"
    assert asked["requests"] == [("POST", url, {"Status": "completed"}, (ACCOUNT, SECRET))]


async def test_a_transfer_dials_the_number_and_says_so_when_nobody_answers(asked):
    await carrier().transfer("CA1", "+15550123")
    document = asked["requests"][0][2]["Twiml"]
    assert "<Number>+15550123</Number>" in document
    assert document.index("</Dial>") < document.index(twiml.COULD_NOT_TRANSFER)
    assert len(document) <= 4_000


@pytest.mark.parametrize(("status", "code"), [(404, 20_404), (400, 21_220)])
async def test_a_call_that_has_ended_is_no_error_to_hang_up_and_cannot_be_transferred(asked, status, code):
    asked["answer"] = Response(status, json.dumps({"code": code, "message": "gone"}))
    await carrier().hang_up("CA1")
    with pytest.raises(CallGoneError):
        await carrier().transfer("CA1", "+15550123")


@pytest.mark.parametrize("answer", [Response(401, "{}"), Response(500, "{}"), ConnectionError("no route")])
async def test_what_twilio_refuses_or_cannot_be_asked_is_a_carrier_error(asked, answer):
    asked["answer"] = answer
    with pytest.raises(CarrierError, match=r"Twilio (refused|could not be reached)"):
        await carrier().hang_up("CA1")


def test_without_an_account_there_is_no_call_control():
    with pytest.raises(CarrierError, match="TWILIO_ACCOUNT_SID"):
        TwilioCarrier(settings())


async def test_a_call_that_is_made_rings_and_asks_us_what_to_do_when_it_is_answered(asked):
    asked["answer"] = Response(201, json.dumps({"sid": "CA9", "status": "queued"}))
    assert await carrier().call("+15550003333", "+15550002222", "token", 30) == "CA9"
    ((method, url, form, credentials),) = asked["requests"]
    assert (method, url) == ("POST", f"http://127.0.0.1:9/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
    assert (form["To"], form["From"], form["Timeout"]) == ("+15550003333", "+15550002222", 30)
    assert form["Url"].endswith("/twilio/legs/token")
    assert form["StatusCallback"].endswith("/twilio/status")
    assert credentials == (ACCOUNT, SECRET)


@pytest.mark.parametrize("answer", [Response(400, "{}"), ConnectionError("no route")])
async def test_a_call_that_cannot_be_made_is_a_carrier_error(asked, answer):
    asked["answer"] = answer
    with pytest.raises(CarrierError):
        await carrier().call("+15550003333", "+15550002222", "token", 30)
