"""Every figure Tandem counts for Prometheus, by the names they are scraped under.

Labels are few and bounded: names of tools, kinds of outcome; never a call, a number or a word of anybody's.
A server counts in its own memory and shows it at `/metrics`. A worker has several processes: they count in
files that its parent adds up (`config.worker_metrics`).
"""

from collections.abc import Mapping
from typing import Final

from prometheus_client import Counter, Histogram, disable_created_metrics

from config.failures import FAILURES

disable_created_metrics()  # a second series for each, which nobody asks for

_SOON_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LONG_S: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0)
_VOICED_S: Final = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
_STEP_S: Final = (0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3, 0.5, 1.0)

UNKNOWN: Final = "unknown"
"""The `tool` of a request for one that does not exist: what was asked for is not ours to bound."""
OUTCOMES: Final = frozenset(("result", "cancelled", *FAILURES))
"""How a task can end: a result, a cancellation, or the word of its failure. All else counts as `other`."""

# --- the call's side --------------------------------------------------------------------------------------

task_seconds: Final = Histogram(
    "tandem_task_seconds", "From delegation to what settled it.", ("tool", "outcome"), buckets=_LONG_S
)
task_wait_seconds: Final = Histogram(
    "tandem_task_wait_seconds", "From the queue to a worker's first word of it.", buckets=_SOON_S
)
task_retries: Final = Counter("tandem_task_retries", "Tasks sent out again after silence.", ("tool",))
tasks_unsent: Final = Counter("tandem_tasks_unsent", "Tasks Redis did not take.", ("tool",))
report_lag_seconds: Final = Histogram(
    "tandem_report_lag_seconds", "From a report's entry in its stream to the call.", buckets=_SOON_S
)
reports_ignored: Final = Counter("tandem_reports_ignored", "Reports that were repeated, late or unknown.")
result_voiced_seconds: Final = Histogram(
    "tandem_result_voiced_seconds", "From a result to the first word voiced of it.", buckets=_VOICED_S
)
results_unvoiced: Final = Counter("tandem_results_unvoiced", "Results whose words were never voiced.")
speculations: Final = Counter(
    "tandem_speculations",
    "Look-ups that may begin on words still being spoken. look_ups: asked for, early or not; begun: early; "
    "of these adopted (ready: answered by then) or wasted.",
    ("outcome",),
)
calls: Final = Counter("tandem_calls", "Calls that ended, by how.", ("outcome",))
micro_turn_seconds: Final = Histogram(
    "tandem_micro_turn_seconds", "From 200 ms of the caller to 200 ms of the agent.", buckets=_STEP_S
)

# --- the worker's side ------------------------------------------------------------------------------------

run_seconds: Final = Histogram(
    "tandem_run_seconds", "From a worker's taking a task up to its last report.", ("tool", "outcome"),
    buckets=_LONG_S,
)  # fmt: skip
runs_again: Final = Counter(
    "tandem_runs_again",
    "Runs of tasks that had been begun before: lost, delivered twice, or asked for again.",
)


def count_speculation(figures: Mapping[str, int]) -> None:
    """Add up one call's early look-ups; `figures`: how many, by outcome."""
    for outcome in ("look_ups", "begun", "adopted", "ready", "wasted"):
        speculations.labels(outcome).inc(figures.get(outcome, 0))


def outcome_label(kind: str, error: str | None) -> str:
    """Name an outcome: `result`, `cancelled`, or the word of a failure.

    Args:
        kind: of the report that settled the task.
        error: the word, of a failure.
    """
    word = (error or "internal") if kind == "failed" else kind
    return word if word in OUTCOMES else "other"
