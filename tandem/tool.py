"""`tandem tool`: list the tools, call one from the terminal, begin a new one."""

import asyncio
import json
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Never

import typer

from config.settings import load

if TYPE_CHECKING:  # heavy: --help must answer at once
    from agents.tool import AnyTool
    from config.settings import Settings

app = typer.Typer(help="The tools background agents use.", no_args_is_help=True)


@app.command("list")
def list_tools(
    as_json: Annotated[bool, typer.Option("--json", help="Print names and schemas as JSON.")] = False,
) -> None:
    """List the tools: shipped ones and those of installed packages."""
    from agents.toolbox import find_tools

    tools = find_tools().values()
    if as_json:
        described = [
            {
                "name": tool.name,
                "description": tool.description,
                "reads": tool.reads,
                "arguments": tool.schema,
            }
            for tool in tools
        ]
        typer.echo(json.dumps(described, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("tool", "", "arguments", "what it does", box=None, pad_edge=False)
    for tool in tools:
        arguments = " ".join(f"--{_dashed(name)}" for name in tool.arguments.names)
        table.add_row(tool.name, "reads" if tool.reads else "writes", arguments, tool.description)
    Console().print(table)


@app.command("call", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def call_tool(context: typer.Context, name: str) -> None:
    """Call a tool here and now, and print its result as JSON.

    Its arguments are options: tandem tool call order_status --order-number 104233
    """
    from agents.toolbox import find_tools

    tool = find_tools().get(name)
    if tool is None:
        _refuse(f"there is no tool {name}. `tandem tool list` shows which there are.")
    asyncio.run(_call(tool, _options(context.args), load()))


@app.command("new")
def new_tool(
    name: Annotated[str, typer.Argument(help="In lower case with underscores, as flows will call it.")],
    into: Annotated[
        Path, typer.Option(help="A checkout of Tandem, or where a new package may be made.")
    ] = Path(),
) -> None:
    """Write a new tool and its test, ready to run and to change."""
    from tandem.new_tool import write_new_tool

    try:
        written = write_new_tool(name, into)
    except (ValueError, FileExistsError) as error:
        _refuse(str(error))
    for path in written.files:
        typer.echo(path)
    typer.echo(f"\nNext: {written.next_step}")


async def _call(tool: "AnyTool", arguments: dict[str, Any], settings: "Settings") -> None:
    from admin.migrate import upgrade
    from agents.crm.seed import seed_demo
    from agents.errors import Invalid, ToolError
    from agents.messages import TaskRequest
    from agents.provided import provided
    from config.database import Database

    await upgrade(settings)
    if settings.given_database_url is None:
        await seed_demo(settings)
    request = TaskRequest(
        task_id=uuid.uuid4().hex,
        call_id="terminal",
        tool=tool.name,
        arguments=arguments,
        deadline_unix_ms=time.time_ns() // 1_000_000 + tool.timeout_ms,
    )
    database = Database(settings.database_url)
    try:
        async with asyncio.timeout(tool.timeout_ms / 1_000):
            result = await tool.run(arguments, {**provided(settings, database), TaskRequest: request})
    except Invalid as error:
        _refuse(f"{error}\nIts arguments: {json.dumps(tool.schema['properties'], indent=2)}")
    except ToolError as error:
        typer.secho(f"{error.word}: {error}", fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from None
    except TimeoutError:
        typer.secho(f"timeout: not done after {tool.timeout_ms} ms", fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from None
    finally:
        await database.close()
    typer.echo(json.dumps(result, indent=2, ensure_ascii=False))


def _options(words: Sequence[str]) -> dict[str, Any]:
    """Read `--order-number 104233` or `--order-number=104233`; JSON arrays and objects are read as such."""
    arguments: dict[str, Any] = {}
    rest = list(words)
    while rest:
        option, equals, value = rest.pop(0).partition("=")
        if not option.startswith("--"):
            _refuse(f"{option!r} is not an option. Arguments are given as --name value.")
        if not equals:
            if not rest:
                _refuse(f"{option} needs a value.")
            value = rest.pop(0)
        arguments[option[2:].replace("-", "_")] = json.loads(value) if value[:1] in ("[", "{") else value
    return arguments


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _refuse(text: str) -> Never:
    typer.secho(f"tandem: {text}", fg=typer.colors.RED, err=True)
    raise typer.Exit(2)
