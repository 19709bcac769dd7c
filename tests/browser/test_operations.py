"""Operations: jobs that are started, followed, refused, stopped, and that say what to do when they fail."""

from uuid import uuid4

import pytest
from playwright.async_api import Locator

from entrypoints.http.authorization import Role
from tests.browser.console import Console, Consoles
from tests.browser.database_superuser import MASTER_KEYS_LOCK, PROJECTIONS_LOCK, held, spoil, stuck
from tests.browser.page_checks import faults_of
from tests.e2e.api_client import path_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_rows_that_are_wrong_are_found_and_put_right(consoles: Consoles) -> None:
    model = await consoles.api.model(await consoles.provider(), name="Right")
    spoil(consoles.service, model)
    async with consoles.opened(is_platform_admin=True) as console:
        await console.go("/operations")
        await console.tab_to("Verify Models")
        await console.page.keyboard.press("Enter")
        await _ended(console, "1 row is different from the log")
        job = _newest(console)
        await job.get_by_text(model["id"]).wait_for()
        assert await job.get_by_text("Differs in name").is_visible()
        await _row(console, "Models").get_by_text("1 row differs").wait_for()
        assert await console.focused() == "Verify Models"
        await console.button("Close the message").click()
        assert await faults_of(console, "operations-with-findings") == []
        await job.get_by_role("button", name="Rebuild this organization").click()
        await console.dialog.get_by_label("Reason").fill("It was spoilt")
        await console.button("Rebuild").click()
        await _ended(console, "1 row was wrong before, and is right now.")
        assert await _newest(console).get_by_text("It was spoilt").is_visible()
    assert (await consoles.api.get(path_of(model)))["name"] == "Right"


async def test_all_projections_are_rebuilt(consoles: Consoles) -> None:
    model = await consoles.api.model(await consoles.provider(), name="Right")
    spoil(consoles.service, model)
    async with consoles.opened(is_platform_admin=True) as console:
        await console.go("/operations")
        await console.button("Rebuild all").click()
        await console.button("Rebuild").click()
        await _ended(console, "Rebuild all projections: 1 row was wrong before, and is right now.")
        assert (await consoles.api.get(path_of(model)))["name"] == "Right"
        await _row(console, "Models").get_by_text("Matches").wait_for()


async def test_a_second_rebuild_waits_and_can_be_stopped(consoles: Consoles) -> None:
    async with consoles.opened(is_platform_admin=True) as console:
        await console.go("/operations")
        with held(consoles.service, PROJECTIONS_LOCK):
            await console.button("Rebuild Providers").click()
            await console.button("Rebuild").click()
            job = _newest(console)
            await job.get_by_text("Queued").wait_for(timeout=40_000)
            assert await job.get_by_text("Queued").is_visible()
            await job.get_by_role("button", name="Stop").click()
            await job.get_by_text("Stopped", exact=True).wait_for()
        with held(consoles.service, MASTER_KEYS_LOCK):
            await console.button("Rotate to the active key").click()
            await console.button("Rotate").click()
            await console.dialog.get_by_text("The master key is being rotated already").wait_for()


async def test_a_job_is_followed_and_can_be_stopped(consoles: Consoles) -> None:
    async with consoles.opened(is_platform_admin=True) as console:
        await console.go("/operations")
        with stuck(consoles.service):
            await console.button("Rebuild Organizations").click()
            await console.button("Rebuild").click()
            job = _newest(console)
            await job.get_by_text("Running").wait_for(timeout=40_000)
            assert await job.get_by_role("progressbar").is_visible()
            assert await _row(console, "Organizations").get_by_role("progressbar").is_visible()
            await job.get_by_role("button", name="Stop").click()
            await job.get_by_text("Stopped", exact=True).wait_for()
        await _ended(console, "it can be run again")


async def test_a_job_that_failed_says_what_to_do(consoles: Consoles) -> None:
    async with consoles.opened(is_platform_admin=True) as console:
        await console.go("/operations")
        await console.button("Rebuild one organization").click()
        await console.dialog.get_by_label("Organization").fill("nothing")
        await console.button("Rebuild").click()
        await console.dialog.locator(".problem:visible").wait_for()
        await console.dialog.get_by_label("Organization").fill(str(uuid4()))
        await console.button("Rebuild").click()
        await _ended(console, "No event belongs to this organization. Check its id")
        assert await _newest(console).get_by_text("Failed").is_visible()


async def test_the_master_key_is_rotated_without_a_mouse(consoles: Consoles) -> None:
    await consoles.provider()
    async with consoles.opened(is_platform_admin=True) as console:
        await console.go("/operations")
        keyboard = console.page.keyboard
        await console.tab_to("Rotate to the active key")
        await keyboard.press("Enter")
        await keyboard.type("By keyboard")
        await keyboard.press("Enter")
        # No service was started with this key: the one of these tests has checked nothing at its start.
        await _ended(console, "Start all of them with these master keys first.")
        assert await console.focused() == "Rotate to the active key"


async def test_only_platform_administrators_are_shown_the_way(consoles: Consoles) -> None:
    async with consoles.opened(role=Role.ADMIN) as console:
        await console.go("/operations")
        assert await console.page.get_by_role("link", name="Operations").count() == 0
        assert "This is for platform administrators" in await console.page.locator("main").inner_text()
    assert not [address for address in console.watched.addresses if "/api/admin" in address]


async def test_a_platform_administrator_without_an_organization_begins_there(consoles: Consoles) -> None:
    async with consoles.opened(role=None, is_platform_admin=True) as console:
        await console.go("/")
        await console.page.get_by_role("heading", name="Operations", level=1).wait_for()
        links = console.page.get_by_role("navigation").get_by_role("link")
        assert await links.all_inner_texts() == ["Organizations", "Operations"]
        await console.page.locator("main [aria-busy=true]").first.wait_for(state="detached")
        out_of_use = console.page.locator("main button[aria-disabled=true]")
        reasons = {
            await console.page.locator(f"#{await each.get_attribute('aria-describedby')}").text_content()
            for each in await out_of_use.all()
        }
        # Their own reasons stay: there is nothing to go back to yet.
        assert reasons <= {"No earlier table is kept: it was not rebuilt yet."}
        await console.button("Verify Providers").click()
        await _ended(console, "Providers: ")
        await console.button("Refresh").click()
        await console.button("Rotate to the active key").click()
        await console.dialog.get_by_text("Every provider key has a key of its own").wait_for()


async def _ended(console: Console, text: str) -> None:
    """Wait for the message that a job has ended; it has a process of its own, which takes its time to start."""
    await console.message(text, patience_seconds=40)


def _newest(console: Console) -> Locator:
    return console.page.locator(".job").first


def _row(console: Console, table: str) -> Locator:
    return console.page.get_by_role("row").filter(has=console.page.get_by_text(table, exact=True))
