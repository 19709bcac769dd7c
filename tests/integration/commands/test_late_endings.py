"""What was under way when its organization was removed ends without a trace."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.event_store.recorder import LedgerRecorder
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.health_checks import PostgresHealthChecks
from adapters.postgres.tenant_statements import Tenant
from adapters.postgres.usage_ledger import PostgresUsageLedger
from application.errors import ProviderNotFound
from tests.builders import a_stored_event, acting, an_append
from tests.contract.usage_contract import NOON, a_request, a_use
from tests.databases import Connection, Database
from tests.fakes.clock import FakeClock


@pytest.fixture
async def tenant(database: Database) -> AsyncIterator[Tenant]:
    async with reading_pool(database.app_url, size=2) as pool:
        yield Tenant(pool)


@pytest.fixture
def removed(bare_recorder: LedgerRecorder) -> UUID:
    """Give an organization that was removed."""
    organization_id = uuid4()
    for revision, topic in enumerate(("organization.registered", "organization.removed"), 1):
        bare_recorder.insert_events(
            [a_stored_event(organization_id, revision, topic=topic)], append=an_append(organization_id)
        )
    return organization_id


async def test_a_prompt_that_ends_late_is_not_counted(tenant: Tenant, removed: UUID, owner: Connection) -> None:
    ledger = PostgresUsageLedger(tenant, FakeClock(NOON), flush_seconds=3600.0)
    other = uuid4()
    for organization_id in (removed, other):
        with acting(organization_id):
            ledger.record(a_request(a_use()))
    await ledger.flush()
    found = owner.execute(
        "SELECT 'log' AS kept, organization_id FROM request_log"
        " UNION SELECT 'usage', organization_id FROM model_usage ORDER BY kept"
    )
    assert found.fetchall() == [("log", other), ("usage", other)]


async def test_a_check_that_ends_late_is_not_kept(tenant: Tenant, removed: UUID, owner: Connection) -> None:
    checks = PostgresHealthChecks(tenant, 300.0)
    with acting(removed), pytest.raises(ProviderNotFound):
        await checks.record(uuid4(), NOON, {}, "healthy")
    found = owner.execute("SELECT FROM provider_checks UNION ALL SELECT FROM provider_health").fetchall()
    assert found == []


async def test_what_ends_in_the_moment_of_the_removal_waits_for_it(
    tenant: Tenant, bare_recorder: LedgerRecorder, database: Database, owner: Connection, organization_id: UUID
) -> None:
    bare_recorder.insert_events([a_stored_event(uuid4(), 1)], append=an_append(organization_id))
    ledger = PostgresUsageLedger(tenant, FakeClock(NOON), flush_seconds=3600.0)
    with acting(organization_id):
        ledger.record(a_request(a_use()))
    with psycopg.connect(database.owner_url) as removing:
        removing.execute("SELECT FROM organization_heads FOR UPDATE")
        flushing = asyncio.create_task(ledger.flush())
        await asyncio.sleep(0.1)
        assert not flushing.done()
        removing.execute("UPDATE organization_heads SET closed_sequence = org_sequence")
    await flushing
    assert owner.execute("SELECT FROM model_usage UNION ALL SELECT FROM request_log").fetchall() == []
