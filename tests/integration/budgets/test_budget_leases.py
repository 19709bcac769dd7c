"""The spending of budgets in Postgres."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.postgres.budgets import PostgresBudgetLeases
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.tenant_statements import Tenant
from application.bounds.budgets import period_end, period_start
from application.errors import Unavailable
from tests.contract.budget_leases_contract import BudgetLeasesContract, Process, a_request
from tests.databases import Connection, Database
from tests.fakes.clock import FakeClock


class PostgresProcesses:
    """Several processes on one database."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._clock = FakeClock()

    def process(self) -> PostgresBudgetLeases:
        return PostgresBudgetLeases(self._tenant, self._clock)

    def pass_time(self, seconds: float) -> None:
        self._clock.time += timedelta(seconds=seconds)


@pytest.fixture
async def processes(database: Database) -> AsyncIterator[PostgresProcesses]:
    async with reading_pool(database.app_url) as pool:
        yield PostgresProcesses(Tenant(pool))


class TestPostgresBudgetLeases(BudgetLeasesContract):
    """The contract, on the tables."""


async def test_processes_that_ask_at_once_do_not_share_a_part(processes: PostgresProcesses) -> None:
    request = a_request()
    asking = [Process(processes.process(), request) for _ in range(20)]
    leases = await asyncio.gather(*[each.renew("1") for each in asking])
    assert sum(lease.leased_usd for lease in leases) == Decimal(10)


async def test_what_the_database_refuses_is_no_reason_to_stop_reporting(
    processes: PostgresProcesses, owner: Connection
) -> None:
    one = Process(processes.process(), a_request())
    owner.execute("ALTER TABLE budget_spending ADD CONSTRAINT no_more CHECK (spent_usd < 3)")
    with pytest.raises(Unavailable, match="cannot be recorded"):
        await one.renew(spent="4")
    owner.execute("ALTER TABLE budget_spending DROP CONSTRAINT no_more")
    assert (await one.renew(spent="4")).spent_usd == 4


def test_the_database_and_this_process_know_one_calendar(owner: Connection) -> None:
    owner.execute("SET timezone = 'Pacific/Auckland'")
    for moment in (
        datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 30, tzinfo=UTC),
        datetime(2026, 12, 31, 12, tzinfo=UTC),
        datetime(2028, 2, 29, 1, tzinfo=UTC),
    ):
        for period in ("day", "week", "month"):
            found = owner.execute("SELECT budget_start(%s, %s), budget_end(%s, %s)", (period, moment) * 2).fetchone()
            assert found == (period_start(period, moment), period_end(period, moment))
    assert owner.execute("SELECT budget_end('total', now())").fetchone() == (None,)
    assert (period_start("total", datetime.now(UTC)), period_end("total", datetime.now(UTC))) == (None, None)
