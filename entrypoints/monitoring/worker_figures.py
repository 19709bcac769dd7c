"""Metrics of several workers: whichever is scraped fetches the figures of the others and adds them up.

Each worker answers the others on a socket of its own on loopback, which the parent has made before any of them starts
and which a worker that takes the place of another has again.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar, Sample

from entrypoints.monitoring.text_formats import PROMETHEUS, TextFormat, text_format_for

WORKERS: Final = "modelbook_workers"
"""How many processes the figures are of."""

# Gauges are of the process that knows best, which shows the most; these are each process's own, and add up.
_ADDED_UP: Final = ("modelbook_pool_", "modelbook_outbound_", WORKERS)
_Key = tuple[str, tuple[tuple[str, str], ...]]
_Value = tuple[float, "Exemplar | None"]
_PATIENCE: Final = aiohttp.ClientTimeout(total=3.0)


@dataclass(frozen=True, slots=True)
class WorkerSlot:
    """The socket on which a worker answers the others, and where those do."""

    listener: socket.socket
    others: Sequence[str]


def worker_slots(count: int) -> Sequence[WorkerSlot]:
    """Return the slots of so many workers, whose sockets listen already."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = ["http://{}:{}/".format(*listener.getsockname()) for listener in listeners]
    return [
        WorkerSlot(listener, [each for each in addresses if each != address])
        for listener, address in zip(listeners, addresses, strict=True)
    ]


@asynccontextmanager
async def answering(slot: WorkerSlot | None, registry: CollectorRegistry) -> AsyncIterator[None]:
    """Answer the other workers as long as the block lasts."""
    if slot is None:
        yield
        return

    async def figures(request: web.Request) -> web.Response:
        return web.Response(body=text_format_for(request).write(registry))

    app = web.Application()
    app.router.add_get("/", figures)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    slot.listener.setblocking(False)  # noqa: FBT003 - the signature is the standard library's
    await web.SockSite(runner, slot.listener).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def figures_of_all_workers(
    own: CollectorRegistry, others: Sequence[str], text_format: TextFormat = PROMETHEUS
) -> Collector:
    """Return the figures of this worker and of those others that answer within some seconds, added up."""
    if not others:
        return own
    async with aiohttp.ClientSession(timeout=_PATIENCE, trust_env=False) as session:
        fetched = await asyncio.gather(*(_fetched(session, url, text_format) for url in others))
    return Sum([text_format.write(own), *filter(None, fetched)], text_format)


async def _fetched(session: aiohttp.ClientSession, url: str, text_format: TextFormat) -> bytes | None:
    try:
        async with session.get(url, headers={"Accept": text_format.accepted}) as response:
            return await response.read()
    except (aiohttp.ClientError, TimeoutError):
        return None


class Sum(Collector):
    """Figures of several processes, as each shows them, added up."""

    def __init__(self, texts: Iterable[bytes], text_format: TextFormat = PROMETHEUS) -> None:
        self._texts = [text.decode() for text in texts]
        self._read = text_format.read

    def collect(self) -> Iterator[Metric]:
        """Yield each figure once."""
        metrics: dict[str, Metric] = {}
        values: dict[str, dict[_Key, _Value]] = {}
        for text in self._texts:
            for family in self._read(text):
                metrics.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                held = values.setdefault(family.name, {})
                for sample in family.samples:
                    key = (sample.name, tuple(sorted(sample.labels.items())))
                    shown = (sample.value, sample.exemplar)
                    held[key] = _together(family, sample, held[key], shown) if key in held else shown
        for name, metric in metrics.items():
            for (sample_name, labels), (value, exemplar) in values[name].items():
                metric.add_sample(sample_name, dict(labels), value, exemplar=exemplar)
            yield metric


def _together(family: Metric, sample: Sample, one: _Value, other: _Value) -> _Value:
    return _value(family, sample, one[0], other[0]), max(one[1], other[1], key=_moment)


def _value(family: Metric, sample: Sample, one: float, other: float) -> float:
    if sample.name.endswith("_created"):
        # When counting began.
        return min(one, other)
    if family.type in {"counter", "histogram"} or family.name.startswith(_ADDED_UP):
        return one + other
    return max(one, other)


def _moment(exemplar: Exemplar | None) -> float:
    return 0.0 if exemplar is None else float(exemplar.timestamp or 0.0)
