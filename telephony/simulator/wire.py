"""Twilio's side of the Media Streams protocol: what it sends, and the three messages it takes. Pure.

Written from the vendor's documentation and apart from the platform's own messages, so that neither can hide
a mistake of the other. Counters leave as strings; `sampleRate` and `channels` as integers.
Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from config.units import WIRE_RATE_HZ

MALFORMED: Final = 31_951
BINARY_FRAME: Final = 31_950
QUEUE_OVERFLOW: Final = 31_931


@dataclass(frozen=True, slots=True)
class StreamIds:
    """How the carrier names the account, the call and its stream."""

    account_sid: str
    call_sid: str
    stream_sid: str


@dataclass(frozen=True, slots=True)
class MediaMessage:
    """µ-law audio to play, one byte a sample."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class MarkMessage:
    name: str


@dataclass(frozen=True, slots=True)
class ClearMessage:
    pass


@dataclass(frozen=True, slots=True)
class Malformed:
    """A message Twilio would refuse, with the code of the warning it would raise."""

    code: int
    why: str


Inbound = MediaMessage | MarkMessage | ClearMessage | Malformed


# --- to the platform ------------------------------------------------------------------------------


def connected() -> str:
    """Open the conversation."""
    return json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})


def start(sequence: int, ids: StreamIds, parameters: Mapping[str, str]) -> str:
    """Say which call this is, and how it sounds."""
    return json.dumps(
        {
            "event": "start",
            "sequenceNumber": str(sequence),
            "start": {
                "accountSid": ids.account_sid,
                "streamSid": ids.stream_sid,
                "callSid": ids.call_sid,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": WIRE_RATE_HZ, "channels": 1},
                "customParameters": dict(parameters),
            },
            "streamSid": ids.stream_sid,
        }
    )


def media(sequence: int, stream_sid: str, packet: int, timestamp_ms: int, payload: bytes) -> str:
    """One packet of the caller; `packet` counts from 1. Fifty a second for every call: no JSON library."""
    return (
        f'{{"event":"media","sequenceNumber":"{sequence}","media":{{"track":"inbound","chunk":"{packet}",'
        f'"timestamp":"{timestamp_ms}","payload":"{base64.b64encode(payload).decode()}"}},'
        f'"streamSid":"{stream_sid}"}}'
    )


def dtmf(sequence: int, stream_sid: str, key: str) -> str:
    """Say which key the caller pressed."""
    return json.dumps(
        {
            "event": "dtmf",
            "streamSid": stream_sid,
            "sequenceNumber": str(sequence),
            "dtmf": {"track": "inbound_track", "digit": key},
        }
    )


def mark(sequence: int, stream_sid: str, name: str) -> str:
    """Say that all before the mark was played, or flushed."""
    return json.dumps(
        {"event": "mark", "sequenceNumber": str(sequence), "streamSid": stream_sid, "mark": {"name": name}}
    )


def stop(sequence: int, ids: StreamIds) -> str:
    """Say that the stream is over."""
    return json.dumps(
        {
            "event": "stop",
            "sequenceNumber": str(sequence),
            "streamSid": ids.stream_sid,
            "stop": {"accountSid": ids.account_sid, "callSid": ids.call_sid},
        }
    )


# --- from the platform ----------------------------------------------------------------------------


def parse(frame: str | bytes, stream_sid: str) -> Inbound:
    """Read one frame by the strict three-message schema: these fields, of these types, and no others."""
    if isinstance(frame, bytes):
        return Malformed(BINARY_FRAME, "a binary frame; messages are text")
    try:
        message: object = json.loads(frame)
    except ValueError:
        return Malformed(MALFORMED, f"not JSON: {frame[:60]!r}")
    if not _is_object(message):
        return Malformed(MALFORMED, "not a JSON object")
    match message.get("event"):
        case "media":
            fault = _fields(message, stream_sid, "media", "payload")
            return fault or _media(message["media"]["payload"])
        case "mark":
            fault = _fields(message, stream_sid, "mark", "name")
            return fault or MarkMessage(message["mark"]["name"])
        case "clear":
            return _fields(message, stream_sid, None, None) or ClearMessage()
        case other:
            return Malformed(MALFORMED, f"unknown event {other!r}; Twilio takes media, mark and clear")


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _fields(
    message: dict[str, Any], stream_sid: str, body: str | None, field: str | None
) -> Malformed | None:
    event = message["event"]
    wanted = {"event", "streamSid"} | ({body} if body else set())
    if set(message) != wanted:
        return Malformed(MALFORMED, f"{event}: has fields {sorted(message)}, not {sorted(wanted)}")
    if message["streamSid"] != stream_sid:
        return Malformed(MALFORMED, f"{event}: streamSid is {message['streamSid']!r}, not {stream_sid!r}")
    if body and field:
        inner: object = message[body]
        if not _is_object(inner) or set(inner) != {field}:
            return Malformed(MALFORMED, f"{event}: {body!r} must hold {field!r} and nothing else")
        if not isinstance(inner[field], str) or not inner[field]:
            return Malformed(MALFORMED, f"{event}: {field!r} must be text")
    return None


def _media(payload: str) -> MediaMessage | Malformed:
    try:
        return MediaMessage(base64.b64decode(payload, validate=True))
    except (binascii.Error, ValueError):
        return Malformed(MALFORMED, "media: the payload is not base64")
