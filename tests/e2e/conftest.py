"""One service for all tests of the API, each test in organizations of its own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from application.ports.provider_gateway import CallOutcome
from application.prompts.retry_policy import RetryPolicy
from entrypoints.http.authorization import Role
from sandbox.server import Sandbox
from tests.databases import Databases, connect, database, databases, owner
from tests.e2e.api_client import Api, a_token
from tests.e2e.processes import copied, folder, serving
from tests.e2e.running_service import RunningService, service_on
from tests.run_folder import made_once

__all__ = ["connect", "database", "databases", "owner"]


@pytest.fixture(scope="session")
def service(databases: Databases) -> Iterator[RunningService]:
    """Give the service that all tests of the API share."""
    database = databases.migrated()
    with service_on(database) as running:
        yield running
    databases.drop(database)


@pytest.fixture
def sandbox(service: RunningService) -> Iterator[Sandbox]:
    """Give the sandbox, behaving well and with nothing received yet."""
    service.sandbox.requests.clear()
    yield service.sandbox
    service.sandbox.faults.clear()


@pytest.fixture
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the service call a provider again as often as ever, but without a pause."""
    wait = RetryPolicy.wait

    def no_wait(policy: RetryPolicy, failure: CallOutcome, **facts: Any) -> float | None:  # noqa: ANN401 - passed on
        return None if wait(policy, failure, **facts) is None else 0.0

    monkeypatch.setattr(RetryPolicy, "wait", no_wait)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield session


@pytest.fixture
def api(service: RunningService, session: aiohttp.ClientSession) -> Api:
    """Give the API as the administrator of a new organization has it."""
    organization_id = uuid4()
    return Api(session, service.url, organization_id, a_token(organization_id, Role.ADMIN))


class DataDirs:
    """Data directories for processes; most are copies of one, because making a database takes its time."""

    def __init__(self, template: Path) -> None:
        self._template = template

    @contextmanager
    def empty(self) -> Iterator[Path]:
        """Give a new directory."""
        with folder() as path:
            yield path / "data"

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        """Give a directory with a database, keys and nothing else."""
        with self.empty() as path:
            copied(self._template, path)
            yield path


@pytest.fixture(scope="session")
def data_dirs() -> DataDirs:
    return DataDirs(made_once("data", _serve_once))


def _serve_once(data_dir: Path) -> None:
    with serving("serve", "--port", "0", DATA_DIR=str(data_dir)) as running:
        running.ready()
