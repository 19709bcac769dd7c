"""Checks in their tables, and when the next one is due."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.event_store.repositories import EventSourcedProviders
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.health_checks import PostgresHealthChecks
from adapters.postgres.monitor_election import PostgresMonitorElection
from adapters.postgres.tenant_statements import Tenant
from tests.builders import a_provider, acting
from tests.contract.health_checks_contract import NOON, HealthChecksContract, Known, recorded
from tests.databases import Connection, Database

INTERVAL = 1000.0
_WAITS = """
SELECT extract(epoch FROM health_check_due(gen_random_uuid(), %(status)s, %(checked)s, %(changed)s, 1000) - %(since)s)
FROM generate_series(1, 2000)
"""


@pytest.fixture
async def checks(database: Database) -> AsyncIterator[PostgresHealthChecks]:
    async with reading_pool(database.app_url) as pool:
        yield PostgresHealthChecks(Tenant(pool), INTERVAL)


@pytest.fixture
def known(providers: EventSourcedProviders) -> Known:
    async def made(organization_id: UUID) -> UUID:
        provider = a_provider(credential=None)
        with acting(organization_id):
            await providers.save(provider)
        return provider.id

    return made


class TestPostgresHealthChecks(HealthChecksContract):
    pass


@pytest.mark.parametrize(
    ("status", "checked", "changed", "bounds"),
    [
        ("healthy", NOON, NOON - timedelta(days=1), (900, 1100)),
        # A change of something else does not bring the check forward.
        ("unhealthy", NOON, NOON + timedelta(seconds=60), (900, 1100)),
        # Still unknown after a check: it says nothing, and asking more often does not help.
        ("unknown", NOON, NOON - timedelta(seconds=1), (900, 1100)),
        ("unknown", None, NOON, (100, 300)),
        ("unknown", NOON - timedelta(days=1), NOON, (100, 300)),
    ],
)
def test_due_times_lie_scattered_within_their_bounds(
    owner: Connection, status: str, checked: object, changed: object, bounds: tuple[float, float]
) -> None:
    shortest, longest = bounds
    since = changed if shortest == 100 else checked
    rows = owner.execute(_WAITS, {"status": status, "checked": checked, "changed": changed, "since": since})
    waits = sorted(float(row[0]) for row in rows)
    assert shortest <= waits[0] < waits[-1] <= longest
    # Nobody comes in a crowd: each twentieth of the time gets its twentieth of the providers, give or take.
    width = (longest - shortest) / 20
    crowds = [sum(shortest + width * n <= wait < shortest + width * (n + 1) for wait in waits) for n in range(20)]
    assert min(crowds) > 50
    assert max(crowds) < 160


def test_everybody_comes_to_the_same_due_time(owner: Connection) -> None:
    statement = "SELECT health_check_due('00000000-0000-4000-8000-000000000001', 'healthy', %s, %s, 1000)"
    found: set[Any] = set()
    for zone in ("UTC", "Asia/Kolkata", "America/New_York"):
        owner.execute("SELECT set_config('timezone', %s, false)", (zone,))
        found.add(owner.execute(statement, (NOON, NOON)).fetchone())
    assert len(found) == 1


async def test_the_next_check_is_reported_unless_there_is_none(
    checks: PostgresHealthChecks, known: Known, owner: Connection, database: Database
) -> None:
    organization_id = UUID(int=7)
    provider_id = await known(organization_id)
    now = owner.execute("SELECT clock_timestamp()").fetchone()
    assert now is not None
    with acting(organization_id):
        await checks.record(provider_id, now[0], {}, "healthy")
        state = await checks.state(provider_id)
        assert state.next_check_at is not None
        # It is unknown, and was checked after it was registered.
        assert timedelta(seconds=900) <= state.next_check_at - now[0] <= timedelta(seconds=1100)
        owner.execute("UPDATE provider_health SET last_check_at = last_check_at - interval '1 day'")
        overdue = (await checks.state(provider_id)).next_check_at
        assert overdue is not None
        assert timedelta(0) <= overdue - now[0] < timedelta(seconds=301)
        async with reading_pool(database.app_url) as pool:
            assert (await PostgresHealthChecks(Tenant(pool), 0.0).state(provider_id)).next_check_at is None
        owner.execute("UPDATE ai_providers SET is_enabled = false")
        assert (await checks.state(provider_id)).next_check_at is None


async def test_a_check_from_a_time_to_come_holds_up_no_other(
    checks: PostgresHealthChecks, known: Known, owner: Connection, database: Database
) -> None:
    """As a clock leaves it behind that was an hour ahead: the provider is due, and its next check counts."""
    organization_id = UUID(int=9)
    provider_id = await known(organization_id)
    now = datetime.now(UTC)
    with acting(organization_id):
        await checks.record(provider_id, now, {}, "healthy")
        owner.execute("UPDATE ai_providers SET health_status = 'healthy'")
        async with PostgresMonitorElection(database.admin_url).term() as term:
            assert list(await term.due(1000, 10)) == []
            owner.execute("UPDATE provider_health SET last_check_at = last_check_at + interval '1 hour'")
            assert [each.provider_id for each in await term.due(1000, 10)] == [provider_id]
            await checks.record(provider_id, now, {}, "healthy")
            assert list(await term.due(1000, 10)) == []
        assert (await checks.state(provider_id)).last_check_at == now


async def test_the_last_check_is_the_latest_one(checks: PostgresHealthChecks, known: Known) -> None:
    organization_id = UUID(int=8)
    provider_id = await known(organization_id)
    for number in (9, 3):
        await recorded(checks, organization_id, provider_id, number)
    with acting(organization_id):
        assert (await checks.state(provider_id)).last_check_at == NOON + timedelta(seconds=9)


async def test_what_is_due_is_given_by_turns(known: Known, owner: Connection, database: Database) -> None:
    """However many an organization has, and however long overdue: the others' are among the first."""
    noisy, others = UUID(int=7), [UUID(int=number) for number in (8, 9)]
    await known(noisy)
    for other in others:
        await known(other)
    owner.execute("UPDATE ai_providers SET updated_at = updated_at - interval '1 hour'")
    owner.execute(
        "INSERT INTO ai_providers SELECT (jsonb_populate_record(p, jsonb_build_object("
        "'id', gen_random_uuid(), 'name', n, 'name_key', n, 'updated_at', p.updated_at - interval '1 day'))).* "
        "FROM ai_providers p, generate_series(1, 2000) n WHERE p.organization_id = %s",
        (noisy,),
    )
    async with PostgresMonitorElection(database.admin_url).term() as term:
        due = [each.organization_id for each in await term.due(1, 10)]
    assert set(due[:3]) == {noisy, *others}
    assert due[3:] == [noisy] * 7
