"""An aggregate that has lived long is read as quickly as a new one, and is the same as from all of its events."""

from uuid import UUID, uuid4

import pytest
from psycopg_pool import ConnectionPool

from adapters.event_store import aggregate_snapshots, aggregate_state
from adapters.event_store.inline_projections import projected
from adapters.event_store.ledger import Ledger
from adapters.event_store.log_records import append_for_caller
from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedProviders
from adapters.postgres.audit_log import PostgresAuditLog
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.historical_documents import PostgresHistoricalDocuments
from adapters.postgres.tenant_statements import Tenant
from application.queries.resource_as_of import AtRevision, AtTime, provider_as_of
from application.queries.resource_history import history
from domain.provider.aggregate import Provider
from tests.builders import a_model, a_provider, a_stored_event, acting, an_append
from tests.databases import Connection, Database
from tests.events import state_of

LONG = 2_000
# Those since the last snapshot, and what a command, a page or a moment requests besides.
MOST_EVENTS = 2 * aggregate_snapshots.INTERVAL + 60


async def _lived(providers: EventSourcedProviders, organization_id: UUID, revisions: int) -> Provider:
    """Return a provider of so many revisions, which were recorded in commands of at most fifty events."""
    provider = a_provider()
    with acting(organization_id):
        await providers.save(provider)
    while provider.revision < revisions:
        with acting(organization_id):
            provider = await providers.get(provider.id)
            for _ in range(min(50, revisions - provider.revision)):
                provider.rename(f"Name {provider.revision}")
            await providers.save(provider)
    return provider


def _events_read(owner: Connection) -> int:
    """Return how many events were read, now that the service's server processes are gone."""
    here = "SELECT FROM pg_stat_activity WHERE usename = 'modelbook_app' AND datname = current_database()"
    while owner.execute(here).fetchall():
        owner.execute("SELECT pg_sleep(0.02)")
    [[count]] = owner.execute(
        "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_user_tables WHERE relname = 'events'"
    ).fetchall()
    return int(count)


class Reading:
    """Whatever reads a provider, on connections of its own, so that what was read can be counted."""

    def __init__(self, database: Database, owner: Connection, organization_id: UUID) -> None:
        self.database = database
        self.owner = owner
        self.organization_id = organization_id

    async def command(self, old: Provider) -> None:
        with self._ledger() as ledger, acting(self.organization_id):
            providers = EventSourcedProviders(ledger)
            provider = await providers.get(old.id)
            provider.rename(f"Renamed at {provider.revision}")
            await providers.save(provider)

    async def page(self, old: Provider) -> None:
        with self._ledger() as ledger, acting(self.organization_id):
            async with reading_pool(self.database.app_url, size=1) as pool:
                log = PostgresAuditLog(Tenant(pool))
                page = await history("provider", old.id, log=log, rows=ledger, limit=50)
        assert len(page.entries) == min(50, page.total)
        assert all(len(entry.changes) == 1 for entry in page.entries[:-1])

    async def moment(self, old: Provider) -> None:
        revision = old.revision // 2
        with self._ledger() as ledger, acting(self.organization_id):
            async with reading_pool(self.database.app_url, size=1) as pool:
                log, past = PostgresAuditLog(Tenant(pool)), PostgresHistoricalDocuments(Tenant(pool))
                [entry] = await log.at_revisions(old.id, [revision])
                for moment in (AtRevision(revision), AtTime(entry.recorded_at)):
                    document = await provider_as_of(old.id, moment, log=log, rows=ledger, past=past)
                    assert document.revision >= revision

    def _ledger(self) -> "_OwnLedger":
        return _OwnLedger(self.database.app_url)


class _OwnLedger:
    def __init__(self, url: str) -> None:
        self._pool = ConnectionPool(url, min_size=1, max_size=1, kwargs={"autocommit": True}, open=False)

    def __enter__(self) -> Ledger:
        self._pool.open()
        self._ledger = Ledger(LedgerRecorder(self._pool, scope=append_for_caller, projector=projected))
        return self._ledger

    def __exit__(self, *_: object) -> None:
        self._ledger.close()
        self._pool.close()


async def test_what_is_read_does_not_grow_with_age(
    database: Database, owner: Connection, organization_id: UUID
) -> None:
    reading = Reading(database, owner, organization_id)
    with reading._ledger() as ledger:
        providers = EventSourcedProviders(ledger)
        young = await _lived(providers, organization_id, 10)
        old = await _lived(providers, organization_id, LONG)
    before = _events_read(owner)
    for provider in (young, old):
        for work in (reading.command, reading.page, reading.moment):
            await work(provider)
            after = _events_read(owner)
            assert after - before <= MOST_EVENTS, (provider.revision, work.__name__)
            before = after


async def test_a_snapshot_and_the_events_after_it_make_what_all_events_make(
    providers: EventSourcedProviders, owner: Connection, organization_id: UUID
) -> None:
    provider = await _lived(providers, organization_id, 350)
    with acting(organization_id):
        loaded = await providers.get(provider.id)
        earlier = await providers.get_at(provider.id, 250)
    revisions = [row[0] for row in owner.execute("SELECT revision FROM aggregate_snapshots ORDER BY revision")]
    assert len(revisions) >= 2
    owner.execute("DELETE FROM aggregate_snapshots")
    with acting(organization_id):
        assert state_of(await providers.get(provider.id)) == state_of(loaded)
        assert state_of(await providers.get_at(provider.id, 250)) == state_of(earlier)
        assert (loaded.modified_on, loaded.created_on) == (
            (again := await providers.get(provider.id)).modified_on,
            again.created_on,
        )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE aggregate_snapshots SET code_version = 'of other code'",
        "UPDATE aggregate_snapshots SET event_hash = sha256('')",
    ],
    ids=["other code", "another log"],
)
async def test_a_snapshot_of_other_code_or_of_another_log_is_not_used(
    providers: EventSourcedProviders, owner: Connection, organization_id: UUID, change: str
) -> None:
    provider = await _lived(providers, organization_id, 250)
    owner.execute("UPDATE aggregate_snapshots SET state = convert_to('{\"document\":[]}', 'UTF8')")
    owner.execute(change.encode())
    with acting(organization_id):
        assert (await providers.get(provider.id)).name == provider.name


async def test_snapshots_belong_to_the_organization_and_go_with_it(
    providers: EventSourcedProviders, bare_recorder: LedgerRecorder, owner: Connection, organization_id: UUID
) -> None:
    provider = await _lived(providers, organization_id, 250)
    other = uuid4()
    await _lived(providers, other, 250)
    with acting(organization_id):
        loaded = await providers.get(provider.id)
        loaded.remove()
        await providers.save(loaded)
    closing = a_stored_event(organization_id, topic="organization.removed")
    bare_recorder.insert_events([closing], append=an_append(organization_id))
    owners = {row[0] for row in owner.execute("SELECT DISTINCT organization_id FROM aggregate_snapshots")}
    assert owners == {other}


def test_every_kind_of_value_comes_back_from_a_snapshot() -> None:
    provider, model = a_provider(settings={"deep": {"uuid": "x", "list": [1, None, {"": True}]}}), a_model()
    for aggregate in (provider, model):
        topic, state = aggregate_state.state_of(aggregate)
        again = aggregate_state.aggregate_of(aggregate.id, aggregate.revision, topic, state)
        assert state_of(again) == state_of(aggregate)
        assert type(again) is type(aggregate)
