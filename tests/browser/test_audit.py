"""The audit page: an export that proves itself, or is not saved; and news that come by themselves."""

from pathlib import Path

import pytest
from playwright.async_api import Route

from adapters.checkpoints.signing_key import Ed25519Signatures, read_signing_key
from application.projections.project_event import TOPICS
from application.verification.verify_export import verify_export
from tests.browser.console import Consoles
from tests.browser.database_superuser import write_checkpoint
from tests.e2e.api_client import path_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


def _lines_of(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


async def test_the_export_proves_itself_and_no_mouse_is_needed(consoles: Consoles) -> None:
    await consoles.api.model(await consoles.provider())
    await write_checkpoint(consoles.service)
    async with consoles.opened() as console:
        await console.go("/audit")
        await console.tab_to("Verify")
        await console.page.keyboard.press("Enter")
        await console.page.get_by_text("What is proved: events 1 to 2").wait_for()
        await console.tab_to("Export")
        async with console.page.expect_download() as expected:
            await console.page.keyboard.press("Enter")
        download = await expected.value
        lines = _lines_of(await download.path())
        answer = await console.page.locator(".command").inner_text()
        await console.page.locator("summary", has_text="Columns").click()
        await console.page.get_by_label("Request").check()
        await console.page.get_by_role("columnheader", name="Request").wait_for()
        token = await console.page.evaluate("sessionStorage.getItem('modelbook.token')")
        assert token not in "".join(console.watched.addresses)
    assert answer == f"modelbook audit verify {download.suggested_filename} --public-key KEY"
    key = consoles.service.runtime.checkpoint_key
    assert key is not None
    found = verify_export(lines, read_signing_key(key).public_key, signatures=Ed25519Signatures())
    assert (found.wrong_line, found.events, found.vouched_sequence) == (None, 2, 2)


async def test_an_export_that_breaks_off_is_not_saved(consoles: Consoles) -> None:
    await consoles.provider()

    async def cut_off(route: Route) -> None:
        answer = await route.fetch()
        whole = await answer.body()
        await route.fulfill(response=answer, body=whole[: whole.rindex(b'{"checkpoint"')])

    async with consoles.opened() as console:
        saved = []
        console.page.on("download", lambda download: saved.append(download))  # noqa: PLW0108 - Playwright marks handlers
        await console.go("/audit")
        await console.page.route("**/audit/export", cut_off)
        await console.button("Export").click()
        await console.page.get_by_text("The export broke off before its end, and nothing was saved.").wait_for()
        assert await console.button("Try again").is_visible()
        assert saved == []


async def test_what_happens_is_listed_at_once(consoles: Consoles) -> None:
    provider = await consoles.provider()
    async with consoles.opened() as console:
        await console.go("/audit")
        rows = console.page.locator("tbody tr")
        await rows.last.get_by_text("Details", exact=True).click()
        await console.page.locator("#live.live").wait_for()
        # A name may look like a day that no calendar has.
        await consoles.api.patch(path_of(provider), {"name": "2024-99-99"})
        await rows.filter(has_text="Provider renamed").filter(has_text="Name: 2024-99-99").wait_for()
        # Each event names what it is about, as that is called now.
        assert await rows.last.get_by_role("link", name="2024-99-99").count() == 1
        assert await rows.locator("details[open]").count() == 1
        assert await rows.last.locator("details[open]").count() == 1


async def test_every_type_of_event_can_be_chosen(consoles: Consoles) -> None:
    await consoles.api.model(await consoles.provider())
    async with consoles.opened() as console:
        await console.go("/audit")
        kinds = console.page.get_by_label("What", exact=True)
        offered = await kinds.locator("option").evaluate_all("options => options.map(option => option.value)")
        assert set(offered) == {"", *TOPICS}
        await kinds.select_option("Model registered")
        await console.page.get_by_text("1 to 1 of 1").wait_for()
        assert "type=model.registered" in console.page.url
