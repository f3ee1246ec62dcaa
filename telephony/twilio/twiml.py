"""The instructions Tandem gives Twilio, with Twilio's own builder. Pure.

Source: https://www.twilio.com/docs/voice/twiml
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from twilio.twiml.voice_response import Connect, Dial, Stream, VoiceResponse

ALL_LINES_BUSY: Final = "All our lines are busy at the moment. Please call again in a few minutes. Goodbye."
RECONNECTING: Final = "I am sorry, the line was interrupted. One moment, please."
COULD_NOT_RECONNECT: Final = "I am sorry, we have lost the connection. Please call again. Goodbye."
COULD_NOT_TRANSFER: Final = "I am sorry, nobody could take your call. Please call again later. Goodbye."


@dataclass(frozen=True, slots=True)
class StreamOffer:
    """Where the call's audio goes.

    Attributes:
        url: ws:// or wss://, without a query string, which Twilio strips.
        after_url: where Twilio asks what to do once the stream is over.
        status_url: where it reports on the stream.
        parameters: handed back in `start`; name and value together under 500 characters.
    """

    url: str
    after_url: str
    status_url: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])


def connect(offer: StreamOffer, greeting: str | None = None) -> str:
    """Join the call to a media stream; when the stream is over, ask again."""
    response = VoiceResponse()
    if greeting:
        response.say(greeting)
    stream = Stream(url=offer.url, status_callback=offer.status_url, status_callback_method="POST")
    for name, value in offer.parameters.items():
        stream.parameter(name=name, value=value)
    joined = Connect()
    joined.append(stream)
    response.append(joined)
    response.redirect(offer.after_url, method="POST")
    return str(response)


def say_and_hang_up(text: str) -> str:
    """Say one sentence and end the call."""
    response = VoiceResponse()
    response.say(text)
    response.hangup()
    return str(response)


def hang_up() -> str:
    """End the call."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def transfer(to_number: str) -> str:
    """Ring another number; if nobody takes the call, say so and end it."""
    response = VoiceResponse()
    dial = Dial()
    dial.number(to_number)
    response.append(dial)
    response.say(COULD_NOT_TRANSFER)
    response.hangup()
    return str(response)
