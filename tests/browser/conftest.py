"""One browser and one service for all tests of pages; each test has an organization to itself."""

from collections.abc import AsyncIterator, Iterator
from typing import Final
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from entrypoints.http.authorization import Role
from tests.browser.console import Consoles, home_of
from tests.databases import Databases, databases
from tests.e2e.api_client import Api, a_token
from tests.e2e.running_service import RunningService, service_on
from tests.external_tools import program

__all__ = ["databases"]

# The first is the engine alone, without what a window needs: half the work for the same pages.
_NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_QUIET: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Pages of one origin come one after the other: the next one may take over what is loaded.
    "--process-per-site",
    "--renderer-process-limit=1",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = program(*_NAMES, purpose="Opening pages")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=_QUIET)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def service(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    database = databases.migrated()
    # Checkpoints are written when a test wants one: what is proved does not depend on the clock then.
    with service_on(database, checkpoints=tmp_path_factory.mktemp("checkpoints"), checkpoint_interval=0) as running:
        yield running
    databases.drop(database)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def home(browser: Browser, service: RunningService) -> AsyncIterator[Page]:
    async with home_of(browser, service) as home:
        yield home


@pytest_asyncio.fixture(loop_scope="session")
async def consoles(home: Page, service: RunningService) -> AsyncIterator[Consoles]:
    """Give what opens the console in a new, empty organization; the sandbox behaves well again afterwards."""
    organization_id = uuid4()
    async with aiohttp.ClientSession() as session:
        token = a_token(organization_id, Role.ADMIN, actor="somebody-else")
        yield Consoles(home, service, Api(session, service.url, organization_id, token))
    service.sandbox.faults.clear()
