"""Acceptance checks 17 and 25 to 31: who is let in, and that everything is freed."""

import asyncio
import time

import pytest

from telephony.clock import NS_PER_MS, NS_PER_S, settle
from telephony.errors import TokenError
from telephony.interpreting.legs import Legs
from telephony.line import IncomingCall
from telephony.peer_socket import SocketLimits
from telephony.tokens import MOST_OUTSTANDING, Tokens
from telephony.twilio import twiml
from tests.telephony.peers import ORIGIN, STRANGER, Exchange, Scripted, sign, until

VOICE = f"{ORIGIN}/twilio/voice"
FORM = {"CallSid": "CA1", "From": "+15550100", "To": "+15550199", "Digits": "1"}
MEDIA = "wss://voice.example.com"


def test_the_published_signature_vector_passes():
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    signed = sign("https://mycompany.com/myapp.php?foo=1&bar=2", form, "12345")
    assert signed == {"X-Twilio-Signature": "0/KCTR6DLpKmkAf8muzZqo1nDgQ="}


async def test_a_signed_webhook_is_answered_with_a_stream_and_a_fallback():
    exchange = Exchange(production=True)
    answer = await exchange.post("/twilio/voice", FORM, sign(VOICE, FORM), STRANGER)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/xml")
    assert f'url="{MEDIA}/twilio/media/' in answer.text
    assert answer.text.index("</Connect>") < answer.text.index("<Redirect")
    assert f"{ORIGIN}/twilio/after" in answer.text


@pytest.mark.parametrize("at", range(0, 28, 5))
async def test_one_changed_byte_in_the_signature_gives_403(at):
    signature = sign(VOICE, FORM)["X-Twilio-Signature"]
    changed = signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]
    answer = await Exchange(production=True).post("/twilio/voice", FORM, {"X-Twilio-Signature": changed})
    assert answer.status_code == 403


async def test_one_changed_byte_in_the_form_or_no_signature_gives_403():
    exchange = Exchange(production=True)
    for path in ("/twilio/voice", "/twilio/after", "/twilio/status"):
        changed = FORM | {"From": "+15550101"}
        assert (await exchange.post(path, changed, sign(ORIGIN + path, FORM))).status_code == 403
        assert (await exchange.post(path, FORM)).status_code == 403
        assert (await exchange.post(path, FORM, sign(ORIGIN + path, FORM))).status_code in (200, 204)


async def test_an_upgrade_signed_over_wss_passes():
    exchange = Exchange(production=True)
    path = f"/twilio/media/{exchange.tokens.issue(IncomingCall('twilio', 'CA1', '', ''))}"
    peer = exchange.open(path, sign(MEDIA + path), STRANGER).start("CA1")
    await until(lambda: "CA1" in exchange.switchboard.opened)
    assert peer.accepted
    peer.drop()
    await peer.task


@pytest.mark.parametrize("signed_over", ["https://voice.example.com", "wss://evil.example.com", None])
async def test_an_upgrade_signed_over_https_unsigned_or_for_a_foreign_host_is_refused_before_accept(
    signed_over,
):
    exchange = Exchange(production=True)
    path = f"/twilio/media/{exchange.tokens.issue(IncomingCall('twilio', 'CA1', '', ''))}"
    headers = sign(signed_over + path) if signed_over else {}
    peer = exchange.open(path, headers)
    await peer.task
    assert peer.refused == 403
    assert not peer.accepted
    assert exchange.tokens.outstanding == 1


@pytest.mark.parametrize(
    "name", ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For", "Forwarded"]
)
async def test_spoofed_host_headers_change_nothing(name):
    exchange = Exchange(production=True)
    spoofed = {name: "evil.example.com"}
    forged = sign("https://evil.example.com/twilio/voice", FORM)
    assert (await exchange.post("/twilio/voice", FORM, spoofed | forged)).status_code == 403
    answer = await exchange.post("/twilio/voice", FORM, spoofed | sign(VOICE, FORM))
    assert answer.status_code == 200
    assert "evil" not in answer.text


async def test_in_development_only_this_machine_may_call_and_the_refusal_says_why():
    exchange = Exchange()
    assert (await exchange.post("/twilio/voice", FORM)).status_code == 200
    answer = await exchange.post("/twilio/voice", FORM, client=STRANGER)
    assert answer.status_code == 403
    assert "development mode" in answer.text
    assert "TWILIO_AUTH_TOKEN" in answer.text
    spoofed = await exchange.post("/twilio/voice", FORM, {"X-Forwarded-For": "127.0.0.1"}, STRANGER)
    assert spoofed.status_code == 403
    peer = exchange.open(await exchange.ring("CA1"), client=STRANGER)
    await peer.task
    assert peer.refused == 403


async def test_a_token_used_twice_closes_1008_before_the_model_is_allocated():
    exchange = Exchange()
    path = await exchange.ring("CA1")
    first = exchange.open(path).start("CA1")
    await until(lambda: "CA1" in exchange.switchboard.opened)
    exchange.switchboard.opened.clear()
    replayed = exchange.open(path).start("CA1")
    await replayed.task
    assert replayed.closed is not None
    assert replayed.closed[0] == 1008
    assert exchange.switchboard.opened == {}
    first.drop()
    await first.task


async def test_an_expired_token_closes_1008_before_the_model_is_allocated():
    exchange = Exchange()
    path = await exchange.ring("CA1")
    await exchange.clock.advance(60 * NS_PER_S)
    peer = exchange.open(path).start("CA1")
    await peer.task
    assert peer.closed == (1008, "the token has expired")
    assert exchange.switchboard.opened == {}


async def test_a_start_for_another_call_closes_1008_before_the_model_is_allocated():
    exchange = Exchange()
    peer = exchange.open(await exchange.ring("CA1")).start("CA2")
    await peer.task
    assert peer.closed == (1008, "the start is for another call")
    assert exchange.switchboard.opened == {}


async def test_no_start_within_five_seconds_closes_the_socket():
    exchange = Exchange()
    peer = exchange.open(await exchange.ring("CA1")).say({"event": "connected"})
    await settle()
    await exchange.clock.advance(4_999 * NS_PER_MS)
    assert peer.closed is None
    await exchange.clock.advance(1 * NS_PER_MS)
    await peer.task
    assert peer.closed == (1008, "no start within 5 s")
    assert exchange.switchboard.opened == {}


async def test_nothing_is_sent_before_start():
    exchange = Exchange()
    peer = exchange.open(await exchange.ring("CA1")).say({"event": "connected"})
    await exchange.speak([peer], 30)
    assert peer.sent == []
    peer.start("CA1")
    await until(lambda: "CA1" in exchange.switchboard.opened)
    await exchange.speak([peer], 11)
    assert {message["streamSid"] for message in peer.sent} == {"MZ1"}
    peer.drop()
    await peer.task


async def test_a_thousand_idle_sockets_do_not_harm_a_call():
    exchange = Exchange()
    caller = await exchange.call("CA-caller")
    idle = [
        exchange.open(f"/twilio/media/{exchange.tokens.issue(IncomingCall('twilio', f'CA{n}', '', ''))}")
        for n in range(1_000)
    ]
    await exchange.speak([caller], 100)
    assert len(exchange.switchboard.opened["CA-caller"].turns) == 10
    assert sum(message["event"] == "media" for message in caller.sent) == 10
    assert sum(peer.refused == 503 for peer in idle) == 1_000 - SocketLimits().waiting
    for _ in range(40):
        await exchange.speak([caller], 10)
    assert all(peer.task.done() for peer in idle)
    assert len(exchange.switchboard.opened["CA-caller"].turns) == 50
    caller.drop()
    await caller.task


@pytest.mark.parametrize("how", ["stop", "lost", "silent", "ended", "failed", "hanging"])
async def test_stop_reset_silence_end_and_failure_all_free_the_call_within_two_seconds(how):
    before = set(asyncio.all_tasks())
    script = {"ended": {"end_at": 4}, "failed": {"fail_at": 4}, "hanging": {"hang_at": 4}}.get(how, {})
    exchange = Exchange(Scripted(script=script))
    peer = await exchange.call("CA1")
    await exchange.speak([peer], 55)
    began = time.monotonic()
    match how:
        case "stop" | "hanging":
            peer.say({"event": "stop", "sequenceNumber": "99", "stop": {"callSid": "CA1"}})
        case "lost":
            peer.drop()
        case "silent":
            for _ in range(110):
                await exchange.clock.advance(100 * NS_PER_MS)
    await asyncio.wait_for(peer.task, 2)
    assert time.monotonic() - began < (2 if how != "silent" else 10)
    assert exchange.switchboard.opened["CA1"].closed == ["stop" if how == "hanging" else how]
    await settle()
    assert set(asyncio.all_tasks()) - before == set()


async def test_a_call_over_capacity_gets_fallback_twiml_and_the_others_are_unharmed():
    exchange = Exchange(Scripted(room=1))
    caller = await exchange.call("CA1")
    await exchange.speak([caller], 50)
    answer = await exchange.post("/twilio/voice", FORM | {"CallSid": "CA2"})
    assert answer.status_code == 200
    assert twiml.ALL_LINES_BUSY in answer.text
    assert "<Hangup" in answer.text
    assert "<Connect" not in answer.text
    await exchange.speak([caller], 50)
    assert len(exchange.switchboard.opened["CA1"].turns) == 10
    assert list(exchange.switchboard.opened) == ["CA1"]
    caller.drop()
    await caller.task


async def test_a_call_that_cannot_be_opened_is_closed_and_apologised_for():
    exchange = Exchange(Scripted(broken=True))
    peer = exchange.open(await exchange.ring("CA1")).start("CA1")
    await peer.task
    assert peer.closed is not None
    assert peer.closed[0] == 1013
    assert twiml.RECONNECTING in (await exchange.post("/twilio/after", FORM)).text


async def test_after_a_conversation_that_ended_the_caller_is_hung_up():
    exchange = Exchange(Scripted(script={"end_at": 2}))
    peer = await exchange.call("CA1")
    await exchange.speak([peer], 40)
    await peer.task
    assert peer.closed == (1000, "")
    answer = await exchange.post("/twilio/after", FORM)
    assert "<Hangup" in answer.text
    assert "<Say" not in answer.text


async def test_after_a_conversation_that_wants_a_transfer_the_number_is_rung():
    exchange = Exchange(Scripted(script={"end_at": 2, "transfer_to": "+15550123456"}))
    peer = await exchange.call("CA1")
    await exchange.speak([peer], 40)
    await peer.task
    assert "<Dial><Number>+15550123456</Number></Dial>" in (await exchange.post("/twilio/after", FORM)).text


async def test_after_a_broken_stream_the_caller_is_reconnected_once():
    exchange = Exchange()
    peer = await exchange.call("CA1")
    peer.drop()
    await peer.task
    again = (await exchange.post("/twilio/after", FORM)).text
    assert twiml.RECONNECTING in again
    assert "<Connect>" in again
    last = (await exchange.post("/twilio/after", FORM)).text
    assert twiml.COULD_NOT_RECONNECT in last
    assert "<Connect>" not in last


async def test_a_clear_reaches_the_carrier_before_the_audio_that_replaces_it():
    exchange = Exchange(Scripted(script={"clear_at": 3}))
    peer = await exchange.call("CA1")
    await exchange.speak([peer], 55)
    events = [message["event"] for message in peer.sent]
    assert events == ["media", "mark"] * 3 + ["clear"] + ["media", "mark"] * 2
    peer.drop()
    await peer.task


async def test_keys_and_marks_reach_the_conversation():
    exchange = Exchange()
    peer = await exchange.call("CA1")
    await exchange.speak([peer], 10)
    peer.say({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": "7"}})
    mark = next(message for message in peer.sent if message["event"] == "mark")
    await exchange.clock.advance(150 * NS_PER_MS)
    peer.say(mark)
    await exchange.speak([peer], 10)
    turns = exchange.switchboard.opened["CA1"].turns
    assert [turn.keys for turn in turns if turn.keys] == [("7",)]
    peer.drop()
    await peer.task


async def test_what_cannot_be_read_is_tolerated_up_to_a_limit():
    exchange = Exchange(limits=SocketLimits(unreadable=4))
    peer = await exchange.call("CA1")
    for nonsense in ("{", b"\x00", '{"event":"media","media":{"payload":"***"}}', '{"event":"sparkle"}'):
        peer.say(nonsense)
    await exchange.speak([peer], 10)
    assert peer.closed is None
    peer.say(b"\x00")
    await peer.task
    assert peer.closed is not None
    assert peer.closed[0] == 1003


async def test_a_message_that_is_too_large_closes_1009():
    exchange = Exchange()
    peer = await exchange.call("CA1")
    peer.say(" " * 70_000)
    await peer.task
    assert peer.closed is not None
    assert peer.closed[0] == 1009


async def test_a_flood_is_read_slowly_and_then_cut_off_while_another_call_goes_on():
    exchange = Exchange()
    caller, flooder = await exchange.call("CA1"), await exchange.call("CA2")
    for _ in range(100_000):
        flooder.packet()
    await exchange.speak([caller], 100)
    assert len(exchange.switchboard.opened["CA1"].turns) == 10
    assert flooder.closed is None
    for _ in range(12):
        await exchange.speak([caller], 50)
    await flooder.task
    assert flooder.closed is not None
    assert flooder.closed[0] == 1008
    assert len(exchange.switchboard.opened["CA1"].turns) == 70
    caller.drop()
    await caller.task


def test_tokens_are_forgotten_when_they_expire_and_never_more_than_the_limit():
    exchange = Exchange()
    tokens = Tokens(exchange.clock)
    call = IncomingCall("twilio", "CA1", "", "")
    first = tokens.issue(call)
    for _ in range(MOST_OUTSTANDING):
        last = tokens.issue(call)
    assert tokens.outstanding == MOST_OUTSTANDING
    with pytest.raises(TokenError, match="unknown"):
        tokens.redeem(first)
    assert tokens.redeem(last) == call


async def test_a_status_callback_is_taken():
    form = {"CallSid": "CA1", "StreamEvent": "stream-error", "StreamError": "31951"}
    assert (await Exchange().post("/twilio/status", form)).status_code == 204


# --- calls that are made from here ----------------------------------------------------------------


class Ringing:
    """A carrier whose calls ring for ever."""

    def __init__(self) -> None:
        self.legs: list[str] = []

    async def call(self, to_number, from_number, leg, ring_s):
        self.legs.append(leg)
        return "CA7"

    async def hang_up(self, carrier_call_id):
        pass


async def test_who_answers_a_call_made_from_here_is_joined_to_a_stream_of_their_own_and_nobody_else_is():
    carrier = Ringing()
    legs = Legs(carrier)
    exchange = Exchange(legs=legs)
    ringing = asyncio.create_task(legs.call("+15550003333", "+15550002222", exchange.switchboard.open))
    await until(lambda: bool(carrier.legs))
    form = {"CallSid": "CA7", "From": "+15550002222", "To": "+15550003333"}
    path = f"/twilio/legs/{carrier.legs[0]}"
    assert "<Hangup" in (await exchange.post(path, form | {"CallSid": "CA8"})).text
    assert "<Hangup" in (await exchange.post("/twilio/legs/made-up", form)).text
    assert "/twilio/media/" in (await exchange.post(path, form)).text
    assert "<Hangup" in (await exchange.post("/twilio/after", form)).text  # their stream broke: no second try
    await exchange.post("/twilio/status", {"CallSid": "CA7", "CallStatus": "busy"})
    assert await ringing is False
    assert "<Hangup" in (await exchange.post(path, form)).text


async def test_who_answers_must_come_from_the_carrier():
    form = {"CallSid": "CA7"}
    assert (await Exchange(production=True).post("/twilio/legs/any", form)).status_code == 403
