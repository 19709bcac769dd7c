"""Exports traces, metrics and logs over OTLP by OpenTelemetry's SDK, which reads its own settings (`OTEL_*`).

Only this and its neighbours that it imports know OpenTelemetry, and are loaded only where something is to be exported.
That waits in bounded queues and is sent from threads; while the collector cannot be reached the oldest is dropped, and
no request notices.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from time import time_ns
from typing import Any, Final
from uuid import uuid4

from opentelemetry import propagate
from opentelemetry._logs import SeverityNumber
from opentelemetry.context import Context, attach, detach
from opentelemetry.environment_variables import OTEL_PROPAGATORS
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.environment_variables import OTEL_METRIC_EXPORT_INTERVAL
from opentelemetry.sdk.metrics.export import MetricExportResult
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Span as SdkSpan
from opentelemetry.trace import SpanKind, Status, StatusCode, get_current_span, set_span_in_context
from opentelemetry.trace import Tracer as SdkTracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client.registry import Collector

from adapters.telemetry.daemon_threads import in_daemon_thread
from adapters.telemetry.export_reports import ExportReports, ReportedLogs, ReportedSpans
from adapters.telemetry.metric_data import metric_data
from application.ports.tracing import Attributes, Span, Tracer

_SCOPE: Final = "modelbook"
_PROTOCOL: Final = "http/protobuf"
# Enough for a collector that works; one that hangs does not hold up the end of the process for longer.
_CLOSING_SECONDS: Final = 5.0
_MOST_SECONDS: Final = 60.0
_SEVERITIES: Final = {
    "debug": SeverityNumber.DEBUG,
    "info": SeverityNumber.INFO,
    "warning": SeverityNumber.WARN,
    "error": SeverityNumber.ERROR,
    "critical": SeverityNumber.FATAL,
}
# What a record has places of its own for.
_OF_THE_RECORD: Final = frozenset({"event", "level", "time", "trace_id", "span_id", "exc_info"})


def check_settings(signals: Collection[str]) -> None:
    """Do nothing if the SDK can be set up by its settings in the environment.

    Raises:
        ValueError: it cannot; the message says why.
    """
    _check_protocol(signals)
    _export_interval()
    for provider in OpenTelemetry(signals, version="").providers:
        provider.shutdown()


class OpenTelemetry:
    """Exports the signals that are requested: traces, metrics, logs. Made in the process that it is to work in."""

    def __init__(self, signals: Collection[str], *, version: str) -> None:
        self._resource = _resource(version)
        self._scope = InstrumentationScope(_SCOPE, version)
        self._began = time_ns()
        self._reports = ExportReports()
        self._traces = self._logs = self._metrics = self._logger = None
        self.tracer: Tracer | None = None
        if "traces" in signals:
            self._traces = TracerProvider(resource=self._resource, shutdown_on_exit=False)
            spans = BatchSpanProcessor(ReportedSpans(OTLPSpanExporter(), self._reports))
            self._traces.add_span_processor(spans)
            self.tracer = _Tracer(self._traces.get_tracer(_SCOPE, version))
        if "logs" in signals:
            self._logs = LoggerProvider(resource=self._resource, shutdown_on_exit=False)
            records = BatchLogRecordProcessor(ReportedLogs(OTLPLogExporter(), self._reports))
            self._logs.add_log_record_processor(records)
            self._logger = self._logs.get_logger(_SCOPE, version)
        if "metrics" in signals:
            self._metrics = OTLPMetricExporter()

    def report_to(self, changed: Callable[[str | None], None]) -> None:
        """Call this with the reason when exports begin to fail, and none when they work again; from any thread."""
        self._reports.changed = changed
        self._reports.begin()

    def process_log_line(self, _: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Add to a line of the log which span it belongs to, and export it; a processor of structlog."""
        context = get_current_span().get_span_context()
        if context.is_valid:
            event["trace_id"], event["span_id"] = f"{context.trace_id:032x}", f"{context.span_id:016x}"
        if self._logger is not None:
            level = str(event.get("level", "info"))
            self._logger.emit(
                timestamp=time_ns(),
                severity_number=_SEVERITIES.get(level, SeverityNumber.INFO),
                severity_text=level,
                body=str(event.get("event", "")),
                attributes={
                    name: value if isinstance(value, bool | int | float) else str(value)
                    for name, value in event.items()
                    if value is not None and name not in _OF_THE_RECORD
                },
                exception=_exception(event.get("exc_info")),
            )
        return event

    def exemplar(self) -> Mapping[str, str] | None:
        """Return what an observation is an example of: the current span, if it is exported."""
        context = get_current_span().get_span_context()
        if not (context.is_valid and context.trace_flags.sampled):
            return None
        return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}

    async def export_metrics_for_ever(self, figures: Callable[[], Awaitable[Collector]]) -> None:
        """Export the figures at the interval of OTEL_METRIC_EXPORT_INTERVAL, until this is cancelled."""
        while True:
            await asyncio.sleep(_export_interval())
            await self._export_metrics(await figures(), _MOST_SECONDS)

    @property
    def providers(self) -> Sequence[TracerProvider | LoggerProvider]:
        """What has to be shut down."""
        return [provider for provider in (self._traces, self._logs) if provider is not None]

    @property
    def exports_metrics(self) -> bool:
        """Whether figures are exported."""
        return self._metrics is not None

    async def close(self, last: Collector) -> None:
        """Export what waits, and the figures a last time; whatever takes longer than a few seconds is lost."""
        await asyncio.gather(
            self._export_metrics(last, _CLOSING_SECONDS),
            *(in_daemon_thread(provider.shutdown, seconds=_CLOSING_SECONDS) for provider in self.providers),
        )
        self._reports.close()

    async def _export_metrics(self, figures: Collector, seconds: float) -> None:
        exporter = self._metrics
        if exporter is None:
            return
        # Here, where the figures change, and not in the thread.
        data = metric_data(figures, self._resource, self._scope, began=self._began, now=time_ns())

        def export() -> None:
            result = exporter.export(data)
            self._reports.ended("metrics", is_exported=result is MetricExportResult.SUCCESS)

        await in_daemon_thread(export, seconds=seconds)


class _Tracer:
    """Implements `Tracer`. Trace Context is taken and passed on, or what OTEL_PROPAGATORS names."""

    def __init__(self, tracer: SdkTracer) -> None:
        self._tracer = tracer
        self._propagator: TextMapPropagator = (
            propagate.get_global_textmap() if os.environ.get(OTEL_PROPAGATORS) else TraceContextTextMapPropagator()
        )

    def serve(self, name: str, headers: Mapping[str, str], attributes: Attributes) -> Span:
        context = self._propagator.extract(headers, Context())
        span = self._tracer.start_span(name, context, SpanKind.SERVER, attributes)
        return _Span(span, set_span_in_context(span, context))

    def call(self, name: str, attributes: Attributes, *, seconds_ago: float = 0.0) -> Span:
        began = time_ns() - int(seconds_ago * 1e9) if seconds_ago else None
        span = self._tracer.start_span(name, None, SpanKind.CLIENT, attributes, start_time=began)
        return _Span(span, set_span_in_context(span))

    def headers(self) -> Mapping[str, str]:
        headers: dict[str, str] = {}
        self._propagator.inject(headers)
        return headers


class _Span:
    """Implements `Span`."""

    __slots__ = ("_context", "_span")

    def __init__(self, span: SdkSpan, context: Context) -> None:
        self._span = span
        self._context = context

    def describe(self, attributes: Attributes) -> None:
        self._span.set_attributes(attributes)

    @contextmanager
    def current(self) -> Iterator[None]:
        token = attach(self._context)
        try:
            yield
        finally:
            detach(token)

    def end(self, error_type: str | None = None) -> None:
        if error_type is not None:
            self._span.set_attribute("error.type", error_type)
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()


def _resource(version: str) -> Resource:
    """Return the process's resource attributes: from its settings, else our own names."""
    given = OTELResourceDetector().detect().attributes
    own = {"service.name": _SCOPE, "service.version": version, "service.instance.id": str(uuid4())}
    return Resource.create({name: value for name, value in own.items() if not given.get(name)})


def _check_protocol(signals: Collection[str]) -> None:
    names = ["OTEL_EXPORTER_OTLP_PROTOCOL", *(f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL" for signal in signals)]
    for name in names:
        if os.environ.get(name, _PROTOCOL) not in {"", _PROTOCOL}:
            raise ValueError(f"{name} is not {_PROTOCOL}, which is how this service exports")


def _export_interval() -> float:
    text = os.environ.get(OTEL_METRIC_EXPORT_INTERVAL) or "60000"
    if not text.isdecimal() or int(text) == 0:
        raise ValueError(f"{OTEL_METRIC_EXPORT_INTERVAL} is not a number of milliseconds")
    return int(text) / 1000


def _exception(exc_info: object) -> BaseException | None:
    """Return the exception of a log record, in whatever form it has it."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exception() if exc_info else None
