from itertools import count

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.registry import Collector

from entrypoints.monitoring.loop_figures import LoopHistogram
from entrypoints.monitoring.text_formats import OPEN_METRICS
from entrypoints.monitoring.worker_figures import Sum

SPANS = count(1)


def an_example() -> dict[str, str]:
    return {"trace_id": "a" * 32, "span_id": f"{next(SPANS):016x}"}


def figures(requests: int, seconds: float, *, is_monitor: bool) -> bytes:
    return generate_latest(registry_of(requests, seconds, is_monitor=is_monitor))


def registry_of(requests: int, seconds: float, *, is_monitor: bool) -> Collector:
    registry = CollectorRegistry()
    Counter("modelbook_http_requests", "Requests.", ("route",), registry=registry).labels("/").inc(requests)
    Gauge("modelbook_health_monitor", "1 in one.", registry=registry).set(is_monitor)
    Gauge("modelbook_pool_waiting", "Who waits.", ("pool",), registry=registry).labels("reading").set(2)
    histogram = LoopHistogram("modelbook_append_seconds", "Time.", (), registry, buckets=(0.1, 1.0), example=an_example)
    histogram.observe((), seconds)
    return registry


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


def test_as_openmetrics_each_bucket_has_its_newest_example() -> None:
    texts = [OPEN_METRICS.write(registry_of(each, 0.05, is_monitor=False)) for each in (3, 4)]
    added_up = OPEN_METRICS.write(Sum(texts, OPEN_METRICS))
    assert added_up.count(b'modelbook_http_requests_total{route="/"} 7.0\n') == 1
    read = {family.name: family for family in OPEN_METRICS.read(added_up.decode())}
    assert read["modelbook_http_requests"].type == "counter"
    first = next(sample for sample in read["modelbook_append_seconds"].samples if sample.labels.get("le") == "0.1")
    assert first.value == 2.0
    assert first.exemplar is not None
    assert first.exemplar.value == 0.05
    assert first.exemplar.labels["span_id"] == f"{next(SPANS) - 1:016x}"
