"""Processes that ask the same provider: one asks at a time, and if it is killed another one carries on soon."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from uuid import UUID

import aiohttp
import psycopg
import pytest

from application.discovery.model_lists import LEASE_SECONDS
from sandbox.server import Sandbox
from tests.databases import Database
from tests.e2e.api_client import Api, path_of
from tests.e2e.processes import serving
from tests.e2e.running_service import MASTER_KEYS, RunningService
from tests.e2e.sandbox_providers import offered, provided
from tests.e2e.wait_until import until
from tests.http_service import SECRET


def settings_of(service: RunningService) -> dict[str, str]:
    """Return what another process needs to serve the same organizations."""
    return {
        "DATABASE_URL": service.database.app_url,
        "ADMIN_DATABASE_URL": service.database.admin_url,
        "MASTER_KEYS": MASTER_KEYS,
        "JWT_SECRET": SECRET,
        "EGRESS_ALLOW": service.sandbox.url.removeprefix("http://"),
        "HEALTH_INTERVAL": "0",
    }


def renewed(database: Database, provider_id: str) -> Callable[[], bool]:
    """Return what tells whether the lease of the provider has been renewed since now."""

    def leased_until() -> object:
        with psycopg.connect(database.owner_url) as owner:
            return owner.execute(
                "SELECT leased_until FROM discovery_attempts WHERE provider_id = %s", (UUID(provider_id),)
            ).fetchone()

    before = leased_until()
    return lambda: leased_until() != before


async def test_another_process_carries_on_when_the_one_that_asks_is_killed(
    api: Api, sandbox: Sandbox, service: RunningService
) -> None:
    provider = await provided(api, sandbox, "deepseek")
    sandbox.faults.add(kind="hang", provider="deepseek", operation="list", times=1)
    with serving("serve", "--port", "0", **settings_of(service)) as doomed:
        elsewhere = replace(api, url=(await asyncio.to_thread(doomed.ready))["url"])
        asking = asyncio.create_task(elsewhere.ask("GET", f"{path_of(provider)}/models"))
        await until(lambda: len(sandbox.requests) == 1)
        waiting = asyncio.create_task(offered(api, provider))
        # For a whole renewal of the lease this process does not ask, because the other one does.
        await until(renewed(service.database, provider["id"]))
        assert (len(sandbox.requests), waiting.done()) == (1, False)
        await asyncio.to_thread(doomed.kill)
        killed = monotonic()
        answer = await waiting
        assert monotonic() - killed < LEASE_SECONDS + 5
        with pytest.raises(aiohttp.ClientError):
            await asking
    [summary] = answer["providers"]
    assert (summary["status"], summary["cached"], summary["count"] > 0) == ("ok", False, True)
    assert [request.ending for request in sandbox.requests] == ["disconnected", "answered"]
