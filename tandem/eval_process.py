"""What passes between `tandem eval` and the process that serves a system to its callers. Light to import."""

import os
from dataclasses import dataclass
from multiprocessing.connection import Connection

from model.evaluate.cases import Case
from model.evaluate.recording import HeardWord, Moment
from model.turn import Readings


@dataclass(frozen=True, slots=True)
class Served:
    """What a server process is to serve.

    Attributes:
        system: name of the system; the native one with this checkpoint and these ears.
        cases: without their sound, by the number their callers call from.
        at_once: calls at the same time.
    """

    system: str
    checkpoint: str
    ears: str
    cases: dict[str, Case]
    at_once: int


@dataclass(frozen=True, slots=True)
class Told:
    """What the agent's side knows of a call that is over. Words are ms of call time."""

    case_id: str
    words: tuple[HeardWord, ...]
    moments: tuple[Moment, ...]
    voiced: tuple[tuple[str, tuple[str, ...]], ...]
    readings: tuple[Readings, ...]


def serve(served: Served, port: int, parent: Connection) -> None:
    """Serve on a loopback port until terminated; the parent gets True once it is ready, then every `Told`."""
    os.environ.setdefault("LOGURU_LEVEL", "ERROR")  # or pipecat prints a banner wherever it is imported
    from tandem.eval_server import run

    run(served, port, parent)
