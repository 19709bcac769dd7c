"""Credentials of several organizations, sealed under an old master key."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.credential_stock import PostgresCredentialStock
from adapters.vault.keyring import Keyring
from tests.integration.keys.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.databases import Connection, Database


@pytest.fixture
async def stock(database: Database) -> AsyncIterator[PostgresCredentialStock]:
    async with reading_pool(database.admin_url) as pool:
        yield PostgresCredentialStock(pool)


@pytest.fixture
def old() -> Keyring:
    return Keyring.generate("old")


@pytest.fixture
def both(old: Keyring) -> Keyring:
    """Give the keyring in which a new key is the active one."""
    return old.led_by(Keyring.generate("new"))


@pytest.fixture
async def credentials(owner: Connection, old: Keyring, stock: PostgresCredentialStock, both: Keyring) -> Credentials:
    """Give 1,200 credentials of twelve organizations, more than two batches, and a service that knows both keys."""
    made = Credentials(owner)
    for number in range(1200):
        made.store(old, UUID(int=number % 12 + 1), UUID(int=number + 1), f"sk-{number:020}")
    await made.served(stock, both)
    return made
