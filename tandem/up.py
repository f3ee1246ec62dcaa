"""`tandem up`: the whole platform on one machine, for a newcomer."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel

from config.settings import Settings


def up() -> None:
    """Run everything on this machine: Redis, a worker, the server, a demo company and a demo flow.

    Nothing has to be installed or configured beforehand. One Ctrl-C ends all of it.
    """
    raise SystemExit(asyncio.run(_run(Console())))


async def _run(console: Console) -> int:
    from tandem.platform import Platform  # heavy: --help must answer at once

    platform = Platform()
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, end.set)
    with console.status("Starting") as status:
        starting = asyncio.create_task(
            platform.start(lambda what: status.update(f"Starting {what} (Ctrl-C ends it)"))
        )
        await _first_of(starting, end)
    if end.is_set():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return 0
    await starting
    try:
        from admin.accounts.links import owner_link

        console.print(_banner(platform.settings, platform.url))
        if link := await owner_link(platform.settings):
            console.print("There is no owner yet. Become it here, within a day:")
            console.print(link, soft_wrap=True, highlight=False)  # whole, so that it can be copied
        await _first_of(asyncio.create_task(platform.failed.wait()), end)
    finally:
        console.print("Ending.")
        await platform.stop()
    if platform.failure:
        console.print(f"[red]tandem: {platform.failure}[/]")
    return 1 if platform.failure else 0


async def _first_of(task: asyncio.Task[Any], end: asyncio.Event) -> None:
    """Wait until the task is done or the end is wanted."""
    ending = asyncio.create_task(end.wait())
    await asyncio.wait((task, ending), return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()


def _banner(settings: Settings, url: str) -> Panel:
    lines = [
        f"Tandem answers at       {settings.public_url}",
        f"Twilio's voice webhook  {settings.public_url}/twilio/voice",
        f"Health                  {url}/health",
        f"Tapes, database, logs   {settings.home.resolve()}",
        "",
        "Try it from a second terminal:",
        f"  {_command()} call --server {url} \\",
        '    --say "hi, where is my order?" --say "one zero four two three three"',
        "",
        "Ctrl-C ends everything.",
    ]
    if settings.development:
        lines[4:4] = [
            "",
            "[yellow bold]Development mode: TWILIO_AUTH_TOKEN is not set, so webhooks are not[/]",
            "[yellow bold]verified and only callers on this machine are accepted.[/]",
        ]
    return Panel("\n".join(lines), title="Tandem", border_style="green", expand=False)


def _command() -> str:
    """The console command as it was called, so that it can be copied: it need not be on the path."""
    return sys.argv[0] if Path(sys.argv[0]).name == "tandem" else "tandem"
