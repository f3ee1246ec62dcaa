"""`tandem flow`: check a flow, read a flow."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tandem.call_script import InOrder
from tandem.flow_try import try_flow

if TYPE_CHECKING:  # heavy: --help must answer at once
    from rich.table import Table

    from config.flow import Flow
    from config.flow_steps import Agent, LookUp, Step

app = typer.Typer(help="What happens on a call: check a flow, read a flow, try a flow.", no_args_is_help=True)
app.command("try", cls=InOrder)(try_flow)


@app.command("validate")
def validate_flow(
    flows: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="YAML files, or names of shipped flows.")
    ],
) -> None:
    """Check flows: every name, every step's way in and out, every tool and argument.

    Each problem is one line with the file, the step and the fix; then the exit code is 2. What a call
    survives, but nobody meant, is said as a warning.
    """
    from agents.flow_checks import doubts, problems_here
    from agents.toolbox import find_tools
    from config.flow_file import FlowError, load_flow
    from config.settings import load

    tools = find_tools(load())
    wrong: list[FlowError] = []
    for source in flows:
        try:
            flow = load_flow(source)
        except FlowError as error:
            wrong.append(error)
            continue
        for doubt in doubts(flow):
            typer.secho(f"{source}: warning: {doubt}", fg=typer.colors.YELLOW, err=True)
        if found := problems_here(flow, tools):
            wrong.append(FlowError(source, found))
        else:
            typer.echo(f"{source}: {flow.key} is sound ({len(flow.steps)} steps)")
    for error in wrong:
        typer.secho(str(error), fg=typer.colors.RED, err=True)
    if wrong:
        raise typer.Exit(2)


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of a flow file, for editors that complete and check while one types."""
    import json

    from config.flow_schema import flow_schema

    typer.echo(json.dumps(flow_schema(), indent=2))


@app.command("export")
def export_flow(
    name: Annotated[str, typer.Argument(help="Name of a shipped flow, or the path of a YAML file.")],
    pipecat: Annotated[
        bool, typer.Option("--pipecat", help="As pipecat's FlowConfig; what it cannot say is listed.")
    ] = False,
) -> None:
    """Print a flow's YAML as it was written, byte for byte, or as pipecat's `FlowConfig`."""
    import yaml

    from config.flow_file import load_flow, source_of
    from config.flow_pipecat import to_pipecat

    flow = load_flow(name)
    if not pipecat:
        typer.echo(source_of(name), nl=False)
        return
    written = to_pipecat(flow)
    typer.echo(yaml.safe_dump(written.config, sort_keys=False, allow_unicode=True), nl=False)
    for line in written.lost:
        typer.secho(f"not in it: {line}", fg=typer.colors.YELLOW, err=True)


@app.command("import")
def import_flow(
    file: Annotated[
        Path, typer.Argument(help="A flow's YAML from elsewhere, or pipecat's FlowConfig as YAML or JSON.")
    ],
    name: Annotated[
        str, typer.Option(help="What a flow of pipecat's is called; by default as its file.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.yaml", help="Write it there, and not to the terminal.")
    ] = None,
) -> None:
    """Take over a flow from elsewhere: print or write its YAML, and say what has to be done to it.

    A YAML of Tandem's stays as it is, byte for byte; a flow of pipecat's is written anew, and what it cannot
    carry over is listed. Exit code 2: it has problems, each with its fix; it is written all the same.
    """
    import re

    import yaml

    from config.errors import ConfigError
    from config.flow_file import FlowError, as_written, read_flow, source_of
    from config.flow_from_pipecat import from_pipecat
    from config.flow_pipecat_config import is_pipecat
    from config.flow_text import NAME_PATTERN

    text = source_of(str(file), kinds=(".yaml", ".yml", ".json"))
    if out is not None and out.exists():
        raise ConfigError(f"{out} is there already; name another file")
    problems: tuple[str, ...] = ()
    try:
        content = as_written(text)
    except (yaml.YAMLError, ValueError):
        content = None  # what is wrong with it is said below
    if is_pipecat(content):
        called = name or re.sub(r"[^a-z0-9]+", "_", file.stem.lower()).strip("_")
        if not re.fullmatch(NAME_PATTERN, called):
            raise ConfigError(f"{called!r} is no name for a flow; give one with --name, like order_status")
        imported = from_pipecat(text, called, str(file))
        text = imported.yaml
        for line in imported.notes:
            typer.secho(f"read through: {line}", fg=typer.colors.YELLOW, err=True)
    try:
        read_flow(text, str(out or file))
    except FlowError as error:
        problems = error.problems
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_bytes(text.encode())
    for problem in problems:
        typer.secho(f"{out or file}: {problem}", fg=typer.colors.RED, err=True)
    if problems:
        raise typer.Exit(2)


@app.command("show")
def show_flow(
    name: Annotated[str, typer.Argument(help="Name of a shipped flow, or the path of a YAML file.")] = "",
) -> None:
    """Print a flow step by step: what is said, where the call goes from there. Without a name: list all."""
    from rich.console import Console

    from config.flow_file import load_flow, shipped_flows

    console = Console()
    if not name:
        for shipped in shipped_flows():
            console.print(f"{shipped}  [dim]{load_flow(shipped).title}[/dim]")
        return
    flow = load_flow(name)
    console.print(
        f"[bold]{flow.title}[/bold]  [dim]{flow.key}, {flow.language}, begins at {flow.start}[/dim]\n"
    )
    console.print(_steps(flow))
    anywhere = ", ".join(f"{meaning} → {step}" for meaning, step in flow.global_steps.items())
    console.print(f"\n[dim]At any point:[/dim] {anywhere}")
    console.print(f"[dim]Silence:[/dim] {len(flow.silence.says)} times asked, then {flow.silence.then}")
    patience = flow.misunderstood
    console.print(f"[dim]Not understood:[/dim] {patience.at_most} times in a row, then {patience.then}")


def _steps(flow: "Flow") -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    for heading in ("step", "", "says", "leads to"):
        table.add_column(heading, overflow="fold")
    for name, step in flow.steps.items():
        table.add_row(Text(name, "bold"), Text(step.kind, "dim"), Text(_says(step)), Text(_leads(step)))
    return table


def _says(step: "Step") -> str:
    from config.flow_steps import Agent, Ask, Decide, LookUp

    match step:
        case Decide(by=by):
            return f"by {by}"
        case Agent(says=says, tools=tools):
            return f"{says[0]} (language model with {', '.join(tools)}{_meanwhile(step)})"
        case LookUp(says=says, tool=tool):
            return f"{says[0]} ({tool}{_meanwhile(step)})"
        case Ask(says=says, consent_for=(_, *_) as steps):
            return f"{says[0]} (a yes is consent to {', '.join(steps)})"
        case _:
            return step.says[0]


def _meanwhile(step: "LookUp | Agent") -> str:
    return ", while the conversation goes on" if step.meanwhile else ""


def _leads(step: "Step") -> str:
    from config.flow_graph import targets
    from config.flow_steps import End, Staying, Transfer

    often = [f"more than {step.at_most.times} times → {step.at_most.then}"] if step.at_most else []
    match step:
        case Transfer(destination=destination):
            return f"☎ {destination}"
        case End():
            return "hangs up"
        case _ if isinstance(step, Staying):
            return "stays where the call is"
        case _:
            ways: dict[tuple[str, str], list[str]] = {}
            for field, name in targets(step):
                part, _, way = field.rpartition(".")
                if part != "at_most":
                    ways.setdefault((part, name), []).append(way)
            return "\n".join([*(_way(part, words, name) for (part, name), words in ways.items()), *often])


def _way(part: str, words: list[str], name: str) -> str:
    """Say when a step leads somewhere: the answers, the cases, or the failures that do."""
    said = ", ".join(words)
    match part:
        case "failed":
            return f"failed: {said} → {name}"
        case "verifies":
            return f"too many tries → {name}"
        case _:
            return f"{said} → {name}"
