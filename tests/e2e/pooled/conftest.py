"""The service behind a pooler of transactions that has fewer connections than the service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.databases import Databases
from tests.e2e.running_service import RunningService, service_on
from tests.pgbouncer import PgBouncer

_API: Final = Path(__file__).with_name("test_rest_api.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep one case of each test of the API: the statements are the same whatever the values."""
    seen: set[str] = set()
    kept = []
    for item in items:
        if isinstance(item, pytest.Function) and item.path == _API:
            if item.originalname in seen:
                continue
            seen.add(item.originalname)
        kept.append(item)
    items[:] = kept


@pytest.fixture(scope="session")
def service(databases: Databases) -> Iterator[RunningService]:
    """Give the service that the tests of the API share, through PgBouncer."""
    database = databases.migrated()
    with PgBouncer(database.owner_url, size=4) as pooler, service_on(database, through=pooler.before) as running:
        yield running
    databases.drop(database)
