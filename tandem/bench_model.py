"""`tandem bench model`: what serving calls costs, beside the usual cascade's pieces.

Every figure comes from a process of its own, so that one does not warm another's caches or memory.
"""

import json as jsonlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

if TYPE_CHECKING:  # heavy: --help must answer at once
    from multiprocessing.connection import Connection

    import numpy as np

    from tandem.bench_model_load import DriftFigures, LoadFigures

_WARM_UP: Final = 15
_DRIFTING_CALLS: Final = 8

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CascadeFigures:
    """pipecat's usual pieces, for one call: Silero VAD per 200 ms, smart-turn per question about 8 s."""

    vad_p50_ms: float
    vad_p99_ms: float
    turn_p50_ms: float
    turn_p99_ms: float


def bench_model(
    calls: Annotated[
        list[int] | None, typer.Option(min=1, max=256, help="Calls at once; may be given again.")
    ] = None,
    micro_turns: Annotated[int, typer.Option(min=20, max=10_000, help="Of each call, that count.")] = 120,
    drift: Annotated[
        int | None, typer.Option(min=2, max=60, help="Also: a step's cost in this minute against the first.")
    ] = None,
    cpu_time: Annotated[
        bool, typer.Option("--cpu-time", help="Count the model thread's CPU time: for a machine in use.")
    ] = False,
    device: Annotated[str, typer.Option(help="That the model runs on: cpu, or cuda.")] = "cpu",
    json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Measure serving: steps and waits at 1, 8, 16, 24 and 32 calls, memory; pipecat's pieces beside it.

    Calls come in unison (the worst case), at random, and spread as Tandem spreads them. Steps are real, the
    calls' clock is virtual. A micro-turn has 200 ms.
    """
    from model.device import device_called
    from tandem.bench_model_load import Arrivals, measure_drift, measure_load

    device_called(device)
    counts = calls or (1, 8, 16, 24, 32)
    loads = [
        _apart(measure_load, count, arrivals, micro_turns, cpu_time, device)
        for count in counts
        for arrivals in (Arrivals if count > 1 else (Arrivals.UNISON,))
    ]
    drifted = _apart(measure_drift, _DRIFTING_CALLS, drift, device) if drift else None
    cascade = _apart(_cascade, micro_turns)
    if json:
        figures = {
            "loads": [asdict(each) for each in loads],
            "drift": asdict(drifted) if drifted else None,
            "cascade": asdict(cascade),
        }
        print(jsonlib.dumps(figures, indent=2))
    else:
        _show(loads, drifted, cascade)


def _apart(measure: Callable[..., T], *arguments: object) -> T:
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


def _answer(pipe: "Connection", measure: Callable[..., object], *arguments: object) -> None:
    pipe.send(measure(*arguments))


def _cascade(micro_turns: int) -> CascadeFigures:
    import time

    import numpy as np
    from loguru import logger

    logger.remove()
    from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
    from pipecat.audio.vad.silero import SileroVADAnalyzer

    from config.units import MICRO_TURN_SAMPLES, SAMPLE_RATE_HZ
    from tandem.bench_model_load import caller_audio

    heard = caller_audio()
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


def _round(value: "float | np.floating") -> float:
    return round(float(value), 2)


def _show(loads: "list[LoadFigures]", drift: "DriftFigures | None", cascade: CascadeFigures) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Serving the interaction model (a micro-turn has 200 ms)")
    for heading in (
        "calls",
        "arriving",
        "step p50",
        "p99",
        "wait p50",
        "p99",
        "calls a step",
        "busy",
        "memory",
    ):
        table.add_column(heading, justify="left" if heading == "arriving" else "right")
    for each in loads:
        table.add_row(
            str(each.calls),
            each.arrivals,
            f"{each.step_p50_ms:.0f} ms",
            f"{each.step_p99_ms:.0f} ms",
            f"{each.wait_p50_ms:.0f} ms",
            f"{each.wait_p99_ms:.0f} ms",
            f"{each.calls_per_step}",
            f"{each.busy:.0%}",
            f"{each.process_mib:.0f} MiB",
        )
    console = Console()
    console.print(table)
    few, many = loads[0], loads[-1]
    if many.calls > few.calls:
        per_call = (many.process_mib - few.process_mib) / (many.calls - few.calls)
        console.print(f"Memory per call: {per_call:.1f} MiB")
    if drift is not None:
        console.print(
            f"{drift.calls} calls of {drift.minutes} minutes: a step costs {drift.first_ms} ms of CPU in the "
            f"first minute, {drift.last_ms} ms in the last ({drift.drift:+.1%}, measured in turn); memory "
            f"grew by {drift.grown_mib} MiB in between."
        )
    console.print(
        f"pipecat's pieces, one call: Silero VAD {cascade.vad_p50_ms} ms (p99 {cascade.vad_p99_ms}) "
        f"per 200 ms; smart-turn {cascade.turn_p50_ms} ms (p99 {cascade.turn_p99_ms}) per question."
    )
