"""From a delegation to the first word voiced of its result."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from agents.messages import Delegation, ReportKind, TaskReport
from config import tracing
from config.settings import load
from model.turn import Offer, OfferMade, OfferWithdrawn
from telephony.task_traces import TaskTraces


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    tracing.end()


class _Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def _report(task_id: str, kind: ReportKind = ReportKind.RESULT, error: str | None = None) -> TaskReport:
    return TaskReport(
        task_id=task_id, call_id="call-1", tool="order_status", kind=kind, sequence=1, error=error
    )


def _made(offer_id: str) -> OfferMade:
    return OfferMade(Offer(id=offer_id, text="It is on its way."))


def _voiced() -> tuple[float, float, float]:
    """How many results were voiced, after how long in sum, and how many never were."""
    names = (
        "tandem_result_voiced_seconds_count",
        "tandem_result_voiced_seconds_sum",
        "tandem_results_unvoiced_total",
    )
    count, total, never = (REGISTRY.get_sample_value(name) or 0.0 for name in names)
    return count, total, never


def test_a_result_is_timed_to_its_first_word_and_only_once():
    clock, before = _Clock(), _voiced()
    traces = TaskTraces("call-1", clock)
    delegation = Delegation(task_id="t1", tool="order_status")
    assert traces.delegated(delegation) == delegation
    traces.applied(_report("t1", ReportKind.PROGRESS), [_made("o1")])
    traces.voiced("o1")
    traces.applied(_report("t1"), [_made("o2"), _made("o3")])
    clock.now_s += 0.4
    traces.voiced("o2~5")
    traces.voiced("o2")
    traces.close()
    assert _voiced() == pytest.approx((before[0] + 1, before[1] + 0.4, before[2]))


def test_a_result_whose_words_are_withdrawn_or_never_come_counts_as_unvoiced():
    before = _voiced()
    traces = TaskTraces("call-1", _Clock())
    for number in range(3):
        traces.delegated(Delegation(task_id=f"t{number}", tool="order_status"))
        traces.applied(_report(f"t{number}"), [_made(f"o{number}")] if number else [])
    traces.unvoiced([OfferWithdrawn("o1")])
    traces.voiced("o1")
    traces.close()
    assert _voiced() == (before[0], before[1], before[2] + 2)


def test_spans_run_from_the_delegation_to_the_word_under_one_trace(tmp_path: Path):
    tracing.begin("server", load({"TANDEM_TRACES": "file", "TANDEM_HOME": str(tmp_path)}))
    traces = TaskTraces("call-1", _Clock())
    early = traces.delegated(Delegation(task_id="t1-early-1", tool="order_status", speculative=True))
    traces.delegated(Delegation(task_id="t2-early-2", tool="order_status", speculative=True))
    traces.adopted("t1-early-1", "t1")
    traces.dropped("t2-early-2")
    traces.applied(_report("t1", ReportKind.FAILED, "not_found"), [_made("o1")])
    traces.voiced("o1")
    tracing.end()
    spans = [json.loads(line) for line in (tmp_path / "logs" / "traces.jsonl").read_text().splitlines()]
    dropped, offer, whole = spans
    assert [span["name"] for span in spans] == ["delegation", "offer", "delegation"]
    assert early.trace == f"00-{whole['trace']}-{whole['span']}-{early.trace[-2:]}"
    assert (offer["trace"], offer["parent"]) == (whole["trace"], whole["span"])
    assert (whole["adopted_as"], whole["outcome"], dropped["outcome"]) == ("t1", "not_found", "dropped")
    assert all(span["call"] == "call-1" for span in spans)
    assert dropped["trace"] != whole["trace"]
