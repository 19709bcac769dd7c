"""What a browser requests when somebody opens the console."""

import asyncio
from collections import Counter
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.console import Consoles, home_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

FILES = {"early.js", "main.js", "styles-tokens.css", "vendor-uplot-uPlot-1.6.32.iife.min.js"}
# The last two are requested whoever is signed in, when all stands that is seen.
QUESTIONS = {"/auth/session", "/api/ai/overview", "/api/ai/events", "/readyz"}


async def test_the_first_view_takes_few_requests_and_none_of_them_twice(browser: Browser, consoles: Consoles) -> None:
    provider = await consoles.provider(name="First")
    await consoles.api.model(provider, modelId="chat-latest")
    await consoles.api.post("/api/ai/generate", {"prompt": "Hello", "providerModelId": "chat-latest"})
    # What was used is written a moment after the answer, and without it there is no chart.
    async with asyncio.timeout(10):
        while not (await consoles.api.get("/api/ai/usage"))["data"]:  # noqa: ASYNC110 - it is another process that writes
            await asyncio.sleep(0.05)
    async with (
        home_of(browser, consoles.service) as home,
        replace(consoles, home=home).opened(hurried=False) as console,
    ):
        page = console.page
        await page.goto(consoles.api.url)
        await page.locator(".chart canvas").wait_for()
        await expect(page.get_by_text("Recent changes")).to_be_visible()
        asked = Counter(urlsplit(address).path for address in console.watched.addresses if address.startswith("http"))
        files = {path.rpartition("/")[2]: count for path, count in asked.items() if path.startswith("/console/")}
        assert {name: count for name, count in files.items() if name != "mark.svg"} == dict.fromkeys(FILES, 1)
        questions = {path for path in asked if not path.startswith("/console/")} - {"/"}
        assert questions <= QUESTIONS
        # What happened before the events were followed is requested again.
        assert asked["/auth/session"] == 1
        assert asked["/api/ai/overview"] <= 2
        # Going on from there loads what the next page needs, and nothing of this again.
        before = len(console.watched.requests)
        link = page.get_by_role("link", name="Models", exact=True)
        async with page.expect_request("**/pages-models-list.js"):
            await link.hover()
        await link.click()
        await page.locator("tbody tr").first.wait_for()
        more = {urlsplit(address).path.rpartition("/")[2] for address in console.watched.addresses[before:]}
        assert {name for name in more if name.endswith(".js")} == {"shared.js", "pages-models-list.js"}
        # That a page is awaited is seen, however long its answer takes.
        answered = asyncio.Event()

        async def hold(route: Route) -> None:
            await answered.wait()
            await route.continue_()

        await page.route("**/api/ai/keys?*", hold)
        await page.get_by_role("link", name="Access keys", exact=True).click()
        await page.locator("main[aria-busy=true]").wait_for()
        answered.set()
        await page.get_by_role("heading", name="Access keys").wait_for()
        await expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
