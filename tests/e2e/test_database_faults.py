"""The database falls over, cuts connections, or has none to give: clear refusals, then recovery without a restart."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import psycopg
import pytest
from aiohttp import ClientSession

from adapters.event_store import ledger
from adapters.postgres import connection_pools, tenant_statements
from entrypoints.http.authorization import Role
from tests.databases import Databases
from tests.e2e.api_client import PROVIDERS, Api, a_provider, a_token, path_of
from tests.e2e.running_service import RunningService, service_on
from tests.e2e.wait_until import ready, until
from tests.e2e.write_load import Hammer
from tests.log_contents import assert_whole
from tests.postgres_server import PostgresServer
from tests.projection_tables import assert_tables_equal_the_log

CLIENTS = 6
PATIENCE_SECONDS = 40
END_BACKENDS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'modelbook_app'"


@pytest.fixture
def postgres(start_migrated_postgres: Callable[[], PostgresServer]) -> PostgresServer:
    return start_migrated_postgres()


@pytest.fixture
def service(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningService]:
    """Give a service on a database server of its own, which may be ill-treated; it waits a while for connections."""
    monkeypatch.setattr(connection_pools, "_PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(ledger, "_LONGEST_QUEUE_SECONDS", 1.0)
    databases = Databases(postgres.uri)
    database = databases.migrated()
    databases.close()
    with service_on(database) as running:
        yield running


@pytest.fixture
def api(service: RunningService, session: ClientSession) -> Api:
    organization_id = uuid4()
    return Api(session, service.url, organization_id, a_token(organization_id, Role.ADMIN))


@asynccontextmanager
async def hammered(api: Api, database_url: str) -> AsyncIterator[Hammer]:
    """Let clients write while the block runs, then a little longer, and check what has become of it."""
    hammer = Hammer(api)
    clients = asyncio.create_task(hammer.run(CLIENTS))
    await asyncio.sleep(0.3)
    yield hammer
    done = hammer.statuses[201]
    await ready(api)
    await until(lambda: hammer.statuses[201] > done)
    hammer.is_stopping = True
    await clients
    with psycopg.connect(database_url, autocommit=True) as owner:
        hammer.check(owner)
        assert_whole(owner)
        assert_tables_equal_the_log(owner)


async def test_a_database_that_falls_over_and_comes_back(
    service: RunningService, postgres: PostgresServer, api: Api
) -> None:
    async with hammered(api, service.database.owner_url) as hammer:
        await asyncio.to_thread(postgres.kill)
        assert (await api.ask("GET", "/healthz")).status == 200
        refused = await api.ask("GET", "/readyz")
        assert (refused.status, refused.document["status"]) == (503, "not ready")
        await asyncio.sleep(0.5)
        await asyncio.to_thread(postgres.start)
    assert {status for status in hammer.statuses if isinstance(status, int)} <= {200, 201, 409, 503}


async def test_backends_that_are_ended_under_load(service: RunningService, api: Api) -> None:
    async with hammered(api, service.database.owner_url) as hammer:
        with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
            for _ in range(4):
                owner.execute(END_BACKENDS)
                await asyncio.sleep(0.15)
    assert {status for status in hammer.statuses if isinstance(status, int)} <= {200, 201, 409, 503}


async def test_while_there_is_no_connection_to_be_had_everybody_is_told_soon(service: RunningService, api: Api) -> None:
    provider = await api.provider()
    with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
        owner.execute("ALTER ROLE modelbook_app CONNECTION LIMIT 0")
        owner.execute(END_BACKENDS)
        started = time.monotonic()
        replies = await asyncio.gather(
            *(api.post(PROVIDERS, a_provider()) for _ in range(20)),
            *(api.patch(path_of(provider), {"name": f"Name {number}"}) for number in range(20)),
            # Three at a time, each of which waits for a second.
            *(api.ask("GET", PROVIDERS) for _ in range(9)),
        )
        assert time.monotonic() - started < 10
        assert {reply.status for reply in replies} == {503}
        # A change that was on its way when its connection broke may have been made.
        assert {reply.document["code"] for reply in replies} <= {"unavailable", "outcome-unknown"}
        assert all(int(reply.headers["Retry-After"]) >= 1 for reply in replies)
        assert all("Traceback" not in reply.text and "FATAL" not in reply.text for reply in replies)
        owner.execute("ALTER ROLE modelbook_app CONNECTION LIMIT -1")
    await ready(api)
    assert (await api.patch(path_of(provider), {"name": "Back again"})).status == 200
    with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
        assert_whole(owner)
        assert_tables_equal_the_log(owner)


async def test_a_database_that_has_stopped_keeps_nobody_waiting_for_ever(
    service: RunningService, postgres: PostgresServer, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenant_statements, "_LONGEST_SECONDS", 1.0)
    monkeypatch.setattr(ledger, "_LONGEST_WORK_SECONDS", 1.0)
    provider = await api.provider()
    postgres.freeze()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            replies = await asyncio.gather(
                api.ask("GET", PROVIDERS),
                api.patch(path_of(provider), {"name": "Perhaps"}),
                api.post(PROVIDERS, a_provider(name="Once"), idempotency_key="once"),
                api.ask("GET", "/readyz"),
            )
        assert [reply.status for reply in replies] == [503] * 4
    finally:
        postgres.thaw()
    await ready(api)
    assert (await api.post(PROVIDERS, a_provider(name="Once"), idempotency_key="another")).status in {201, 409}
    assert sorted(row["name"] for row in await api.rows(PROVIDERS)).count("Once") == 1
    with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
        assert_whole(owner)
        assert_tables_equal_the_log(owner)
