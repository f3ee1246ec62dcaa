"""Takes cases over the carrier simulator in real time: what the caller's telephone recorded is judged."""

import asyncio
import multiprocessing
import socket
import tempfile
import time
import wave
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from config.errors import ConfigError
from config.units import WIRE_RATE_HZ, WIRE_SAMPLES_PER_MS

if TYPE_CHECKING:
    from model.evaluate.cases import Case
    from model.evaluate.recording import Recording
    from model.turn import Audio
    from tandem.eval_process import Served, Told
    from tandem.eval_run import Order
    from telephony.simulator.report import CallReport
    from telephony.simulator.script import CallScript

_READY_S: Final = 120.0
_TOLD_S: Final = 20.0
_FIRST_NUMBER: Final = 15_005_550_000
_STAGGER_S: Final = 0.35


class CallsError(ConfigError):
    """The calls could not be placed."""


def call_all(
    order: "Order", system: str, cases: "Sequence[Case]", done: Callable[[], None]
) -> "list[tuple[Case, Recording]]":
    """Place one call for each case, `order.at_once` at a time.

    Raises:
        CallsError: the system did not start, or a call failed.
    """
    from tandem.eval_process import Served

    numbers = {f"+{_FIRST_NUMBER + k}": case for k, case in enumerate(cases)}
    silent = np.zeros(0, np.int16)
    served = Served(
        system,
        order.checkpoint,
        order.usual_ears,
        # the server needs no sound, but how long the call is
        {number: replace(case, caller=silent, lasts_ms=case.ms) for number, case in numbers.items()},
        order.at_once,
    )
    with tempfile.TemporaryDirectory(prefix="tandem-eval-") as folder, _server(served) as (port, told):
        return asyncio.run(_Calls(Path(folder), port, order.at_once, told).place(numbers, done))


@contextmanager
def _server(served: "Served") -> "Generator[tuple[int, Connection]]":
    from tandem.eval_process import serve

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(served, port, theirs))
    process.start()
    theirs.close()
    try:
        if not _answered(ours):
            raise CallsError(f"the {served.system} system did not start; what it said stands above")
        yield port, ours
    finally:
        process.terminate()
        process.join()


def _answered(pipe: Connection) -> bool:
    try:
        return pipe.poll(_READY_S) and bool(pipe.recv())
    except EOFError:
        return False


class _Calls:
    """All calls to one system."""

    def __init__(self, folder: Path, port: int, at_once: int, told: Connection) -> None:
        self._folder = folder
        self._server = f"http://127.0.0.1:{port}"
        self._room = asyncio.Semaphore(at_once)
        self._pipe = told
        self._told: dict[str, Told] = {}
        self._next_s = 0.0

    async def place(
        self, numbers: "dict[str, Case]", done: Callable[[], None]
    ) -> "list[tuple[Case, Recording]]":
        from telephony.simulator.carrier import Carrier

        async with Carrier() as carrier:

            async def one(number: str, case: "Case") -> "tuple[Case, CallReport]":
                async with self._room:
                    await self._stagger()
                    report = await carrier.place_call(
                        self._script(number, case), self._server, out=self._folder
                    )
                done()
                return case, report

            placed = await asyncio.gather(*(one(number, case) for number, case in numbers.items()))
        self._collect(len(numbers))
        return [(case, self._recording(case, report)) for case, report in placed]

    async def _stagger(self) -> None:
        """Begin calls apart, as people do: the micro-turns of all would fall together otherwise."""
        now = time.monotonic()
        at = max(now, self._next_s)
        self._next_s = at + _STAGGER_S
        await asyncio.sleep(at - now)

    def _script(self, number: str, case: "Case") -> "CallScript":
        from telephony.simulator.script import CallScript, Play, When

        path = self._folder / f"{case.id}.wav"
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(WIRE_RATE_HZ)
            out.writeframes(case.caller.astype("<i2").tobytes())
        return CallScript((Play(path, When.AT_ONCE),), from_number=number)

    def _collect(self, calls: int) -> None:
        """Read what the agent's side told of each call."""
        until = time.monotonic() + _TOLD_S
        while len(self._told) < calls and self._pipe.poll(max(0.0, until - time.monotonic())):
            told: Told = self._pipe.recv()
            self._told[told.case_id] = told

    def _recording(self, case: "Case", report: "CallReport") -> "Recording":
        """What the telephone heard, from the case's first sample on."""
        from model.evaluate.recording import Recording
        from telephony.simulator.ear import sounds

        told = self._told.get(case.id)
        if report.failure is not None or report.recording is None or told is None or not report.lines:
            raise CallsError(f"the call of {case.id} failed: {report.failure or 'nothing was told of it'}")
        caller, agent = _sides(report.recording)
        first = sounds(case.caller)
        begins = first[0].start_ms if first else 0.0
        late_ms = max(0, round(report.lines[0].start_ms - begins))
        keep = slice(late_ms * WIRE_SAMPLES_PER_MS, late_ms * WIRE_SAMPLES_PER_MS + case.caller.size)
        return Recording(
            caller=caller[keep],
            agent=agent[keep],
            words=tuple(
                replace(word, start_ms=word.start_ms - late_ms, end_ms=word.end_ms - late_ms)
                for word in told.words
            ),
            moments=told.moments,
            voiced=told.voiced,
            readings=told.readings,
            torn_ms=sum(dropout.ms for dropout in report.measured.dropouts),
        )


def _sides(path: Path) -> "tuple[Audio, Audio]":
    with wave.open(str(path), "rb") as stereo:
        both = np.frombuffer(stereo.readframes(stereo.getnframes()), "<i2").reshape(-1, 2)
    return both[:, 0].astype(np.int16), both[:, 1].astype(np.int16)
