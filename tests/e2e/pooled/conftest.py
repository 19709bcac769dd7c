"""The service behind a pooler of transactions that has fewer connections than the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.running_service import RunningService, service_on
from tests.pgbouncer import PgBouncer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import Databases


@pytest.fixture(scope="session")
def service(databases: Databases) -> Iterator[RunningService]:
    """Give the service that the tests of the API share, through PgBouncer."""
    database = databases.migrated()
    with PgBouncer(database.owner_url, size=4) as pooler, service_on(database, through=pooler.before) as running:
        yield running
    databases.drop(database)
