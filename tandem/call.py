"""`tandem call`: a simulated caller telephones the platform, over everything a real call goes over."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.markup import escape

from config.errors import ConfigError
from config.settings import Settings, load
from tandem.call_script import order_of, steps_in_order
from telephony.simulator.script import DEFAULT_VOICE

if TYPE_CHECKING:
    from agents.crm.port import Order
    from telephony.simulator.carrier import Carrier
    from telephony.simulator.report import CallReport
    from telephony.simulator.script import CallScript
    from telephony.simulator.webhooks import Credentials

_MOST_CALLS: Final = 500


@dataclass(frozen=True, slots=True)
class _Line:
    """Where to call. `settings` are those of the platform if it is a private one, or of this machine."""

    server: str
    settings: Settings
    private: bool


def call(
    ctx: typer.Context,
    say: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="Say this, once the agent is silent.")
    ] = None,
    audio: Annotated[
        list[Path] | None, typer.Option(metavar="FILE.wav", help="Play a recording as the caller's voice.")
    ] = None,
    keys: Annotated[
        list[str] | None, typer.Option(metavar="DIGITS", help="Press keys: 0-9 * # (w waits).")
    ] = None,
    pause: Annotated[
        list[float] | None,
        typer.Option(metavar="S", min=0.0, help="Wait S seconds more before what follows."),
    ] = None,
    barge_in: Annotated[
        bool, typer.Option("--barge-in", help="Say what follows while the agent speaks, to interrupt it.")
    ] = False,
    over: Annotated[
        bool, typer.Option("--over", help="Say what follows while the agent speaks, as a listener does.")
    ] = False,
    mhm: Annotated[bool, typer.Option("--mhm", help="Say 'mhm' while the agent speaks.")] = False,
    noise: Annotated[
        float | None,
        typer.Option(metavar="DB", min=-20.0, max=90.0, help="Background noise, DB decibels below a voice."),
    ] = None,
    stall: Annotated[
        int,
        typer.Option(metavar="MS", min=0, max=60_000, help="Every few seconds the network stalls for MS."),
    ] = 0,
    voice: Annotated[str, typer.Option(metavar="NAME", help="An espeak-ng voice.")] = DEFAULT_VOICE,
    calls: Annotated[int, typer.Option(min=1, max=_MOST_CALLS, help="So many callers at once.")] = 1,
    server: Annotated[
        str | None, typer.Option(metavar="URL", help="Call this platform, instead of a private one.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep recordings, tapes and reports here.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON, and nothing else.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="The demonstration call; checks what the caller hears.")
    ] = False,
) -> None:
    """Place a call to the platform, as Twilio would, and report what was heard.

    The options are the caller's script, in the order given:

        tandem call --say "where is my order?" --keys 104233 --barge-in --say "sorry, again please?"

    Without --server a private platform is started for the call and ended after it. With --server,
    TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, when set, sign the call; a platform in development mode on
    this machine takes unsigned calls.

    Exit code: 0 the call went well, 1 it failed, 2 it could not be placed as asked.
    """
    from telephony.simulator.demo import demo_script
    from telephony.simulator.errors import ScriptError
    from telephony.simulator.performance import perform
    from telephony.simulator.script import CallScript

    steps = steps_in_order(
        order_of(ctx), {"say": say or (), "audio": audio or (), "keys": keys or (), "pause": pause or ()}
    )
    if demo == bool(steps):
        raise typer.BadParameter(
            "--demo is a script of its own: leave out --say, --audio, --keys, --pause, --mhm"
            if demo
            else "give the caller something to do: --say TEXT, --audio FILE.wav, --keys DIGITS, or --demo"
        )
    script = demo_script(voice) if demo else CallScript(steps, voice=voice)
    script = replace(script, noise_db=noise, stall_ms=stall)
    try:
        perform(script)
    except ScriptError as error:
        raise ConfigError(str(error)) from None
    console = Console(quiet=as_json, highlight=False)
    order = _Order(script, calls, server and _origin(server), out or load().home / "calls", demo)
    raise typer.Exit(asyncio.run(_call(order, console, as_json=as_json)))


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for: `calls` callers with the same script, `server` None for a private platform."""

    script: "CallScript"
    calls: int
    server: str | None
    folder: Path
    demo: bool


async def _call(order: _Order, console: Console, *, as_json: bool) -> int:
    """Do it all; gives the exit code."""
    async with _line(order.server, console) as (carrier, line):
        reports = await _place(carrier, order, line.server, console)
        tapes = [_keep(report, line, order.folder) for report in reports]
        lacking = await _lacking(reports, line) if order.demo else ()
        if line.private and (lacking or not all(report.ok for report in reports)):
            shutil.copytree(line.settings.logs, order.folder / "logs", dirs_exist_ok=True)
    return _tell(reports, tapes, lacking, None if as_json else console)


@contextlib.asynccontextmanager
async def _line(server: str | None, console: Console) -> AsyncGenerator[tuple["Carrier", _Line]]:
    """Give a carrier, and a platform that knows it: the one at `server`, or a private one."""
    from telephony.simulator.carrier import Carrier, made_up_credentials

    if server is not None:
        async with Carrier(_credentials()) as carrier:
            yield carrier, _Line(server, load(), private=False)
        return
    from tandem.platform import private_platform

    credentials = made_up_credentials()
    async with contextlib.AsyncExitStack() as stack:
        carrier = await stack.enter_async_context(Carrier(credentials))
        account = {
            "TWILIO_ACCOUNT_SID": credentials.account_sid,
            "TWILIO_AUTH_TOKEN": credentials.auth_token,
            "TWILIO_API_URL": carrier.api_url,
        }
        with console.status("Starting a private platform") as status:
            platform = await stack.enter_async_context(
                private_platform(
                    lambda what: status.update(f"Starting a private platform: {what}"), **account
                )
            )
        yield carrier, _Line(platform.url, platform.settings, private=True)


def _credentials() -> "Credentials | None":
    from telephony.simulator.webhooks import Credentials

    sid, token = os.environ.get("TWILIO_ACCOUNT_SID"), os.environ.get("TWILIO_AUTH_TOKEN")
    return Credentials(sid, token) if sid and token else None


def _origin(server: str) -> str:
    parts = urlsplit(server if "//" in server else f"http://{server}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise typer.BadParameter(f"--server {server!r} is not a server's address, like http://127.0.0.1:8000")
    if parts.path not in ("", "/") or parts.query:
        raise typer.BadParameter(
            f"--server {server!r} must be an origin without a path, like http://127.0.0.1:8000"
        )
    return f"{parts.scheme}://{parts.netloc}"


async def _place(carrier: "Carrier", order: _Order, server: str, console: Console) -> list["CallReport"]:
    """Place the calls, all at once. Ctrl-C lets the callers hang up; a second one gives up."""
    from tandem.call_screen import Screen

    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def hang_up() -> None:
        carrier.hang_up()
        if task:
            loop.add_signal_handler(signal.SIGINT, task.cancel)

    loop.add_signal_handler(signal.SIGINT, hang_up)
    if order.calls == 1:
        console.print(f"Calling {server}")
        with Screen(console).showing() as screen:
            return [await carrier.place_call(order.script, server, out=order.folder, watch=screen.watch)]
    with console.status(f"{order.calls} calls to {server}") as status:
        pending = [
            asyncio.create_task(carrier.place_call(replace(order.script, seed=k), server, out=order.folder))
            for k in range(order.calls)
        ]
        for over, each in enumerate(asyncio.as_completed(pending), start=1):
            await each
            status.update(f"{order.calls} calls to {server}: {over} over")
    return [each.result() for each in pending]


def _keep(report: "CallReport", line: _Line, folder: Path) -> str:
    """Keep the tape and the report beside the recording; gives where the tape lies, in words."""
    from telephony.simulator.report import as_json

    own = folder / report.call_sid
    own.mkdir(parents=True, exist_ok=True)
    (own / "report.json").write_text(json.dumps(as_json(report), indent=2, ensure_ascii=False) + "\n")
    if not report.told.call_id:
        return "unknown: the platform did not show it"
    tape = line.settings.tapes / report.told.call_id
    if not line.private:
        return str(tape) if tape.is_dir() else f"on the server, {report.told.call_id}"
    if not tape.is_dir():
        return f"lost: the platform did not keep {report.told.call_id}"
    shutil.copytree(tape, own / "tape", dirs_exist_ok=True)
    return str(own / "tape")


async def _lacking(reports: list["CallReport"], line: _Line) -> tuple[str, ...]:
    """What the demonstration lacked, each shortcoming once."""
    from telephony.simulator.demo import shortcomings

    order = await _record(line.settings) if line.private else None
    return tuple(dict.fromkeys(lacked for report in reports for lacked in shortcomings(report, order)))


async def _record(settings: Settings) -> "Order | None":
    """Read the order of the demonstration from the platform's customer database."""
    from agents.crm.seed import DEMO_ORDER_NUMBER
    from agents.crm.sql import SqlCustomerRecords
    from config.database import Database

    database = Database(settings.database_url)
    try:
        return await SqlCustomerRecords(database).order(DEMO_ORDER_NUMBER)
    finally:
        await database.close()


def _tell(
    reports: list["CallReport"], tapes: list[str], lacking: tuple[str, ...], console: Console | None
) -> int:
    """Print the report, as JSON without a console; gives the exit code."""
    from tandem.call_report import calls_as_json, print_report, print_summary

    ok = all(report.ok for report in reports) and not lacking
    if console is None:
        print(json.dumps(calls_as_json(reports, tapes, lacking), indent=2, ensure_ascii=False))
        return 0 if ok else 1
    if len(reports) == 1:
        if not reports[0].failure or reports[0].duration_ms:  # of a call that did not come about: why
            print_report(console, reports[0], tapes[0])
    else:
        print_summary(console, reports)
    for why in dict.fromkeys(report.failure for report in reports if report.failure):
        console.print(f"[red]tandem: the call failed: {escape(why)}[/]", soft_wrap=True)
    for why in lacking:
        console.print(f"[red]tandem: {escape(why)}[/]", soft_wrap=True)
    return 0 if ok else 1
