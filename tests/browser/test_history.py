"""How a provider or a model was, at any point of its past, and when it is gone."""

import pytest

from tests.browser.console import Console, Consoles
from tests.browser.page_checks import faults_of
from tests.e2e.api_client import Document, path_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _renamed(consoles: Consoles) -> Document:
    model = await consoles.api.model(
        await consoles.provider(), name="First", version="2024-08-06", capabilities=["text", "vision"]
    )
    await consoles.api.patch(path_of(model), {"name": "Second"})
    await consoles.api.patch(path_of(model), {"capabilities": ["text", "streaming"]})
    return model


def _asked(console: Console) -> list[str]:
    return [address.split("atRevision=")[1] for address in console.watched.addresses if "atRevision=" in address]


async def test_every_point_of_the_slider_shows_how_it_was(consoles: Consoles) -> None:
    model = await _renamed(consoles)
    async with consoles.opened() as console:
        await console.go(f"/models/{model['id']}?tab=history")
        page, past = console.page, console.page.locator(".past")
        await past.get_by_text("This is how it is now.").wait_for()
        latest = page.locator(".timeline li").first
        assert await latest.locator("del").first.inner_text() == "vision"
        assert await latest.locator("ins").first.inner_text() == "streaming"
        await console.button("How it was at revision 1").click()
        await past.locator("del", has_text="First").wait_for()
        slider = past.get_by_role("slider")
        assert await slider.evaluate("slider => slider === document.activeElement")
        await page.keyboard.press("ArrowRight")
        await past.get_by_text("2 of 3").wait_for()
        await past.locator("del", has_text="First").wait_for(state="detached")
        assert (await slider.get_attribute("aria-valuetext") or "").startswith("Revision 2, ")
        await page.keyboard.press("End")
        await past.get_by_text("This is how it is now.").wait_for()
        assert _asked(console) == ["1", "2"]


async def test_nothing_is_requested_while_the_slider_moves(consoles: Consoles) -> None:
    model = await _renamed(consoles)
    async with consoles.opened() as console:
        await console.go(f"/models/{model['id']}?tab=history")
        slider = console.page.get_by_label("After revision")
        await slider.evaluate(
            """slider => {
                for (const value of [2, 1, 2, 1]) {
                    slider.value = value;
                    slider.dispatchEvent(new Event("input"));
                }
            }"""
        )
        await console.page.locator(".past del", has_text="First").wait_for()
        assert _asked(console) == ["1"]


async def test_what_was_removed_has_a_past_and_no_way_back(consoles: Consoles) -> None:
    model = await _renamed(consoles)
    await consoles.api.delete(path_of(model))
    async with consoles.opened() as console:
        await console.go(f"/models/{model['id']}")
        past = console.page.locator(".past")
        await past.get_by_text("3 of 3").wait_for()
        await past.get_by_label("After revision").fill("1")
        await past.locator("dd", has_text="First").wait_for()
        await past.locator("dd", has_text="2024-08-06").wait_for()
        revert = console.button("Revert to revision 1")
        assert await revert.get_attribute("aria-disabled") == "true"
        reason = console.page.locator(f"#{await revert.get_attribute('aria-describedby')}")
        assert "It was removed. A removal cannot be reverted" in (await reason.text_content() or "")
        assert await faults_of(console, "removed") == []


async def test_a_provider_goes_back_to_another_address_only_with_its_key(consoles: Consoles) -> None:
    key = consoles.service.sandbox.key("openai")
    provider = await consoles.provider()
    moved = {"endpoint": provider["endpoint"].replace("127.0.0.1", "localhost"), "apiKey": key}
    assert (await consoles.api.patch(path_of(provider), moved)).status == 200
    async with consoles.opened() as console:
        await console.go(f"/providers/{provider['id']}?tab=history")
        await console.page.get_by_label("After revision").fill("1")
        await console.button("Revert to revision 1").click()
        await console.button("Revert").click()
        field = console.dialog.locator(".field", has=console.page.get_by_label("Key"))
        await field.locator(".problem:visible").wait_for()
        await console.dialog.get_by_label("Key").fill(key)
        await console.button("Revert").click()
        await console.message("is as it was after revision 1.")
    assert (await consoles.api.get(path_of(provider)))["endpoint"] == provider["endpoint"]


async def test_a_reason_is_kept_in_any_language(consoles: Consoles) -> None:
    model = await _renamed(consoles)
    reason = "cost \u2013 too high, 价格变更"
    async with consoles.opened() as console:
        await console.go(f"/models/{model['id']}?tab=history")
        await console.page.get_by_label("After revision").fill("1")
        await console.button("Revert to revision 1").click()
        await console.dialog.get_by_label("Reason").fill(reason)
        await console.button("Revert").click()
        await console.message("is as it was after revision 1.")
        await console.page.locator(".timeline", has_text=reason).wait_for()
    newest = (await consoles.api.get(f"{path_of(model)}/history"))["data"][0]
    assert newest["reason"] == reason
