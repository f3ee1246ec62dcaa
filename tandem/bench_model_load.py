"""What the model costs under load: real steps on a virtual clock, so that ten minutes of calls take one.

Each step is taken and timed; the clock of the calls moves by what it took. Between steps micro-turns arrive
as they do on a line, and are gathered as `model.batcher` does.
"""

import resource
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.random import default_rng

from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLE_RATE_HZ
from model.batcher import LINGER_S
from model.checkpoint import find_checkpoint
from model.espeak import EspeakVoice, synthesise
from model.native import SERVING_THREADS, NativeCall, NativeInterlocutor, load
from model.streaming import ModelState
from model.turn import Audio, CallContext, Offer, OfferMade, TurnEvent, TurnInput
from telephony.phases import best_lead_in_ms, phase_ms

WARM_UP: Final = 15
_OFFER_EVERY: Final = 40
"""Micro-turns from one sentence of the agent's to the next: it speaks about half the time."""
_SENTENCE: Final = "Let me look up order 1 0 4 2 3 3. It should be with you on Tuesday the 24th of November."
_CALLER: Final = "hi there, where is my order? my order number is one zero four, two three three."
_JITTER_MS: Final = 1.0
_LINGER_MS: Final = 1_000 * LINGER_S


class Arrivals(StrEnum):
    """When the micro-turns of different calls end."""

    UNISON = "unison"
    """All at the same moment: calls that began together, left as they are."""
    RANDOM = "random"
    """As calls come in by themselves."""
    SPREAD = "spread"
    """As Tandem begins them (`telephony.phases`), even if they came in together."""


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """So many calls for so long: front end, transformer, floor, voice; ears are a process apart.

    Attributes:
        calls, arrivals: what was measured.
        step_p50_ms, step_p99_ms: of a step, whatever its size.
        wait_p50_ms, wait_p99_ms: from a micro-turn's arrival to its answer.
        calls_per_step: the mean.
        busy: share of the thread's time.
        process_mib: peak memory.
    """

    calls: int
    arrivals: Arrivals
    step_p50_ms: float
    step_p99_ms: float
    wait_p50_ms: float
    wait_p99_ms: float
    calls_per_step: float
    busy: float
    process_mib: float


@dataclass(frozen=True, slots=True)
class DriftFigures:
    """How a step's cost changes over a call. CPU time of the model's thread, so that others do not count.

    Attributes:
        calls, minutes: what was measured.
        first_ms, last_ms: median step in the first minute and in the last, measured in turn.
        drift: from the one to the other, as a share.
        grown_mib: how much the process grew while the calls grew old.
    """

    calls: int
    minutes: int
    first_ms: float
    last_ms: float
    drift: float
    grown_mib: float


class _Calls:
    """Calls of the whole interlocutor but for the ears, each fed a caller who talks about half the time."""

    def __init__(self, count: int, device: str) -> None:
        self.interlocutor: NativeInterlocutor[ModelState] = load(
            find_checkpoint("first"), None, max_calls=count, threads=SERVING_THREADS, device=device
        )
        self.sides: list[NativeCall[ModelState]] = [
            self.interlocutor.open(CallContext(f"call-{k}")) for k in range(count)
        ]
        self._heard = caller_audio()

    def step(self, due: list[tuple[int, int]]) -> tuple[float, float]:
        """Step (call, micro-turn) pairs together; what it took, and what of that was CPU time, ms."""
        turns = [self._turn(k, index) for k, index in due]
        began, worked = time.perf_counter(), time.thread_time()
        self.interlocutor.step([self.sides[k] for k, _ in due], turns)
        return 1_000 * (time.perf_counter() - began), 1_000 * (time.thread_time() - worked)

    def _turn(self, k: int, index: int) -> TurnInput:
        at = (index + 7 * k) * MICRO_TURN_SAMPLES % (self._heard.size - MICRO_TURN_SAMPLES)
        events: tuple[TurnEvent, ...] = ()
        if (index + k) % _OFFER_EVERY == 0:
            events = (OfferMade(Offer(f"offer-{index}", _SENTENCE)),)
        return TurnInput(index, self._heard[at : at + MICRO_TURN_SAMPLES], events)


def measure_load(
    calls: int, arrivals: Arrivals, micro_turns: int, cpu_time: bool, device: str
) -> LoadFigures:
    """Serve calls whose micro-turns arrive so.

    Args:
        calls: how many.
        arrivals: when their micro-turns end.
        micro_turns: of each, that count.
        cpu_time: whether only the model thread's CPU time counts, on a machine that others use too.
        device: of the model.
    """
    pool = _Calls(calls, device)
    coming = _arriving(_phases_ms(calls, arrivals), WARM_UP + micro_turns)
    steps_ms: list[float] = []
    waits_ms: list[float] = []
    sizes: list[int] = []
    now_ms, at = 0.0, 0
    while at < len(coming):
        starts_ms = max(now_ms, coming[at][0] + _LINGER_MS)
        until = at
        taken: set[int] = set()
        while until < len(coming) and coming[until][0] <= starts_ms and coming[until][1] not in taken:
            taken.add(coming[until][1])
            until += 1
        took_ms, worked_ms = pool.step([(k, index) for _, k, index in coming[at:until]])
        took_ms = worked_ms if cpu_time else took_ms
        now_ms = starts_ms + took_ms
        if coming[at][2] >= WARM_UP:
            steps_ms.append(took_ms)
            sizes.append(until - at)
            waits_ms += [now_ms - arrived_ms for arrived_ms, _, _ in coming[at:until]]
        at = until
    pool.interlocutor.close()
    step_p50, step_p99 = np.percentile(steps_ms, (50, 99))
    wait_p50, wait_p99 = np.percentile(waits_ms, (50, 99))
    return LoadFigures(
        calls=calls,
        arrivals=arrivals,
        step_p50_ms=round(float(step_p50), 1),
        step_p99_ms=round(float(step_p99), 1),
        wait_p50_ms=round(float(wait_p50), 1),
        wait_p99_ms=round(float(wait_p99), 1),
        calls_per_step=round(float(np.mean(sizes)), 1),
        busy=round(sum(steps_ms) / (micro_turns * MICRO_TURN_MS), 3),
        process_mib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024, 1),
    )


def measure_drift(calls: int, minutes: int, device: str) -> DriftFigures:
    """Serve calls, all at the same moment, up to their last minute; then that one beside their first.

    Calls and the same calls begun anew are stepped in turn, so that the machine's other work slows both.
    """
    old = _Calls(calls, device)
    minute = 60_000 // MICRO_TURN_MS
    aged = (minutes - 1) * minute
    before_mib = 0.0
    for index in range(aged):
        if index == WARM_UP:
            before_mib = _resident_mib()
        old.step([(k, index) for k in range(calls)])
    grown_mib = _resident_mib() - before_mib
    new = _Calls(calls, device)
    first_ms: list[float] = []
    last_ms: list[float] = []
    for index in range(minute):
        first_ms.append(new.step([(k, index) for k in range(calls)])[1])
        last_ms.append(old.step([(k, aged + index) for k in range(calls)])[1])
    for pool in (new, old):
        pool.interlocutor.close()
    first, last = (float(np.median(each[WARM_UP:])) for each in (first_ms, last_ms))
    return DriftFigures(
        calls, minutes, round(first, 2), round(last, 2), round(last / first - 1, 3), round(grown_mib, 1)
    )


def _phases_ms(calls: int, arrivals: Arrivals) -> list[int]:
    match arrivals:
        case Arrivals.UNISON:
            return [0] * calls
        case Arrivals.RANDOM:
            return default_rng(1).integers(0, MICRO_TURN_MS, calls).tolist()
        case Arrivals.SPREAD:
            phases: list[int] = []
            for _ in range(calls):
                phases.append(phase_ms(0, best_lead_in_ms(0, phases)))
            return phases


def _arriving(phases_ms: list[int], micro_turns: int) -> list[tuple[float, int, int]]:
    """(when, call, micro-turn) in order of time; each a little late, as on a network."""
    late = default_rng(2).exponential(_JITTER_MS, (micro_turns, len(phases_ms)))
    return sorted(
        (index * MICRO_TURN_MS + phase + float(late[index, k]), k, index)
        for index in range(micro_turns)
        for k, phase in enumerate(phases_ms)
    )


def _resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def caller_audio() -> Audio:
    """A caller's sentence over and over, 16 kHz, with pauses and a little noise."""
    speech = synthesise(_CALLER, EspeakVoice("en-us"))
    moments = np.arange(0, speech.audio.size, speech.rate_hz / SAMPLE_RATE_HZ)
    spoken = np.interp(moments, np.arange(speech.audio.size), speech.audio)
    whole = np.concatenate([spoken, np.zeros(2 * SAMPLE_RATE_HZ), spoken, np.zeros(3 * SAMPLE_RATE_HZ)])
    return (0.5 * whole + default_rng(0).normal(0, 60, whole.size)).astype(np.int16)
