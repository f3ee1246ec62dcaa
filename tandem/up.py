"""`tandem up`: the whole platform on one machine, for a newcomer."""

import signal
import threading

from rich.console import Console
from rich.panel import Panel

from config.settings import Settings


def up() -> None:
    """Run everything on this machine: Redis, a worker, the server, a demo company and a demo flow.

    Nothing has to be installed or configured beforehand. One Ctrl-C ends all of it.
    """
    from tandem.platform import Platform  # heavy: --help must answer at once

    console = Console()
    platform = Platform()
    end = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: end.set())
    with console.status("Starting") as status:
        platform.start(lambda what: status.update(f"Starting {what}"))
    try:
        console.print(_banner(platform.settings, platform.url))
        while not end.wait(0.2):
            if platform.failure:
                console.print(f"[red]tandem: {platform.failure}[/]")
                break
    finally:
        console.print("Ending.")
        platform.stop()
    if platform.failure:
        raise SystemExit(1)


def _banner(settings: Settings, url: str) -> Panel:
    lines = [
        f"Tandem answers at      {settings.public_url}",
        f"Twilio's voice webhook {settings.public_url}/twilio/voice",
        f"Health                 {url}/health",
        f"Tapes, database, logs  {settings.home.resolve()}",
        "",
        "Try it from a second terminal:",
        f'  tandem call --server {url} --say "hi, where is my order?" --say "one zero four two three three"',
        "",
        "Ctrl-C ends everything.",
    ]
    if settings.development:
        lines.insert(
            4,
            "[yellow bold]Development mode: no TWILIO_AUTH_TOKEN, so webhooks are not verified and only\n"
            "callers on this machine are accepted.[/]",
        )
    return Panel("\n".join(lines), title="Tandem", border_style="green", expand=False)
