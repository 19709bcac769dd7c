"""One process is the monitor, never two, and another one follows when it is gone."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from time import monotonic

import pytest

from adapters.postgres import elected_session
from adapters.postgres.monitor_election import PostgresMonitorElection
from application.errors import Unavailable
from tests.databases import Connection, Database, Databases
from tests.integration.health.seeded_organizations import until
from tests.log_contents import contents
from tests.postgres_server import PostgresServer

HOLDERS = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = %s"


def holders(owner: Connection) -> list[int]:
    """Return the server's processes that hold the office in this database."""
    here = owner.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    return [row[0] for row in owner.execute(HOLDERS, here)]


def terminate(owner: Connection) -> None:
    (holder,) = holders(owner)
    owner.execute("SELECT pg_terminate_backend(%s)", (holder,))


async def test_the_office_is_held_by_one_and_free_after_the_block(database: Database, owner: Connection) -> None:
    elections = [PostgresMonitorElection(database.admin_url) for _ in range(3)]
    async with elections[0].vacancy() as first:
        assert first is not None
        assert await first.due(300, 10) == []
        async with elections[1].vacancy() as second, elections[2].vacancy() as third:
            assert (second, third) == (None, None)
            assert len(holders(owner)) == 1
    # The server notices the end of a session a moment after it.
    await until(lambda: holders(owner) == [])
    async with elections[1].vacancy() as second:
        assert second is not None


async def test_databases_have_monitors_of_their_own(databases: Databases, database: Database) -> None:
    other = databases.migrated()
    async with (
        PostgresMonitorElection(database.admin_url).vacancy() as here,
        PostgresMonitorElection(other.admin_url).vacancy() as there,
    ):
        assert here is not None
        assert there is not None
    databases.drop(other)


async def test_whoever_waits_is_elected_when_the_holder_ends(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elected_session, "_STANDING_SECONDS", 0.1)
    first, second = PostgresMonitorElection(database.admin_url), PostgresMonitorElection(database.admin_url)
    elected = asyncio.Event()

    async def stand() -> None:
        async with second.term():
            elected.set()

    async with first.term():
        waiting = asyncio.create_task(stand())
        await asyncio.sleep(0.5)
        assert not elected.is_set()
    async with asyncio.timeout(10):
        await waiting


async def test_a_holder_whose_session_ends_knows_at_once_and_is_told_no_more(
    database: Database, owner: Connection
) -> None:
    async with PostgresMonitorElection(database.admin_url).term() as term:
        watching = asyncio.create_task(term.lasts(60))
        await asyncio.sleep(0.2)
        started = monotonic()
        terminate(owner)
        with pytest.raises(Unavailable):
            await watching
        assert monotonic() - started < 5
        with pytest.raises(Unavailable):
            await term.due(300, 10)


async def test_a_term_lasts_while_nothing_happens(database: Database) -> None:
    async with PostgresMonitorElection(database.admin_url, silence_seconds=1.5).term() as term:
        for _ in range(4):
            await term.lasts(0.4)


async def test_a_holder_that_hangs_loses_the_office(database: Database, owner: Connection) -> None:
    async with PostgresMonitorElection(database.admin_url, silence_seconds=0.5).term() as hanging:
        await until(lambda: holders(owner) == [])
        async with PostgresMonitorElection(database.admin_url).vacancy() as next_one:
            assert next_one is not None
            with pytest.raises(Unavailable):
                await hanging.due(300, 10)


async def test_nobody_can_stand_while_the_database_is_away(
    start_migrated_postgres: Callable[[], PostgresServer],
) -> None:
    server = start_migrated_postgres()
    databases = Databases(server.uri)
    election = PostgresMonitorElection(databases.migrated().admin_url)
    databases.close()
    async with AsyncExitStack() as stack:
        term = await stack.enter_async_context(election.term())
        server.kill()
        with pytest.raises(Unavailable):
            await term.lasts(10)
    with pytest.raises(Unavailable):
        async with election.term():
            pytest.fail("somebody was elected without a database")
    server.start()
    async with election.vacancy() as again:
        assert again is not None


async def test_what_is_left_of_removed_providers_is_tidied_up(database: Database, owner: Connection) -> None:
    owner.execute(
        "INSERT INTO provider_checks (organization_id, provider_id, checked_at, check_id, report)"
        " SELECT gen_random_uuid(), gen_random_uuid(), now(), gen_random_uuid(), '{}' FROM generate_series(1, 3)"
    )
    owner.execute(
        "INSERT INTO provider_health (organization_id, provider_id, last_check_at)"
        " SELECT organization_id, provider_id, now() FROM provider_checks"
    )
    async with PostgresMonitorElection(database.admin_url).term():
        pass
    tables = contents(owner)
    assert (tables["provider_checks"], tables["provider_health"]) == ([], [])
