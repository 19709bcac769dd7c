"""A connection that breaks around the commit: the command id tells for certain what became of the command."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from psycopg_pool import ConnectionPool

from adapters.event_store.inline_projections import projected
from adapters.event_store.ledger import Ledger
from adapters.event_store.log_records import append_for_caller
from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedProviders
from application.errors import CommandOutcomeUnknown, Unavailable
from application.recorded_revision import Recorded
from tests.builders import a_provider, acting
from tests.databases import Connect, Connection, Database
from tests.log_contents import assert_whole, contents, topics
from tests.postgres_proxy import Break, PostgresProxy

MARKER = "the-request-that-is-cut"
COMMAND = UUID(int=7)


@pytest.fixture
def proxy(database: Database) -> Iterator[PostgresProxy]:
    with PostgresProxy(database.app_url) as proxy:
        yield proxy


@pytest.fixture
def patience_seconds() -> float:
    """Give how long a connection is waited for; next to no time where the test says that none will come."""
    return 0.7


@contextmanager
def repository_on(url: str, patience_seconds: float = 0.7) -> Iterator[EventSourcedProviders]:
    kwargs = {"autocommit": True}
    with ConnectionPool(url, min_size=1, max_size=4, timeout=patience_seconds, kwargs=kwargs, open=False) as pool:
        pool.wait(30)
        ledger = Ledger(LedgerRecorder(pool, scope=append_for_caller, projector=projected))
        yield EventSourcedProviders(ledger)
        ledger.close()


@pytest.fixture
async def providers(
    proxy: PostgresProxy, organization_id: UUID, patience_seconds: float
) -> AsyncIterator[EventSourcedProviders]:
    """Give a repository behind the proxy whose append statement is prepared, so that it is sent in one piece."""
    with repository_on(proxy.url, patience_seconds) as repository:
        with acting(organization_id):
            await repository.save(a_provider(name="Before"))
        yield repository


async def saved(providers: EventSourcedProviders, organization_id: UUID, provider_id: UUID) -> Recorded:
    with acting(organization_id, command_id=COMMAND, correlation_id=MARKER):
        return await providers.save(a_provider(provider_id, name="Main"))


def _end_whoever_waits(owner: Connection) -> None:
    ended = 0
    while not ended:
        waiting = owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        ended = waiting.rowcount


def _end_all(owner: Connection) -> int:
    """End the server's processes of the API's role here; return how many there were."""
    return owner.execute(
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
        " WHERE usename = 'modelbook_app' AND datname = current_database()"
    ).rowcount


@pytest.mark.parametrize("is_first", [True, False], ids=["first write", "later write"])
async def test_what_was_committed_is_answered_though_the_answer_was_lost(
    providers: EventSourcedProviders, proxy: PostgresProxy, organization_id: UUID, owner: Connection, is_first: bool
) -> None:
    proxy.break_once(MARKER.encode(), Break.BEFORE_THE_ANSWER)
    provider_id, tenant = uuid4(), uuid4() if is_first else organization_id
    recorded = await saved(providers, tenant, provider_id)
    assert (recorded.aggregate_id, recorded.revision, recorded.position) == (provider_id, 1, 1 if is_first else 2)
    assert topics(owner) == ["provider.registered"] * 2
    assert_whole(owner)


@pytest.mark.parametrize("is_first", [True, False], ids=["first write", "later write"])
async def test_what_never_arrived_is_not_recorded(
    providers: EventSourcedProviders, proxy: PostgresProxy, organization_id: UUID, owner: Connection, is_first: bool
) -> None:
    proxy.break_once(MARKER.encode(), Break.BEFORE_DELIVERY)
    before = contents(owner)
    provider_id, tenant = uuid4(), uuid4() if is_first else organization_id
    with pytest.raises(Unavailable):
        await saved(providers, tenant, provider_id)
    assert contents(owner) == before
    recorded = await saved(providers, tenant, provider_id)
    assert (recorded.revision, recorded.position) == (1, 1 if is_first else 2)
    assert_whole(owner)


@pytest.mark.parametrize("is_first", [True, False], ids=["first write", "later write"])
async def test_what_is_still_under_way_is_ended_before_it_is_called_undone(
    providers: EventSourcedProviders,
    proxy: PostgresProxy,
    organization_id: UUID,
    connect: Connect,
    is_first: bool,
) -> None:
    """The server has the statement, waits for the log, and does not know that its client is gone."""
    owner, blocker = connect(), connect()
    before = contents(owner)
    proxy.break_once(MARKER.encode(), Break.AFTER_DELIVERY)
    with blocker.transaction():
        blocker.execute("LOCK TABLE events IN SHARE MODE")
        with pytest.raises(Unavailable):
            await saved(providers, uuid4() if is_first else organization_id, uuid4())
    await asyncio.sleep(0.2)
    assert contents(owner) == before


async def test_a_server_process_that_is_ended_records_nothing(
    providers: EventSourcedProviders, organization_id: UUID, connect: Connect
) -> None:
    owner, blocker = connect(), connect()
    before = contents(owner)
    with blocker.transaction():
        blocker.execute("LOCK TABLE events IN SHARE MODE")
        saving = asyncio.create_task(saved(providers, organization_id, uuid4()))
        await asyncio.to_thread(_end_whoever_waits, owner)
        with pytest.raises(Unavailable):
            await saving
    assert contents(owner) == before


@pytest.mark.parametrize("patience_seconds", [0.1])
@pytest.mark.parametrize("where", [Break.BEFORE_THE_ANSWER, Break.BEFORE_DELIVERY], ids=lambda where: where.name)
async def test_what_nobody_can_be_asked_about_is_unknown_and_repeated_without_harm(
    providers: EventSourcedProviders, proxy: PostgresProxy, organization_id: UUID, connect: Connect, where: Break
) -> None:
    owner = connect()
    proxy.break_once(MARKER.encode(), where, then=proxy.go_down)
    provider_id = uuid4()
    with pytest.raises(CommandOutcomeUnknown):
        await saved(providers, organization_id, provider_id)
    assert len(topics(owner)) == (2 if where is Break.BEFORE_THE_ANSWER else 1)
    with repository_on(proxy.server_url) as elsewhere:
        recorded = await saved(elsewhere, organization_id, provider_id)
    assert (recorded.revision, recorded.position) == (1, 2)
    assert_whole(owner)


async def test_reading_survives_connections_that_died_while_idle(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    provider_id = uuid4()
    await saved(providers, organization_id, provider_id)
    assert _end_all(owner) > 0
    with acting(organization_id):
        assert (await providers.get(provider_id)).name == "Main"


async def test_writing_recovers_from_connections_that_died_while_idle(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    assert _end_all(owner) > 0
    provider_id = uuid4()
    with pytest.raises(Unavailable):
        await saved(providers, organization_id, provider_id)
    assert (await saved(providers, organization_id, provider_id)).position == 2
    assert_whole(owner)


@pytest.mark.parametrize("patience_seconds", [0.1])
async def test_a_database_that_cannot_be_reached_is_unavailable(
    providers: EventSourcedProviders, proxy: PostgresProxy, organization_id: UUID
) -> None:
    proxy.go_down()
    with acting(organization_id), pytest.raises(Unavailable):
        await providers.get(uuid4())
