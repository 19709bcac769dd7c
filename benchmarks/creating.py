"""Models created over HTTP."""

import asyncio
import json
from typing import Final
from uuid import uuid4

import aiohttp
import uvloop

from benchmarks.environment import Database, headers, service
from benchmarks.load import Figures, hammer, request_bytes
from benchmarks.report import Report

_SECONDS: Final = 5.0


def measure_creating(data: Database, report: Report) -> None:
    """Measure creates a second, their latency, and the memory of the serving process after them."""
    with service(data) as running:
        measured = {clients: uvloop.run(_created(running.host, running.port, clients)) for clients in (1, 16)}
        for clients, figures in measured.items():
            report.add(f"create a model over HTTP, {clients} clients", figures.per_second, "requests/s")
            report.add(f"create a model over HTTP, {clients} clients, p99", figures.p99_ms, "ms")
        report.add("memory of the process after that", running.resident_megabytes, "MB")


async def _created(host: str, port: int, clients: int) -> Figures:
    head = headers(uuid4())
    async with aiohttp.ClientSession(f"http://{host}:{port}", headers=head) as session:
        body = {"name": "OpenAI", "providerType": "openai"}
        async with session.post("/api/ai/providers", json=body) as answer:
            provider_id = (await answer.json())["id"]
    await asyncio.sleep(0)

    def request(number: int) -> bytes:
        content = {
            "providerId": provider_id,
            "modelId": f"gpt-4o-{number}",
            "name": "GPT-4o",
            "costPer1kTokens": 0.0025,
        }
        return request_bytes("POST", "/api/ai/models", head, json.dumps(content).encode())

    return await hammer(host, port, request, clients=clients, seconds=_SECONDS)
