"""`tandem replay`: play a recorded call's caller to another flow."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import ConfigError
from config.replaying import By
from config.settings import load

if TYPE_CHECKING:  # heavy: --help must answer at once
    from admin.calls.timeline import SaidLine
    from admin.replays.compare import Comparison, Side
    from config.replaying import ReplayOrder


class NotReplayedError(ConfigError):
    """The call could not be replayed."""


def replay(
    call: Annotated[str, typer.Argument(metavar="CALL|TAPE", help="A call's id, or the folder of a tape.")],
    flow: Annotated[str, typer.Option(metavar="FILE|NAME", help="A YAML file, or a shipped flow.")],
    by: Annotated[
        By, typer.Option(help="The caller's recorded voice, or the words then understood.")
    ] = By.AUDIO,
    into: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep the replayed call's own tape there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole comparison as JSON.")] = False,
) -> None:
    """Play the caller's side of a recorded call to another flow, and show both calls side by side.

    By audio, the caller's recorded voice goes through the model, the ears and the dialogue as in a call, only
    faster. By words, what was understood then is told to the dialogue when it was understood then: done in a
    second, but the agent's pace is estimated.

    What the recorded call looked up is answered again; other tools that only read are asked now. Tools that
    change something are never run: their results are made up, and marked.

    The caller is recorded and cannot react to what the flow says differently: where the calls part is shown.
    """
    from config.flow_file import source_of
    from config.replaying import ReplayOrder

    settings = load()
    tape = Path(call)
    if not tape.is_dir():
        tape = settings.tapes / call
    if not (tape / "tape.jsonl").is_file():
        raise NotReplayedError(
            f"{call} is neither a call of this installation ({settings.tapes}) nor the folder of a tape."
        )
    if into is not None and (into / "tape.jsonl").exists():
        raise NotReplayedError(f"{into} holds a tape already; give another folder.")
    with tempfile.TemporaryDirectory() as scratch:
        order = ReplayOrder(settings, tape, into or Path(scratch) / "replay", source_of(flow), by)
        comparison = asyncio.run(_replayed(order, quiet=as_json))
    if as_json:
        typer.echo(json.dumps(comparison.model_dump(mode="json"), ensure_ascii=False))
    else:
        _print(comparison)


async def _replayed(order: "ReplayOrder", *, quiet: bool) -> "Comparison":
    from rich.console import Console
    from rich.progress import Progress

    from admin.migrate import upgrade
    from admin.replays.compare import Comparison
    from admin.replays.queue import compare_tapes
    from agents.crm.seed import seed_demo
    from config.replaying import Done, Failed
    from telephony.replay.process import replay_here

    await upgrade(order.settings)
    if order.settings.given_database_url is None:
        await seed_demo(order.settings)
    with Progress(console=Console(file=sys.stderr), transient=True, disable=quiet) as progress:
        task = progress.add_task("replaying", total=1.0)
        done = await replay_here(order, lambda share: progress.update(task, completed=share))
    match done:
        case Failed(why=why):
            raise NotReplayedError(why)
        case Done(sources=sources, beyond_ms=beyond_ms):
            compared = compare_tapes(order.tape, order.into, order.settings, sources, beyond_ms)
            return Comparison.model_validate_json(compared)


def _print(comparison: "Comparison") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    table.add_column("", width=1)
    for side, name in ((comparison.recorded, "recorded"), (comparison.replayed, "replayed")):
        table.add_column(f"{name}: {side.flow}", ratio=1, overflow="fold")
    then, now = comparison.recorded.timeline.lines, comparison.replayed.timeline.lines
    for pair in comparison.pairs:
        left = then[pair.recorded] if pair.recorded is not None else None
        right = now[pair.replayed] if pair.replayed is not None else None
        style = "dim" if pair.same else ""
        table.add_row("" if pair.same else "≠", Text(_line(left), style), Text(_line(right), style))
    console.print(table)
    console.print()
    for name, side in (("recorded", comparison.recorded), ("replayed", comparison.replayed)):
        console.print(f"[bold]{name}[/bold]  {_sum(side)}")
    for caveat in comparison.caveats:
        console.print(Text(f"\n{caveat}", "yellow"))


def _line(line: "SaidLine | None") -> str:
    if line is None:
        return ""
    at = f"{line.start_ms // 60_000}:{line.start_ms // 1_000 % 60:02d}"
    words = " ".join(word.text for word in line.words)
    return f"{at} {line.who}: {words}{' —' if line.cut else ''}"


def _sum(side: "Side") -> str:
    sources = {task: f" ({source})" for task, source in side.sources.items()}
    tools = ", ".join(
        f"{tool.tool} {tool.state}{sources.get(tool.task_id, '')}" for tool in side.timeline.tools
    )
    latency = f"; answers after {side.response_p50_ms / 1_000:.2f} s (median)" if side.response_p50_ms else ""
    steps = " → ".join(step.step for step in side.timeline.steps)
    where = f" to {side.transferred_to}" if side.transferred_to else ""
    parts = [f"{side.outcome or 'broke off'}{where}{latency}", *([f"steps {steps}"] if steps else [])]
    return "; ".join([*parts, *([f"tools {tools}"] if tools else [])])
