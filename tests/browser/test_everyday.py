"""What makes many models quick to work with: names that lead anywhere, views, columns, all that match, the way back."""

import pytest
from playwright.async_api import expect

from tests.browser.console import Consoles
from tests.browser.page_checks import faults_of
from tests.browser.watched_page import WIDE

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_many_models_are_found_again_changed_together_and_undone(consoles: Consoles) -> None:
    provider = await consoles.provider(name="Many")
    models = [{"op": "create", "providerId": provider["id"], "modelId": f"m-{number:03}"} for number in range(120)]
    assert (await consoles.api.post("/api/ai/models/bulk", {"operations": models})).status == 200
    async with consoles.opened() as console:
        page = console.page
        await console.go("/models?q=m-1")
        await page.get_by_text("1 to 20 of 20").wait_for()
        await page.locator("summary", has_text="Views").click()
        await page.get_by_label("Name of the view").fill("Late ones")
        await console.button("Save this view").click()
        await page.locator("summary", has_text="Columns").click()
        await page.get_by_label("Retires").check()
        await page.get_by_role("columnheader", name="Retires").wait_for()

        await page.get_by_label("Search in name").fill("")
        await page.get_by_text("1 to 50 of 120").wait_for()
        await console.button("Next →").click()
        await page.get_by_text("51 to 100 of 120").wait_for()
        await page.get_by_role("link", name="m-060").click()
        await page.get_by_role("heading", name="m-060").wait_for()
        await page.get_by_role("link", name="← Models").click()
        await page.get_by_text("51 to 100 of 120").wait_for()
        await page.reload()
        await page.get_by_text("51 to 100 of 120").wait_for()

        await page.locator("summary", has_text="Views").click()
        await page.get_by_role("link", name="Late ones").click()
        await page.get_by_text("1 to 20 of 20").wait_for()
        await page.get_by_role("link", name="Models", exact=True).click()
        await page.get_by_label("Select all rows shown").check()
        await console.button("Select all 120 that match").click()
        await page.get_by_text("120 selected").wait_for()
        await page.get_by_label("Select m-007").uncheck()
        await page.get_by_text("119 selected").wait_for()
        await page.get_by_label("Select m-007").check()
        await page.get_by_text("120 selected").wait_for()
        await page.get_by_role("columnheader", name="Provider").get_by_role("button").click()
        await page.get_by_text("1 to 50 of 120").wait_for()
        async with page.expect_download() as saving:
            await console.button("CSV of all that match").click()
        lines = (await (await saving.value).path()).read_text(encoding="utf-8").splitlines()
        assert (len(lines), lines[0].startswith("id,organizationId,")) == (121, True)
        await console.button("Disable").click()
        await console.message("120 models were disabled.")
        assert len(await consoles.api.rows("/api/ai/models", enabled=False)) == 120
        await console.button("Undo").click()
        await console.message("120 models were enabled.")
        assert len(await consoles.api.rows("/api/ai/models", enabled=True)) == 120

        await page.keyboard.press("Control+k")
        await console.dialog.get_by_label("Go to or do").fill("m-117")
        await console.dialog.get_by_role("option", name="m-117").wait_for()
        assert await faults_of(console, "palette") == []
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="m-117").wait_for()
        await console.button("Delete").click()
        await page.get_by_text("of 119").or_(page.get_by_text("1 to 50 of 120")).first.wait_for()
        await console.button("Close the message").last.click()
        await console.message("m-117 was deleted.")
        await page.set_viewport_size({"width": WIDE, "height": 800})
        await page.evaluate(
            """() => {
                scrollTo({ top: 1200, behavior: "instant" });
                window.again = new Promise((shown) => document.addEventListener("shown", shown, { once: true }));
            }"""
        )
        await console.button("Settings").click()
        await console.dialog.get_by_label("Context and output limits").select_option("whole")
        assert await page.evaluate("again.then(() => scrollY)") > 1000
        await console.dialog.get_by_label("Colours").select_option("dark")
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
