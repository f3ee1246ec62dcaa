"""The seam between a media line (packets, codec, playout) and the conversation behind it.

The line turns whatever the carrier sends into micro-turns and plays what comes back; the conversation sees
neither packets nor sockets. Pure data; no torch, no pipecat.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from config.units import SAMPLES_PER_MS
from model.turn import Audio, HeardWords

TWILIO: Final = "twilio"
BROWSER: Final = "browser"
"""Carriers, as the record names them."""


@dataclass(frozen=True, slots=True)
class HeardSpan:
    """Agent audio the caller has heard, and where on the caller's own timeline it sounded.

    `samples` from agent sample `agent_start` sounded at call sample `call_start`, all at 16 kHz. Spans come
    in order, without overlap.
    """

    agent_start: int
    call_start: int
    samples: int

    @property
    def later_ms(self) -> int:
        """Call time minus agent time."""
        return (self.call_start - self.agent_start) // SAMPLES_PER_MS


@dataclass(frozen=True, slots=True)
class LineTurn:
    """What the line brings in one micro-turn.

    Attributes:
        index: counts from 0 without gaps.
        caller_audio: int16[3200] at 16 kHz.
        keys: keypad digits since the last micro-turn.
        heard_ms: agent time up to which the caller has heard the agent (after a clear: where the agent was
            cut).
        heard: the spans heard since the last micro-turn.
        filled_ms: how much of `caller_audio` is silence put in because nothing came from the carrier.
        words: what ears outside the model have understood of the caller's turn, when it changed.
        typed: turns the caller has typed instead of spoken since the last micro-turn.
    """

    index: int
    caller_audio: Audio
    keys: tuple[str, ...] = ()
    heard_ms: int = 0
    heard: tuple[HeardSpan, ...] = ()
    filled_ms: int = 0
    words: HeardWords | None = None
    typed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What the conversation gives back.

    Attributes:
        agent_audio: int16[3200], to be played after all that was given before.
        clear: first flush everything the caller has not heard yet.
        end: the conversation is over; close the line now (whatever was to be heard has been).
        transfer_to: with `end`: the number (E.164) the caller is to be handed to; None hangs up.
    """

    agent_audio: Audio
    clear: bool = False
    end: bool = False
    transfer_to: str | None = None


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call as the carrier announced it. Numbers as the carrier writes them (E.164)."""

    carrier: str
    carrier_call_id: str
    from_number: str
    to_number: str


class Conversation(Protocol):
    """One call's far side, fed 200 ms at a time. One micro-turn at a time, in order."""

    async def micro_turn(self, turn: LineTurn) -> LineAnswer:
        """Take 200 ms in and give 200 ms out."""
        ...

    async def close(self, reason: str) -> None:
        """Free everything the call holds. Idempotent.

        `reason` is one of `stop`, `lost`, `silent`, `ended`, `failed`.
        """
        ...


class Switchboard(Protocol):
    """Who answers: opens conversations for calls, within capacity."""

    def has_room(self) -> bool:
        """Whether one more call can be taken now."""
        ...

    def lead_in_ms(self, call: IncomingCall, now_ns: int) -> int:
        """How much silence a call just opened is to begin with (see `telephony.phases`)."""
        ...

    async def open(self, call: IncomingCall) -> Conversation:
        """Begin a conversation; model state is allocated here and nowhere earlier."""
        ...
