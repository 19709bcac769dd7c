"""A container on a database of the test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrypoints.server_process import opened
from tests.e2e.running_service import a_runtime

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from entrypoints.container import Container
    from tests.databases import Database


@pytest.fixture
async def container(database: Database) -> AsyncIterator[Container]:
    async with opened(a_runtime(database)) as container:
        yield container
