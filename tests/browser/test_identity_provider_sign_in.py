"""Signing in to the console with a real identity provider, in a real browser."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID, uuid4

import aiohttp
import psycopg
import pytest
from playwright.async_api import Browser, Page, expect

from entrypoints.http.authorization import Role
from tests.browser.console import Console
from tests.browser.page_checks import faults_of
from tests.browser.watched_page import WIDE, Watched, watched_page
from tests.databases import Databases
from tests.e2e.api_client import Api, a_token
from tests.e2e.running_service import RunningService, service_on
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, identity_provider

pytestmark = pytest.mark.asyncio(loop_scope="session")

_PATIENCE_SECONDS: Final = 20.0
FIRST, SECOND = uuid4(), uuid4()
ACCOUNTS: Final = {
    "ada": {
        "name": "Ada Lovelace",
        "organizations": [{"id": str(FIRST), "role": "admin"}, {"id": str(SECOND), "role": "viewer"}],
    }
}


@pytest.fixture(scope="module")
def signing_in(databases: Databases) -> Iterator[RunningService]:
    """Give a service whose people sign in with a provider."""
    with identity_provider(ACCOUNTS) as issuer:
        database = databases.migrated()
        with service_on(
            database,
            oidc_issuer=issuer,
            oidc_client_id=CLIENT_ID,
            oidc_client_secret=CLIENT_SECRET,
            oidc_organization_claim="organizations",
        ) as running:
            yield running
        databases.drop(database)


async def test_a_person_signs_in_changes_organization_comes_back_and_signs_out(
    browser: Browser, signing_in: RunningService
) -> None:
    async with watched_page(browser, patience_seconds=_PATIENCE_SECONDS) as watched:
        page = watched.page
        await page.goto(f"{signing_in.url}/#/providers")
        await expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_focused()
        assert await _faults(watched, signing_in, "sign-in-with-provider") == []
        await page.get_by_role("link", name="Sign in", exact=True).click()
        await page.get_by_placeholder("Enter any login").fill("ada")
        await page.get_by_placeholder("and password").fill("anything")
        await page.get_by_role("button", name="Sign-in").click()
        await expect(page.get_by_role("heading", name="Providers")).to_be_visible()
        assert page.url == f"{signing_in.url}/#/providers"
        person = page.locator(".person")
        await expect(person.locator(".who")).to_contain_text("Ada Lovelace")
        await expect(page.locator("#live")).to_have_text("Live")

        assert await _faults(watched, signing_in, "organizations") == []
        await _change_to(page, SECOND)
        await expect(person.locator(".who")).to_contain_text("viewer")
        await _change_to(page, FIRST)
        await expect(person.locator(".who")).to_contain_text("admin")

        await _edit_outlives_the_session(page, signing_in)

        other = await page.context.new_page()
        await other.goto(f"{signing_in.url}/#/models")
        await expect(other.get_by_role("heading", name="Models")).to_be_visible()
        # What another tab has changed does not happen behind somebody's back.
        await _change_to(page, SECOND)
        await expect(other.get_by_role("dialog")).to_contain_text("You have changed the organization in another tab")
        await other.get_by_role("button", name=f"Change back to {FIRST}").click()
        await expect(page.get_by_role("dialog")).to_contain_text("You have changed the organization in another tab")
        await page.get_by_role("button", name=f"Show {FIRST}").click()
        await expect(person.locator(".who")).to_contain_text("admin")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
        await expect(page.get_by_role("link", name="sign out of your identity provider")).to_be_visible()
        await expect(other.get_by_role("alert").filter(has_text="signed out in another tab")).to_be_visible()
        held = await page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]")
        assert held == ["", 0, 0]


async def _faults(watched: Watched, service: RunningService, name: str) -> list[str]:
    async with aiohttp.ClientSession() as session:
        faults = await faults_of(Console(watched, Api(session, service.url, FIRST, "")), name)
    await watched.page.set_viewport_size({"width": WIDE, "height": 800})
    await watched.page.emulate_media(color_scheme="light")
    return faults


async def _change_to(page: Page, organization_id: UUID) -> None:
    await page.get_by_label("Organization", exact=True).select_option(str(organization_id))
    await expect(page.get_by_label("Organization", exact=True)).to_have_value(str(organization_id))


async def _edit_outlives_the_session(page: Page, service: RunningService) -> None:
    """The session ends while a provider is being changed; whoever signs in again in the other window continues."""
    async with aiohttp.ClientSession() as session:
        token = a_token(FIRST, Role.ADMIN, actor="somebody-else")
        await Api(session, service.url, FIRST, token).provider(name="Before", isEnabled=False)
    await page.get_by_role("button", name="Edit Before").click()
    await page.get_by_label("Name").fill("After")
    with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
        owner.execute("DELETE FROM sign_in_sessions")
    await page.get_by_role("button", name="Save", exact=True).click()
    again = page.get_by_role("button", name="Sign in again")
    async with page.expect_popup() as opened:
        await again.click()
    await (await opened.value).wait_for_event("close")
    await expect(again).to_have_count(0)
    await expect(page.get_by_label("Name")).to_have_value("After")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("link", name="After")).to_be_visible()
