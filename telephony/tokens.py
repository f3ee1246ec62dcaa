"""Tokens that let one call open one media socket: one-use, short-lived, bound to the call that asked.

A carrier's signature has no timestamp, so a recorded upgrade could be replayed; a spent token cannot.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from telephony.clock import NS_PER_S, Clock
from telephony.errors import TokenError
from telephony.line import IncomingCall

LIVES_S: Final = 60
MOST_OUTSTANDING: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Grant:
    call: IncomingCall
    expires_ns: int


class Tokens:
    """Issued and not yet redeemed tokens of this process. Never more than `MOST_OUTSTANDING`."""

    def __init__(self, clock: Clock, lives_s: int = LIVES_S) -> None:
        self._clock = clock
        self._lives_ns = lives_s * NS_PER_S
        self._grants: dict[str, _Grant] = {}

    @property
    def outstanding(self) -> int:
        self._forget_expired()
        return len(self._grants)

    def issue(self, call: IncomingCall) -> str:
        """Make a token for a call. When too many are outstanding the oldest is revoked."""
        self._forget_expired()
        while len(self._grants) >= MOST_OUTSTANDING:
            self._grants.pop(next(iter(self._grants)))
        token = secrets.token_urlsafe(24)
        self._grants[token] = _Grant(call, self._clock.now_ns() + self._lives_ns)
        return token

    def redeem(self, token: str) -> IncomingCall:
        """Spend a token.

        Raises:
            TokenError: it is unknown, spent already, or has expired.
        """
        grant = self._grants.pop(token, None)
        if grant is None:
            raise TokenError("the token is unknown or has been used")
        if self._clock.now_ns() >= grant.expires_ns:
            raise TokenError("the token has expired")
        return grant.call

    def _forget_expired(self) -> None:
        now_ns = self._clock.now_ns()
        while self._grants:
            oldest = next(iter(self._grants))
            if self._grants[oldest].expires_ns > now_ns:
                return
            self._grants.pop(oldest)
