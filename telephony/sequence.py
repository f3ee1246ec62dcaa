"""Counting what a stream's sequence numbers say: missing, duplicate, reordered. Pure.

Over TCP none of it should happen; when it does it is counted and survived.
"""

from dataclasses import dataclass, replace
from typing import Final

WINDOW: Final = 64


@dataclass(frozen=True, slots=True)
class Sequence:
    """The highest number so far, which of the last 64 have been seen (bit 0: the highest), and the counts."""

    highest: int | None = None
    seen: int = 1
    missing: int = 0
    duplicates: int = 0
    reordered: int = 0


def observe(sequence: Sequence, number: int | None) -> tuple[Sequence, bool]:
    """Count a message's number; the second value is whether the message is new. None counts for nothing."""
    if number is None:
        return sequence, True
    if sequence.highest is None:
        return replace(sequence, highest=number), True
    ahead = number - sequence.highest
    if ahead > 0:
        seen = ((sequence.seen << min(ahead, WINDOW)) | 1) & ((1 << WINDOW) - 1)
        missing = sequence.missing + ahead - 1
        return Sequence(number, seen, missing, sequence.duplicates, sequence.reordered), True
    if -ahead < WINDOW and sequence.seen >> -ahead & 1:
        return replace(sequence, duplicates=sequence.duplicates + 1), False
    seen = sequence.seen | (1 << -ahead) if -ahead < WINDOW else sequence.seen
    missing = max(0, sequence.missing - 1)
    return replace(sequence, seen=seen, missing=missing, reordered=sequence.reordered + 1), True
