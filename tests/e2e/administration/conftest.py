"""A service of its own, and its platform administrator."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.databases import Databases
from tests.e2e.api_client import Api
from tests.e2e.running_service import RunningService, service_on


@pytest.fixture(scope="module")
def service(databases: Databases) -> Iterator[RunningService]:
    """Give a service of its own: what is found here must not be what other tests did."""
    database = databases.migrated()
    with service_on(database) as running_service:
        yield running_service
    databases.drop(database)


@pytest.fixture
def admin(api: Api) -> Api:
    """Give the API as a platform administrator without an organization has it."""
    return api.of(None, actor="platform-1", is_platform_admin=True)


@pytest.fixture
def owner(service: RunningService) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(service.database.owner_url, autocommit=True) as connection:
        yield connection
