"""Credentials of several organizations, sealed under an old master key."""

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import psycopg
import pytest

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.credential_stock import PostgresCredentialStock
from adapters.vault.keyring import Keyring
from tests.databases import Connection, Database, Databases
from tests.integration.keys.credentials import Credentials, StoredCredentials


@pytest.fixture
async def stock(database: Database) -> AsyncIterator[PostgresCredentialStock]:
    async with reading_pool(database.admin_url) as pool:
        yield PostgresCredentialStock(pool)


@pytest.fixture(scope="session")
def old() -> Keyring:
    return Keyring.generate("old")


@pytest.fixture
def both(old: Keyring) -> Keyring:
    """Give the keyring in which a new key is the active one."""
    return old.led_by(Keyring.generate("new"))


@pytest.fixture(scope="session")
def stored(databases: Databases, old: Keyring) -> Iterator[StoredCredentials]:
    """Give 1,200 credentials of twelve organizations, more than two batches, in a database to be copied."""
    database = databases.migrated()
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        made = Credentials(owner)
        for number in range(1200):
            made.store(old, UUID(int=number % 12 + 1), UUID(int=number + 1), f"sk-{number:020}")
    yield StoredCredentials(database, made.api_keys)
    databases.drop(database)


@pytest.fixture
async def credentials(
    stored: StoredCredentials, owner: Connection, stock: PostgresCredentialStock, both: Keyring
) -> Credentials:
    """Give the credentials as they are in the test's database, and a service that knows both keys."""
    made = Credentials(owner, dict(stored.api_keys))
    await made.served(stock, both)
    return made
