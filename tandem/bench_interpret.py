"""`tandem bench interpret`: what interpreted calls cost, two legs each, and how far translations lag."""

import json as jsonlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from tandem.bench_machine import Machine, load_average, this_machine

if TYPE_CHECKING:  # heavy: --help must answer at once
    from rich.console import Console

    from tandem.bench_interpret_load import InterpretedLoad


@dataclass(frozen=True, slots=True)
class InterpretFigures:
    """All that was measured."""

    machine: Machine
    loads: "tuple[InterpretedLoad, ...]"


def bench_interpret(
    calls: Annotated[
        list[int] | None, typer.Option(min=1, max=32, help="Calls at once; may be given again.")
    ] = None,
    seconds: Annotated[int, typer.Option(min=10, max=600, help="How long is measured.")] = 40,
    json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Measure interpreted calls at 1 and 6 at once: micro-turns, those that are late, CPU, translation lag.

    Starts a platform of its own with real ears, translator and voice. Simulated people call it in Spanish,
    it calls simulated people who speak English, and both talk in turn about service matters for as long as is
    measured. The simulated side runs on this machine too; its CPU is told apart.
    """
    import asyncio

    from rich.console import Console

    from agents.translation.chosen import status
    from config.settings import load
    from tandem.bench_agents_stage import BenchError
    from tandem.bench_interpret_load import measure
    from tandem.platform import PlatformError

    console = Console(stderr=json, highlight=False)
    translator = status(load())
    if not translator.available:
        console.print(f"{translator.says}\nWhat to do: {translator.remedy}")
        raise typer.Exit(1)
    before = load_average()
    loads: list[InterpretedLoad] = []
    for count in calls or (1, 6):
        with console.status(f"{count} interpreted calls for {seconds} s ..."):
            try:
                loads.append(asyncio.run(measure(count, seconds)))
            except (BenchError, PlatformError) as error:
                console.print(str(error))
                raise typer.Exit(1) from None
    figures = InterpretFigures(this_machine(before), tuple(loads))
    if json:
        print(jsonlib.dumps(asdict(figures), indent=2))
    else:
        _show(console, figures)


def _show(console: "Console", figures: InterpretFigures) -> None:
    from rich.table import Table

    table = Table(title="Interpreted calls, two legs each (a micro-turn has 200 ms)")
    table.add_column("")
    for each in figures.loads:
        table.add_column(f"{each.calls} {'call' if each.calls == 1 else 'calls'}", justify="right")
    rows = (
        ("interpreted", "joined", ""),
        ("micro-turns", "micro_turns", ""),
        ("micro-turn p50", "step_p50_ms", "ms"),
        ("micro-turn p99", "step_p99_ms", "ms"),
        ("later than 200 ms", "late", ""),
        ("silence torn into speech, per leg and minute", "torn_ms", "ms"),
        ("cores of the server, ears and translator", "server_cores", ""),
        ("their CPU per micro-turn of a leg", "turn_cpu_ms", "ms"),
        ("cores of the simulated people", "people_cores", ""),
        ("memory", "server_mib", "MiB"),
        ("phrases translated", "phrases", ""),
        ("phrases not translated", "untranslated", ""),
        ("lag from a phrase's first word, p50", "lag_p50_ms", "ms"),
        ("p90", "lag_p90_ms", "ms"),
        ("lag from its last word, p50", "after_p50_ms", "ms"),
        ("p90", "after_p90_ms", "ms"),
    )
    for label, field, unit in rows:
        table.add_row(label, *(f"{getattr(each, field)} {unit}".strip() for each in figures.loads))
    console.print(table)
    console.print(str(figures.machine))
