from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from entrypoints.monitoring.loop_figures import LoopHistogram
from entrypoints.monitoring.worker_figures import Sum


def figures(requests: int, seconds: float, *, is_monitor: bool) -> bytes:
    registry = CollectorRegistry()
    Counter("modelbook_http_requests", "Requests.", ("route",), registry=registry).labels("/").inc(requests)
    Gauge("modelbook_health_monitor", "1 in one.", registry=registry).set(is_monitor)
    Gauge("modelbook_pool_waiting", "Who waits.", ("pool",), registry=registry).labels("reading").set(2)
    histogram = LoopHistogram("modelbook_append_seconds", "Time.", (), registry, buckets=(0.1, 1.0))
    histogram.observe((), seconds)
    return generate_latest(registry)


def test_what_each_counts_is_added_up_and_what_one_knows_is_shown_once() -> None:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Sum([figures(3, 0.05, is_monitor=False), figures(4, 0.5, is_monitor=True)]))
    text = generate_latest(registry).decode()
    for line in (
        'modelbook_http_requests_total{route="/"} 7.0',
        "modelbook_health_monitor 1.0",
        'modelbook_pool_waiting{pool="reading"} 4.0',
        'modelbook_append_seconds_bucket{le="0.1"} 1.0',
        'modelbook_append_seconds_bucket{le="1.0"} 2.0',
        "modelbook_append_seconds_count 2.0",
        "modelbook_append_seconds_sum 0.55",
        "# TYPE modelbook_http_requests_total counter",
    ):
        assert text.count(line + "\n") == 1, text
