"""A clock that was an hour ahead and was set back: every answer says what follows from it."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from entrypoints.monitoring import clock_watch
from tests.databases import Database
from tests.e2e.api_client import MODELS, PROVIDERS, Api, Document
from tests.e2e.running_service import RunningService, service_on

PATIENCE_SECONDS = 60


@pytest.fixture
def service(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningService]:
    """Give a service that looks at the clock all the time."""
    monkeypatch.setattr(clock_watch, "_LOOK_SECONDS", 0.2)
    with service_on(database) as running:
        yield running


@pytest.fixture
def owner(service: RunningService) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(service.database.owner_url, autocommit=True) as connection:
        yield connection


async def _warning_of(api: Api) -> str:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            ready: Document = (await api.ask("GET", "/readyz")).document
            if "clock" in ready.get("warnings", {}):
                return str(ready["warnings"]["clock"])
            await asyncio.sleep(0.2)


async def test_a_log_that_is_ahead_of_the_clock_takes_nothing_and_says_why(
    api: Api, owner: psycopg.Connection[tuple[Any, ...]]
) -> None:
    provider = await api.provider()
    path = f"{PROVIDERS}/{provider['id']}"
    now = datetime.now(UTC).isoformat()
    assert "Log-Ahead-Seconds" not in (await api.ask("GET", path, query={"asOf": now})).headers
    owner.execute(
        "UPDATE organization_heads SET recorded_at = clock_timestamp() + interval '1 hour' WHERE organization_id = %s",
        (api.organization_id,),
    )
    refused = await api.ask("PATCH", path, {"name": "Later"})
    assert (refused.status, refused.document["code"]) == (503, "log-ahead-of-clock")
    assert refused.document["outcome"] == "unchanged"
    assert 3500 < int(refused.headers["Retry-After"]) <= 3590
    assert (await api.get(path))["name"] == provider["name"]
    then = datetime.now(UTC).isoformat()
    for asked in (path, PROVIDERS, MODELS):
        past = await api.ask("GET", asked, query={"asOf": then})
        assert past.status == 200
        assert 3500 < int(past.headers["Log-Ahead-Seconds"]) <= 3600
    found = await api.get("/api/ai/audit/verify")
    assert (found["intact"], len(found["warnings"])) == (True, 1)
    assert "in the future" in found["warnings"][0]
    assert "behind the newest events of 1 organization" in await _warning_of(api)
    metrics = (await api.ask("GET", "/metrics")).text
    [ahead] = [line for line in metrics.splitlines() if line.startswith("modelbook_log_ahead_seconds ")]
    assert float(ahead.split()[1]) > 3500
    owner.execute(
        "UPDATE organization_heads SET recorded_at = clock_timestamp() WHERE organization_id = %s",
        (api.organization_id,),
    )
    assert (await api.patch(path, {"name": "Later"})).document["name"] == "Later"
