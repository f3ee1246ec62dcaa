"""`tandem agent`: have a language model work on a brief from the terminal, as it would during a call."""

import asyncio
import json
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Never

import typer

from config.settings import load

if TYPE_CHECKING:  # heavy: --help must answer at once
    from agents.messages import Spent, TaskRequest
    from config.settings import Settings

app = typer.Typer(help="Background agents that are language models.", no_args_is_help=True)


@app.callback()
def agent() -> None:
    """Keep `ask` a command of its own."""


@app.command("ask")
def ask(
    goal: Annotated[str, typer.Argument(help="What it is to do, as a flow's step would say it.")],
    tools: Annotated[str, typer.Option(metavar="A,B", help="The tools it may call, and no others.")] = "",
    said: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="What the caller has said; again for more.")
    ] = None,
    answer: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="JSON schema of the result; else free words.")
    ] = None,
    language: Annotated[str, typer.Option(help="What it speaks: en, es.")] = "en",
    steps: Annotated[int, typer.Option(min=1, max=32, help="The most completions.")] = 8,
    tokens: Annotated[
        int, typer.Option(min=1, help="The most tokens, of prompts and answers together.")
    ] = 20_000,
    within: Annotated[int, typer.Option(metavar="S", min=1, max=600, help="Seconds it may take.")] = 60,
    verified: Annotated[
        str | None, typer.Option(metavar="CUSTOMER", help="The caller is this customer, verified.")
    ] = None,
    consent: Annotated[bool, typer.Option("--consent", help="The caller has agreed to changes.")] = False,
) -> None:
    """Have the model of LLM_MODEL work on a goal; what it says and calls is shown as it happens.

    tandem agent ask "Tell the caller where the order is." --tools order_status --said "It is 104233."
    """
    settings = load()
    if settings.llm_model is None:
        _refuse("no language model is set. Set LLM_MODEL, and LLM_BASE_URL or LLM_API_KEY.")
    from pydantic import ValidationError

    from agents.messages import LANGUAGE_MODEL, Brief, Identity, SaidWords, TaskRequest

    try:
        request = TaskRequest(
            task_id=uuid.uuid4().hex,
            call_id="terminal",
            tool=LANGUAGE_MODEL,
            arguments={},
            conversation=tuple(
                SaidWords(speaker="caller", text=text, start_ms=at * 1_000, end_ms=(at + 1) * 1_000)
                for at, text in enumerate(said or ())
            ),
            identity=Identity(customer_id=verified, verified_by="the terminal") if verified else None,
            consent=consent,
            brief=Brief(
                goal=goal,
                tools=tuple(name.strip() for name in tools.split(",") if name.strip()),
                answer=json.loads(answer.read_text(encoding="utf-8")) if answer else None,
                language=language,
                most_steps=steps,
                most_tokens=tokens,
            ),
            deadline_unix_ms=time.time_ns() // 1_000_000 + within * 1_000,
        )
    except (OSError, json.JSONDecodeError) as error:
        _refuse(f"{answer} cannot be read as JSON: {error}")
    except ValidationError as error:
        _refuse(str(error.errors()[0]["msg"]))
    asyncio.run(_work(request, settings))


class _Terminal:
    """Shows what the agent says and what its tools tell."""

    async def say(self, sentence: str) -> None:
        typer.echo(f"says   {sentence}")

    async def partial(self, result: dict[str, Any]) -> None:
        typer.echo(f"part   {_json(result)}")

    def spent(self, spent: "Spent") -> None:
        cost = "" if spent.micro_usd is None else f", {spent.micro_usd / 1e6:g} USD"
        typer.echo(f"spent  {spent.tokens} tokens{cost}")


async def _work(request: "TaskRequest", settings: "Settings") -> None:
    from admin.migrate import upgrade
    from agents.calling import Errand, ToolCaller
    from agents.crm.seed import seed_demo
    from agents.errors import Invalid, ToolError
    from agents.language_model.chosen import brief_worker
    from agents.policy import refusal
    from agents.provided import provided
    from agents.reports import unix_ms
    from agents.tool_calls import SqlToolCalls
    from agents.toolbox import find_tools
    from config.database import Database

    await upgrade(settings)
    if settings.given_database_url is None:
        await seed_demo(settings)
    toolbox = find_tools(settings)
    database = Database(settings.database_url)
    rows = SqlToolCalls(database, unix_ms)
    caller = ToolCaller(toolbox, provided(settings, database), rows, refusal, unix_ms)
    terminal = _Terminal()

    async def call_tool(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        typer.echo(f"calls  {name} {_json(toolbox[name].shown(arguments))}")
        try:
            result = await caller.call(name, Errand(request, arguments, terminal, request.deadline_unix_ms))
        except ToolError as error:
            typer.echo(f"       {error.word}: {error}")
            raise
        typer.echo(f"       {_json(result)}")
        return result

    agent = brief_worker(settings, toolbox, unix_ms)
    try:
        result = await agent.work(request, terminal.say, call_tool, terminal.spent)
    except Invalid as error:
        _refuse(f"{error}. `tandem tool list` shows which tools there are.")
    except ToolError as error:
        typer.secho(f"{error.word}: {error}", fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from None
    finally:
        await database.close()
        await agent.close()
    typer.echo(json.dumps(result, indent=2, ensure_ascii=False))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _refuse(text: str) -> Never:
    typer.secho(f"tandem: {text}", fg=typer.colors.RED, err=True)
    raise typer.Exit(2)
