"""The Twilio Media Streams protocol: wire JSON to frozen records and back. Pure.

Inbound is read leniently, as the vendor asks: counters come as strings, unknown fields and unknown events are
tolerated. Outbound is exactly three messages and nothing else. Source:
https://www.twilio.com/docs/voice/media-streams/websocket-messages
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, assert_never, cast

from telephony.errors import FloodError, MessageError
from telephony.messages import KEYS, Clear, KeyPress, MarkReturned, Media, Play, SetMark, Stop, ToCarrier

MAX_MESSAGE_BYTES: Final = 64 * 1024
MAX_PAYLOAD_BYTES: Final = 16_000
"""Two seconds of sound in one message; more is no telephone packet."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The socket speaks the protocol; the stream has not begun."""


@dataclass(frozen=True, slots=True)
class Start:
    """The stream begins. `encoding` and `rate_hz` say how its media is coded."""

    stream_id: str
    call_id: str
    account_id: str = ""
    encoding: str = "audio/x-mulaw"
    rate_hz: int = 8_000
    channels: int = 1
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event this version of the protocol does not know."""

    event: str
    sequence: int | None = None


Inbound = Connected | Start | Media | KeyPress | MarkReturned | Stop | Unknown


def to_wire(message: ToCarrier, stream_id: str) -> str:
    """Write one of the three messages Twilio accepts."""
    match message:
        case Play(payload):
            sound = base64.b64encode(payload).decode("ascii")
            return f'{{"event":"media","streamSid":{json.dumps(stream_id)},"media":{{"payload":"{sound}"}}}}'
        case SetMark(name):
            return json.dumps({"event": "mark", "streamSid": stream_id, "mark": {"name": name}})
        case Clear():
            return json.dumps({"event": "clear", "streamSid": stream_id})
        case _:
            assert_never(message)


def from_wire(text: str) -> Inbound:
    """Read what the carrier sent.

    Raises:
        FloodError: the message is longer than 64 KiB, or its payload than two seconds.
        MessageError: it is not JSON, or a field it cannot do without is missing or wrong.
    """
    if len(text) > MAX_MESSAGE_BYTES:
        raise FloodError(f"a message of {len(text)} characters; {MAX_MESSAGE_BYTES} is the most")
    try:
        wire = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"not JSON: {error}") from None
    if not isinstance(wire, dict):
        raise MessageError(f"a JSON object is expected, not {type(wire).__name__}")
    message = cast("dict[str, Any]", wire)
    sequence = _number(message, "sequenceNumber")
    match message.get("event"):
        case "media":
            return Media(_payload(message), sequence)
        case "mark":
            return MarkReturned(_text(_part(message, "mark"), "name"), sequence)
        case "dtmf":
            return KeyPress(_key(message), sequence)
        case "start":
            return _start(message, sequence)
        case "stop":
            return Stop(sequence)
        case "connected":
            return Connected()
        case str() as event:
            return Unknown(event[:64], sequence)
        case _:
            raise MessageError("'event' is missing or not a text")


def _start(message: dict[str, Any], sequence: int | None) -> Start:
    body = _part(message, "start")
    coding = _part(body, "mediaFormat") if body.get("mediaFormat") else {}
    given = _part(body, "customParameters") if body.get("customParameters") else {}
    return Start(
        stream_id=_text(body if "streamSid" in body else message, "streamSid"),
        call_id=_text(body, "callSid"),
        account_id=str(body.get("accountSid") or ""),
        encoding=str(coding.get("encoding", "audio/x-mulaw")),
        rate_hz=_number(coding, "sampleRate") or 8_000,
        channels=_number(coding, "channels") or 1,
        parameters={name: str(value) for name, value in given.items()},
        sequence=sequence,
    )


def _payload(message: dict[str, Any]) -> bytes:
    payload = _text(_part(message, "media"), "payload")
    try:
        sound = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise MessageError("'payload' is not base64") from None
    if len(sound) > MAX_PAYLOAD_BYTES:
        raise FloodError(f"a payload of {len(sound)} bytes; {MAX_PAYLOAD_BYTES} is the most")
    return sound


def _key(message: dict[str, Any]) -> str:
    key = _text(_part(message, "dtmf"), "digit").upper()
    if key not in KEYS:
        raise MessageError(f"'digit' is {key[:8]!r}; a keypad has 0-9 * # A-D")
    return key


def _part(message: dict[str, Any], name: str) -> dict[str, Any]:
    part = message.get(name)
    if not isinstance(part, dict):
        raise MessageError(f"{name!r} is missing or not an object")
    return cast("dict[str, Any]", part)


def _text(part: dict[str, Any], name: str) -> str:
    value = part.get(name)
    if not isinstance(value, str) or not value:
        raise MessageError(f"{name!r} is missing or not a text")
    return value


def _number(part: dict[str, Any], name: str) -> int | None:
    """A counter, which Twilio writes as a string and other carriers as a number; None when it is absent."""
    value = part.get(name)
    if value is None:
        return None
    if isinstance(value, int) or (
        isinstance(value, str) and len(value) <= 20 and value.isascii() and value.isdigit()
    ):
        return int(value)
    raise MessageError(f"{name!r} is not a number")
