from collections.abc import AsyncIterator

import pytest

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.tenant_statements import Tenant
from tests.databases import Database


@pytest.fixture
async def tenant(database: Database) -> AsyncIterator[Tenant]:
    """Give statements of the API's role on the test's own database."""
    pool = reading_pool(database.app_url)
    await pool.open(wait=True)
    yield Tenant(pool)
    await pool.close()
