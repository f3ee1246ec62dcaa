"""Interpreted calls at once on a platform of one's own, for `tandem bench interpret`."""

import asyncio
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from tandem.bench_agents_stage import BenchError, Usage, usage
from tandem.bench_interpret_people import COMPANY, FLOW, LEAD_S, talks
from tandem.platform import Platform, private_platform
from telephony.simulator.carrier import Carrier, made_up_credentials
from telephony.simulator.report import CallReport
from telephony.tape import read_rows

_STEPS: Final = "tandem_micro_turn_seconds"
_LATE_S: Final = 0.2
_BETWEEN_CALLS_S: Final = 1.0
_UNDER_WAY_WITHIN_S: Final = 90.0
_LOOK_AGAIN_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class InterpretedLoad:
    """So many interpreted calls for so long.

    Attributes:
        calls, seconds: what was measured.
        joined: calls in which people were interpreted.
        micro_turns: of both legs of all calls.
        step_p50_ms, step_p99_ms: from 200 ms of a person's sound to 200 ms for their ear, within the bounds
            of the server's own histogram.
        late: the share of micro-turns that took longer than 200 ms.
        torn_ms: silence torn into what people heard, because nothing had come to be played; ms per leg and
            minute of the whole calls.
        server_cores, server_mib: of server, ears, translator and worker, all together; cores busy, memory.
        turn_cpu_ms: CPU time of all these for each micro-turn: what counts on a machine that others use too.
        people_cores: of the simulated people.
        phrases, untranslated: what was interpreted in the whole calls, and what was not to be.
        lag_p50_ms, lag_p90_ms: from a phrase's first word to the first word of its translation.
        after_p50_ms, after_p90_ms: the same from its last word; below 0 the translation began before it.
    """

    calls: int
    seconds: int
    joined: int
    micro_turns: int
    step_p50_ms: float
    step_p99_ms: float
    late: float
    torn_ms: float
    server_cores: float
    server_mib: float
    turn_cpu_ms: float
    people_cores: float
    phrases: int
    untranslated: int
    lag_p50_ms: float
    lag_p90_ms: float
    after_p50_ms: float
    after_p90_ms: float


@dataclass(frozen=True, slots=True)
class _Moment:
    """What had been used and counted by a moment; `steps`: how many micro-turns took at most so many s."""

    at_s: float
    server: Usage
    people_s: float
    steps: dict[float, float]


async def measure(calls: int, seconds: int) -> InterpretedLoad:
    """Run so many interpreted calls at once and measure them for so long.

    Raises:
        BenchError: they did not come about.
        PlatformError: the platform does not come up.
    """
    with tempfile.TemporaryDirectory(prefix="tandem-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        (home / "flow.yaml").write_text(FLOW, encoding="utf-8")
        lasts_s = LEAD_S + calls * _BETWEEN_CALLS_S + _UNDER_WAY_WITHIN_S + seconds
        callers, company = await asyncio.to_thread(talks, home, calls, lasts_s)
        credentials = made_up_credentials()
        carrier = Carrier(credentials, answering={COMPANY: company})
        settings = {
            "TWILIO_ACCOUNT_SID": credentials.account_sid,
            "TWILIO_AUTH_TOKEN": credentials.auth_token,
            "TWILIO_API_URL": carrier.api_url,
            "TANDEM_HOME": str(home),
            "TANDEM_FLOW": str(home / "flow.yaml"),
        }
        async with carrier, private_platform(lambda _what: None, **settings) as platform:
            placed: list[asyncio.Task[CallReport]] = []
            for script in callers:
                placed.append(asyncio.create_task(carrier.place_call(script, platform.url)))
                await asyncio.sleep(_BETWEEN_CALLS_S)
            await _under_way(platform.settings.tapes, calls)
            before = await _moment(platform)
            await asyncio.sleep(seconds)
            after = await _moment(platform)
            carrier.hang_up()
            reports = [*await asyncio.gather(*placed), *await carrier.answered()]
        return await asyncio.to_thread(
            _figures, calls, seconds, (before, after), platform.settings.tapes, reports
        )


async def _under_way(tapes: Path, calls: int) -> None:
    """Wait until something was interpreted in all calls: both people are there, the ears are loaded.

    Those in which nothing is by then are measured with the others, and show in `joined`.
    """
    there = 0
    try:
        async with asyncio.timeout(_UNDER_WAY_WITHIN_S):
            while True:
                there = await asyncio.to_thread(_interpreting, tapes)
                if there >= calls:
                    return
                await asyncio.sleep(_LOOK_AGAIN_S)
    except TimeoutError:
        if not there:
            within = f"within {_UNDER_WAY_WITHIN_S:.0f} s"
            raise BenchError(f"nothing was interpreted {within}; is this machine too busy?") from None


def _interpreting(tapes: Path) -> int:
    return sum(any(_interpreted(rows.parent)) for rows in tapes.glob("*/tape.jsonl"))


async def _moment(platform: Platform) -> _Moment:
    async with httpx.AsyncClient(base_url=platform.url, trust_env=False) as client:
        shown = (await client.get("/metrics")).raise_for_status().text
    steps = {
        float(sample.labels["le"]): sample.value
        for family in text_string_to_metric_families(shown)
        for sample in family.samples
        if sample.name == f"{_STEPS}_bucket"
    }
    ours = resource.getrusage(resource.RUSAGE_SELF)
    processes = tuple(_sessions(frozenset(platform.process_ids().values())))
    return _Moment(time.monotonic(), usage(processes), ours.ru_utime + ours.ru_stime, steps)


def _sessions(leaders: frozenset[int]) -> Iterator[int]:
    """Find the processes of these sessions."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has ended meanwhile
                continue
            if int(fields[3]) in leaders:
                yield int(folder.name)


def _figures(
    calls: int,
    seconds: int,
    window: tuple[_Moment, _Moment],
    folder: Path,
    reports: Sequence[CallReport],
) -> InterpretedLoad:
    before, after = window
    took_s = after.at_s - before.at_s
    steps = {bound: after.steps[bound] - before.steps.get(bound, 0.0) for bound in after.steps}
    micro_turns = steps[float("inf")]
    tapes = [*folder.iterdir()]
    rows = [row for tape in tapes for row in _interpreted(tape)]
    said = [row for row in rows if row["text"] and not row["repeats"]]
    lag_ms = np.percentile([row["lag_ms"] for row in said], (50, 90)).tolist()
    after_ms = np.percentile([row["said_ms"] - row["upto_ms"] for row in said], (50, 90)).tolist()
    minutes = sum(report.duration_ms for report in reports) / 60_000
    torn_ms = sum(span.ms for report in reports for span in report.measured.dropouts)
    cpu_s = after.server.cpu_s - before.server.cpu_s
    return InterpretedLoad(
        calls=calls,
        seconds=seconds,
        joined=sum(any(_interpreted(tape)) for tape in tapes),
        micro_turns=int(micro_turns),
        step_p50_ms=percentile_ms(steps, 0.5),
        step_p99_ms=percentile_ms(steps, 0.99),
        late=round(1 - steps[_LATE_S] / micro_turns, 4),
        torn_ms=round(torn_ms / minutes, 1),
        server_cores=round(cpu_s / took_s, 2),
        server_mib=round(after.server.mib),
        turn_cpu_ms=round(1_000 * cpu_s / micro_turns, 1),
        people_cores=round((after.people_s - before.people_s) / took_s, 2),
        phrases=len(said),
        untranslated=sum(not row["text"] for row in rows),
        lag_p50_ms=round(lag_ms[0]),
        lag_p90_ms=round(lag_ms[1]),
        after_p50_ms=round(after_ms[0]),
        after_p90_ms=round(after_ms[1]),
    )


def _interpreted(tape: Path) -> Iterator[dict[str, Any]]:
    for row in read_rows(tape):
        yield from row.get("interpreted", ())


def percentile_ms(steps: dict[float, float], share: float) -> float:
    """Read a percentile off a histogram, as Prometheus does: evenly spread between two bounds.

    Args:
        steps: how many micro-turns took at most so many s; infinity: all of them.
        share: 0.5 is the median.
    """
    wanted = share * steps[float("inf")]
    below, low_s = 0.0, 0.0
    for bound_s in sorted(steps):
        if steps[bound_s] >= wanted and steps[bound_s] > below:
            if bound_s == float("inf"):
                break
            return round(1_000 * (low_s + (bound_s - low_s) * (wanted - below) / (steps[bound_s] - below)), 1)
        below, low_s = steps[bound_s], bound_s
    return round(1_000 * low_s, 1)
