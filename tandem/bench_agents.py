"""`tandem bench agents`: how soon agents answer and are heard, what a worker does, what a kill costs."""

import json as jsonlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:  # heavy: --help must answer at once
    from rich.console import Console

    from tandem.bench_agents_load import Delays, Load, Redelivery
    from tandem.bench_agents_voice import Voiced

_VOICED_CALLS: Final = 4
"""Whole calls at the same time."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and when. `load_before`, `load_after`: the system's load average over a minute."""

    date: str
    system: str
    processor: str
    cores: int
    python: str
    load_before: float
    load_after: float


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """All that was measured."""

    machine: Machine
    delays: "Delays"
    load: "Load"
    redelivery: "Redelivery | None"
    voiced: "Voiced | None"


def bench_agents(
    calls: Annotated[int, typer.Option(min=1, max=200, help="Calls at the same time.")] = 20,
    tasks: Annotated[int, typer.Option(min=100, max=1_000_000, help="Tasks under load.")] = 10_000,
    kills: Annotated[bool, typer.Option(help="Also: kill workers in the middle of a task.")] = True,
    voiced: Annotated[
        int, typer.Option(min=0, max=1_000, help="Also: listen to so many results on whole calls.")
    ] = 24,
    json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Measure background agents: delegation to report to ear, tasks a second, memory and keys, kills.

    Starts a Redis, a database and a worker of its own; this process is the server's side. The tool answers at
    once: what is measured is everything around it. For results on whole calls a platform is started, and
    called by simulated callers. About four minutes; with --tasks 2000 two.
    """
    import asyncio

    from rich.console import Console

    console = Console(stderr=json, highlight=False)
    figures = asyncio.run(_measure(console, calls, tasks, voiced, kills=kills))
    if json:
        print(jsonlib.dumps(asdict(figures), indent=2))
    else:
        _show(console, figures)


async def _measure(console: "Console", calls: int, tasks: int, voiced: int, *, kills: bool) -> AgentFigures:
    from tandem.bench_agents_load import measure_delays, measure_load, measure_redelivery
    from tandem.bench_agents_stage import stage
    from tandem.bench_agents_voice import measure_voiced

    load_before = _load_average()
    with console.status("Starting Redis, a database and a worker") as status:
        async with stage() as ready:
            delays = await measure_delays(ready, calls, max(calls, tasks // 10), status.update)
            load = await measure_load(ready, calls, tasks, status.update)
            redelivery = await measure_redelivery(ready, status.update) if kills else None
        heard = await measure_voiced(min(voiced, _VOICED_CALLS), voiced, status.update) if voiced else None
    return AgentFigures(_machine(load_before), delays, load, redelivery, heard)


def _machine(load_before: float) -> Machine:
    import os
    import platform
    from datetime import UTC, datetime

    return Machine(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        system=platform.platform(),
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
        load_before=load_before,
        load_after=_load_average(),
    )


def _load_average() -> float:
    import os

    return round(os.getloadavg()[0], 2)


def _processor() -> str:
    from pathlib import Path

    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"


def _show(console: "Console", figures: AgentFigures) -> None:
    from rich.table import Table

    machine, delays, load, redelivery = figures.machine, figures.delays, figures.load, figures.redelivery
    table = Table(title="Background agents with a tool that answers at once", title_justify="left")
    table.add_column("")
    table.add_column("measured", justify="right")
    rows = [
        (
            f"delegation to first report, p50 of {delays.tasks} ({delays.calls} calls)",
            f"{delays.first_p50_ms} ms",
        ),
        ("  p99", f"{delays.first_p99_ms} ms"),
        ("delegation to result, p50", f"{delays.result_p50_ms} ms"),
        ("  p99", f"{delays.result_p99_ms} ms"),
        (f"tasks through one worker ({load.tasks})", f"{load.per_s} /s"),
        (
            "  busy: this process, worker, its busiest process, Redis",
            f"{load.busy_server:.0%}, {load.busy_worker:.0%}, {load.busy_pool:.0%}, {load.busy_redis:.0%}",
        ),
        (
            "memory of the worker, after a fifth and at the end",
            f"{load.worker_mib_before}, {load.worker_mib_after} MiB",
        ),
        ("  of this process", f"{load.server_mib_before}, {load.server_mib_after} MiB"),
        ("  of Redis", f"{load.redis_process_mib_before}, {load.redis_process_mib_after} MiB"),
        ("  held by Redis", f"{load.redis_mib_before}, {load.redis_mib_after} MiB"),
        ("keys in Redis, after a fifth and at the end", f"{load.keys_before}, {load.keys_after}"),
        ("  that do not expire", f"{load.lasting_keys_before}, {load.lasting_keys_after}"),
        ("rows in the database", f"{load.rows_before}, {load.rows_after}"),
        ("left in the queue", f"{load.queued}"),
    ]
    if redelivery is not None:
        read_s = ", ".join(str(each) for each in redelivery.read_s)
        rows += [
            (
                f"worker killed: result of a read all the same (bound {redelivery.read_bound_s} s)",
                f"{read_s} s",
            ),
            (
                f"  a write is told to be unknown (bound {redelivery.write_bound_s} s)",
                f"{redelivery.write_s} s",
            ),
        ]
    if (heard := figures.voiced) is not None:
        rows += [
            (
                f"result to its first sound at the ear, p50 of {heard.results} ({heard.calls} whole calls)",
                f"{heard.p50_ms} ms",
            ),
            ("  p99, longest", f"{heard.p99_ms}, {heard.longest_ms} ms"),
        ]
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print(
        f"{machine.date}  {machine.processor}, {machine.cores} cores, Python {machine.python}, "
        f"load {machine.load_before} before and {machine.load_after} after",
        soft_wrap=True,
    )
