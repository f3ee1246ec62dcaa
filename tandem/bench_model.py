"""`tandem bench model`: what a step of the interaction model costs, beside the usual cascade's pieces.

Every figure comes from a process of its own, so that one does not warm another's caches or memory.
"""

import json as jsonlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    import numpy as np

    from model.turn import Audio

_WARM_UP: Final = 15
_OFFER_EVERY: Final = 40
"""Micro-turns from one sentence of the agent's to the next: it speaks about half the time."""
_SENTENCE: Final = "Let me look up order 1 0 4 2 3 3. It should be with you on Tuesday the 24th of November."
_CALLER: Final = "hi there, where is my order? my order number is one zero four, two three three."

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One step of so many calls: front end, transformer, floor, voice; ears are a process apart."""

    calls: int
    p50_ms: float
    p99_ms: float
    per_call_ms: float
    process_mib: float


@dataclass(frozen=True, slots=True)
class CascadeFigures:
    """pipecat's usual pieces, for one call: Silero VAD per 200 ms, smart-turn per question about 8 s."""

    vad_p50_ms: float
    vad_p99_ms: float
    turn_p50_ms: float
    turn_p99_ms: float


def bench_model(
    calls: Annotated[
        list[int] | None, typer.Option(min=1, max=256, help="Calls stepped together; may be given again.")
    ] = None,
    micro_turns: Annotated[int, typer.Option(min=20, max=10_000, help="Steps that are counted.")] = 120,
    json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Measure the model: time of a step at 1, 8, 16 and 32 calls, memory; pipecat's pieces beside it.

    All calls step at the same moment, which is the worst case. A step has 200 ms.
    """
    steps = [_apart(_steps, count, micro_turns) for count in calls or (1, 8, 16, 32)]
    cascade = _apart(_cascade, micro_turns)
    if json:
        print(
            jsonlib.dumps({"steps": [asdict(each) for each in steps], "cascade": asdict(cascade)}, indent=2)
        )
    else:
        _show(steps, cascade)


def _apart(measure: Callable[..., T], *arguments: int) -> T:
    """Run `measure` in a fresh process."""
    import multiprocessing

    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_answer, args=(theirs, measure, *arguments))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        raise RuntimeError(f"{measure.__name__}{arguments} died") from None
    finally:
        process.join()


def _answer(pipe: "Connection", measure: Callable[..., object], *arguments: int) -> None:
    pipe.send(measure(*arguments))


def _steps(calls: int, micro_turns: int) -> StepFigures:
    import resource
    import time

    import numpy as np

    from config.units import MICRO_TURN_SAMPLES
    from model.checkpoint import find_checkpoint
    from model.native import SERVING_THREADS, load
    from model.turn import CallContext, Offer, OfferMade, TurnInput

    interlocutor = load(find_checkpoint("first"), None, max_calls=calls, threads=SERVING_THREADS)
    sides = [interlocutor.open(CallContext(f"call-{k}")) for k in range(calls)]
    heard = _caller_audio()
    times_ms: list[float] = []
    for index in range(_WARM_UP + micro_turns):
        turns: list[TurnInput] = []
        for k in range(calls):
            at = (index + 7 * k) * MICRO_TURN_SAMPLES % (heard.size - MICRO_TURN_SAMPLES)
            events = (
                (OfferMade(Offer(f"offer-{index}", _SENTENCE)),) if (index + k) % _OFFER_EVERY == 0 else ()
            )
            turns.append(TurnInput(index, heard[at : at + MICRO_TURN_SAMPLES], events))
        began = time.perf_counter()
        interlocutor.step(sides, turns)
        times_ms.append(1_000 * (time.perf_counter() - began))
    interlocutor.close()
    p50, p99 = np.percentile(times_ms[_WARM_UP:], (50, 99))
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return StepFigures(calls, _round(p50), _round(p99), _round(p50 / calls), _round(peak_mib))


def _cascade(micro_turns: int) -> CascadeFigures:
    import time

    import numpy as np
    from loguru import logger

    logger.remove()
    from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
    from pipecat.audio.vad.silero import SileroVADAnalyzer

    from config.units import MICRO_TURN_SAMPLES, SAMPLE_RATE_HZ

    heard = _caller_audio()
    vad = SileroVADAnalyzer(sample_rate=SAMPLE_RATE_HZ)
    vad.set_sample_rate(SAMPLE_RATE_HZ)
    window = vad.num_frames_required()
    vad_ms: list[float] = []
    done = 0
    for index in range(_WARM_UP + micro_turns):
        began = time.perf_counter()
        while done + window <= (index + 1) * MICRO_TURN_SAMPLES:
            at = done % (heard.size - window)
            vad.voice_confidence(heard[at : at + window].tobytes())
            done += window
        vad_ms.append(1_000 * (time.perf_counter() - began))
    smart_turn = LocalSmartTurnAnalyzerV3()
    question = np.resize(heard, 8 * SAMPLE_RATE_HZ).astype(np.float32) / 32_768
    turn_ms: list[float] = []
    for _ in range(3 + max(10, micro_turns // 6)):
        began = time.perf_counter()
        smart_turn._predict_endpoint(question)  # pyright: ignore[reportPrivateUsage] - the model and nothing else
        turn_ms.append(1_000 * (time.perf_counter() - began))
    return CascadeFigures(
        *(_round(each) for each in np.percentile(vad_ms[_WARM_UP:], (50, 99))),
        *(_round(each) for each in np.percentile(turn_ms[3:], (50, 99))),
    )


def _caller_audio() -> "Audio":
    """A caller's sentence over and over, 16 kHz, with pauses and a little noise."""
    import numpy as np
    from numpy.random import default_rng

    from config.units import SAMPLE_RATE_HZ
    from model.espeak import EspeakVoice, synthesise

    speech = synthesise(_CALLER, EspeakVoice("en-us"))
    moments = np.arange(0, speech.audio.size, speech.rate_hz / SAMPLE_RATE_HZ)
    spoken = np.interp(moments, np.arange(speech.audio.size), speech.audio)
    whole = np.concatenate([spoken, np.zeros(2 * SAMPLE_RATE_HZ), spoken, np.zeros(3 * SAMPLE_RATE_HZ)])
    return (0.5 * whole + default_rng(0).normal(0, 60, whole.size)).astype(np.int16)


def _round(value: "float | np.floating") -> float:
    return round(float(value), 2)


def _show(steps: list[StepFigures], cascade: CascadeFigures) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="A step of the interaction model (all calls at the same moment; it has 200 ms)")
    for heading in ("calls", "p50", "p99", "per call", "memory of the process"):
        table.add_column(heading, justify="right")
    for each in steps:
        table.add_row(
            str(each.calls),
            f"{each.p50_ms} ms",
            f"{each.p99_ms} ms",
            f"{each.per_call_ms} ms",
            f"{each.process_mib:.0f} MiB",
        )
    console = Console()
    console.print(table)
    if len(steps) > 1:
        few, many = steps[0], steps[-1]
        if many.calls > few.calls:
            per_call = (many.process_mib - few.process_mib) / (many.calls - few.calls)
            console.print(f"Memory per call: {per_call:.1f} MiB")
    console.print(
        f"pipecat's pieces, one call: Silero VAD {cascade.vad_p50_ms} ms (p99 {cascade.vad_p99_ms}) "
        f"per 200 ms; smart-turn {cascade.turn_p50_ms} ms (p99 {cascade.turn_p99_ms}) per question."
    )
