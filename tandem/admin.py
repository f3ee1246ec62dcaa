"""`tandem admin`: the web application's contract, and the way in."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The web application: its API's contract, its first owner.", no_args_is_help=True)


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
