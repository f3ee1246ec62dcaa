"""`tandem bench media`: what the media path costs and adds, beside pipecat's own in the same run."""

import json as jsonlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from config.units import MICRO_TURN_MS

if TYPE_CHECKING:
    import httpx

PATHS: Final = ("tandem", "pipecat")


@dataclass(frozen=True, slots=True)
class MediaFigures:
    """One path, measured at the caller's ear and in the server's process.

    Attributes:
        cpu_ms: CPU per call-second.
        echo_ms, echo_max_ms: from mouth to ear, mean and worst second.
        added_ms: the mean beyond what the path waits for on purpose (one micro-turn; pipecat's: nothing).
        pacing_std_ms, pacing_max_ms: how unevenly sound came: spread, and the furthest from the mean.
        dry_ms: silence at the ear inside continuous sound, per call.
        call_mib: what the server's memory grew by, per call, while they were up.
    """

    path: str
    calls: int
    seconds: float
    cpu_ms: float
    echo_ms: float
    echo_max_ms: float
    added_ms: float
    pacing_std_ms: float
    pacing_max_ms: float
    dry_ms: float
    call_mib: float


def bench_media(
    calls: Annotated[int, typer.Option(min=1, max=200, help="Calls at the same time.")] = 4,
    seconds: Annotated[float, typer.Option(min=5, max=3_600, help="How long each call lasts.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
) -> None:
    """Measure the media path: CPU per call, added delay, pacing, memory; pipecat's own path beside it.

    Both servers echo the caller over the Twilio Media Streams protocol at 16 kHz, on this machine.
    """
    import asyncio  # heavy with what follows: --help must answer at once
    import os

    os.environ.setdefault("LOGURU_LEVEL", "ERROR")  # or pipecat prints a banner wherever it is imported
    figures = [asyncio.run(measure(path, calls, seconds, quiet=json)) for path in PATHS]
    if json:
        print(jsonlib.dumps([asdict(one) for one in figures], indent=2))
    else:
        _show(figures)


async def measure(path: str, calls: int, seconds: float, *, quiet: bool = True) -> MediaFigures:
    """Run one server and so many callers against it."""
    import asyncio
    import multiprocessing
    import socket

    import httpx
    import numpy as np

    from tandem.bench_media_caller import call
    from tandem.bench_media_server import serve

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(path, port, theirs), daemon=True
    )
    server.start()
    try:
        if not quiet:
            print(f"{path}: {calls} calls, {seconds:g} s ...", flush=True)
        if not await asyncio.to_thread(ours.poll, 60) or not ours.recv():
            raise RuntimeError(f"the {path} server did not start within a minute")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            urls = [await _media_url(http, path, number) for number in range(calls)]
            await call(urls.pop(), f"CA{calls - 1}", 2.0, seed=0)  # imports, caches: not what is measured
            urls.append(await _media_url(http, path, calls - 1))
            before = (await http.get("/usage")).json()
            speaking = asyncio.gather(
                *(call(url, f"CA{number}", seconds, seed=number) for number, url in enumerate(urls))
            )
            await asyncio.sleep(0.75 * seconds)
            during = (await http.get("/usage")).json()
            heard = await speaking
            after = (await http.get("/usage")).json()
    finally:
        server.terminate()
        server.join(10)
    delay = np.array([ms for one in heard for ms in one.delay_ms])
    uneven = np.concatenate([np.array(one.ahead_ms[5:]) - np.mean(one.ahead_ms[5:]) for one in heard])
    waits_ms = MICRO_TURN_MS if path == "tandem" else 0
    return MediaFigures(
        path=path,
        calls=calls,
        seconds=seconds,
        cpu_ms=round(1_000 * (after["cpu_s"] - before["cpu_s"]) / calls / (seconds + 0.8), 2),
        echo_ms=round(float(delay.mean()), 1),
        echo_max_ms=round(float(delay.max()), 1),
        added_ms=round(float(delay.mean()) - waits_ms, 1),
        pacing_std_ms=round(float(uneven.std()), 2),
        pacing_max_ms=round(float(np.abs(uneven).max()), 2),
        dry_ms=round(float(np.mean([one.dry_ms for one in heard])), 1),
        call_mib=round((during["held_bytes"] - before["held_bytes"]) / calls / 2**20, 2),
    )


async def _media_url(http: "httpx.AsyncClient", path: str, number: int) -> str:
    import re

    base = str(http.base_url).rstrip("/")
    if path == "pipecat":
        return "ws" + base.removeprefix("http") + "/media"
    form = {"CallSid": f"CA{number}", "From": "+15550100", "To": "+15550199"}
    found = re.search(r'url="([^"]+)"', (await http.post("/twilio/voice", data=form)).text)
    if found is None:
        raise RuntimeError("the server gave no media stream")
    return found[1]


def _show(figures: list[MediaFigures]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Media path: {figures[0].calls} calls at once, {figures[0].seconds:g} s each")
    table.add_column("")
    for one in figures:
        table.add_column(one.path, justify="right")
    rows = (
        ("CPU per call-second", "cpu_ms", "ms"),
        ("mouth to ear, mean", "echo_ms", "ms"),
        ("mouth to ear, worst second", "echo_max_ms", "ms"),
        ("  beyond one micro-turn / beyond nothing", "added_ms", "ms"),
        ("pacing error, std", "pacing_std_ms", "ms"),
        ("pacing error, max", "pacing_max_ms", "ms"),
        ("silence inside sound, per call", "dry_ms", "ms"),
        ("memory per call", "call_mib", "MiB"),
    )
    for label, field, unit in rows:
        table.add_row(label, *(f"{getattr(one, field)} {unit}" for one in figures))
    Console().print(table)
