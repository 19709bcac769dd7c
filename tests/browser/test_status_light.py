"""The light beside the navigation claims nothing that is not so."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from uuid import uuid4

import aiohttp
import pytest
from playwright.async_api import Browser, Locator, Route, expect

from entrypoints.http.authorization import Role
from tests.browser.console import Console, Consoles, home_of
from tests.browser.test_live_updates import FEED, look_away, look_back
from tests.databases import Databases
from tests.e2e.api_client import Api, a_token
from tests.e2e.running_service import service_on
from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The page looks every 15 seconds while all is well, and more often while it is not.
LOOK_MS: Final = 15_000
LOOK_AGAIN_MS: Final = 3_000
LOOKED_MS: Final = 30_000


def _light(console: Console) -> Locator:
    return console.page.locator("#live")


async def test_it_says_that_the_database_is_gone_and_back(
    browser: Browser, start_migrated_postgres: Callable[[], PostgresServer]
) -> None:
    postgres = start_migrated_postgres()
    databases = Databases(postgres.uri)
    database = databases.migrated()
    databases.close()
    organization_id = uuid4()
    with service_on(database) as service:
        async with aiohttp.ClientSession() as session, home_of(browser, service) as home:
            api = Api(session, service.url, organization_id, a_token(organization_id, Role.ADMIN))
            await _goes_and_comes_back(Consoles(home, service, api), postgres)


async def _goes_and_comes_back(consoles: Consoles, postgres: PostgresServer) -> None:
    async with consoles.opened() as console:
        await console.page.clock.install()
        await console.go("/providers")
        await expect(_light(console)).to_have_text("Live")
        postgres.kill()
        await console.page.clock.fast_forward(LOOK_MS)
        await expect(_light(console)).to_have_text("Service impaired", timeout=LOOKED_MS)
        assert "database: " in (await _light(console).get_attribute("title") or "")
        postgres.start()
        await _is_ready(consoles.api)
        await console.page.clock.fast_forward(LOOK_AGAIN_MS)
        await expect(_light(console)).to_have_text("Live", timeout=LOOKED_MS)


async def _is_ready(api: Api) -> None:
    async with asyncio.timeout(LOOKED_MS / 1000):
        while (await api.ask("GET", "/readyz")).status != 200:  # noqa: ASYNC110 - it is another process that starts
            await asyncio.sleep(0.02)


async def test_a_refusal_shows_it_at_once(consoles: Consoles) -> None:
    async with consoles.opened() as console:
        await console.go("/providers")
        await expect(_light(console)).to_have_text("Live")
        # Nothing answers any more, and the page requests something.
        await console.page.route("**/*", lambda route: route.abort())
        await console.page.evaluate("location.hash = '#/usage'")
        await expect(_light(console)).to_have_text("Reconnecting…")
        failed = console.page.get_by_role("heading", name="This page cannot be shown")
        await expect(failed).to_be_visible()
        await console.page.unroute("**/*")
        await expect(_light(console)).to_have_text("Live", timeout=LOOKED_MS)
        # What could not be read is read by itself.
        await expect(failed).to_have_count(0)


async def test_without_events_it_is_not_live(consoles: Consoles) -> None:
    async with consoles.opened() as console:
        await console.go("/providers")
        await expect(_light(console)).to_have_text("Live")
        waiting: list[Route] = []
        await console.page.route(f"**{FEED}", lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright marks handlers
        await look_away(console)
        async with console.page.expect_request(f"**{FEED}"):
            await look_back(console)
        await expect(_light(console)).to_have_text("")
        shown = await _light(console).evaluate("light => getComputedStyle(light, '::before').content")
        assert shown == "none"
        problem = {"status": 403, "code": "not-allowed", "detail": "This needs a role.", "title": "Not allowed"}
        await waiting[0].fulfill(status=403, json=problem, content_type="application/problem+json")
        await expect(_light(console)).to_have_text("Not live")


async def test_with_the_token_the_session_ends(browser: Browser, consoles: Consoles) -> None:
    async with (
        home_of(browser, consoles.service) as home,
        replace(consoles, home=home).opened() as console,
    ):
        await console.page.clock.install()
        await console.go("/providers")
        await expect(_light(console)).to_have_text("Live")
        await console.page.clock.fast_forward("01:00:01")
        await expect(console.page.get_by_text("This token has expired")).to_be_visible()
        await expect(_light(console)).to_have_count(0)
        assert await console.page.evaluate("sessionStorage.length") == 0


async def test_without_an_organization_it_speaks_of_the_service(consoles: Consoles) -> None:
    async with consoles.opened(role=None, is_platform_admin=True) as console:
        await console.go("/operations")
        await expect(_light(console)).to_have_text("Service ready")
        assert not [address for address in console.watched.addresses if FEED in address]
