"""One truth of several workers: whichever is asked fetches the figures of the others and adds them up.

Each worker answers the others on a socket of its own on loopback, which the parent has made before any of them starts
and which a worker that takes the place of another has again.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import aiohttp
from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

    from prometheus_client import CollectorRegistry

WORKERS: Final = "modelbook_workers"
"""How many processes the figures are of."""

# Gauges are of the process that knows best, which shows the most; these are each process's own, and add up.
_ADDED_UP: Final = ("modelbook_pool_", "modelbook_outbound_", WORKERS)
_PATIENCE: Final = aiohttp.ClientTimeout(total=1.0)


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

    async def figures(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry))

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


async def figures_of_all(own: CollectorRegistry, others: Sequence[str]) -> Collector:
    """Return the figures of this worker and of those others that answer within a second, added up."""
    if not others:
        return own
    async with aiohttp.ClientSession(timeout=_PATIENCE, trust_env=False) as session:
        fetched = await asyncio.gather(*(_fetched(session, url) for url in others))
    return Sum([generate_latest(own), *filter(None, fetched)])


async def _fetched(session: aiohttp.ClientSession, url: str) -> bytes | None:
    try:
        async with session.get(url) as response:
            return await response.read()
    except (aiohttp.ClientError, TimeoutError):
        return None


class Sum(Collector):
    """Figures of several processes, as each shows them, added up."""

    def __init__(self, texts: Iterable[bytes]) -> None:
        self._texts = [text.decode() for text in texts]

    def collect(self) -> Iterator[Metric]:
        """Yield each figure once."""
        metrics: dict[str, Metric] = {}
        values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
        for text in self._texts:
            for family in text_string_to_metric_families(text):
                metrics.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                held = values.setdefault(family.name, {})
                for sample in family.samples:
                    key = (sample.name, tuple(sorted(sample.labels.items())))
                    held[key] = _together(family, held[key], sample.value) if key in held else sample.value
        for name, metric in metrics.items():
            for (sample_name, labels), value in values[name].items():
                metric.add_sample(sample_name, dict(labels), value)
            yield metric


def _together(family: Metric, one: float, other: float) -> float:
    if family.type in {"counter", "histogram"} or family.name.startswith(_ADDED_UP):
        return one + other
    # When counting began.
    return min(one, other) if family.name.endswith("_created") else max(one, other)
