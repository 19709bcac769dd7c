"""Counters and histograms that only the event loop changes.

Those of prometheus-client take a lock, look whether they have labels and walk through their buckets each time, which
with half a dozen of them for each prompt is a part of what it costs.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from time import time

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar

Labels = tuple[str, ...]
ExampleOf = Callable[[], Mapping[str, str] | None]
"""Returns the span, by trace_id and span_id, that the value counted now is an example of; none: of none."""


class LoopCounter(Collector):
    """Sums by the values of labels."""

    def __init__(self, name: str, documentation: str, labels: Sequence[str], registry: CollectorRegistry) -> None:
        self.sums: defaultdict[Labels, float] = defaultdict(float)
        """To be added to."""
        self._about = (name, documentation)
        self._labels = labels
        registry.register(self)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the sums for Prometheus."""
        family = CounterMetricFamily(*self._about, labels=self._labels)
        for labels, value in self.sums.items():
            family.add_metric(labels, value)
        yield family


class LoopHistogram(Collector):
    """How often values up to each bound came, by the values of labels, with the newest example of each."""

    def __init__(
        self,
        name: str,
        documentation: str,
        labels: Sequence[str],
        registry: CollectorRegistry,
        *,
        buckets: Sequence[float],
        example: ExampleOf | None = None,
    ) -> None:
        self._bounds = buckets
        self._example = example
        self._exemplars: dict[tuple[Labels, int], Exemplar] = {}
        self._counts: defaultdict[Labels, list[int]] = defaultdict(lambda: [0] * (len(buckets) + 1))
        self._sums: defaultdict[Labels, float] = defaultdict(float)
        self._about = (name, documentation)
        self._labels = labels
        registry.register(self)

    def expect(self, labels: Labels) -> None:
        """Show zeros until a value comes."""
        self._counts[labels] = self._counts[labels]
        self._sums[labels] += 0.0

    def observe(self, labels: Labels, value: float) -> None:
        """Count a value."""
        bucket = bisect_left(self._bounds, value)
        self._counts[labels][bucket] += 1
        self._sums[labels] += value
        if self._example is not None and (span := self._example()) is not None:
            self._exemplars[labels, bucket] = Exemplar(dict(span), value, time())

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Yield the counts for Prometheus."""
        family = HistogramMetricFamily(*self._about, labels=self._labels)
        for labels, counts in self._counts.items():
            names = [*map(str, map(float, self._bounds)), "+Inf"]
            buckets: list[tuple[str, float] | tuple[str, float, Exemplar]] = [
                (name, count) if exemplar is None else (name, count, exemplar)
                for bucket, (name, count) in enumerate(zip(names, accumulate(counts), strict=True))
                for exemplar in [self._exemplars.get((labels, bucket))]
            ]
            family.add_metric(labels, buckets, self._sums[labels])
        yield family
