"""`tandem admin`: the web application's contract, the way in, what it counts."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="The web application: its API's contract, its first owner, what it counts.", no_args_is_help=True
)


@app.command("openapi")
def write_openapi(
    to: Annotated[
        Path | None, typer.Argument(metavar="FILE.json", help="Where to write it; the terminal otherwise.")
    ] = None,
) -> None:
    """Write the API's OpenAPI document, from which clients are generated."""
    from admin.apart import Apart  # heavy: --help must answer at once
    from admin.app import openapi
    from config.database import Database
    from config.settings import load
    from tandem.api import create_api_app

    document = openapi(create_api_app(load(), Database("sqlite+aiosqlite:///:memory:"), Apart()))
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if to is None:
        typer.echo(text, nl=False)
    else:
        to.write_text(text, encoding="utf-8")


@app.command("set-up")
def print_set_up_link() -> None:
    """Print a link with which the first owner is set up; it is good once, for a day."""
    from admin.accounts.links import owner_link
    from admin.migrate import upgrade
    from config.settings import Settings, load

    async def make(settings: Settings) -> str | None:
        await upgrade(settings)
        return await owner_link(settings)

    link = asyncio.run(make(load()))
    typer.echo(link or "There is an owner already. Log in, or ask them for an invitation.")


@app.command("measure")
def measure_calls(
    again: Annotated[
        bool, typer.Option("--again", help="Forget what was measured so far, and measure all calls again.")
    ] = False,
) -> None:
    """Measure the calls that are over and were not measured yet, from their tapes.

    A server does so by itself. This is for calls of an older version, or whose tapes have come here since.
    """
    from rich.progress import Progress

    from admin.apart import Apart
    from admin.insights.measuring import Measuring
    from admin.migrate import upgrade
    from config.database import Database
    from config.settings import Settings, load

    async def measure(settings: Settings) -> int:
        await upgrade(settings)
        database, apart = Database(settings.database_url), Apart()
        measuring = Measuring(settings, database, apart)
        try:
            if again:
                await measuring.forget_all()
            with Progress() as bar:
                task = bar.add_task("Calls", total=await measuring.unmeasured())
                return await measuring.measure_all(progress=lambda more: bar.advance(task, more))
        finally:
            apart.close()
            await database.close()

    count = asyncio.run(measure(load()))
    typer.echo(f"Measured {count} call{'' if count == 1 else 's'}.")
