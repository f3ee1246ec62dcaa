"""`tandem bench agents`: how soon agents answer and are heard, what a worker does, what a kill costs."""

import json as jsonlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tandem.bench_machine import Machine, load_average, this_machine

if TYPE_CHECKING:  # heavy: --help must answer at once
    from rich.console import Console

    from tandem.bench_agents_load import Delays, Load, Redelivery
    from tandem.bench_agents_voice import Voiced

_VOICED_CALLS: Final = 4
"""Whole calls at the same time."""
_SHOWN_EVERY_S: Final = 0.25


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

    load_before = load_average()
    with console.status("Starting Redis, a database and a worker") as status:
        show = _seldom(status.update)
        async with stage() as ready:
            delays = await measure_delays(ready, calls, max(calls, tasks // 10), show)
            load = await measure_load(ready, calls, tasks, show)
            redelivery = await measure_redelivery(ready, show) if kills else None
        heard = await measure_voiced(min(voiced, _VOICED_CALLS), voiced, show) if voiced else None
    return AgentFigures(this_machine(load_before), delays, load, redelivery, heard)


def _seldom(update: Callable[[str], None]) -> Callable[[str], None]:
    """Let four updates a second through: each one drawn takes memory of this process, which is measured."""
    shown_at = float("-inf")

    def show(what: str) -> None:
        nonlocal shown_at
        if (now := time.monotonic()) - shown_at >= _SHOWN_EVERY_S:
            shown_at = now
            update(what)

    return show


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
    console.print(str(machine), soft_wrap=True)
