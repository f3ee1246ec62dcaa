"""Replaying a recorded call against another flow: what is ordered, and what comes back while it runs.

Who orders (the web application) and who replays (telephony) may not import each other; they meet here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path

from config.settings import Settings


class By(StrEnum):
    """How the caller's side is played."""

    AUDIO = "audio"
    """Their recorded voice, through model and ears: what a call with this flow would have been."""
    WORDS = "words"
    """The words as they were understood then, at the times their turns were taken then: a quick preview."""


@dataclass(frozen=True, slots=True)
class ReplayOrder:
    """A recorded call to be replayed.

    Attributes:
        settings: of the installation: its tools, its ears.
        tape: the folder of the call's tape.
        into: the folder the replay's own tape goes to; made, and it must hold none yet.
        flow: YAML.
        by: how the caller's side is played.
    """

    settings: Settings
    tape: Path
    into: Path
    flow: str
    by: By = By.AUDIO


@dataclass(frozen=True, slots=True)
class Progressed:
    """So much of the call is replayed, 0 to 1."""

    share: float


@dataclass(frozen=True, slots=True)
class Done:
    """The replay is on its tape.

    Attributes:
        sources: where each task's outcome is from: ran, recorded or made_up.
        beyond_ms: how long the replayed call went on after the recording had ended.
    """

    sources: dict[str, str]
    beyond_ms: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The call could not be replayed. `why`: for people."""

    why: str


News = Progressed | Done | Failed
Replay = Callable[[ReplayOrder, Connection], None]
"""Replays a call in a process of its own, and sends `News`, the last of which is `Done` or `Failed`."""
