"""Spans: how long each part of a task took, from the delegation to the word that tells its result.

Off unless asked for, and then next to nothing: `start` gives a span that does nothing. With
OTEL_EXPORTER_OTLP_ENDPOINT spans go there over OTLP (OpenTelemetry's other variables count too); with
TANDEM_TRACES=file to `traces.jsonl` beside the logs. Spans carry ids, names of tools and outcomes, and never
what anybody said.
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Self

from config.settings import Settings

if TYPE_CHECKING:  # heavy, and for most never needed
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span as OpenTelemetrySpan

logger = logging.getLogger(__name__)

_OTLP: Final = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
_OTLP_PACKAGE: Final = "opentelemetry-exporter-otlp-proto-http"
_EXPORT_EVERY_MS: Final = 500
"""A process that is killed takes with it what it has not sent."""
_NS_PER_MS: Final = 1_000_000

_providers: list["TracerProvider"] = []
"""This process's, if `begin` found that spans are wanted: as with log handlers, one for the process."""


class Span:
    """One part of the work; ends with `end`, or as a context. Without a recorder it does nothing."""

    __slots__ = ("_recorder",)

    def __init__(self, recorder: "OpenTelemetrySpan | None" = None) -> None:
        self._recorder = recorder

    @property
    def traceparent(self) -> str:
        """What a part of this names as its parent (W3C Trace Context); empty when nothing is recorded."""
        if self._recorder is None:
            return ""
        context = self._recorder.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def note(self, **attributes: str | int | bool) -> None:
        """Add what became known meanwhile."""
        if self._recorder is not None:
            self._recorder.set_attributes(attributes)

    def end(self, error: str = "", at_unix_ms: int | None = None) -> None:
        """Close it, now or as of then. `error`: the word of a failure; never a person's words."""
        if self._recorder is None:
            return
        if error:
            from opentelemetry.trace import Status, StatusCode

            self._recorder.set_status(Status(StatusCode.ERROR, error))
        self._recorder.end(None if at_unix_ms is None else at_unix_ms * _NS_PER_MS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.end(kind.__name__ if kind else "")


NOTHING: Final = Span()
"""The span of what is not recorded."""


def start(
    name: str, parent: str = "", since_unix_ms: int | None = None, /, **attributes: str | int | bool
) -> Span:
    """Begin a part of the work.

    Args:
        name: what it is: delegation, dispatch, run, tool, report, offer.
        parent: the `traceparent` of what it is a part of; empty: it begins a trace of its own.
        since_unix_ms: when it began, if not now.
        attributes: ids, names, counts; never a person's words.
    """
    if not _providers:
        return NOTHING
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract({"traceparent": parent}) if parent else None
    since_ns = None if since_unix_ms is None else since_unix_ms * _NS_PER_MS
    tracer = _providers[0].get_tracer("tandem")
    return Span(tracer.start_span(name, context=context, start_time=since_ns, attributes=attributes))


def begin(process: str, settings: Settings) -> None:
    """Record this process's spans, if that is asked for; otherwise nothing is even imported.

    A forked process begins for itself: the thread that exports does not come along.

    Args:
        process: `server`, `worker`, ...
        settings: where spans go.
    """
    end()
    exporters = [each for each in (_to_file(process, settings), _over_otlp(settings)) if each is not None]
    if not exporters:
        return
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"tandem-{process}"}))
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=_EXPORT_EVERY_MS))
    _providers.append(provider)


def end() -> None:
    """Send what is left and record no more. Idempotent."""
    while _providers:
        _providers.pop().shutdown()


def _to_file(process: str, settings: Settings) -> "SpanExporter | None":
    if settings.traces != "file":
        return None
    from config.trace_file import TraceFile

    return TraceFile(settings.logs / "traces.jsonl", process)


def _over_otlp(settings: Settings) -> "SpanExporter | None":
    if settings.otlp_endpoint is None:
        return None
    try:
        module: Any = import_module(_OTLP)
    except ImportError:
        logger.warning(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but spans go nowhere: %s is not installed", _OTLP_PACKAGE
        )
        return None
    return module.OTLPSpanExporter()  # reads the endpoint, headers and timeouts from OTEL_* itself
