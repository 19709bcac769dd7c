"""Messages of webhooks while the service is killed again and again: how fast, whether all arrive, in which order."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final
from uuid import uuid4

import aiohttp
from aiohttp import web

from benchmarks.environment import PATIENCE_SECONDS, Database, headers, service
from benchmarks.report import Report

EVENTS: Final = 5_000
KILLS: Final = 20
_IN_A_REQUEST: Final = 500
_BARE: Final = 500


@dataclass(slots=True)
class _Receiver:
    url: str = ""
    organization_id: str | None = None
    positions: list[int] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        document = json.loads(await request.read())
        # The last message to another organization's webhook may come once more, when the next service starts.
        if document["data"].get("organizationId") == self.organization_id:
            self.positions.append(document["data"]["position"])
        self.arrived.set()
        return web.Response(status=204)

    async def has(self, count: int) -> None:
        """Return when messages of so many events have arrived."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(set(self.positions)) < count:
                self.arrived.clear()
                await self.arrived.wait()


def measure_webhooks(data: Database, report: Report) -> None:
    """Tell a receiver of 5,000 events while the service is killed 20 times, then once more without a kill."""
    asyncio.run(_measured(data, report))


async def _measured(data: Database, report: Report) -> None:
    async with _receiving() as receiver:
        bare = await _bare_rate(receiver)
        allow = receiver.url.removeprefix("http://")
        receiver.organization_id = str(organization_id := uuid4())
        head = headers(organization_id)
        with service(data, MODELBOOK_EGRESS_ALLOW=allow) as running:
            base_url = f"http://{running.host}:{running.port}"
            await _made(base_url, head, receiver.url)
            started = time.perf_counter()
            await receiver.has(EVENTS)
            seconds = time.perf_counter() - started
        report.add("messages to one receiver", EVENTS / seconds, "/s", reference=("bare requests, one by one", bare))
        receiver.positions.clear()
        random.seed(7)
        killed_at = sorted(random.sample(range(50, EVENTS - 50), KILLS))
        receiver.organization_id = str(organization_id := uuid4())
        head, is_first = headers(organization_id), True
        for count in (*killed_at, EVENTS):
            with service(data, MODELBOOK_EGRESS_ALLOW=allow) as running:
                if is_first:
                    await _made(f"http://{running.host}:{running.port}", head, receiver.url)
                    is_first = False
                await receiver.has(count)
                running.process.kill()
        arrived = receiver.positions
        report.add(f"events delivered despite {KILLS} kills", len(set(arrived)), f"of {EVENTS}")
        report.add("lost", EVENTS - len(set(arrived)), "")
        # A receiver passes by what it has seen; what is sent again begins at an earlier event.
        first_arrivals = list(dict.fromkeys(arrived))
        report.add("out of order", sum(later < earlier for earlier, later in pairwise(first_arrivals)), "")
        report.add("delivered twice", len(arrived) - len(set(arrived)), "")


async def _made(base_url: str, head: Mapping[str, str], receiver_url: str) -> None:
    """Register a webhook, and as many models as there are to be events."""
    async with aiohttp.ClientSession(headers=head) as session:
        provider = await _posted(session, f"{base_url}/api/ai/providers", {"name": "P", "providerType": "openai"})
        webhook = {"name": "W", "url": receiver_url, "topics": ["model.registered"]}
        await _posted(session, f"{base_url}/api/ai/webhooks", webhook)
        for first in range(0, EVENTS, _IN_A_REQUEST):
            operations = [
                {"op": "create", "providerId": provider["id"], "modelId": f"m-{number}"}
                for number in range(first, first + _IN_A_REQUEST)
            ]
            await _posted(session, f"{base_url}/api/ai/models/bulk", {"operations": operations})


async def _posted(session: aiohttp.ClientSession, url: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    async with session.post(url, json=body) as answer:
        answer.raise_for_status()
        return await answer.json()


async def _bare_rate(receiver: _Receiver) -> float:
    """Return how many messages a second a bare client sends to the receiver, one after the other."""
    body = {"type": "model.registered", "data": {"position": 0}}
    async with aiohttp.ClientSession() as session:
        started = time.perf_counter()
        for _ in range(_BARE):
            async with session.post(receiver.url, json=body) as answer:
                await answer.read()
        seconds = time.perf_counter() - started
    receiver.positions.clear()
    return _BARE / seconds


@asynccontextmanager
async def _receiving() -> AsyncIterator[_Receiver]:
    receiver = _Receiver()
    app = web.Application()
    app.router.add_post("/", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield receiver
    finally:
        await runner.cleanup()
