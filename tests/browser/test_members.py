"""Members in real browsers: invited with a link, signed in with a passphrase and with a passkey."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import uuid4

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from entrypoints.http.authorization import Role
from tests.browser.console import KEPT, Console
from tests.browser.page_checks import faults_of
from tests.browser.watched_page import WIDE, Watched, watched_page
from tests.databases import Databases
from tests.e2e.api_client import Api, a_token
from tests.e2e.running_service import RunningService, service_on

pytestmark = pytest.mark.asyncio(loop_scope="session")

_PATIENCE_SECONDS: Final = 20.0
PASSPHRASE: Final = "seven brave otters swim"
ANOTHER: Final = "nine calm otters sleep"


@pytest.fixture(scope="module")
def at_home(databases: Databases) -> Iterator[RunningService]:
    """Give a service that browsers know by a name, which passkeys need."""
    database = databases.migrated()
    with service_on(database, called="localhost") as running:
        yield running
    databases.drop(database)


@asynccontextmanager
async def an_admin(service: RunningService) -> AsyncIterator[Api]:
    organization_id = uuid4()
    async with aiohttp.ClientSession() as session:
        yield Api(session, service.url, organization_id, a_token(organization_id, Role.ADMIN, actor="somebody-else"))


async def _faults(watched: Watched, api: Api, name: str) -> list[str]:
    faults = await faults_of(Console(watched, api), name)
    await watched.page.set_viewport_size({"width": WIDE, "height": 800})
    await watched.page.emulate_media(color_scheme="light")
    return faults


def _button(page: Page, name: str) -> Any:  # noqa: ANN401 - a locator
    return page.get_by_role("button", name=name, exact=True)


async def _open(page: Page, link: str) -> None:
    """Open a link that may differ in its fragment alone from what is open."""
    await page.goto("about:blank")
    await page.goto(link)


async def test_somebody_is_invited_accepts_signs_out_and_in_and_changes_organization(
    browser: Browser, at_home: RunningService
) -> None:
    async with (
        an_admin(at_home) as api,
        watched_page(browser, patience_seconds=_PATIENCE_SECONDS) as office,
        watched_page(browser, patience_seconds=_PATIENCE_SECONDS) as home,
    ):
        base = str(at_home.runtime.settings.public_url)
        page = office.page
        await page.add_init_script(f"sessionStorage.setItem('{KEPT}', '{api.token}')")
        await page.goto(f"{base}/#/members")
        await _button(page, "Invite somebody").first.click()
        await page.get_by_label("E-mail address").fill("ada@example.org")
        await page.get_by_label("Role", exact=True).last.select_option("admin")
        await _button(page, "Invite").click()
        link = await page.get_by_label("The link").input_value()
        await _button(page, "Close").click()
        await expect(page.get_by_role("button", name="ada@example.org", exact=True)).to_be_visible()
        assert await _faults(office, api, "members") == []

        person = home.page
        await person.goto(link)
        await expect(person.get_by_label("Your name")).to_be_focused()
        assert await _faults(home, api, "invitation") == []
        await person.get_by_label("Your name").fill("Ada Lovelace")
        await person.get_by_label("Passphrase").fill("too short")
        await _button(person, "Accept").click()
        await expect(person.get_by_text("A passphrase has at least 12 characters")).to_be_visible()
        await person.get_by_label("Passphrase").fill(PASSPHRASE)
        await _button(person, "Accept").click()
        who = person.locator(".person .who")
        await expect(who).to_contain_text("Ada Lovelace")
        await expect(who).to_contain_text("admin")
        assert "mbi_" not in person.url
        await expect(page.get_by_role("button", name="Ada Lovelace", exact=True)).to_be_visible()

        async with an_admin(at_home) as other:
            second = await other.post("/api/ai/members", {"address": "ada@example.org", "role": "viewer"})
            await _open(person, second.document["invitationUrl"])
            await _button(person, "Accept as Ada Lovelace").click()
            await expect(who).to_contain_text("viewer")
            chosen = person.get_by_role("combobox", name="Organization")
            await expect(chosen).to_have_value(str(other.organization_id))
            await chosen.select_option(str(api.organization_id))
            await expect(who).to_contain_text("admin")
            # The browser has kept which organization was shown when it began, and which it is then.
            for role, id_ in (("viewer", other.organization_id), ("admin", api.organization_id)):
                await chosen.select_option(str(id_))
                await expect(who).to_contain_text(role)
                await person.reload()
                await expect(who).to_contain_text(role)
                await expect(person.get_by_role("heading", name="Overview")).to_be_visible()

        await _button(person, "Sign out").click()
        await expect(person.get_by_label("E-mail address")).to_be_focused()
        assert await _faults(home, api, "sign-in-with-passphrase") == []
        await person.get_by_label("E-mail address").fill("ada@example.org")
        await person.get_by_label("Passphrase").fill(ANOTHER)
        await _button(person, "Sign in").first.click()
        await expect(person.get_by_text("The address or the passphrase is not right.")).to_be_visible()
        home.complaints.clear()
        await person.get_by_label("Passphrase").fill(PASSPHRASE)
        await _button(person, "Sign in").first.click()
        await expect(who).to_contain_text("Ada Lovelace")

        await _button(page, "Role of Ada Lovelace").click()
        await page.get_by_label("Role", exact=True).last.select_option("viewer")
        await _button(page, "Save").click()
        await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text(
            "Nobody else administers this organization."
        )
        office.complaints.clear()


async def test_a_passkey_is_made_used_and_removed_and_the_account_erased(
    browser: Browser, at_home: RunningService
) -> None:
    async with an_admin(at_home) as api, watched_page(browser, patience_seconds=_PATIENCE_SECONDS) as watched:
        page = watched.page
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        authenticator = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        keeper = {"authenticatorId": authenticator["authenticatorId"]}
        invited = await api.post("/api/ai/members", {"address": "grace@example.org", "role": "editor"})
        await page.goto(invited.document["invitationUrl"])
        await page.get_by_label("Your name").fill("Grace Hopper")
        await _button(page, "Use a passkey instead").click()
        who = page.locator(".person .who")
        await expect(who).to_contain_text("Grace Hopper")
        held = (await devtools.send("WebAuthn.getCredentials", keeper))["credentials"]
        assert [(each["rpId"], each["isResidentCredential"]) for each in held] == [("localhost", True)]

        await _button(page, "Sign out").click()
        await _button(page, "Sign in with a passkey").click()
        await expect(who).to_contain_text("Grace Hopper")
        await who.get_by_role("link", name="Grace Hopper").click()
        await expect(page.get_by_role("heading", name="Your account")).to_be_visible()
        assert await _faults(watched, api, "account") == []
        await _button(page, "Remove Passkey").click()
        await _button(page, "Remove the passkey").click()
        await expect(page.get_by_text("Without this passkey you could not sign in any more.")).to_be_visible()
        watched.complaints.clear()
        await _button(page, "Close").click()
        await page.get_by_label("New passphrase").fill(PASSPHRASE)
        await _button(page, "Set a passphrase").click()
        await _button(page, "Change the passphrase").wait_for()
        await _button(page, "Remove Passkey").click()
        await page.get_by_role("dialog").get_by_label("Present passphrase").fill(PASSPHRASE)
        await _button(page, "Remove the passkey").click()
        await expect(page.get_by_text("You have none.")).to_be_visible()
        await devtools.send("WebAuthn.clearCredentials", keeper)
        await _button(page, "Add a passkey").click()
        await page.get_by_role("dialog").get_by_label("Present passphrase").fill(PASSPHRASE)
        await _button(page, "Add").click()
        await expect(_button(page, "Remove Passkey")).to_be_visible()

        await _button(page, "Erase my account").click()
        await page.get_by_role("dialog").get_by_label("Present passphrase").fill(PASSPHRASE)
        await page.get_by_role("dialog").get_by_role("button", name="Erase my account").click()
        await expect(page.get_by_text("Your account was erased.")).to_be_visible()
        assert await api.rows("/api/ai/members") == []
        events = await api.rows("/api/ai/audit")
        assert {each["actorName"] for each in events if each["type"] == "member.left"} == {"former member"}
