"""Read TwiML: what a server tells the carrier to do with a call. Pure.

The verbs a Tandem server can answer with; others are named in the error.
Source: https://www.twilio.com/docs/voice/twiml
"""

from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from telephony.simulator.errors import CallError

LONGEST_TWIML_BYTES: Final = 64 * 1024
LONGEST_PARAMETER_CHARS: Final = 500


@dataclass(frozen=True, slots=True)
class ConnectStream:
    """`<Connect><Stream>`: a bidirectional media stream; then on to the next verb."""

    url: str
    parameters: tuple[tuple[str, str], ...] = ()
    status_callback: str | None = None


@dataclass(frozen=True, slots=True)
class SayText:
    text: str


@dataclass(frozen=True, slots=True)
class PauseFor:
    ms: int


@dataclass(frozen=True, slots=True)
class RedirectTo:
    """Fetch further instructions; the URL may be relative."""

    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class DialOut:
    """`<Dial>`: hand the call to somebody else."""

    to: str


@dataclass(frozen=True, slots=True)
class HangUp:
    pass


@dataclass(frozen=True, slots=True)
class Reject:
    reason: str


Verb = ConnectStream | SayText | PauseFor | RedirectTo | DialOut | HangUp | Reject


def parse(document: str) -> tuple[Verb, ...]:
    """Read the verbs of a TwiML document, in order.

    Raises:
        CallError: it is not TwiML, or has a verb or a Stream that Twilio would refuse.
    """
    if len(document.encode()) > LONGEST_TWIML_BYTES:
        raise CallError("the server's TwiML is longer than 64 KiB")
    if "<!DOCTYPE" in document or "<!ENTITY" in document:
        raise CallError("the server's TwiML declares entities, which Twilio refuses")
    try:
        root = ET.fromstring(document)  # noqa: S314 - entities are refused above
    except ET.ParseError as error:
        raise CallError(f"the server's answer is not TwiML ({error}): {document[:80]!r}") from None
    if root.tag != "Response":
        raise CallError(f"the server's TwiML begins with <{root.tag}>, not <Response>")
    return tuple(_verb(element) for element in root)


def _verb(element: ET.Element) -> Verb:
    text = " ".join("".join(element.itertext()).split())
    match element.tag:
        case "Connect":
            return _connect(element)
        case "Say":
            return SayText(text)
        case "Pause":
            return PauseFor(_whole(element.get("length", "1"), "Pause length") * 1_000)
        case "Redirect":
            return RedirectTo(text, element.get("method", "POST").upper())
        case "Dial":
            return DialOut(text)
        case "Hangup":
            return HangUp()
        case "Reject":
            return Reject(element.get("reason", "rejected"))
        case tag:
            raise CallError(f"the server's TwiML has a <{tag}>, which this carrier does not know")


def _connect(element: ET.Element) -> ConnectStream:
    stream = element.find("Stream")
    if stream is None or len(element) != 1:
        raise CallError("the server's <Connect> must hold one <Stream>")
    url = stream.get("url", "")
    if not url.startswith(("ws://", "wss://")):
        raise CallError(f"the server's <Stream> has the URL {url!r}; it must begin with wss:// (ws:// here)")
    parameters = tuple((p.get("name", ""), p.get("value", "")) for p in stream.findall("Parameter"))
    for name, value in parameters:
        if len(name) + len(value) >= LONGEST_PARAMETER_CHARS:
            raise CallError(f"the <Parameter> {name!r} is longer than {LONGEST_PARAMETER_CHARS} characters")
    # Twilio strips a query string without a word; what would break there must break here.
    return ConnectStream(url.split("?", 1)[0], parameters, stream.get("statusCallback"))


def _whole(text: str, what: str) -> int:
    if not text.isdigit():
        raise CallError(f"the TwiML's {what} is {text!r}, not a whole number")
    return int(text)
