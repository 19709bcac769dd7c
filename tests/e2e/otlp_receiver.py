"""A collector of telemetry: takes OTLP over HTTP as protobuf, and keeps what has arrived."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from tests.e2e.wait_until import until


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, Any]
    is_error: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class ReceivedLog:
    body: str
    severity: str
    trace_id: str
    span_id: str
    attributes: dict[str, Any]


@dataclass(slots=True)
class Collector:
    """Where it is, and what has arrived: as bytes, and as what they say."""

    url: str = ""
    content: list[bytes] = field(default_factory=list)
    spans: list[ReceivedSpan] = field(default_factory=list)
    logs: list[ReceivedLog] = field(default_factory=list)
    metrics: dict[str, Metric] = field(default_factory=dict)
    resources: list[dict[str, Any]] = field(default_factory=list)

    async def has(self, name: str, count: int = 1) -> list[ReceivedSpan]:
        """Return the spans of this name as soon as there are so many."""
        await until(lambda: len(self.named(name)) >= count)
        return self.named(name)

    async def line_of(self, trace_id: str) -> ReceivedLog:
        """Return the first line of the log that belongs to the trace, as soon as there is one."""
        await until(lambda: any(line.trace_id == trace_id for line in self.logs))
        return next(line for line in self.logs if line.trace_id == trace_id)

    def named(self, name: str) -> list[ReceivedSpan]:
        return [span for span in self.spans if span.name == name]


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """Collect on a free port as long as the block lasts."""
    collector = Collector()

    async def traces(request: web.Request) -> web.Response:
        message = ExportTraceServiceRequest.FromString(await _content(collector, request))
        for of_resource in message.resource_spans:
            collector.resources.append(_attributes(of_resource.resource.attributes))
            for span in (span for scope in of_resource.scope_spans for span in scope.spans):
                collector.spans.append(
                    ReceivedSpan(
                        name=span.name,
                        kind=span.kind,
                        trace_id=span.trace_id.hex(),
                        span_id=span.span_id.hex(),
                        parent_id=span.parent_span_id.hex(),
                        attributes=_attributes(span.attributes),
                        is_error=span.status.code == span.status.STATUS_CODE_ERROR,
                        seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
                    )
                )
        return web.Response()

    async def logs(request: web.Request) -> web.Response:
        message = ExportLogsServiceRequest.FromString(await _content(collector, request))
        for record in (
            record for each in message.resource_logs for scope in each.scope_logs for record in scope.log_records
        ):
            collector.logs.append(
                ReceivedLog(
                    body=record.body.string_value,
                    severity=record.severity_text,
                    trace_id=record.trace_id.hex(),
                    span_id=record.span_id.hex(),
                    attributes=_attributes(record.attributes),
                )
            )
        return web.Response()

    async def metrics(request: web.Request) -> web.Response:
        message = ExportMetricsServiceRequest.FromString(await _content(collector, request))
        for metric in (
            metric for each in message.resource_metrics for scope in each.scope_metrics for metric in scope.metrics
        ):
            collector.metrics[metric.name] = metric
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", traces)
    app.router.add_post("/v1/logs", logs)
    app.router.add_post("/v1/metrics", metrics)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield collector
    finally:
        await runner.cleanup()


async def _content(collector: Collector, request: web.Request) -> bytes:
    content = await request.read()
    collector.content.append(content)
    return content


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:  # noqa: ANN401 - of whatever kind it is
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(each) for each in value.array_value.values]
    return None if kind is None else getattr(value, kind)
