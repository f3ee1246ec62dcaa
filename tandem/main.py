"""The console command `tandem`: every command's name, help and errors in one place.

Commands live beside this file, one module each; what is heavy is imported when a command runs, so that
`--help` answers at once.
"""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from config.errors import ConfigError
from tandem.admin import app as admin_app
from tandem.agent import app as agent_app
from tandem.bench import app as bench_app
from tandem.call import call
from tandem.call_script import InOrder
from tandem.eval import JsonTo, evaluate
from tandem.flow import app as flow_app
from tandem.hear import hear
from tandem.listen import listen
from tandem.record import record
from tandem.replay import replay
from tandem.serve import serve
from tandem.tool import app as tool_app
from tandem.train import train
from tandem.train_ears import train_ears
from tandem.translate import translate
from tandem.up import up
from tandem.worker import worker

app = typer.Typer(
    name="tandem",
    help="Answer a company's phone: a full-duplex interaction model and background agents on one line.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
)

app.command(rich_help_panel="Run")(up)
app.command(rich_help_panel="Run")(serve)
app.command(rich_help_panel="Run")(worker)
app.command(cls=InOrder, rich_help_panel="Try")(call)
app.command("eval", cls=JsonTo, rich_help_panel="Try")(evaluate)
app.command(rich_help_panel="Try")(replay)
app.command(rich_help_panel="Try")(listen)
app.command(rich_help_panel="Try")(hear)
app.command(rich_help_panel="Try")(translate)
app.add_typer(bench_app, name="bench", rich_help_panel="Try")
app.add_typer(flow_app, name="flow", rich_help_panel="Build")
app.add_typer(tool_app, name="tool", rich_help_panel="Build")
app.add_typer(agent_app, name="agent", rich_help_panel="Build")
app.add_typer(admin_app, name="admin", rich_help_panel="Run")
app.command(rich_help_panel="Build")(train)
app.command(rich_help_panel="Build")(train_ears)
app.command(hidden=True)(record)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tandem {version('tandem-telephony')}")
        raise typer.Exit


@app.callback()
def tandem(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take options that stand before the command."""


def main() -> None:
    """Run the command line; what a person configured wrongly ends in one line and exit code 2."""
    try:
        app()
    except ConfigError as error:
        typer.secho(f"tandem: {error}", fg=typer.colors.RED, err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
