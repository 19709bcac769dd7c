"""A container on a database of the test's own, with the sandbox for providers."""

from collections.abc import AsyncIterator

import pytest

from entrypoints.container import Container
from entrypoints.server_process import opened
from sandbox.server import Sandbox
from tests.databases import Connection, Database
from tests.e2e.running_service import a_runtime
from tests.integration.health.seeded_organizations import SeededOrganizations


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def container(database: Database) -> AsyncIterator[Container]:
    async with opened(a_runtime(database)) as container:
        yield container


@pytest.fixture
def seeded(container: Container, sandbox: Sandbox, owner: Connection) -> SeededOrganizations:
    """Give the providers of all organizations, and what is known of them."""
    return SeededOrganizations(container, sandbox, owner)
