"""`tandem bench`: measurements, each beside the usual way in the same run."""

import typer

from tandem.bench_agents import bench_agents
from tandem.bench_interpret import bench_interpret
from tandem.bench_lists import bench_lists
from tandem.bench_media import bench_media
from tandem.bench_model import bench_model

app = typer.Typer(
    help="Measure on this machine; quote figures with machine, command and date.", no_args_is_help=True
)
app.command("agents")(bench_agents)
app.command("interpret")(bench_interpret)
app.command("lists")(bench_lists)
app.command("media")(bench_media)
app.command("model")(bench_model)
