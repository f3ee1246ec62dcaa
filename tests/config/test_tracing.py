"""Spans: nothing when off, whole traces when on."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import tracing
from config.settings import load
from config.trace_file import TraceFile


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    tracing.end()


def _spans(home: Path) -> dict[str, dict[str, object]]:
    tracing.end()
    lines = (home / "logs" / "traces.jsonl").read_text().splitlines()
    return {str(span["name"]): span for span in map(json.loads, lines)}


def test_nothing_is_recorded_unless_asked_for():
    tracing.begin("server", load({"TANDEM_TRACES": "off", "OTEL_EXPORTER_OTLP_ENDPOINT": None}))
    span = tracing.start("tool", call="call-1")
    assert span is tracing.NOTHING
    assert span.traceparent == ""
    span.note(outcome="result")
    span.end("timeout")


def test_parts_of_a_task_are_one_trace_across_processes(tmp_path: Path):
    settings = load({"TANDEM_TRACES": "file", "TANDEM_HOME": str(tmp_path)})
    tracing.begin("server", settings)
    whole = tracing.start("delegation", call="call-1", task="call-1.t1")
    carried = whole.traceparent
    whole.end()
    tracing.begin("worker", settings)
    with tracing.start("run", carried, call="call-1") as run:
        run.note(outcome="not_found")
    tracing.start("report", carried, 1_700_000_000_000).end("timeout", 1_700_000_000_250)
    spans = _spans(tmp_path)
    assert {span["trace"] for span in spans.values()} == {carried.split("-")[1]}
    assert spans["run"]["parent"] == spans["report"]["parent"] == spans["delegation"]["span"]
    assert (spans["run"]["process"], spans["delegation"]["process"]) == ("worker", "server")
    assert (spans["run"]["outcome"], spans["run"]["error"]) == ("not_found", None)
    assert (spans["report"]["at"], spans["report"]["ms"]) == ("2023-11-14T22:13:20.000+00:00", 250.0)
    assert spans["report"]["error"] == "timeout"


def test_a_part_that_raises_ends_with_the_kind_of_error_and_not_its_words(tmp_path: Path):
    tracing.begin("worker", load({"TANDEM_TRACES": "file", "TANDEM_HOME": str(tmp_path)}))
    with pytest.raises(ValueError, match="104233"), tracing.start("tool"):
        raise ValueError("no order 104233")
    span = _spans(tmp_path)["tool"]
    assert span["error"] == "ValueError"
    assert "104233" not in json.dumps(span)


def test_spans_that_cannot_be_sent_are_said_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    tracing.begin("server", load({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}))
    assert "opentelemetry-exporter-otlp-proto-http is not installed" in caplog.text
    assert tracing.start("tool") is tracing.NOTHING


def test_a_full_file_makes_room_for_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("config.trace_file._FILE_BYTES", 10)
    tracing.begin("server", load({"TANDEM_TRACES": "file", "TANDEM_HOME": str(tmp_path)}))
    tracing.start("tool").end()
    tracing.end()
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["traces.jsonl.1"]


def test_a_file_that_cannot_be_written_costs_its_spans_and_nothing_else(tmp_path: Path):
    from opentelemetry.sdk.trace.export import SpanExportResult

    file = TraceFile(tmp_path / "traces.jsonl", "server")
    (tmp_path / "traces.jsonl").mkdir()
    assert file.export(()) is SpanExportResult.FAILURE
