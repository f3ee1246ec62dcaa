"""Acceptance checks 16, 18, 19 and bad input: the wire."""

import base64
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.errors import FloodError, MessageError
from telephony.messages import Clear, KeyPress, MarkReturned, Media, Play, SetMark, Stop, ToCarrier
from telephony.twilio.wire import Connected, Start, Unknown, from_wire, to_wire

STREAM = "MZ18ad3ab5a668481ce02b83e7395059f0"


def fits_the_schema(text: str) -> bool:
    """Twilio's three messages, with every key named and no other."""
    message = json.loads(text)
    if message.get("streamSid") != STREAM:
        return False
    match message.get("event"):
        case "media":
            return (
                set(message) == {"event", "streamSid", "media"}
                and set(message["media"]) == {"payload"}
                and bool(base64.b64decode(message["media"]["payload"], validate=True))
            )
        case "mark":
            return (
                set(message) == {"event", "streamSid", "mark"}
                and set(message["mark"]) == {"name"}
                and isinstance(message["mark"]["name"], str)
                and bool(message["mark"]["name"])
            )
        case "clear":
            return set(message) == {"event", "streamSid"}
        case _:
            return False


outbound = st.one_of(
    st.builds(Play, st.binary(min_size=1, max_size=3_200)),
    st.builds(SetMark, st.text(min_size=1)),
    st.just(Clear()),
)


@given(outbound)
def test_every_outbound_message_fits_the_strict_three_message_schema(message: ToCarrier):
    assert fits_the_schema(to_wire(message, STREAM))


def test_string_numbers_and_unknown_fields_parse():
    text = json.dumps(
        {
            "event": "start",
            "sequenceNumber": "1",
            "streamSid": STREAM,
            "tomorrow": {"new": True},
            "start": {
                "accountSid": "AC1",
                "streamSid": STREAM,
                "callSid": "CA1",
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": "1", "x": 0},
                "customParameters": {"token": "t"},
            },
        }
    )
    start = from_wire(text)
    assert start == Start(STREAM, "CA1", "AC1", "audio/x-mulaw", 8_000, 1, {"token": "t"}, 1)
    assert from_wire('{"event":"mark","sequenceNumber":7,"mark":{"name":"a","z":1}}') == MarkReturned("a", 7)


@pytest.mark.parametrize("size", [1, 2, 159, 160, 161, 800, 1_600])
def test_payloads_of_1_to_1600_bytes_parse(size):
    payload = bytes(range(256)) * 7
    sent = base64.b64encode(payload[:size]).decode()
    text = json.dumps({"event": "media", "sequenceNumber": "4", "media": {"payload": sent, "chunk": "2"}})
    assert from_wire(text) == Media(payload[:size], 4)


def test_every_event_of_the_protocol_is_read():
    assert from_wire('{"event":"connected","protocol":"Call","version":"1.0.0"}') == Connected()
    assert from_wire('{"event":"dtmf","dtmf":{"digit":"#"},"sequenceNumber":"5"}') == KeyPress("#", 5)
    assert from_wire('{"event":"stop","sequenceNumber":"9","stop":{"callSid":"CA1"}}') == Stop(9)
    assert from_wire('{"event":"sparkle"}') == Unknown("sparkle")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 60_000, "not JSON"),
        ("[]", "JSON object"),
        ('"media"', "JSON object"),
        ("{}", "'event'"),
        ('{"event":7}', "'event'"),
        ('{"event":"media"}', "'media'"),
        ('{"event":"media","media":{"payload":"***"}}', "base64"),
        ('{"event":"media","media":{"payload":"é"}}', "base64"),
        ('{"event":"media","media":{"payload":7}}', "'payload'"),
        ('{"event":"media","sequenceNumber":"many","media":{"payload":"/w=="}}', "'sequenceNumber'"),
        ('{"event":"dtmf","dtmf":{"digit":"X"}}', "keypad"),
        ('{"event":"mark","mark":{}}', "'name'"),
        ('{"event":"start","start":{}}', "'streamSid'"),
        ('{"event":"start","start":{"streamSid":"MZ1","callSid":"CA1","mediaFormat":[8]}}', "'mediaFormat'"),
    ],
)
def test_what_cannot_be_read_is_a_clear_error(text, said):
    with pytest.raises(MessageError, match=said):
        from_wire(text)


def test_a_message_or_a_payload_that_is_too_large_is_a_flood():
    with pytest.raises(FloodError, match="65536"):
        from_wire(" " * 65_537)
    sound = base64.b64encode(bytes(16_001)).decode()
    with pytest.raises(FloodError, match="16000"):
        from_wire(json.dumps({"event": "media", "media": {"payload": sound}}))


@given(st.text(max_size=200))
def test_no_text_whatever_raises_anything_but_a_message_error(text: str):
    with contextlib.suppress(MessageError):
        from_wire(text)
