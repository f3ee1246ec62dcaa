"""`tandem tool`: list the tools, call one from the terminal, begin a new one."""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Never, cast

import typer

from config.settings import load

if TYPE_CHECKING:  # heavy: --help must answer at once
    from agents.messages import TaskRequest
    from agents.tool import AnyTool
    from agents.toolbox import Found
    from config.settings import Settings

_ROWS_MS: Final = 5_000
"""What a write gets beyond its tool's timeout: to be claimed in the record."""

app = typer.Typer(help="The tools background agents use.", no_args_is_help=True)


@app.command("list")
def list_tools(
    as_json: Annotated[bool, typer.Option("--json", help="Print everything known of them as JSON.")] = False,
) -> None:
    """List the tools: shipped ones, those of installed packages, HTTP tools and MCP servers of this home.

    What is wrong with a description is one line each; then the exit code is 1.
    """
    from agents.toolbox import described, search_tools

    search = search_tools(load())
    if as_json:
        typer.echo(json.dumps([described(each) for each in search.found.values()], indent=2))
    else:
        for each in search.found.values():
            _print(each)
    for problem in search.problems:
        typer.secho(f"tandem: {problem}", fg=typer.colors.RED, err=True)
    if search.problems:
        raise typer.Exit(1)


@app.command(
    "call",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def call_tool(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The tool; `tandem tool list` names them.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Agree to what it changes.")] = False,
    caller: Annotated[
        str, typer.Option("--as", metavar="CUSTOMER", help="Id of the customer it is called for, verified.")
    ] = "",
    call: Annotated[
        str,
        typer.Option(metavar="NAME", help="Of the call it belongs to, as charts do. By default a new one."),
    ] = "",
    help_wanted: Annotated[
        bool, typer.Option("--help", help="Show this message; for a tool, what it takes.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON, of what goes wrong too.")
    ] = False,
) -> None:
    """Call a tool here and now, and print its result as JSON.

    Its arguments are options: tandem tool call order_status --order-number 104233

    Behind a tool's name, --help tells what it takes. What changes something is done after a yes only. Exit
    codes: 1 it did not succeed, 2 it cannot be called so.
    """
    from agents.toolbox import search_tools

    settings = load()
    voice = _Voice(as_json)
    if not name:
        if help_wanted:
            typer.echo(context.get_help())
            return
        voice.refuse("name a tool. `tandem tool list` shows which there are.")
    search = search_tools(settings)
    if name not in search.found:
        wrong = "".join(f"\n{problem}" for problem in search.problems)
        voice.refuse(f"there is no tool {name}. `tandem tool list` shows which there are.{wrong}")
    found = search.found[name]
    tool = found.tool
    if help_wanted:
        typer.echo(_usage(found))
        return
    arguments = _options(context.args, tool, voice)
    if tool.identity and not caller:
        voice.refuse(
            f"{name} is for verified customers. Say for which one with --as CUSTOMER, the customer_id that "
            "`tandem tool call verify_customer` gives. Nothing was done."
        )
    if not tool.reads and not yes and not _agrees(tool, arguments):
        voice.refuse(f"{name} changes something, and nobody agreed. Say --yes to agree. Nothing was done.")
    asyncio.run(_call(found, lambda: _request(tool, arguments, caller, call), settings, voice))


@app.command("new")
def new_tool(
    name: Annotated[str, typer.Argument(help="In lower case with underscores, as flows will call it.")],
    into: Annotated[
        Path, typer.Option(help="A checkout of Tandem, or where a new package may be made.")
    ] = Path(),
    writes: Annotated[bool, typer.Option("--writes", help="One that changes something.")] = False,
) -> None:
    """Write a new tool and its test, ready to run and to change."""
    from tandem.new_tool import write_new_tool

    try:
        written = write_new_tool(name, into, writes=writes)
    except (ValueError, FileExistsError) as error:
        _Voice(as_json=False).refuse(str(error))
    for path in written.files:
        typer.echo(path)
    typer.echo(f"\nNext: {written.next_step}")


@dataclass(frozen=True, slots=True)
class _Voice:
    """How results and failures are told: to people, or as one line of JSON."""

    as_json: bool

    def result(self, result: Mapping[str, Any]) -> None:
        typer.echo(json.dumps(result, ensure_ascii=False, indent=None if self.as_json else 2))

    def failed(self, word: str, text: str) -> Never:
        self._tell(word, text, f"{word}: {text}")
        raise typer.Exit(1)

    def refuse(self, text: str) -> Never:
        self._tell("invalid", text, f"tandem: {text}")
        raise typer.Exit(2)

    def _tell(self, word: str, text: str, line: str) -> None:
        if self.as_json:
            typer.echo(json.dumps({"error": word, "message": text}, ensure_ascii=False))
        else:
            typer.secho(line, fg=typer.colors.RED, err=True)


async def _call(
    found: "Found", request_now: "Callable[[], TaskRequest]", settings: "Settings", voice: _Voice
) -> None:
    from admin.migrate import upgrade
    from agents.calling import Errand, ToolCaller
    from agents.crm.port import CustomerRecords
    from agents.crm.seed import seed_demo
    from agents.errors import DeclarationError, Invalid, ToolError
    from agents.policy import refusal
    from agents.progress import Unheard
    from agents.provided import provided
    from agents.reports import unix_ms
    from agents.tool_calls import SqlToolCalls
    from agents.toolbox import Kind
    from config.database import Database

    tool, kind = found.tool, found.kind
    await upgrade(settings)
    if settings.given_database_url is None:
        await seed_demo(settings)
    database = Database(settings.database_url)
    given = provided(settings, database)
    calls = ToolCaller({tool.name: tool}, given, SqlToolCalls(database, unix_ms), refusal, unix_ms)
    request = request_now()  # its time begins when all is made ready
    try:
        tool.arguments.validate(request.arguments, tool.sensitive)
        if (who := request.identity) is not None:
            records = cast("CustomerRecords", given[CustomerRecords])
            if await records.customer(who.customer_id) is None:
                voice.refuse(f"there is no customer {who.customer_id!r} to be taken for. Nothing was done.")
        errand = Errand(request, request.arguments, Unheard(), request.deadline_unix_ms)
        result = await calls.call(tool.name, errand)
    except Invalid as error:
        about = json.dumps(tool.schema.get("properties", {}), indent=2)
        voice.refuse(str(error) if voice.as_json else f"{error}\nIts arguments: {about}")
    except ToolError as error:
        voice.failed(error.word, str(error))
    except DeclarationError as error:
        voice.failed("internal", str(error))
    finally:
        await database.close()
        if kind is Kind.MCP:
            from agents.mcp_tools.connection import close_connections

            await close_connections()
    voice.result(result)


def _request(tool: "AnyTool", arguments: dict[str, Any], caller: str, call: str) -> "TaskRequest":
    from agents.messages import Identity, TaskRequest

    task_id = uuid.uuid4().hex
    return TaskRequest(
        task_id=task_id,
        call_id=f"terminal-{call or task_id[:12]}",
        tool=tool.name,
        arguments=arguments,
        identity=Identity(customer_id=caller, verified_by="the terminal") if caller else None,
        consent=True,
        deadline_unix_ms=time.time_ns() // 1_000_000 + tool.timeout_ms + _ROWS_MS,
    )


def _agrees(tool: "AnyTool", arguments: Mapping[str, Any]) -> bool:
    """Ask on the terminal whether a change is meant; without one, nobody agrees."""
    if not sys.stdin.isatty():
        return False
    shown = " ".join(f"{name}={value!r}" for name, value in tool.shown(arguments).items())
    return typer.confirm(f"{tool.name} changes something: {shown or 'no arguments'}. Go ahead?", err=True)


def _options(words: Sequence[str], tool: "AnyTool", voice: _Voice) -> dict[str, Any]:
    """Read `--order-number 104233` or `--order-number=104233`; JSON arrays and objects are read as such."""
    names = {_dashed(name): name for name in tool.arguments.names}
    arguments: dict[str, Any] = {}
    rest = list(words)
    while rest:
        option, equals, value = rest.pop(0).partition("=")
        if not option.startswith("--"):
            voice.refuse(f"{option!r} is not an option. Arguments are given as --name value.")
        if (name := names.get(_dashed(option[2:]))) is None:
            there = ", ".join(f"--{each}" for each in names) or "none"
            voice.refuse(f"{tool.name} takes no {option}. Its arguments: {there}.")
        if not equals:
            if not rest:
                voice.refuse(f"{option} needs a value.")
            value = rest.pop(0)
        if name in arguments:
            voice.refuse(f"{option} is given twice.")
        try:
            arguments[name] = json.loads(value) if value[:1] in ("[", "{") else value
        except ValueError:
            voice.refuse(f"{option}: begins like JSON, and is not.")
    return arguments


def _usage(found: "Found") -> str:
    """Say how a tool is called from the terminal."""
    tool = found.tool
    asked: Mapping[str, Mapping[str, Any]] = tool.schema.get("properties", {})
    needed = frozenset(tool.schema.get("required", ()))
    options = [
        (f"--{_dashed(name)}", str(asked.get(name, {}).get("description", "")), name in needed)
        for name in tool.arguments.names
    ]
    options += [("--as CUSTOMER", "id of the customer it is called for", True)] if tool.identity else []
    options += [("--yes", "agree to what it changes", True)] if not tool.reads else []
    width = max((len(option) for option, _, _ in options), default=0)
    lines = [f"tandem tool call {tool.name}  ({_does(tool)})", f"    {tool.description}"]
    for option, text, must in options:
        lines.append(f"    {option:<{width}}  {'' if must else '(may be left out) '}{text}".rstrip())
    return "\n".join(lines)


def _does(tool: "AnyTool") -> str:
    demands = [word for word, holds in (("consent", tool.consent), ("identity", tool.identity)) if holds]
    return ", ".join(["reads" if tool.reads else "writes", *(f"needs {word}" for word in demands)])


def _print(found: "Found") -> None:
    tool = found.tool
    arguments = " ".join(f"--{_dashed(name)}" for name in tool.arguments.names)
    typer.echo(f"{tool.name}  ({found.kind}, {_does(tool)})")
    for line in (tool.description, arguments, f"from {found.origin}"):
        typer.echo(f"    {line}")


def _dashed(name: str) -> str:
    return name.replace("_", "-")
