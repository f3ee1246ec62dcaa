"""Messages: what is asked of Twilio over HTTP, and what its documented answers become."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from agents.errors import Refused, Unavailable, Unsupported
from agents.messenger import NoMessenger
from telephony.errors import CarrierError
from telephony.twilio.messages import TwilioMessenger, make_messenger
from tests.telephony.peers import ACCOUNT, settings

TAKEN = (201, {"sid": "SM" + "0" * 32, "status": "queued", "to": "+15035550199", "error_code": None})


class Twilio:
    """Plays the Messages resource: keeps what it was sent and answers what it was told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.answer: tuple[int, dict[str, object]] = TAKEN
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.asked.append((self.path, parse_qs(form)))
                status, body = outer.answer
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    playing = Twilio()
    yield playing
    playing.server.shutdown()
    playing.server.server_close()


def messenger(url: str, sender: str | None = "+15035550100") -> TwilioMessenger:
    update = {"twilio_api_url": url, "messages_from": sender}
    return TwilioMessenger(settings(production=True).model_copy(update=update))


async def test_a_text_with_a_picture_is_sent_from_the_number_that_is_set(twilio):
    sent = await messenger(twilio.url).send(
        "+15035550199", "Your bills", ["https://voice.example.com/charts/x.png"]
    )
    assert sent == TAKEN[1]["sid"]
    ((path, form),) = twilio.asked
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert form == {
        "To": ["+15035550199"],
        "From": ["+15035550100"],
        "Body": ["Your bills"],
        "MediaUrl": ["https://voice.example.com/charts/x.png"],
    }


async def test_a_messaging_service_sends_under_its_own_name(twilio):
    await messenger(twilio.url, "MG" + "a" * 32).send("+15035550199", "hello")
    assert twilio.asked[0][1]["MessagingServiceSid"] == ["MG" + "a" * 32]
    assert "From" not in twilio.asked[0][1]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(400, 21_211, Refused), (400, 21_610, Refused), (429, 20_429, Unavailable), (503, 20_503, Unavailable)],
)
async def test_what_twilio_does_not_send_is_said_without_the_number_and_asked_once(
    twilio, status, code, kind
):
    twilio.answer = (status, {"code": code, "message": "The 'To' number +15035550199 ...", "status": status})
    with pytest.raises(kind) as failed:
        await messenger(twilio.url).send("+15035550199", "hello")
    assert "5550199" not in str(failed.value)
    assert len(twilio.asked) == 1


async def test_a_twilio_that_cannot_be_reached_leaves_it_open_whether_it_was_sent():
    with pytest.raises(Unavailable, match="may or may not"):
        await messenger("http://127.0.0.1:9").send("+15035550199", "hello")


async def test_without_somebody_to_send_from_that_is_said():
    with pytest.raises(CarrierError, match="TWILIO_MESSAGES_FROM"):
        messenger("http://127.0.0.1:9", None)
    assert make_messenger(settings()) is None
    with pytest.raises(Unsupported, match="TWILIO_MESSAGES_FROM"):
        await NoMessenger().send("+15035550199", "hello")
