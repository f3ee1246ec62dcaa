"""Errors of telephony.

TelephonyError
├── MessageError       a carrier's message cannot be read
│   └── FloodError     too many messages, or one too large
├── LineError          the conversation gave the line something that cannot be played
├── ReplayError        a recorded call cannot be replayed
├── TokenError         a media token is unknown, expired, spent, or of another call
└── CarrierError       the carrier refused to act on a call
    └── CallGoneError  the call has already ended
"""


class TelephonyError(Exception):
    """Root of everything telephony raises on purpose."""


class MessageError(TelephonyError):
    """A carrier's message cannot be read. The text says which field and why."""


class FloodError(MessageError):
    """A peer sends more, or larger, messages than a call has use for."""


class LineError(TelephonyError):
    """The conversation gave the line something that cannot be played."""


class ReplayError(TelephonyError):
    """A recorded call cannot be replayed. The text says why, for people."""


class TokenError(TelephonyError):
    """A media token is unknown, expired, spent, or bound to another call."""


class CarrierError(TelephonyError):
    """The carrier refused to act on a call."""


class CallGoneError(CarrierError):
    """The call had already ended when the carrier was asked to act on it."""
