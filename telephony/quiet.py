"""For how long nobody has spoken, and how much of it the dialogue knows."""

from dataclasses import dataclass
from typing import Final

from agents.dialogue.events import CallerSilent

_STEP_MS: Final = 1_000
"""The dialogue is told of silence at every whole second of it."""


@dataclass(slots=True)
class Quiet:
    """Silence on a call. Call time in ms."""

    since_ms: int = 0
    told_ms: int = 0

    def broken(self, now_ms: int) -> None:
        """Somebody speaks, or something is at work."""
        self.since_ms = now_ms
        self.told_ms = 0

    def news(self, now_ms: int) -> CallerSilent | None:
        """Give what the dialogue is to be told now, if anything."""
        silent_ms = (now_ms - self.since_ms) // _STEP_MS * _STEP_MS
        if silent_ms <= self.told_ms:
            return None
        self.told_ms = silent_ms
        return CallerSilent(silent_ms)
