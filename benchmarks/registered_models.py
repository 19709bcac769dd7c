"""The first prompt after a write, with 20 and with 100,000 registered models, and what the others notice of it."""

import asyncio
import json
from collections.abc import Mapping
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp
import psycopg
import uvloop

from benchmarks.environment import Database, headers, service
from benchmarks.report import Report
from benchmarks.upstream import played_providers, provider_body, registered

_FEW: Final = 20
_MANY: Final = 100_000
_WRITES: Final = 60
_FILL: Final = """
INSERT INTO ai_models
SELECT %(organization_id)s, gen_random_uuid(), %(provider_id)s, 'registered-' || n, 'Registered ' || n, NULL,
       'language', '["text", "streaming"]', '{"temperature": 0.7}', 0.0025, 0.0025 + n * 0.000001, 0.01, NULL, 'manual',
       NULL, 128000, 16384, NULL, NULL, true, '{}', now(), now(), 1, 'registered ' || n, 'registered-' || n
FROM generate_series(1, %(count)s) n
"""
_WAYS: Final[dict[str, dict[str, Any]]] = {
    "by name": {"providerModelId": "chat-latest"},
    "by need": {"need": {"type": "language", "strategy": "preferred"}},
}


def measure_registered_models(data: Database, report: Report) -> None:
    """Measure prompts right after writes; in another organization somebody else runs prompts all the time."""
    with played_providers() as sandbox_url:
        allowed = sandbox_url.removeprefix("http://")
        with service(data, MODELBOOK_EGRESS_ALLOW=allowed) as running:
            base_url = f"http://{running.host}:{running.port}"
            body = provider_body(sandbox_url, "openai")
            few, many, other = (uvloop.run(_organization(data, base_url, body, count)) for count in (_FEW, _MANY, 0))
            with psycopg.connect(data.owner_url, autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE) ai_models, ai_providers")
            quiet = uvloop.run(_others(base_url, other))
            for way, chosen in _WAYS.items():
                reference, _ = uvloop.run(_after_writes(base_url, few, other, chosen))
                first, others = uvloop.run(_after_writes(base_url, many, other, chosen))
                name = f"first prompt after a write, {_MANY:,} models, {way}"
                report.add(f"{name}, p50", median(first), "ms", reference=(f"{_FEW} models", median(reference)))
                report.add(f"{name}, worst", max(first), "ms", reference=(f"{_FEW} models", max(reference)))
                delayed = ("without the writes", _p99(quiet))
                report.add("a prompt of somebody else meanwhile, p99", _p99(others), "ms", reference=delayed)


def _p99(times: list[float]) -> float:
    return quantiles(times, n=100)[98]


async def _organization(
    data: Database, base_url: str, body: Mapping[str, str], count: int
) -> tuple[Mapping[str, str], str]:
    """Make an organization with so many models beside the one that answers; return its headers and that one's id."""
    organization_id = uuid4()
    head = headers(organization_id)
    [provider_id] = await registered(base_url, head, [body])
    async with aiohttp.ClientSession(base_url, headers=head) as session:
        model = {"providerId": provider_id, "modelId": "chat-latest", "config": {"preference": 1}}
        async with session.post("/api/ai/models", json=model) as answer:
            answer.raise_for_status()
            model_id: str = (await answer.json())["id"]
    if count:
        parameters = {"organization_id": organization_id, "provider_id": UUID(provider_id), "count": count}
        with psycopg.connect(data.owner_url, autocommit=True) as connection:
            connection.execute(_FILL, parameters)
    return head, model_id


async def _after_writes(
    base_url: str,
    organization: tuple[Mapping[str, str], str],
    other: tuple[Mapping[str, str], str],
    chosen: Mapping[str, Any],
) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each first prompt after a write, and of the prompts of somebody else meanwhile."""
    head, model_id = organization
    over = asyncio.Event()
    others = asyncio.create_task(_others(base_url, other, over))
    first = []
    async with aiohttp.ClientSession(base_url, headers=head) as session:
        for number in range(_WRITES):
            async with session.patch(f"/api/ai/models/{model_id}", json={"name": f"Name {number}"}) as answer:
                answer.raise_for_status()
            first.append(await _prompt(session, chosen))
            await asyncio.sleep(0.02)
    over.set()
    return first, await others


async def _others(
    base_url: str, organization: tuple[Mapping[str, str], str], over: asyncio.Event | None = None
) -> list[float]:
    head, _ = organization
    times: list[float] = []
    async with aiohttp.ClientSession(base_url, headers=head) as session:
        while not over.is_set() if over else len(times) < 500:
            times.append(await _prompt(session, _WAYS["by name"]))
            await asyncio.sleep(0.002)
    return times


async def _prompt(session: aiohttp.ClientSession, chosen: Mapping[str, Any]) -> float:
    content = json.dumps({**chosen, "prompt": "Hello"})
    started = perf_counter()
    async with session.post("/api/ai/generate", data=content) as answer:
        answer.raise_for_status()
        await answer.read()
    return (perf_counter() - started) * 1000
