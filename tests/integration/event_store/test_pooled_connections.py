"""The connections of the login that serves, behind a pooler of transactions and without one."""

import asyncio
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from adapters.event_store.inline_projections import projected
from adapters.event_store.ledger import Ledger
from adapters.event_store.log_records import append_for_caller
from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedProviders
from adapters.postgres.connection_pools import reading_pool, writing_pool
from application.errors import Unavailable
from tests.builders import a_provider, acting
from tests.databases import Connect, Database
from tests.e2e.wait_until import until
from tests.integration.tenancy.test_limits import LIMITS, assert_limited
from tests.log_contents import assert_whole, contents, topics
from tests.pgbouncer import PgBouncer
from tests.postgres_proxy import Break, PostgresProxy

LOOKING_IT_UP = """
SELECT count(*) FROM pg_stat_activity
WHERE query LIKE '%command_outcome(%' AND wait_event_type = 'Lock' AND datname = current_database()
"""
MARKER = "the-request-that-is-cut"


@pytest.fixture
def pooled_url(database: Database) -> Iterator[str]:
    with PgBouncer(database.owner_url, size=2) as pooler:
        yield pooler.before(database.app_url)


async def test_time_limits_hold_behind_a_pooler(pooled_url: str) -> None:
    async with reading_pool(pooled_url) as pool, pool.connection() as connection:
        assert_limited(await (await connection.execute(LIMITS)).fetchall())
        assert await (await connection.execute("SHOW timezone")).fetchone() == ("UTC",)
    with writing_pool(pooled_url) as writing, writing.connection() as line:
        assert_limited(line.execute(LIMITS).fetchall())


async def test_statements_are_prepared_where_no_pooler_is(database: Database, pooled_url: str) -> None:
    for url, is_prepared in ((database.app_url, True), (pooled_url, False)):
        async with reading_pool(url) as pool, pool.connection() as connection:
            for _ in range(10):
                await connection.execute("SELECT 1", prepare=True)
            cursor = await connection.execute("SELECT count(*) > 0 FROM pg_prepared_statements")
            assert await cursor.fetchone() == (is_prepared,)


@pytest.mark.parametrize("where", Break)
async def test_the_outcome_of_a_lost_append_is_known_behind_a_pooler(
    pooled_url: str, organization_id: UUID, connect: Connect, where: Break
) -> None:
    """Where the server still works on it, its process is found by its name and ended."""
    with PostgresProxy(pooled_url) as proxy, writing_pool(proxy.url) as pool:
        ledger = Ledger(LedgerRecorder(pool, scope=append_for_caller, projector=projected))
        providers = EventSourcedProviders(ledger)
        with acting(organization_id):
            await providers.save(a_provider(name="Before"))
        owner, blocker = connect(), connect()
        before = contents(owner)
        proxy.break_once(MARKER.encode(), where)
        with acting(organization_id, correlation_id=MARKER):
            if where is Break.BEFORE_THE_ANSWER:
                assert (await providers.save(a_provider(uuid4(), name="Main"))).revision == 1
                assert topics(owner) == ["provider.registered"] * 2
            else:
                with blocker.transaction():
                    blocker.execute("SELECT FROM organization_heads FOR UPDATE")
                    saving = asyncio.create_task(providers.save(a_provider(uuid4(), name="Main")))
                    # What the lost connection was doing has been ended by then.
                    await until(lambda: owner.execute(LOOKING_IT_UP).fetchone() == (1,))
                with pytest.raises(Unavailable):
                    await saving
                assert contents(owner) == before
        ledger.close()
    assert_whole(connect())
