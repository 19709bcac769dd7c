"""An access key's life in the console: its secret is shown once."""

from dataclasses import replace

import pytest
from playwright.async_api import expect

from tests.browser.console import Console, Consoles
from tests.e2e.api_client import KEYS

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _shown_secret(console: Console) -> str:
    shown = console.dialog.get_by_label("The key")
    await shown.wait_for()
    secret = await shown.input_value()
    await console.button("Close").click()
    return secret


async def _revoke(console: Console) -> None:
    await console.button("Revoke").click()
    await console.button("Revoke them").click()


async def test_a_key_is_issued_edited_rotated_and_revoked(consoles: Consoles) -> None:
    provider = await consoles.provider()
    async with consoles.opened() as console:
        await console.go("/keys")
        await console.button("Issue a key").first.click()
        await console.dialog.get_by_label("Name").fill("Search")
        await console.dialog.get_by_label("Requests a minute").fill("600")
        await console.dialog.get_by_label("Budget for").select_option("month")
        await console.dialog.get_by_label("Budget", exact=False).last.fill("12.5")
        await console.dialog.get_by_label("Labels").fill("team: search\napplication: shop")
        await console.dialog.get_by_label(provider["name"]).check()
        await console.button("Issue the key").click()
        secret = await _shown_secret(console)
        [key] = await consoles.api.rows(KEYS)
        assert (key["name"], key["labels"]) == ("Search", {"team": "search", "application": "shop"})
        assert (key["limits"]["requestsPerMinute"], key["budget"]["usd"]) == (600, 12.5)
        assert key["providerIds"] == [provider["id"]]
        program = replace(consoles.api, token=secret)
        assert (await program.ask("GET", "/v1/models")).status == 200
        await expect(console.page.locator("main")).not_to_contain_text(secret)

        await console.page.locator("summary", has_text="Columns").click()
        await console.page.get_by_role("checkbox", name="Labels").uncheck()
        await console.page.get_by_role("checkbox", name="Issued by").check()
        shown = console.page.get_by_role("columnheader")
        await expect(shown.filter(has_text="Issued by")).to_have_count(1)
        await expect(shown.filter(has_text="Labels")).to_have_count(0)
        await console.page.keyboard.press("Escape")

        await console.button("Edit Search").click()
        await console.dialog.get_by_label("Labels").fill("team: discovery")
        await console.button("Save").click()
        await console.message("Search was saved.")
        [changed] = await consoles.api.rows(KEYS)
        assert (changed["labels"], changed["budget"]["usd"]) == ({"team": "discovery"}, 12.5)

        await console.button("Search").click()
        await console.dialog.locator("dd", has_text="team: discovery").wait_for()
        await console.button("Rotate Search").click()
        await console.dialog.get_by_label("The old secret works for another").select_option("0")
        await console.button("Rotate").click()
        renewed = replace(program, token=await _shown_secret(console))
        assert [(await each.ask("GET", "/v1/models")).status for each in (program, renewed)] == [401, 200]

        await console.button("Search").click()
        await console.button("History of Search").click()
        await console.dialog.get_by_text("Access key rotated").wait_for()
        await console.button("Close").click()
        for wanted in (200, 401):
            await console.button("Search").click()
            await console.button("Revoke Search").click()
            await console.message("Search is refused from now on, and revoked in a few seconds.")
            assert (await renewed.ask("GET", "/v1/models")).status == 401
            await console.button("Undo" if wanted == 200 else "Close the message").last.click()
            if wanted == 200:
                await console.button("Search").wait_for()
                assert (await renewed.ask("GET", "/v1/models")).status == 200
        await console.message("Search was revoked.")
        assert await consoles.api.rows(KEYS) == []


async def test_all_keys_that_match_are_disabled_at_once_and_enabled_again(consoles: Consoles) -> None:
    keys = [await consoles.api.access_key(name=f"Program {number}") for number in range(52)]
    disabled = f"{KEYS}/{keys[0]['id']}"
    await consoles.api.patch(disabled, {"isEnabled": False})
    async with consoles.opened() as console:
        await console.go("/keys?q=Program")
        await console.page.get_by_label("Select all rows shown").check()
        await console.button("Select all 52 that match").click()
        await console.button("Disable").click()
        await console.message("52 access keys are disabled.")
        assert not any(key["isEnabled"] for key in await consoles.api.rows(KEYS))
        await console.button("Undo").click()
        await console.message("51 access keys are enabled.")
        [still] = [key["id"] for key in await consoles.api.rows(KEYS) if not key["isEnabled"]]
        assert still == keys[0]["id"]

        page = console.page
        await page.get_by_label("Search").fill("Program 5")
        await page.get_by_text("1 to 3 of 3").wait_for()
        await page.get_by_label("Select all rows shown").check()
        await consoles.api.delete(f"{KEYS}/{keys[51]['id']}")
        await _revoke(console)
        await console.dialog.get_by_text("2 disabled, 1 refused.").wait_for()
        await console.button("Close").click()
        await page.get_by_text("No access key matches.").wait_for()
        await console.button("Undo").last.click()
        await page.get_by_text("1 to 2 of 2").wait_for()
        # Whoever closes the page, or signs out, takes back none of it.
        await page.get_by_label("Select all rows shown").check()
        await _revoke(console)
        await console.message("2 access keys are refused from now on")
        await page.reload()
        await page.get_by_text("No access key matches.").wait_for()
        await page.get_by_label("Search").fill("Program 1")
        for name in ("Program 10", "Program 11"):
            await page.get_by_label(f"Select {name}", exact=True).check()
        await _revoke(console)
        await console.message("2 access keys are refused from now on")
        both = "for (const button of ['.message .close', '.person .plain']) document.querySelector(button).click()"
        await page.evaluate(both)
        await (await console.token_field()).wait_for()
        left = {key["name"] for key in await consoles.api.rows(KEYS)}
        assert left == {f"Program {number}" for number in range(50)} - {"Program 5", "Program 10", "Program 11"}


async def test_what_is_wrong_is_shown_beside_its_field(consoles: Consoles) -> None:
    async with consoles.opened() as console:
        await console.go("/keys")
        await console.button("Issue a key").first.click()
        await console.dialog.get_by_label("Name").fill("Search")
        await console.dialog.get_by_label("Labels").fill("owner: ann@example.org")
        await console.button("Issue the key").click()
        await console.dialog.get_by_text("takes no e-mail addresses").wait_for()
