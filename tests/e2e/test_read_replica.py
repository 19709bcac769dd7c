"""Lists come from a streaming replica that may be behind, stop, or go away: nobody is told of it, and none is stale."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from aiohttp import ClientSession

from adapters.postgres.connection_limits import TooFewConnections
from adapters.postgres.inspect_database import UnsafeDatabase
from application import read_replica
from entrypoints.http.authorization import Role
from entrypoints.monitoring import replica_watch
from entrypoints.preparation.container import check_replica
from tests.databases import Databases
from tests.e2e.api_client import KEYS, MODELS, PROVIDERS, Api, Document, a_model, a_provider, a_token
from tests.e2e.running_service import service_on
from tests.e2e.wait_until import ready
from tests.postgres_replica import PostgresReplica
from tests.postgres_server import PostgresServer

PATIENCE_SECONDS = 30
READS = "modelbook_replica_reads_total"
SETTING = "MODELBOOK_DATABASE_READ_URL"


@pytest.fixture
def postgres(start_migrated_postgres: Callable[[], PostgresServer]) -> PostgresServer:
    return start_migrated_postgres()


@pytest.fixture
def replica(postgres: PostgresServer) -> Iterator[PostgresReplica]:
    with PostgresReplica(postgres) as running:
        yield running


def at(replica: PostgresReplica, url: str) -> str:
    """Return the URL of the same login and database at the replica."""
    return urlunsplit(urlsplit(url)._replace(query=urlsplit(replica.uri).query))


async def answered(api: Api) -> dict[str, float]:
    """Return how many reads each of the two has answered."""
    lines = (await api.ask("GET", "/metrics")).text.splitlines()
    found = [line.removeprefix(READS).split() for line in lines if line.startswith(READS)]
    return {labels.split('"')[1]: float(value) for labels, value in found}


async def warned(api: Api, words: str | None) -> None:
    """Wait until the service, which stays ready, says this of the replica; None: nothing."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            reply = await api.ask("GET", "/readyz")
            assert (reply.status, reply.document["status"]) == (200, "ready")
            said = reply.document.get("warnings", {}).get("readReplica")
            if said is None if words is None else said is not None and words in said:
                return
            await asyncio.sleep(0.05)


async def names(api: Api, position: int | None = None, path: str = PROVIDERS) -> set[str]:
    """Return the names in a list that shows at least this position."""
    headers = {} if position is None else {"Log-Position": str(position)}
    reply = await api.ask("GET", path, headers=headers)
    assert reply.status == 200, reply.text
    return {row["name"] for row in reply.document["data"]}


async def test_lists_come_from_a_replica_as_long_as_it_has_what_was_seen(
    postgres: PostgresServer, replica: PostgresReplica, session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_replica, "MOST_BEHIND_SECONDS", 2.0)
    monkeypatch.setattr(replica_watch, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(replica_watch, "_PATIENCE_SECONDS", 1.0)
    databases = Databases(postgres.uri)
    database = databases.migrated()
    databases.close()
    with psycopg.connect(postgres.uri) as primary:
        row = primary.execute("SELECT pg_current_wal_lsn()").fetchone()
    await _replayed(replica, row)
    read_url = at(replica, database.app_url)
    assert check_replica(read_url, setting=SETTING, reading=7) is None
    with service_on(database, read_url=read_url) as service:
        organization_id = uuid4()
        api = Api(session, service.url, organization_id, a_token(organization_id, Role.ADMIN))
        await warned(api, None)
        first = await api.post(PROVIDERS, a_provider(name="First"))
        other = await api.elsewhere().post(PROVIDERS, a_provider(name="Somebody else's"))
        key = await api.access_key(scope="read")
        position = first.position
        # Who says nothing reads what was written here, and who says what was seen has it from the replica.
        before = await answered(api)
        assert await names(api) == {"First"}
        assert (await answered(api))["primary"] == before["primary"] + 1
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await answered(api))["replica"] < 3:
                assert await names(api, position) == {"First"}
        for path in ("/api/ai/usage", "/api/ai/requests", f"{MODELS}?q=none&includeTotal=true"):
            assert (await api.ask("GET", path, headers={"Log-Position": "0"})).status == 200

        replica.pause()
        second = await api.post(PROVIDERS, a_provider(name="Second"))
        assert second.position > other.position
        async with asyncio.TaskGroup() as group:
            # The replica is given a little time to come by the position.
            seen = [group.create_task(names(api, known)) for known in (second.position, None, 10**19)]
        assert [each.result() for each in seen] == [{"First", "Second"}] * 3
        # It is the replica that answers whoever has not seen that, while it is behind no more than it may be.
        assert await names(api, position) == {"First"}
        assert (await api.delete(f"{KEYS}/{key['id']}")).status == 204
        program = replace(api, token=key["secret"])
        assert (await program.ask("GET", PROVIDERS, headers={"Log-Position": "0"})).status == 401
        await warned(api, "seconds behind; lists are read from the primary")
        assert await names(api, position) == {"First", "Second"}
        replica.go_on()
        await warned(api, None)

        lists = asyncio.create_task(_listed(api, second.position))
        await asyncio.sleep(0.1)
        await asyncio.to_thread(replica.kill)
        await warned(api, "lists are read from the primary")
        assert await names(api, position) == {"First", "Second"}
        await asyncio.to_thread(replica.start)
        await warned(api, None)
        replica.freeze()
        try:
            await warned(api, "does not answer")
        finally:
            replica.thaw()
        await warned(api, None)
        before = await answered(api)
        provider: Document = first.document
        assert (await api.post(MODELS, a_model(provider, name="Of the first"))).status == 201
        # It continues until it is told to end: none of its lists has failed.
        lists.cancel()
        with pytest.raises(asyncio.CancelledError):
            await lists
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await answered(api))["replica"] == before["replica"]:
                assert await names(api, second.position) == {"First", "Second"}
        await ready(api)

        # From then on it goes its own way.
        await asyncio.to_thread(replica.promote)
        await warned(api, "lists are read from the primary")
        assert (await api.post(PROVIDERS, a_provider(name="Third"))).status == 201
        assert await names(api, 0) == {"First", "Second", "Third"}


async def _listed(api: Api, position: int) -> None:
    """List all the time; each answer is whole."""
    while True:
        assert await names(api, position) == {"First", "Second"}
        await asyncio.sleep(0.02)


async def _replayed(replica: PostgresReplica, lsn: tuple[object, ...] | None) -> None:
    with psycopg.connect(replica.uri, autocommit=True) as connection:
        async with asyncio.timeout(PATIENCE_SECONDS):
            statement = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
            while connection.execute(statement, lsn).fetchone() != (True,):  # noqa: ASYNC110 - the server's own
                await asyncio.sleep(0.05)


def test_a_replica_is_checked_like_the_database(postgres: PostgresServer) -> None:
    databases = Databases(postgres.uri)
    database = databases.migrated()
    databases.close()
    with pytest.raises(UnsafeDatabase, match=SETTING):
        check_replica(database.admin_url, setting=SETTING, reading=1)
    with psycopg.connect(postgres.uri, autocommit=True) as owner:
        owner.execute("ALTER ROLE modelbook_app CONNECTION LIMIT 3")
    with pytest.raises(TooFewConnections, match="4 connections to the replica"):
        check_replica(database.app_url, setting=SETTING, reading=4)
    assert "cannot be reached" in str(check_replica("postgresql://x@127.0.0.1:1/none", setting=SETTING, reading=1))
