"""A container on a database of the test's own."""

from collections.abc import AsyncIterator

import pytest

from entrypoints.container import Container
from entrypoints.server_process import opened
from tests.databases import Database
from tests.e2e.running_service import a_runtime


@pytest.fixture
async def container(database: Database) -> AsyncIterator[Container]:
    async with opened(a_runtime(database)) as container:
        yield container
