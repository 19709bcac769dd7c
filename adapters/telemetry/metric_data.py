"""The figures of `/metrics` as OpenTelemetry's data: the same names, so that there is one truth, without `_total`."""

from collections.abc import Mapping, Sequence
from typing import Final

from opentelemetry.sdk.metrics import Exemplar
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client import Metric as Family
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar as PrometheusExemplar
from prometheus_client.samples import Sample

_SECONDS: Final = "_seconds"
_BOUND: Final = "le"


def metric_data(
    figures: Collector, resource: Resource, scope: InstrumentationScope, *, began: int, now: int
) -> MetricsData:
    """Return all figures; `began` and `now` are nanoseconds, and all counts are since the beginning."""
    metrics = [
        Metric(
            name=family.name,
            description=family.documentation,
            unit="s" if family.name.endswith(_SECONDS) else "",
            data=_data(family, began, now),
        )
        for family in figures.collect()
        if family.samples
    ]
    scopes = [ScopeMetrics(scope=scope, metrics=metrics, schema_url="")]
    return MetricsData(resource_metrics=[ResourceMetrics(resource=resource, scope_metrics=scopes, schema_url="")])


def _data(family: Family, began: int, now: int) -> Sum | Gauge | Histogram:
    if family.type == "histogram":
        return Histogram(_histogram_points(family, began, now), AggregationTemporality.CUMULATIVE)
    points = [
        NumberDataPoint(sample.labels, began, now, sample.value)
        for sample in family.samples
        if not sample.name.endswith("_created")
    ]
    if family.type == "counter":
        return Sum(points, AggregationTemporality.CUMULATIVE, is_monotonic=True)
    return Gauge(points)


def _histogram_points(family: Family, began: int, now: int) -> Sequence[HistogramDataPoint]:
    """Return a point for each combination of labels, whose buckets count what is beyond the one before."""
    buckets: dict[tuple[tuple[str, str], ...], list[Sample]] = {}
    sums: dict[tuple[tuple[str, str], ...], float] = {}
    for sample in family.samples:
        labels = tuple(sorted((name, value) for name, value in sample.labels.items() if name != _BOUND))
        if sample.name.endswith("_bucket"):
            buckets.setdefault(labels, []).append(sample)
        elif sample.name.endswith("_sum"):
            sums[labels] = sample.value
    return [_histogram_point(dict(labels), found, sums[labels], began, now) for labels, found in buckets.items()]


def _histogram_point(
    labels: Mapping[str, str], buckets: Sequence[Sample], total: float, began: int, now: int
) -> HistogramDataPoint:
    counts = [int(sample.value) for sample in buckets]
    return HistogramDataPoint(
        attributes=labels,
        start_time_unix_nano=began,
        time_unix_nano=now,
        count=counts[-1],
        sum=total,
        bucket_counts=[after - before for before, after in zip([0, *counts[:-1]], counts, strict=True)],
        explicit_bounds=[float(sample.labels[_BOUND]) for sample in buckets[:-1]],
        # Not known: then they are left out.
        min=None,  # type: ignore[arg-type]
        max=None,  # type: ignore[arg-type]
        exemplars=[_exemplar(sample.exemplar) for sample in buckets if sample.exemplar is not None],
    )


def _exemplar(exemplar: PrometheusExemplar) -> Exemplar:
    return Exemplar(
        filtered_attributes={},
        value=exemplar.value,
        time_unix_nano=int(float(exemplar.timestamp or 0.0) * 1e9),
        span_id=int(exemplar.labels["span_id"], 16),
        trace_id=int(exemplar.labels["trace_id"], 16),
    )
