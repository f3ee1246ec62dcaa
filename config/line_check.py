"""What is found when a number's way to us is checked: the telephone checks, managers read."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that must hold for calls to arrive. `sentence`: how it is, and if not well, what to do."""

    what: str
    """account, number, webhook, address, signature, media"""
    well: bool
    sentence: str


class LineCheck(Protocol):
    """Checks the way from the carrier to us, and can mend the carrier's end of it."""

    async def check(self, number: str) -> tuple[Found, ...]:
        """Check everything a call to this number needs, in the order in which it needs it. Does not raise."""
        ...

    async def mend(self, number: str) -> Found:
        """Have the carrier ask us for this number's calls. Does not raise."""
        ...
