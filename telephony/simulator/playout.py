"""The carrier's playout: agent audio waits in a queue and sounds at the caller's ear in real time. Pure.

Positions are samples at 8 kHz since the line opened; one µ-law byte is one sample. Where the queue is empty
the caller hears silence. Marks return as Twilio's do: when all before them has sounded, at once when
nothing is queued, or flushed by a clear.
"""

from dataclasses import dataclass, replace
from typing import Final

from config.units import WIRE_SAMPLES_PER_MS

SILENCE: Final = b"\xff"
LONGEST_QUEUE_SAMPLES: Final = 10 * 60 * 1_000 * WIRE_SAMPLES_PER_MS
"""Twilio discards what exceeds ten minutes (warning 31931)."""


@dataclass(frozen=True, slots=True)
class Playout:
    """What waits to be heard.

    Attributes:
        position: samples that have sounded, silence included.
        queue: µ-law audio (bytes) and names of marks (str), in order.
        waiting_samples: of audio in the queue, not yet heard.
    """

    position: int = 0
    queue: tuple[bytes | str, ...] = ()
    waiting_samples: int = 0


@dataclass(frozen=True, slots=True)
class Played:
    """What sounded in one advance.

    Attributes:
        audio: µ-law, one byte for every sample of the advance.
        marks: names of marks whose audio has now sounded, in order.
        dry_from: position from which there was nothing to play, or None.
    """

    audio: bytes = b""
    marks: tuple[str, ...] = ()
    dry_from: int | None = None


def queue_audio(playout: Playout, audio: bytes) -> Playout | None:
    """Put µ-law audio behind what waits; None when that would be more than ten minutes."""
    waiting = playout.waiting_samples + len(audio)
    if waiting > LONGEST_QUEUE_SAMPLES:
        return None
    if not audio:
        return playout
    return replace(playout, queue=(*playout.queue, audio), waiting_samples=waiting)


def queue_mark(playout: Playout, name: str) -> tuple[Playout, tuple[str, ...]]:
    """Put a mark behind what waits; with nothing waiting it returns at once."""
    if not playout.queue:
        return playout, (name,)
    return replace(playout, queue=(*playout.queue, name)), ()


def clear(playout: Playout) -> tuple[Playout, tuple[str, ...]]:
    """Empty the queue; its marks return, flushed."""
    marks = tuple(entry for entry in playout.queue if isinstance(entry, str))
    return replace(playout, queue=(), waiting_samples=0), marks


def advance(playout: Playout, position: int) -> tuple[Playout, Played]:
    """Play up to `position` (not before the present one)."""
    wanted = position - playout.position
    if wanted <= 0:
        return playout, Played()
    sounded: list[bytes] = []
    marks: list[str] = []
    used = 0
    rest = b""
    for entry in playout.queue:
        if isinstance(entry, str):
            marks.append(entry)
        elif len(entry) <= wanted:
            sounded.append(entry)
            wanted -= len(entry)
        else:
            sounded.append(entry[:wanted])
            rest = entry[wanted:]
            wanted = 0
        used += 1
        if rest:
            break
    queue = ((rest,) if rest else ()) + playout.queue[used:]
    dry_from = position - wanted if wanted else None
    audio = b"".join(sounded)
    after = Playout(position, queue, playout.waiting_samples - len(audio))
    return after, Played(audio + SILENCE * wanted, tuple(marks), dry_from)


def sounds_until(playout: Playout) -> int:
    """The position at which all that waits will have sounded."""
    return playout.position + playout.waiting_samples
