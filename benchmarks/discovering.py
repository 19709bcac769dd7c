"""Discovery of five slow providers, and checks of two hundred, beside the same calls without our service."""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Awaitable, Mapping
from typing import Any, Final
from uuid import uuid4

import aiohttp

from benchmarks.environment import COMMAND, Database, headers, service
from benchmarks.report import Report
from benchmarks.upstream import played_providers, provider_body, registered

_PROVIDERS: Final = 5
_DELAY: Final = {"kind": "delay", "provider": "openai", "operation": "list", "seconds": 0.1}
_CHECKED: Final = 200
_AT_ONCE: Final = 16


def measure_discovery(data: Database, report: Report) -> None:
    """Measure discovery cold and warm, with five providers of 100 ms each."""
    with played_providers() as sandbox_url:
        bodies = [provider_body(sandbox_url, name=f"OpenAI {number}") for number in range(_PROVIDERS)]
        head = headers(uuid4())
        with service(data, MODELBOOK_EGRESS_ALLOW=sandbox_url.removeprefix("http://")) as running:
            base_url = f"http://{running.host}:{running.port}"
            asyncio.run(registered(base_url, head, bodies))
            cold, warm, bare = asyncio.run(_discovered(base_url, head, sandbox_url, bodies))
    reference = ("five bare requests at once", bare)
    report.add("discovery of 5 providers of 100 ms, cold", cold, "ms", reference=reference)
    report.add("the same, warm", warm, "ms", reference=reference)


def measure_checks(data: Database, report: Report) -> None:
    """Measure one round of the health monitor over two hundred providers."""
    with played_providers() as sandbox_url:
        allow = sandbox_url.removeprefix("http://")
        body = provider_body(sandbox_url)
        bodies = [provider_body(sandbox_url, name=f"OpenAI {number}") for number in range(_CHECKED)]
        with service(data, MODELBOOK_EGRESS_ALLOW=allow) as running:
            asyncio.run(registered(f"http://{running.host}:{running.port}", headers(uuid4()), bodies))
            seconds = _checked_once(data, allow)
        bare = asyncio.run(_timed(_listed(body, _CHECKED)))
    reference = (f"{_CHECKED} bare requests, {_AT_ONCE} at a time", bare)
    report.add(f"{_CHECKED} health checks, start of the command included", seconds * 1e3, "ms", reference=reference)


async def _discovered(
    base_url: str, head: Mapping[str, str], sandbox_url: str, bodies: list[Mapping[str, Any]]
) -> tuple[float, float, float]:
    async with aiohttp.ClientSession(headers=head) as session:

        async def discover() -> None:
            async with session.get(f"{base_url}/api/ai/models/discover") as answer:
                answer.raise_for_status()
                await answer.read()

        async with session.post(f"{sandbox_url}/_sandbox/faults", json=_DELAY) as answer:
            answer.raise_for_status()
        cold = await _timed(discover())
        warm = sorted([await _timed(discover()) for _ in range(20)])[10]
    return cold, warm, await _timed(_listed(bodies[0], len(bodies)))


async def _listed(body: Mapping[str, Any], times: int) -> None:
    limit = asyncio.Semaphore(_AT_ONCE)
    head = {"Authorization": f"Bearer {body['apiKey']}"}
    async with aiohttp.ClientSession(headers=head) as session:

        async def one() -> None:
            async with limit, session.get(f"{body['endpoint']}/models") as answer:
                await answer.read()

        await asyncio.gather(*(one() for _ in range(times)))


async def _timed(work: Awaitable[None]) -> float:
    started = time.perf_counter()
    await work
    return (time.perf_counter() - started) * 1e3


def _checked_once(data: Database, allow: str) -> float:
    environment = {**os.environ, "MODELBOOK_DATA_DIR": str(data.directory), "MODELBOOK_EGRESS_ALLOW": allow}
    started = time.perf_counter()
    command = [str(COMMAND), "health", "run", "--once", "--json"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=600)
    seconds = time.perf_counter() - started
    if _CHECKED not in json.loads(done.stdout).values():
        raise RuntimeError(done.stdout)
    return seconds
