from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.tenant_statements import Tenant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.databases import Database


@pytest.fixture
async def tenant(database: Database) -> AsyncIterator[Tenant]:
    """Give statements of the API's role on the test's own database."""
    pool = reading_pool(database.app_url)
    await pool.open(wait=True)
    yield Tenant(pool)
    await pool.close()
