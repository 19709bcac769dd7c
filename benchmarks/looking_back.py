"""Reads of a model as it was, after a thousand changes, beside reads of it as it is."""

from typing import Final
from uuid import UUID, uuid4

import aiohttp
import uvloop

from benchmarks.environment import Database, headers, service
from benchmarks.load import hammer, request_bytes
from benchmarks.report import Report

_EVENTS: Final = 1_000
_SECONDS: Final = 3.0


def measure_looking_back(data: Database, report: Report) -> None:
    """Measure reads as of a moment and as of a revision, by one client."""
    with service(data) as running:
        uvloop.run(_measure(running.host, running.port, report))


async def _measure(host: str, port: int, report: Report) -> None:
    head = headers(uuid4())
    path, moment = await _changed_model(f"http://{host}:{port}", dict(head))

    async def milliseconds(query: str) -> float:
        request = request_bytes("GET", path + query, head)
        return (await hammer(host, port, lambda _: request, clients=1, seconds=_SECONDS)).p50_ms

    today = await milliseconds("")
    for what, query in (("time", f"?asOf={moment}"), ("revision", f"?atRevision={_EVENTS}")):
        report.add(
            f"read as of a {what}, {_EVENTS:,} events", await milliseconds(query), "ms", reference=("as it is", today)
        )


async def _changed_model(url: str, head: dict[str, str]) -> tuple[str, str]:
    """Return the path of a model with as many events, and the time of its last change."""
    async with aiohttp.ClientSession(url, headers=head) as session:
        async with session.post("/api/ai/providers", json={"name": "OpenAI", "providerType": "openai"}) as answer:
            provider_id = (await answer.json())["id"]
        async with session.post("/api/ai/models", json={"providerId": provider_id, "modelId": "gpt-4o"}) as answer:
            path = f"/api/ai/models/{UUID((await answer.json())['id'])}"
        for number in range(_EVENTS - 1):
            async with session.patch(path, json={"name": f"Model {number}"}) as answer:
                answer.raise_for_status()
        async with session.get(path) as answer:
            model = await answer.json()
    assert model["revision"] == _EVENTS
    return path, model["updatedAt"]
