"""The Postgres stores on a database of the package's own."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from adapters.event_store.ledger import Ledger
from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.model_list_snapshots import PostgresSnapshots
from adapters.postgres.registered_models import PostgresRegisteredModels
from adapters.postgres.tenant_statements import Tenant
from adapters.system_clock import SystemClock
from tests.databases import Database, Databases


@dataclass(frozen=True, slots=True)
class PostgresSnapshotSetup:
    """Everything on one database."""

    providers: EventSourcedProviders
    models: EventSourcedModels
    directory: PostgresRegisteredModels
    snapshots: PostgresSnapshots


@pytest.fixture(scope="package")
def database(databases: Databases) -> Iterator[Database]:
    """Give one database for all tests here: each has organizations of its own."""
    database = databases.migrated()
    yield database
    databases.drop(database)


@pytest.fixture
async def subject(database: Database, ledger: Ledger) -> AsyncIterator[PostgresSnapshotSetup]:
    async with reading_pool(database.app_url) as pool:
        tenant = Tenant(pool)
        yield PostgresSnapshotSetup(
            providers=EventSourcedProviders(ledger),
            models=EventSourcedModels(ledger),
            directory=PostgresRegisteredModels(tenant),
            snapshots=PostgresSnapshots(tenant, SystemClock()),
        )
