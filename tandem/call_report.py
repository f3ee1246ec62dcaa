"""The report of `tandem call` on the terminal, and as JSON."""

import statistics
from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from config.tape.witness import EarlyLookUps
from tandem.call_screen import clock, summary
from telephony.simulator.ear import Interruption
from telephony.simulator.report import CallReport, Outcome, as_json

_ENDS = {
    Outcome.AGENT_HUNG_UP: "the agent hung up",
    Outcome.CALLER_HUNG_UP: "the caller hung up",
    Outcome.TRANSFERRED: "transferred",
    Outcome.FAILED: "failed",
}

_BUSY_MS: Final = 40
_SHOWN: Final = ("look_ups", "ready", "wasted")


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` (0..1) of the values lie; None without values."""
    if not values:
        return None
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def print_report(console: Console, report: CallReport, tape: str) -> None:
    """Print one call's report."""
    measured = report.measured
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_row("Call", f"{report.call_sid}  {_ENDS[report.outcome]} after {clock(report.duration_ms)}")
    if measured.greeting_ms is not None:
        table.add_row("Greeted", "after the line opened", _seconds(measured.greeting_ms))
    for k, reply in enumerate(measured.replies):
        table.add_row("" if k else "Answered", f"after “{escape(reply.after)}”", _seconds(reply.latency_ms))
    for text in measured.unanswered:
        table.add_row("Unanswered", f"“{escape(text)}”")
    for each in measured.interruptions:
        table.add_row(*_interruption(each))
    for tool in report.tools:
        took_ms = None if tool.settled_ms is None else float(tool.settled_ms - tool.asked_ms)
        table.add_row("Tool", escape(f"{tool.tool}: {summary(tool)}"), _seconds(took_ms))
    if report.told.early.look_ups or report.told.early.begun:
        table.add_row("Look-ups", _look_ups([report]))
    table.add_row("Sound", _sound(report))
    table.add_row("Protocol", _protocol(report))
    if report.counts.latest_ms > _BUSY_MS:
        late = f"this machine is busy: the caller's own clock was {report.counts.latest_ms:.0f} ms late"
        table.add_row("Note", f"[yellow]{late}[/]")
    for error in report.errors[:5]:
        table.add_row("", f"[red]{error.code}[/] {escape(error.why)}", clock(error.at_ms))
    for note in report.notes:
        table.add_row("Note", f"[yellow]{escape(note)}[/]")
    table.add_row("Tape", escape(tape))
    if report.recording:
        table.add_row(
            "Recording", escape(f"{report.recording}  (left the caller, right the agent at the ear)")
        )
    console.print()
    console.print(table, soft_wrap=False)


def print_summary(console: Console, reports: Sequence[CallReport]) -> None:
    """Print what many calls have in common."""
    table = Table(box=None, pad_edge=False)
    table.add_column("call", no_wrap=True, max_width=12)
    table.add_column("ended", overflow="fold")
    for heading in ("s", "greeted", "answered", "worst", "tools", "dropouts", "refused"):
        table.add_column(heading, justify="right", no_wrap=True)
    for report in reports:
        latencies = report.latencies_ms
        table.add_row(
            report.call_sid[:10],
            f"[red]{escape(report.failure)}[/]" if report.failure else _ENDS[report.outcome],
            f"{report.duration_ms / 1_000:.0f}",
            _seconds(report.measured.greeting_ms),
            _seconds(statistics.median(latencies) if latencies else None),
            _seconds(max(latencies, default=None)),
            f"{sum(tool.state == 'result' for tool in report.tools)} of {len(report.tools)}",
            str(len(report.measured.dropouts)),
            str(report.counts.malformed),
        )
    console.print(table)
    pooled = [latency for report in reports for latency in report.latencies_ms]
    p50, p95 = percentile(pooled, 0.5), percentile(pooled, 0.95)
    if p50 is not None and p95 is not None:
        console.print(
            f"\n{sum(report.ok for report in reports)} of {len(reports)} calls went well; "
            f"answered after {p50 / 1_000:.2f} s (p50), {p95 / 1_000:.2f} s (p95)"
        )
    console.print(f"Look-ups: {_look_ups(reports)}")


def calls_as_json(
    reports: Sequence[CallReport], tapes: Sequence[str], shortcomings: Sequence[str]
) -> dict[str, Any]:
    """All calls of a command, and their figures together."""
    pooled = [latency for report in reports for latency in report.latencies_ms]
    return {
        "ok": all(report.ok for report in reports) and not shortcomings,
        "shortcomings": list(shortcomings),
        "latency_ms": {"p50": percentile(pooled, 0.5), "p95": percentile(pooled, 0.95)},
        "early_look_ups": {
            name: sum(getattr(report.told.early, name) for report in reports)
            for name in EarlyLookUps.__slots__
        },
        "calls": [as_json(report) | {"tape": tape} for report, tape in zip(reports, tapes, strict=True)],
    }


def _seconds(ms: float | None) -> str:
    return "-" if ms is None else f"{ms / 1_000:.2f} s"


def _interruption(each: Interruption) -> tuple[str, str, str]:
    name = "Backchannel" if each.backchannel else "Interrupted"
    if not each.agent_was_speaking:
        return name, f"“{escape(each.text)}”: the agent was silent by then", ""
    if each.stop_ms is None:
        return name, f"“{escape(each.text)}”: the agent went on", ""
    return name, f"“{escape(each.text)}”: the agent stopped", _seconds(each.stop_ms)


def _look_ups(reports: Sequence[CallReport]) -> str:
    early = [report.told.early for report in reports]
    asked, ready, wasted = (sum(getattr(each, name) for each in early) for name in _SHOWN)
    return f"{asked}, ready when the turn ended: {ready}, wasted: {wasted}"


def _sound(report: CallReport) -> str:
    measured = report.measured
    dropouts = measured.dropouts
    torn = (
        f"{len(dropouts)} dropouts, {sum(span.ms for span in dropouts):.0f} ms" if dropouts else "no dropouts"
    )
    silence = measured.longest_silence
    quiet = f", longest silence {silence.ms / 1_000:.1f} s at {clock(silence.start_ms)}" if silence else ""
    return f"{torn}{quiet}, both at once {measured.overlap_ms / 1_000:.1f} s"


def _protocol(report: CallReport) -> str:
    counts = report.counts
    errors = f"[red]{counts.malformed} that Twilio would refuse[/]" if counts.malformed else "none malformed"
    return (
        f"{counts.media} media, {counts.marks} marks ({counts.marks_returned} returned), "
        f"{counts.clears} clears; {errors}"
    )
