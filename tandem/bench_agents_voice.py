"""From a report to its first word at the caller's ear, on whole calls: the rest of `tandem bench agents`.

A platform of its own answers simulated callers who key in numbers. The tool that is asked answers when the
agent has fallen silent; when its result was written to the call's stream is read off Redis, when the agent
is heard again off the carrier's recording.
"""

import asyncio
import tempfile
import time
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

import numpy as np
from redis.asyncio import Redis

from agents.messages import TaskReport
from agents.reports import connect, stream_key
from tandem.bench_agents_stage import BenchError, Progress, tools_path
from tandem.bench_agents_tools import LATER_DIGITS
from tandem.platform import Platform, private_platform
from telephony.simulator.carrier import Carrier, made_up_credentials
from telephony.simulator.ear import PHRASE_GAP_MS, Span, sounds
from telephony.simulator.events import CallEvent, TapeTold
from telephony.simulator.report import CallReport
from telephony.simulator.script import CallScript, Keys, Pause

_LONGEST_MS: Final = 3_000
"""What is heard first so long after a result was not brought up by it."""
_SPREAD_MS: Final = 200
"""Results come at all moments of a micro-turn alike."""
_LOOK_EVERY_S: Final = 0.25
_PAUSE_MS: Final = 1_000
"""Before a caller keys the next number: the tape, which tells callers of work going on, may lag."""
_TELL_S: Final = 4.0
"""A result is told, and heard to its end, within this time."""
_SECONDS_EACH: Final = 20.0
_FLOW: Final = """
schema: 1
name: bench
version: 1
title: Numbers are keyed in, and told when they are ready
start: which
silence: {after_ms: 60000, says: [Hello], then: over}
trouble: over
resuming: "{last}"
talked_over: One moment.
slots:
  number: {kind: digits, digits: %d}
steps:
  which:
    kind: ask
    slot: number
    says: Which one?
    again: ["Which one, please?"]
    counted: {partial: "And then?", too_few: More digits please., too_many: Fewer digits please.}
    next: look_up
  look_up:
    kind: look_up
    tool: bench_later
    arguments: {number: "{number}"}
    result: found
    says: Sure.
    waiting: {first_after_ms: 30000, says: One moment.}
    next: tell
    failed: {otherwise: over}
  tell:
    kind: say
    says: Number {found.number} is ready.
    next: which
  over:
    kind: end
    says: Goodbye.
    resume: which
misunderstood: {then: over}
"""


@dataclass(frozen=True, slots=True)
class Voiced:
    """From a result's entry in the call's stream to its first sound at the caller's ear, the floor free.

    Attributes:
        calls: at the same time.
        results: so many were measured.
        left_out: results that came while the agent was still heard, or that were not told at all.
        p50_ms, p99_ms, longest_ms: how long it took. A micro-turn is 200 ms.
    """

    calls: int
    results: int
    left_out: int
    p50_ms: float
    p99_ms: float
    longest_ms: float


@dataclass(slots=True)
class _Clock:
    """One call's time against this machine's. What is told comes when it happens or later, never earlier."""

    call_id: str = ""
    began_unix_ms: float = field(default=float("inf"))

    def watch(self, event: CallEvent) -> None:
        if isinstance(event, TapeTold):
            self.call_id = event.told.call_id or self.call_id
            self.began_unix_ms = min(self.began_unix_ms, time.time() * 1_000 - event.at_ms)


async def measure_voiced(calls: int, results: int, progress: Progress) -> Voiced:
    """Place calls until about so many results have been told in them.

    Raises:
        BenchError: a call fails, or not a single result was heard.
        PlatformError: the platform does not come up.
    """
    each = max(1, results // calls)
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as name:
        folder = Path(name)
        flow = folder / "bench.yaml"
        flow.write_text(_FLOW % LATER_DIGITS, encoding="utf-8")
        credentials = made_up_credentials()
        async with Carrier(credentials) as carrier:
            variables = {
                "TANDEM_FLOW": str(flow),
                "PYTHONPATH": tools_path(folder / "packages"),
                "TWILIO_ACCOUNT_SID": credentials.account_sid,
                "TWILIO_AUTH_TOKEN": credentials.auth_token,
                "TWILIO_API_URL": carrier.api_url,
            }
            async with private_platform(lambda what: progress(f"report to ear: {what}"), **variables) as up:
                delays = await _listen(
                    carrier, up, folder, [_script(k, each) for k in range(calls)], progress
                )
    heard = [ms for ms in delays if ms is not None]
    if not heard:
        raise BenchError("no result was heard on the line")
    p50_ms, p99_ms = (round(float(np.percentile(heard, q)), 1) for q in (50, 99))
    return Voiced(calls, len(heard), len(delays) - len(heard), p50_ms, p99_ms, round(max(heard), 1))


def _script(seed: int, results: int) -> CallScript:
    """One caller: numbers that make the tool's answers come at all moments of a micro-turn."""
    moments_ms = np.random.default_rng(seed).permutation(results) * _SPREAD_MS // results
    steps = [step for ms in moments_ms for step in (Pause(_PAUSE_MS), Keys(f"{ms:0{LATER_DIGITS}d}"))]
    return CallScript(tuple(steps), seed=seed)


async def _listen(
    carrier: Carrier, platform: Platform, folder: Path, scripts: Sequence[CallScript], progress: Progress
) -> list[float | None]:
    """Let the callers call, and hang up when all has been told; the delays in ms, None where left out."""
    clocks = [_Clock() for _ in scripts]
    wanted = sum(isinstance(step, Keys) for script in scripts for step in script.steps)
    calls = [
        asyncio.create_task(carrier.place_call(script, platform.url, out=folder, watch=clock.watch))
        for script, clock in zip(scripts, clocks, strict=True)
    ]
    redis = connect(platform.settings.redis_url)
    try:
        async with asyncio.timeout(_SECONDS_EACH * (1 + len(scripts[0].steps))):
            written: list[dict[str, int]] = []
            while sum(map(len, written)) < wanted and not any(call.done() for call in calls):
                await asyncio.sleep(_LOOK_EVERY_S)
                written = [await _results(redis, clock.call_id) for clock in clocks]
                progress(f"report to ear: {sum(map(len, written))} of {wanted} results")
            await asyncio.sleep(_TELL_S)
    except TimeoutError:
        raise BenchError("the calls did not come to their end") from None
    finally:
        carrier.hang_up()
        reports = await asyncio.gather(*calls)
        await redis.aclose()
    for report in reports:
        if not report.ok:
            raise BenchError(f"a call failed: {report.failure}")
    return [
        delay
        for report, clock, results in zip(reports, clocks, written, strict=True)
        for delay in _delays(report, {n: unix_ms - clock.began_unix_ms for n, unix_ms in results.items()})
    ]


async def _results(redis: Redis, call_id: str) -> dict[str, int]:
    """When each number's result was written to the call's stream: Unix ms by the clock of Redis, and ours."""
    if not call_id:
        return {}
    # redis-py types the answer for both protocol versions; ours: [(id, fields)]
    entries = cast("list[tuple[str, dict[str, str]]]", await redis.xrange(stream_key(call_id)))
    reports = [
        (int(position.partition("-")[0]), TaskReport.model_validate_json(fields["report"]))
        for position, fields in entries
    ]
    return {str(each.result["number"]): at for at, each in reports if each.kind.settles and each.result}


def _delays(report: CallReport, written_ms: Mapping[str, float]) -> list[float | None]:
    """How long after its result (call time) the agent began to tell each number; None: left out."""
    if report.recording is None:
        raise BenchError("the carrier kept no recording")
    with wave.open(str(report.recording)) as recording:
        both = np.frombuffer(recording.readframes(recording.getnframes()), np.int16).reshape(-1, 2)
    spans = sounds(np.ascontiguousarray(both[:, 1]))
    return [
        first_heard_ms(spans, at_ms) if f"Number {number} is ready" in report.heard else None
        for number, at_ms in written_ms.items()
    ]


def first_heard_ms(spans: Sequence[Span], at_ms: float) -> float | None:
    """Tell how long after `at_ms` the next stretch of speech begins.

    Returns:
        None: the agent was speaking then, or fell silent less than a phrase's gap before, or says nothing
        within three seconds.
    """
    if any(span.start_ms <= at_ms < span.end_ms + PHRASE_GAP_MS for span in spans):
        return None
    begins = min((span.start_ms for span in spans if span.start_ms > at_ms), default=float("inf"))
    return begins - at_ms if begins - at_ms <= _LONGEST_MS else None
