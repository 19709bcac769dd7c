"""What was kept for long enough is deleted, of all organizations, by one process, some rows at a time."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.postgres.connection_pools import administrators_pool
from adapters.postgres.idempotency_claims import PostgresClaims
from adapters.postgres.request_log import PostgresUsageSweep
from adapters.postgres.tenant_statements import Tenant
from adapters.postgres.usage_ledger import PostgresUsageLedger
from application.usage import sweep_usage as sweeping
from application.usage.sweep_usage import sweep_usage
from tests.builders import acting
from tests.contract.usage_contract import NOON, a_request, a_use
from tests.databases import Connection, Database
from tests.fakes.clock import FakeClock

AGES = (0, 29, 31, 399, 401)


@pytest.fixture
async def sweep(database: Database) -> AsyncIterator[PostgresUsageSweep]:
    async with administrators_pool(database.admin_url, size=2, application_name="test") as pool:
        yield PostgresUsageSweep(pool)


async def calls_of(tenant: Tenant, *organizations: UUID, each: int = 1) -> None:
    """Let each organization make calls today and on days long ago."""
    clock = FakeClock(NOON)
    ledger = PostgresUsageLedger(tenant, clock, flush_seconds=3600.0)
    use = a_use()
    for days in AGES:
        clock.time = NOON - timedelta(days=days)
        for organization_id in organizations:
            with acting(organization_id):
                for _ in range(each):
                    ledger.record(a_request(use))
    await ledger.flush()


def counted(owner: Connection) -> dict[str, int]:
    found = owner.execute(
        "SELECT 'calls', count(*) FROM request_log UNION ALL SELECT period || 's', sum(requests) FROM model_usage"
        " GROUP BY period"
    )
    return {name: int(rows) for name, rows in found.fetchall()}


async def test_calls_go_after_the_days_that_are_set_hours_after_400_and_days_never(
    tenant: Tenant, sweep: PostgresUsageSweep, owner: Connection
) -> None:
    await calls_of(tenant, uuid4(), uuid4(), uuid4(), each=2)
    assert counted(owner) == {"calls": 30, "hours": 30, "days": 30}
    deleted = await sweep_usage(sweep=sweep, clock=FakeClock(NOON), request_log_days=30)
    assert deleted == 3 * 3 * 2 + 3
    assert counted(owner) == {"calls": 12, "hours": 24, "days": 30}
    assert await sweep_usage(sweep=sweep, clock=FakeClock(NOON), request_log_days=30) == 0
    await sweep_usage(sweep=sweep, clock=FakeClock(NOON + timedelta(seconds=1)), request_log_days=0)
    assert counted(owner) == {"hours": 24, "days": 30, "calls": 0}


async def test_a_transaction_deletes_no_more_than_it_may_and_the_sweep_continues(
    tenant: Tenant, sweep: PostgresUsageSweep, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await calls_of(tenant, uuid4(), uuid4(), each=3)
    assert await sweep.sweep_requests(NOON, 4) == 4
    assert counted(owner)["calls"] == 26
    monkeypatch.setattr(sweeping, "MOST_ROWS_A_TRANSACTION", 5)
    await sweep_usage(sweep=sweep, clock=FakeClock(NOON), request_log_days=1)
    assert counted(owner)["calls"] == 6


async def test_one_process_sweeps_at_a_time(
    tenant: Tenant, sweep: PostgresUsageSweep, database: Database, owner: Connection
) -> None:
    await calls_of(tenant, uuid4())
    with psycopg.connect(database.admin_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('modelbook request log sweep', 0))")
        assert await sweep.sweep_requests(NOON, 100) is None
        assert await sweep_usage(sweep=sweep, clock=FakeClock(NOON), request_log_days=30) == 0
        assert counted(owner)["calls"] == len(AGES)
    assert await sweep_usage(sweep=sweep, clock=FakeClock(NOON), request_log_days=30) > 0


async def test_what_a_removal_has_left_behind_is_deleted_whatever_its_age(
    tenant: Tenant, sweep: PostgresUsageSweep, owner: Connection
) -> None:
    removed, other = uuid4(), uuid4()
    await calls_of(tenant, removed, other)
    owner.execute(
        "INSERT INTO organization_heads (organization_id, org_sequence, hash, recorded_at, closed_sequence)"
        " VALUES (%s, 1, '', now(), 1)",
        (removed,),
    )
    await sweep_usage(sweep=sweep, clock=FakeClock(NOON), request_log_days=1000)
    found = owner.execute("SELECT organization_id, count(*) FROM request_log GROUP BY 1").fetchall()
    assert found == [(other, len(AGES))]


async def test_without_a_log_usage_is_counted_all_the_same(tenant: Tenant, owner: Connection) -> None:
    ledger = PostgresUsageLedger(tenant, FakeClock(NOON), keeps_requests=False, flush_seconds=3600.0)
    with acting(uuid4()):
        ledger.record(a_request(a_use(), a_use()))
    await ledger.flush()
    assert counted(owner) == {"calls": 0, "hours": 2, "days": 2}


async def test_answers_under_idempotency_keys_go_after_a_day_whoever_comes_by(
    tenant: Tenant, sweep: PostgresUsageSweep, owner: Connection
) -> None:
    claims, clock = PostgresClaims(tenant, FakeClock(NOON)), FakeClock(NOON)
    for number in range(3):
        with acting(uuid4()):
            for key in ("a", "b"):
                await claims.claim(f"{key}{number}", b"f" * 32, uuid4())
                await claims.complete(f"{key}{number}", 201, {}, b"an answer")
    owner.execute(
        "UPDATE idempotency_keys SET claimed_at = %s WHERE key LIKE 'a%%'", [NOON - timedelta(hours=24, seconds=1)]
    )
    assert await sweep_usage(sweep=sweep, clock=clock, request_log_days=30) == 3
    kept = owner.execute("SELECT key FROM idempotency_keys ORDER BY key").fetchall()
    assert kept == [("b0",), ("b1",), ("b2",)]
