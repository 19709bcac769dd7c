"""What gives hints after an append."""

from collections.abc import AsyncIterator

import pytest

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.log_growth_hints import PostgresHints
from tests.databases import Database


@pytest.fixture
async def hints(database: Database) -> AsyncIterator[PostgresHints]:
    async with reading_pool(database.app_url, size=1) as pool:
        hints = PostgresHints(pool.connection)
        yield hints
        await hints.close()
