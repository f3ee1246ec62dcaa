"""`tandem flow try`: talk with a flow by typing, before anybody calls it."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from config.errors import ConfigError
from config.settings import load
from tandem.call_script import order_of

if TYPE_CHECKING:  # heavy: --help must answer at once
    from agents.language_model.classifying import LanguageModelClassifier
    from agents.simulation.events import Ended, Event
    from agents.simulation.simulate import Simulated
    from agents.simulation.told import Choice, Line
    from agents.simulation.trial_tools import TrialTools
    from config.flow import Flow
    from config.settings import Settings

_HELP: Final = (
    "Type what the caller says. /keys 104233 presses keys, /wait waits until the agent speaks, /wait 10 "
    "ten seconds, /over WORDS speaks into the agent's words, /bye hangs up; Ctrl-D ends."
)
_OUTCOMES: Final = {"s": "succeeded", "r": "refused", "f": "failed", "u": "unknown"}


def try_flow(
    ctx: typer.Context,
    flow: Annotated[str, typer.Argument(metavar="FILE|NAME", help="A YAML file, or a shipped flow.")],
    say: Annotated[list[str] | None, typer.Option(metavar="WORDS", help="The caller says this.")] = None,
    over: Annotated[
        list[str] | None, typer.Option(metavar="WORDS", help="... into what the agent is saying.")
    ] = None,
    keys: Annotated[list[str] | None, typer.Option(help="The caller presses these: 0-9, *, #.")] = None,
    wait: Annotated[
        list[float] | None, typer.Option(metavar="SECONDS", help="Nobody speaks for so long.")
    ] = None,
    hang_up: Annotated[bool, typer.Option("--hang-up", help="At last the caller hangs up.")] = False,
    outcome: Annotated[
        str,
        typer.Option(
            help="What every tool that changes something comes to: succeeded, refused, failed, unknown."
        ),
    ] = "succeeded",
    language: Annotated[str, typer.Option(help="One of the flow's languages to begin in, as es-MX.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole simulation as JSON.")] = False,
) -> None:
    """Walk a flow by typing what a caller would say, and see which step answers what.

    With --say, --over, --keys and --wait, in the order in which they are given, it runs through and ends:

        tandem flow try order_status --say "where is my order" --keys 104233 --say "no thanks"

    Without them you are the caller, at the keyboard.

    Tools that only read are really run, in the records of this installation (the demo company's if there is
    no DATABASE_URL). Tools that change something are never run: at the keyboard you choose what they come to,
    else --outcome says it, and what they answer is made up.
    """
    from agents.simulation.events import Ended, HangsUp, Keys, Says, Silence
    from config.flow_file import load_flow

    read = load_flow(flow)
    spoken = tuple(dict.fromkeys((read.language, *read.others)))
    if language and language not in spoken:
        raise ConfigError(f"--language {language}: the flow speaks {', '.join(spoken)}")
    try:
        ended = Ended(outcome)
    except ValueError:
        raise ConfigError(f"--outcome {outcome} is not one of {', '.join(Ended)}") from None
    values = {
        name: iter(each or ())
        for name, each in (("say", say), ("over", over), ("keys", keys), ("wait", wait))
    }
    script: list[Event] = []
    for name in order_of(ctx):
        match name:
            case "say":
                script.append(Says(text=str(next(values[name]))))
            case "over":
                script.append(Says(text=str(next(values[name])), interrupts=True))
            case "keys":
                script.append(_checked(Keys, keys=str(next(values[name]))))
            case "wait":
                script.append(_checked(Silence, ms=round(float(next(values[name])) * 1_000)))
            case _:
                pass
    if hang_up:
        script.append(HangsUp())
    asyncio.run(_try(_Trial(read, language, ended, as_json), script))


@dataclass(slots=True)
class _Trial:
    flow: "Flow"
    language: str
    ended: "Ended"
    as_json: bool
    classifier: "LanguageModelClassifier | None" = None
    shown: int = 0
    """How many lines were printed."""
    events: "tuple[Event, ...]" = field(default=())


async def _try(trial: _Trial, script: "Sequence[Event]") -> None:
    async with _tools(load()) as (tools, trial.classifier):
        simulated = await _go_on(trial, tools, ())
        if script or trial.as_json or not sys.stdin.isatty():
            for event in script:
                simulated = await _go_on(trial, tools, (event,))
        else:
            typer.secho(_HELP, dim=True)
            await _converse(trial, tools, simulated)
        if trial.as_json:
            typer.echo(simulated.told.model_dump_json(indent=2))


async def _converse(trial: _Trial, tools: "TrialTools", simulated: "Simulated") -> None:
    """Take what is typed until the call is over."""
    while simulated.told.outcome is None:
        try:
            typed = (await asyncio.to_thread(input, "> ")).strip()
        except EOFError:
            return
        try:
            event = _event(typed)
        except ConfigError as error:
            typer.secho(str(error), fg=typer.colors.RED)
            continue
        simulated = await _go_on(trial, tools, (event,), ask=True)


def _event(typed: str) -> "Event":
    from agents.simulation.events import HangsUp, Keys, Says, Silence

    command, _, rest = typed.partition(" ")
    match command:
        case "/keys":
            return _checked(Keys, keys=rest.replace(" ", ""))
        case "/wait" if not rest:
            return Silence()
        case "/wait":
            try:
                return _checked(Silence, ms=round(float(rest) * 1_000))
            except ValueError:
                raise ConfigError(f"/wait takes seconds, not {rest!r}") from None
        case "/over":
            return _checked(Says, text=rest, interrupts=True)
        case "/bye":
            return HangsUp()
        case _ if command.startswith("/"):
            raise ConfigError(_HELP)
        case _:
            return _checked(Says, text=typed)


def _checked(kind: "type[Event]", **values: object) -> "Event":  # pyright: ignore[reportInvalidTypeForm]
    from pydantic import ValidationError

    try:
        return kind(**values)  # pyright: ignore
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise ConfigError(f"{fault['loc'][0]} {fault['input']!r}: {fault['msg']}") from None


async def _go_on(
    trial: _Trial, tools: "TrialTools", events: "Sequence[Event]", *, ask: bool = False
) -> "Simulated":
    """Take further events, choose what changes come to, and print what is new."""
    from agents.simulation.events import MOST_EVENTS, Outcome
    from agents.simulation.simulate import simulate
    from agents.simulation.walk import walk
    from agents.simulation.walked import Setting, Walked

    classifier = trial.classifier
    setting = Setting(_today(), trial.language, tools.reading, classifies=classifier is not None)

    async def walking(all_events: "Sequence[Event]") -> Walked:
        return walk(trial.flow, all_events, setting)

    more = tuple(events)
    while True:
        simulated = await simulate(walking, (*trial.events, *more), tools, classifier)
        trial.events = simulated.events
        if not trial.as_json:
            _print_new(trial, simulated)
        tasks = simulated.told.waiting_for.tasks
        if not tasks:
            return simulated
        if len(trial.events) >= MOST_EVENTS:
            raise ConfigError(f"a simulation has {MOST_EVENTS} events at most")
        ended = await asyncio.to_thread(_choose, tasks[0]) if ask else trial.ended
        more = (Outcome(task_id=tasks[0].task_id, ended=ended),)


def _choose(task: "Choice") -> "Ended":
    from agents.simulation.events import Ended

    typer.secho(task.why, fg=typer.colors.YELLOW)
    if task.refused:
        typer.secho(f"Policy would refuse it: {task.refused}.", fg=typer.colors.YELLOW)
    choices = ", ".join(f"[{letter}]{word[1:]}" for letter, word in _OUTCOMES.items())
    while True:
        letter = typer.prompt(f"What does {task.tool} come to? {choices}", default="s")[:1].lower()
        if letter in _OUTCOMES:
            return Ended(_OUTCOMES[letter])


def _print_new(trial: _Trial, simulated: "Simulated") -> None:
    """Print the lines that were not printed, up to a look-up whose outcome is still to come."""
    lines = simulated.told.lines
    for at in range(trial.shown, len(lines)):
        if lines[at].task is not None and lines[at].task.ended is None:  # pyright: ignore[reportOptionalMemberAccess]
            return
        _print(lines[at])
        trial.shown = at + 1


def _print(line: "Line") -> None:
    at = f"{line.at_ms // 60_000}:{line.at_ms // 1_000 % 60:02d}"
    match line.who:
        case "agent":
            note = "  (not heard)" if not line.heard else ""
            typer.echo(
                f"{at}  {typer.style('agent', fg='cyan')}   {line.text}{note}  {_dim(line.step or '')}"
            )
        case "caller":
            heard = {"keys": "presses ", "silence": "silent for "}.get(line.by or "", "")
            note = _understood(line)
            text = "hangs up" if line.by == "hang_up" else heard + line.text
            typer.echo(f"{at}  {typer.style('caller', fg='green')}  {text}{note}")
        case "tool":
            task = line.task
            if task is not None:
                how = f"{task.ended}{', made up' if task.source == 'made_up' else ''}"
                found = f" {task.error}" if task.error and task.error != task.ended else ""
                typer.echo(_dim(f"{at}  tool    {task.tool} {task.arguments} → {how}{found}"))
        case _:
            typer.echo(f"{at}  {typer.style(line.text, bold=True)}")


def _understood(line: "Line") -> str:
    """Say what a language model took words for, and whether the flow knew what to do with them."""
    taken = line.taken_for
    if taken is not None and taken.option is not None and line.understood:
        return _dim(f"  (by the language model: {taken.option}, {taken.confidence:.0%}, {taken.took_ms} ms)")
    if line.understood is not False:
        return ""
    return f"  (not understood{f'; the language model: {taken.failed}' if taken and taken.failed else ''})"


def _dim(text: str) -> str:
    return typer.style(text, dim=True)


def _today() -> date:
    return datetime.now().astimezone().date()


@asynccontextmanager
async def _tools(
    settings: "Settings",
) -> "AsyncGenerator[tuple[TrialTools, LanguageModelClassifier | None]]":
    """Make tools ready in the installation's records, and the language model where one is set.

    Where there are no records, those of the demo company.
    """
    from admin.migrate import upgrade
    from agents.crm.seed import seed_demo
    from agents.language_model.chosen import classifier
    from agents.reports import unix_ms
    from agents.simulation.trial_tools import trial_tools
    from config.database import Database

    await upgrade(settings)
    if settings.given_database_url is None:
        await seed_demo(settings)
    database = Database(settings.database_url)
    understanding = classifier(settings, unix_ms)
    try:
        yield trial_tools(settings, database), understanding
    finally:
        if understanding is not None:
            await understanding.close()
        await database.close()
        if (rooms := sys.modules.get("agents.mcp_tools.connection")) is not None:
            await rooms.close_connections()
