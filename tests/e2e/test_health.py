"""A provider's health over the API: what a person's test does to it, and what the monitor does by itself."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from entrypoints.http.authorization import Role
from sandbox.server import Sandbox
from tests.databases import Databases
from tests.e2e.api_client import PROVIDERS, Api, a_token, path_of
from tests.e2e.running_service import RunningService, service_on

FIELDS = {"providerId", "status", "since", "streak", "lastCheckAt", "nextCheckAt", "data"}


async def a_played_provider(api: Api, sandbox: Sandbox, **changes: object) -> dict[str, Any]:
    given = {"endpoint": sandbox.endpoint("openai"), "apiKey": sandbox.key("openai"), **changes}
    return await api.provider(**given)


async def test_a_provider_that_was_never_tested_is_unknown(api: Api, sandbox: Sandbox) -> None:
    provider = await a_played_provider(api, sandbox)
    health = await api.get(f"{path_of(provider)}/health")
    assert health.keys() == FIELDS
    assert datetime.fromisoformat(health.pop("since")) == datetime.fromisoformat(provider["createdAt"])
    assert health == {
        "providerId": provider["id"],
        "status": "unknown",
        "streak": {"failures": 0, "successes": 0},
        "lastCheckAt": None,
        # This service has no monitor.
        "nextCheckAt": None,
        "data": [],
    }


async def test_health_shows_how_it_is_since_when_and_what_was_found(api: Api, sandbox: Sandbox) -> None:
    provider = await a_played_provider(api, sandbox)
    reports = [(await api.post(f"{path_of(provider)}/test")).document]
    sandbox.faults.add(kind="html_502", provider="openai")
    reports += [(await api.post(f"{path_of(provider)}/test")).document for _ in range(2)]
    health = await api.get(f"{path_of(provider)}/health")
    assert health["data"] == reports[::-1]
    assert (health["status"], health["streak"]) == ("unhealthy", {"failures": 2, "successes": 0})
    assert health["lastCheckAt"][:23] == reports[-1]["checkedAt"][:23]
    history = (await api.get(f"{path_of(provider)}/history"))["data"]
    assert [event["type"] for event in history[:2]] == ["provider.health-changed"] * 2
    assert health["since"] == history[0]["at"]
    assert [report["checkedAt"] for report in (await api.get(f"{path_of(provider)}/health", limit=1))["data"]] == [
        reports[-1]["checkedAt"]
    ]


async def test_a_new_key_has_not_been_tested(api: Api, sandbox: Sandbox) -> None:
    provider = await a_played_provider(api, sandbox)
    await api.post(f"{path_of(provider)}/test")
    changed = (await api.patch(path_of(provider), {"apiKey": "sk-another-key-of-the-tests-1234"})).document
    health = await api.get(f"{path_of(provider)}/health")
    assert health["status"] == changed["healthStatus"] == "unknown"
    assert datetime.fromisoformat(health["since"]) == datetime.fromisoformat(changed["updatedAt"])


async def test_other_organizations_do_not_see_it(api: Api, sandbox: Sandbox) -> None:
    provider = await a_played_provider(api, sandbox)
    await api.post(f"{path_of(provider)}/test")
    for reply in (
        await api.elsewhere().ask("GET", f"{path_of(provider)}/health"),
        await api.ask("GET", f"{PROVIDERS}/{uuid4()}/health"),
    ):
        assert (reply.status, reply.document["code"]) == (404, "provider-not-found")


@pytest.fixture
def monitored(databases: Databases) -> Iterator[RunningService]:
    """Give a service that checks five times a second."""
    database = databases.migrated()
    with service_on(database, health_interval=0.2) as running:
        yield running
    databases.drop(database)


async def becomes(api: Api, provider: dict[str, Any], status: str) -> None:
    """Return as soon as the provider has this status."""
    for _ in range(400):
        if (await api.get(path_of(provider)))["healthStatus"] == status:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"it did not become {status}")


async def figures_with(api: Api, line: str) -> str:
    """Return the metrics as soon as they have this line; they are updated after the status is written."""
    for _ in range(400):
        figures = (await api.ask("GET", "/metrics")).text
        if re.search(line, figures, re.MULTILINE):
            return figures
        await asyncio.sleep(0.05)
    pytest.fail(f"the metrics never said {line}")


async def test_a_serving_process_checks_by_itself(monitored: RunningService, session: ClientSession) -> None:
    organization_id, sandbox = uuid4(), monitored.sandbox
    api = Api(session, monitored.url, organization_id, a_token(organization_id, Role.ADMIN))
    provider = await a_played_provider(api, sandbox)
    resting = await a_played_provider(api, sandbox, isEnabled=False)

    await becomes(api, provider, "healthy")
    health = await api.get(f"{path_of(provider)}/health")
    last, following = (datetime.fromisoformat(health[name]) for name in ("lastCheckAt", "nextCheckAt"))
    assert last <= following <= max(last, datetime.now(UTC)) + timedelta(seconds=0.4)
    sandbox.faults.add(kind="html_502", provider="openai")
    await becomes(api, provider, "unhealthy")
    figures = await figures_with(api, r'^modelbook_health_providers\{status="unhealthy"\} 1\.0$')
    assert re.search(r'^modelbook_health_checks_total\{category="ok"\} [1-9]', figures, re.MULTILINE)
    assert re.search(r"^modelbook_health_check_seconds_count [1-9]", figures, re.MULTILINE)
    assert re.search(r"^modelbook_health_monitor 1\.0$", figures, re.MULTILINE)
    sandbox.faults.clear()
    await becomes(api, provider, "healthy")
    history = (await api.get(f"{path_of(provider)}/history"))["data"]
    assert [event["actor"] for event in history] == ["system:health-monitor"] * 3 + ["user-1"]
    # What a person has disabled is left alone.
    assert (await api.get(path_of(resting)))["lastHealthCheck"] is None
    assert (await api.get(f"{path_of(resting)}/health"))["nextCheckAt"] is None
