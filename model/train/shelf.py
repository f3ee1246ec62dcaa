"""Recorded calls on a shelf, taken down at random to be learned from beside simulated ones."""

from functools import lru_cache
from pathlib import Path
from random import Random

from config.errors import ConfigError
from model.data.calls import CALL_SLOTS, SimulatedCall
from model.data.tapes import TapeError, recorded_calls


class NoTapesError(ConfigError):
    """A folder holds no recorded call."""


class Shelf:
    """The folders under a folder that hold a tape (`call.wav` and `tape.jsonl`) long enough to learn from."""

    def __init__(self, folder: Path) -> None:
        """Look through the folder.

        Raises:
            NoTapesError: there is nothing to learn from in it.
        """
        self._folders = [tape.parent for tape in sorted(folder.rglob("tape.jsonl")) if _parts(tape.parent)]
        if not self._folders:
            raise NoTapesError(f"--tapes {folder}: no recorded call of {CALL_SLOTS // 20} s or more in it")

    def take(self, random: Random) -> SimulatedCall:
        """A part of one of the calls."""
        return random.choice(_parts(random.choice(self._folders)))


@lru_cache(maxsize=64)
def _parts(folder: Path) -> tuple[SimulatedCall, ...]:
    try:
        return tuple(recorded_calls(folder))
    except TapeError:
        return ()
