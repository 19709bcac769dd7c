"""One check by the monitor, beside one by a person: the same question, another patience."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from adapters.event_store.repositories import EventSourcedProviders
from adapters.providers import provider_gateway
from application.errors import CredentialUnreadable, ProviderNotFound
from application.health.check_provider import CheckProvider, watch_provider
from application.health.monitor_election import ProviderToCheck
from application.policies.change_secrets import SecretsChange
from application.recorded_revision import Recorded
from domain.provider.aggregate import Provider
from sandbox.server import Sandbox
from tests.builders import acting
from tests.integration.health.seeded_organizations import SeededOrganizations, until
from tests.log_contents import events

DOWN: dict[str, Any] = {"kind": "status", "status": 500, "body": {"error": {"message": "Down"}}}
CHANGED = "provider.health-changed"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no check end before the provider answers, however busy the machine is."""
    monkeypatch.setattr(provider_gateway, "PROBE_SECONDS", 60.0)


async def test_an_outage_is_said_after_three_checks_and_forgotten_after_two(
    seeded: SeededOrganizations, sandbox: Sandbox
) -> None:
    provider = await seeded.provider()
    await seeded.watch(provider)
    assert seeded.status(provider) == "healthy"
    sandbox.faults.add(**DOWN)
    for expected in ("healthy", "healthy", "unhealthy", "unhealthy"):
        await seeded.watch(provider)
        assert seeded.status(provider) == expected
    assert seeded.streak(provider) == (4, 0)
    sandbox.faults.clear()
    for expected in ("unhealthy", "healthy", "healthy"):
        await seeded.watch(provider)
        assert seeded.status(provider) == expected
    assert seeded.story(provider) == ["provider.registered", CHANGED, CHANGED, CHANGED]
    assert [report["category"] for report in seeded.evidence(provider)] == (
        ["ok"] + ["provider_error"] * 4 + ["ok"] * 3
    )


async def test_a_person_is_answered_at_once(seeded: SeededOrganizations, sandbox: Sandbox) -> None:
    provider = await seeded.provider()
    await seeded.press_the_button(provider)
    assert seeded.status(provider) == "healthy"
    sandbox.faults.add(**DOWN)
    await seeded.press_the_button(provider)
    assert seeded.status(provider) == "unhealthy"
    sandbox.faults.clear()
    await seeded.press_the_button(provider)
    assert seeded.status(provider) == "healthy"
    # From there the monitor needs its three again.
    sandbox.faults.add(**DOWN)
    await seeded.watch(provider, times=2)
    assert seeded.status(provider) == "healthy"


async def test_too_many_requests_are_no_outage(seeded: SeededOrganizations, sandbox: Sandbox) -> None:
    provider = await seeded.provider()
    await seeded.watch(provider)
    sandbox.faults.add(kind="rate_limited", retry_after=1)
    await seeded.watch(provider)
    assert seeded.status(provider) == "healthy"
    outcome = await seeded.watch(provider)
    assert outcome is not None
    assert (outcome.before, outcome.after, outcome.report.outcome.category) == ("healthy", "degraded", "rate_limited")
    assert seeded.streak(provider) == (0, 3)


async def test_what_our_own_question_caused_says_nothing(seeded: SeededOrganizations, sandbox: Sandbox) -> None:
    provider = await seeded.provider()
    await seeded.watch(provider)
    sandbox.faults.add(kind="status", status=400, body={"error": {"message": "Unknown parameter", "type": "x"}})
    outcome = await seeded.watch(provider, times=5)
    assert outcome is not None
    assert outcome.report.outcome.category == "bad_request"
    assert (seeded.status(provider), seeded.streak(provider)) == ("healthy", (0, 1))
    assert len(seeded.evidence(provider)) == 6
    assert seeded.story(provider) == ["provider.registered", CHANGED]


async def test_the_event_says_who_and_why(seeded: SeededOrganizations) -> None:
    provider = await seeded.provider()
    await seeded.watch(provider)
    event = events(seeded.owner, provider.organization_id)[-1]
    assert (event["topic"], event["actor"]) == (CHANGED, "system:health-monitor")
    assert b'"category":"ok"' in event["state"]


async def test_a_disabled_provider_is_not_asked(seeded: SeededOrganizations, sandbox: Sandbox) -> None:
    provider = await seeded.provider(is_enabled=False)
    assert await seeded.watch(provider) is None
    assert (len(sandbox.requests), seeded.evidence(provider), seeded.status(provider)) == (0, [], "unknown")


@pytest.mark.parametrize(
    "change",
    [
        {"is_enabled": False},
        {"secrets": SecretsChange(api_key="sk-another-key-of-the-tests")},
        {"secrets": SecretsChange(api_key=None)},
        {"settings": {"organization": "org-2"}},
        {
            "endpoint": "https://api.example.org/v1",
            "secrets": SecretsChange(api_key="sk-another-key-of-the-tests"),
        },
    ],
)
async def test_what_was_found_out_about_something_else_is_not_recorded(
    seeded: SeededOrganizations, sandbox: Sandbox, change: dict[str, Any]
) -> None:
    provider = await seeded.provider()
    sandbox.faults.add(kind="hold")
    check = asyncio.create_task(seeded.watch(provider))
    await sandbox.wait_for_requests(1)
    await seeded.change(provider, **change)
    sandbox.faults.clear()
    assert await check is None
    assert (seeded.evidence(provider), seeded.streak(provider), seeded.status(provider)) == ([], (0, 0), "unknown")
    assert CHANGED not in seeded.story(provider)


async def test_a_new_name_does_not_spoil_a_check(seeded: SeededOrganizations, sandbox: Sandbox) -> None:
    provider = await seeded.provider()
    sandbox.faults.add(kind="hold")
    check = asyncio.create_task(seeded.watch(provider))
    await sandbox.wait_for_requests(1)
    await seeded.change(provider, name="Another name")
    sandbox.faults.clear()
    assert await check is not None
    assert seeded.status(provider) == "healthy"


async def test_a_provider_that_goes_during_the_check_is_gone(seeded: SeededOrganizations, sandbox: Sandbox) -> None:
    provider = await seeded.provider()
    sandbox.faults.add(kind="hold")
    check = asyncio.create_task(seeded.watch(provider))
    await sandbox.wait_for_requests(1)
    await seeded.remove(provider)
    sandbox.faults.clear()
    with pytest.raises(ProviderNotFound):
        await check
    assert seeded.evidence(provider) == []


async def test_the_key_of_another_tenant_is_never_used(seeded: SeededOrganizations, sandbox: Sandbox) -> None:
    provider = await seeded.provider()
    with acting(uuid4()), pytest.raises(ProviderNotFound):
        await seeded.container.watch_provider()(CheckProvider(provider_id=provider.provider_id))
    seeded.owner.execute("UPDATE provider_credentials SET ciphertext = sha256(ciphertext)")
    with pytest.raises(CredentialUnreadable):
        await seeded.watch(provider)
    assert len(sandbox.requests) == 0


class Meddling(EventSourcedProviders):
    """Providers that somebody else changes whenever they are about to be saved."""

    def __init__(self, seeded: SeededOrganizations, provider: ProviderToCheck, changes: list[dict[str, Any]]) -> None:
        super().__init__(seeded.container.ledger())
        self._estate = seeded
        self._provider = provider
        self._changes = changes

    async def save(self, aggregate: Provider, **with_it: Any) -> Recorded:  # noqa: ANN401 - passed on
        if self._changes:
            await self._estate.change(self._provider, **self._changes.pop(0))
        return await super().save(aggregate, **with_it)


@pytest.mark.parametrize(
    ("changes", "status", "checks"),
    [
        ([{"name": "First"}], "healthy", 1),
        ([{"name": "First"}, {"name": "Second"}], "healthy", 1),
        ([{"name": "First"}, {"name": "Second"}, {"name": "Third"}], "unknown", 1),
        ([{"name": "First"}, {"is_enabled": False}], "unknown", 1),
        ([{"secrets": SecretsChange(api_key="sk-another-key-of-the-tests")}], "unknown", 1),
    ],
)
async def test_a_change_at_the_last_moment_wins(
    seeded: SeededOrganizations, changes: list[dict[str, Any]], status: str, checks: int
) -> None:
    provider = await seeded.provider()
    container = seeded.container
    with acting(provider.organization_id):
        await watch_provider(
            CheckProvider(provider_id=provider.provider_id),
            providers=Meddling(seeded, provider, list(changes)),
            vault=container.vault(),
            gateway=container.gateway(),
            checks=container.health_checks(),
        )
    assert (seeded.status(provider), len(seeded.evidence(provider))) == (status, checks)


def is_idle(stats: Mapping[str, int]) -> bool:
    """Return whether a pool has nothing lent out."""
    return stats["pool_available"] == stats["pool_size"] and stats.get("requests_waiting", 0) == 0


async def test_no_connection_is_held_while_providers_are_asked(seeded: SeededOrganizations, sandbox: Sandbox) -> None:
    organization_id = uuid4()
    watched = [await seeded.provider(organization_id) for _ in range(12)]
    sandbox.faults.add(kind="hold")
    checks = [asyncio.create_task(seeded.watch(provider)) for provider in watched]
    await sandbox.wait_for_requests(len(watched), seconds=10)
    pools = (seeded.container.reading_pool(), seeded.container.writing_pool())
    await until(lambda: all(is_idle(pool.get_stats()) for pool in pools))
    assert not any(check.done() for check in checks)
    sandbox.faults.clear()
    await asyncio.gather(*checks)
    assert {seeded.status(provider) for provider in watched} == {"healthy"}
