"""`tandem bench lists`: how long every list of the managers' API takes in a large record."""

import json as jsonlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tandem.bench_machine import Machine, load_average, this_machine

if TYPE_CHECKING:  # heavy: --help must answer at once
    import httpx
    from rich.console import Console

    from config.settings import Settings

MOST_MS: Final = 200
"""What a list may take."""


@dataclass(frozen=True, slots=True)
class ListFigures:
    """One list. Times are from asking to the whole answer, in this process.

    Attributes:
        asked: path and query.
        p50_ms, p95_ms: as they came.
        cpu_ms: the least this process worked for one, the database in it where that is SQLite.
        rows: how many came, of insights: calls counted.
        kib: of the answer.
    """

    asked: str
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    rows: int
    kib: int


@dataclass(frozen=True, slots=True)
class ListsFigures:
    """All lists, and the record they were read from."""

    machine: Machine
    database: str
    calls: int
    filled_s: float
    lists: list[ListFigures]


def bench_lists(
    calls: Annotated[int, typer.Option(min=100, max=10_000_000, help="Calls in the record.")] = 100_000,
    repeats: Annotated[int, typer.Option(min=3, max=1_000, help="Of each list.")] = 15,
    json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Measure every list of the managers' API with so many calls in the record, over a year.

    The record is filled anew and removed afterwards: SQLite in a folder of its own, or with DATABASE_URL a
    database of its own on that PostgreSQL server. Filling it takes minutes.
    """
    import asyncio

    from rich.console import Console

    console = Console(stderr=json, highlight=False)
    figures = asyncio.run(measure(calls, repeats, console))
    if json:
        print(jsonlib.dumps(asdict(figures), indent=2))
    else:
        _show(console, figures)


async def measure(calls: int, repeats: int, console: "Console") -> ListsFigures:
    """Fill a record of one's own and read every list from it."""
    import time
    from datetime import UTC

    from rich.progress import Progress

    from admin.migrate import upgrade
    from config.database import Database
    from tandem.bench_lists_record import fill

    load_before, began_s, now = load_average(), time.monotonic(), datetime.now(UTC)
    async with _own_record() as settings:
        await upgrade(settings)
        database = Database(settings.database_url)
        try:
            with Progress(console=console, transient=True) as progress:
                task = progress.add_task("Filling the record", total=calls)
                token = await fill(database, calls, now, lambda more: progress.advance(task, more))
                filled_s = time.monotonic() - began_s
                asked = lists(now)
                task = progress.add_task("Reading lists", total=len(asked))
                found: list[ListFigures] = []
                async with _manager(settings, database, token) as client:
                    for path, query in asked:
                        found.append(await _timed(client, path, query, repeats))
                        progress.advance(task)
        finally:
            await database.close()
    kind = settings.database_url.partition("+")[0]
    return ListsFigures(this_machine(load_before), kind, calls, round(filled_s, 1), found)


def lists(now: datetime) -> list[tuple[str, Mapping[str, Any]]]:
    """Every list there is, and each way to filter it: path and query."""
    from tandem.bench_lists_record import AGENTS, COMMON, RARE

    month = {"since": (now - timedelta(days=30)).isoformat(), "until": now.isoformat()}
    year = {**month, "since": (now - timedelta(days=365)).isoformat()}
    half = {"until": (now - timedelta(days=182)).isoformat()}
    calls: list[Mapping[str, Any]] = [
        {},
        half,
        month,
        {"flow": "flow_000"},
        {"flow": "flow_000@3"},
        {"drafts": False},
        {"drafts": True},
        {"measured": False},
        {"measured": True, "drafts": False},
        {"number": "+15035550001"},
        {"number": "+15035550001", "tool_failed": True},
        {"number": "+15035550001", "slower_than_ms": 30_000},
        {"search": "+1971100"},
        {"search": "+1971100", "tool_failed": True},
        {"search": "+1971100", "flow": "flow_000@1"},
        {"search": "nobody"},
        *({"outcome": [each]} for each in ("failed", "completed", "running")),
        {"outcome": ["completed", "failed"]},
        *({"ending": [each]} for each in ("contained", "transferred", "abandoned", "failed")),
        {"transferred_to": "customer_care", "transferred_from": "ask"},
        {"language": "es-MX", "satisfaction_to": 1},
        {"satisfaction_from": 5},
        {"rated": True},
        {"rated": False},
        {"longer_than_s": 299},
        {"shorter_than_s": 9},
        {"answered": False},
        {"interrupted": True},
        {"tools": False},
        {"tool_failed": True},
        {"costed": True},
        {"costed": False},
        {"model_used": True},
        {"slower_than_ms": 3_000},
        {"slower_than_ms": 30_000},
        {"flow": "flow_000", "slower_than_ms": 30_000},
        {"said": COMMON},
        {"said": RARE},
        {"said": RARE, "said_by": "agent"},
        {"said": f"{COMMON} {AGENTS} a1"},
        {"said": "a"},
        {"said": "a1 b399"},
        {"said": COMMON, **half},
        {"said": COMMON, "tool_failed": True},
        {"said": RARE, "number": "+15035550001"},
        {"said": COMMON, "number": "+15035550001"},
        {"said": "nobodysaidthis"},
    ]
    zones = ("UTC", "Europe/Rome", "America/St_Johns")
    others: list[tuple[str, Mapping[str, Any]]] = [
        ("/insights", month),
        *(("/insights", {**year, "timezone": zone}) for zone in zones),
        ("/insights", {**year, "drafts": True}),
        ("/insights", {**year, "flow": "flow_000"}),
        ("/insights", {**year, "flow": "flow_000@3"}),
        ("/audit", {}),
        ("/audit", {"action": "publish_flow"}),
        ("/audit", {"kind": "flow"}),
        ("/audit", {"kind": "flow", "subject": "flow_000"}),
        ("/audit", {"person": f"{7:032x}"}),
        ("/audit", {"person": f"{7:032x}", "action": "publish_flow"}),
        ("/audit", {"subject": "flow_000"}),
        ("/audit", half),
        ("/audit", {"kind": "flow", **half}),
        ("/flows", {}),
        ("/flows", {"limit": 200}),
        ("/flows", {"search": "flow_19"}),
        ("/flows/flow_000/versions", {}),
        ("/numbers", {}),
        ("/people", {}),
    ]
    return [*(("/calls", query) for query in calls), *others]


async def _timed(
    client: "httpx.AsyncClient", path: str, query: Mapping[str, Any], repeats: int
) -> ListFigures:
    import time
    from statistics import median, quantiles

    walls_ms: list[float] = []
    cpus_ms: list[float] = []
    content = b""
    for _ in range(repeats):
        began, worked = time.perf_counter(), time.process_time()
        answer = await client.get(path, params=query)
        walls_ms.append((time.perf_counter() - began) * 1_000)
        cpus_ms.append((time.process_time() - worked) * 1_000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} {dict(query)} answers {answer.status_code}: {answer.text}")
        content = answer.content
    p95_ms = quantiles(walls_ms, n=20, method="inclusive")[-1]
    told: Any = jsonlib.loads(content)
    match told:
        case {"totals": totals}:
            count = int(totals["calls"]["value"])
        case {"rows": rows}:
            count = len(rows)
        case _:
            count = len(told)
    asked = f"{path} {'  '.join(f'{name}={_shown(value)}' for name, value in query.items())}".strip()
    kib = round(len(content) / 1_024)
    return ListFigures(
        asked, round(median(walls_ms), 1), round(p95_ms, 1), round(min(cpus_ms), 1), count, kib
    )


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(each) for each in value)
    return str(value)[:10] if "T" in str(value) and ":" in str(value) else str(value)


@asynccontextmanager
async def _own_record() -> AsyncGenerator["Settings"]:
    """Settings with a home and a database of their own, both removed afterwards."""
    import tempfile
    from uuid import uuid4

    from sqlalchemy import make_url, text
    from sqlalchemy.ext.asyncio import create_async_engine

    from config.settings import load

    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as home:
        given = load().given_database_url
        if given is None or given.startswith("sqlite"):
            yield load({"TANDEM_HOME": home, "DATABASE_URL": None})
            return
        name = f"tandem_bench_{uuid4().hex[:12]}"
        server = create_async_engine(given, isolation_level="AUTOCOMMIT")

        async def have(statement: str) -> None:
            async with server.connect() as connection:
                await connection.execute(text(f"{statement} {name}"))

        try:
            await have("CREATE DATABASE")
            try:
                url = make_url(given).set(database=name).render_as_string(hide_password=False)
                yield load({"TANDEM_HOME": home, "DATABASE_URL": url})
            finally:
                await have("DROP DATABASE")
        finally:
            await server.dispose()


@asynccontextmanager
async def _manager(settings: "Settings", database: Any, token: str) -> AsyncGenerator["httpx.AsyncClient"]:  # noqa: ANN401 - heavy to import
    """A browser in which a manager is logged in, on the API in this process."""
    import httpx

    from admin.accounts import sessions
    from admin.apart import Apart
    from tandem.api import create_api_app

    apart = Apart()
    try:
        transport = httpx.ASGITransport(create_api_app(settings, database, apart))
        cookies = {sessions.cookie_name(settings): token}
        async with httpx.AsyncClient(
            transport=transport, base_url=settings.public_url, cookies=cookies
        ) as client:
            yield client
    finally:
        apart.close()


def _show(console: "Console", figures: ListsFigures) -> None:
    from rich.table import Table

    table = Table(
        title=f"Lists with {figures.calls:,} calls, {figures.database}; filled in {figures.filled_s} s",
        title_justify="left",
    )
    for name in ("", "p50 ms", "p95 ms", "CPU ms", "rows", "KiB"):
        table.add_column(name, justify="right" if name else "left", overflow="fold")
    for each in figures.lists:
        cells = (f"{each.p50_ms}", f"{each.p95_ms}", f"{each.cpu_ms}", f"{each.rows}", f"{each.kib}")
        table.add_row(each.asked, *cells, style="red" if each.p50_ms > MOST_MS else None)
    console.print(table)
    console.print(str(figures.machine), soft_wrap=True)
