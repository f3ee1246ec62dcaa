"""Reading a call's tape from its folder: rows as they were written, from any place on."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from admin.problems import Problem

RECORDING: Final = "call.wav"
ROWS: Final = "tape.jsonl"
LEGS: Final = "legs"


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a tape; `next_byte` is where the following ones begin, None at its end as of now."""

    rows: list[dict[str, Any]]
    next_byte: int | None


def folder_of(tapes: Path, tape: str) -> Path:
    """The folder of a tape.

    Raises:
        Problem: 404, it is not on this machine.
    """
    folder = (tapes / tape).resolve()
    if folder.parent != tapes.resolve() or not folder.is_dir():
        detail = "The tape of this call is not here. It may have been removed, or another server has it."
        raise Problem(404, "no-tape", detail)
    return folder


def legs_of(folder: Path) -> tuple[int, ...]:
    """Number the people who were called to speak with the caller, and have tapes of their own."""
    return tuple(sorted(int(leg.name) for leg in (folder / LEGS).glob("*") if leg.name.isdecimal()))


def leg_of(folder: Path, leg: int) -> Path:
    """The folder of such a person's tape.

    Raises:
        Problem: 404, there is none of this number.
    """
    of_leg = folder / LEGS / str(leg)
    if not of_leg.is_dir():
        raise Problem(404, "no-leg", f"Nobody was called as number {leg} on this call.")
    return of_leg


def read_rows(folder: Path, from_byte: int, limit: int) -> Rows:
    """Read at most `limit` rows from a byte on, which must be where a row begins.

    A row still being written is left for the next time.

    Raises:
        Problem: 404, there is no tape; 400, no row begins there.
    """
    try:
        file = (folder / ROWS).open("rb")
    except FileNotFoundError:
        raise Problem(404, "no-tape", "This call left no tape.") from None
    with file:
        if from_byte:
            file.seek(from_byte - 1)
            if file.read(1) != b"\n":
                detail = "The cursor is not one this tape gave out. Leave it out to begin at its start."
                raise Problem(400, "wrong-cursor", detail)
        rows: list[dict[str, Any]] = []
        at_byte = from_byte
        while len(rows) < limit:
            line = file.readline()
            if not line.endswith(b"\n"):
                return Rows(rows, None)
            rows.append(json.loads(line))
            at_byte += len(line)
        more = bool(file.read(1))
    return Rows(rows, at_byte if more else None)
