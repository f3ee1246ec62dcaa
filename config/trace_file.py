"""Spans as JSON lines in a file, for those who have nothing to send them to."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

_FILE_BYTES: Final = 50_000_000
_NS_PER_S: Final = 1_000_000_000
_NS_PER_MS: Final = 1_000_000


class TraceFile(SpanExporter):
    """Appends one line a span: trace, span, parent, process, name, beginning (UTC), ms, error, attributes.

    Several processes share the file: a line is one write. Beyond 50 MB the file gets `.1` to its name and a
    new one is begun.
    """

    def __init__(self, path: Path, process: str) -> None:
        """Write to `path`, whose folder is created if need be, as `process`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._process = process

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write these spans; what cannot be written is given up."""
        lines = [json.dumps(self._line(each), ensure_ascii=False) + "\n" for each in spans]
        try:
            self._append(lines)
        except OSError:
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def _append(self, lines: Sequence[str]) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            for line in lines:
                os.write(file, line.encode())
            full = os.fstat(file).st_size > _FILE_BYTES
        finally:
            os.close(file)
        if full:
            self._path.replace(self._path.with_name(self._path.name + ".1"))

    def _line(self, span: ReadableSpan) -> dict[str, object]:
        context, began_ns, ended_ns = span.context, span.start_time or 0, span.end_time or 0
        return {
            "trace": f"{context.trace_id:032x}" if context else "",
            "span": f"{context.span_id:016x}" if context else "",
            "parent": f"{span.parent.span_id:016x}" if span.parent else None,
            "process": self._process,
            "name": span.name,
            "at": datetime.fromtimestamp(began_ns / _NS_PER_S, UTC).isoformat(timespec="milliseconds"),
            "ms": round((ended_ns - began_ns) / _NS_PER_MS, 3),
            "error": span.status.description,
            **(span.attributes or {}),
        }
