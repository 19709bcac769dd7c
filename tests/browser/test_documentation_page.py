"""The documentation page in a real browser."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe

from tests.browser.watched import WIDE, Scheme, Watched, watched_page
from tests.documented import product_routes
from tests.http_service import a_token, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from tests.http_service import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True, slots=True)
class Documented:
    """A running service, and a browser to look at it with."""

    service: Service
    browser: Browser

    @asynccontextmanager
    async def opened(
        self, address: str = "/api/docs", *, width: int = WIDE, scheme: Scheme = "light"
    ) -> AsyncIterator[Watched]:
        async with watched_page(self.browser, width=width, scheme=scheme) as watched:
            await watched.page.goto(self.service.url + address)
            await watched.page.wait_for_selector(".operation")
            yield watched


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def documented(browser: Browser) -> AsyncIterator[Documented]:
    async with serving(product_routes()) as service:
        yield Documented(service, browser)


async def test_it_needs_nothing_from_elsewhere_and_breaks_no_rule(documented: Documented) -> None:
    async with documented.opened() as watched:
        await watched.page.locator("#op-registerModel > summary").click()
        await watched.page.locator("#op-registerModel .answers details").first.click()
    assert len(watched.addresses) > 5
    assert [url for url in watched.addresses if not url.startswith(documented.service.url + "/api/docs")] == []


async def test_every_operation_is_there_and_can_be_found(documented: Documented) -> None:
    async with documented.opened() as watched:
        page = watched.page
        operations = page.locator(".operation")
        await operations.nth(20).wait_for()
        await page.locator("#search").fill("post models/bulk")
        visible = [await found.get_attribute("id") for found in await operations.all() if await found.is_visible()]
        assert visible == ["op-changeModelsInBulk"]
        await page.locator("#search").fill("invalid-cursor")
        assert await page.locator("#problem-invalid-cursor").is_visible()
        assert not await page.locator("#problem-not-allowed").is_visible()


async def test_the_type_of_a_problem_leads_to_its_meaning(documented: Documented) -> None:
    problem = (await documented.service.ask("GET", "/api/ai/models")).document
    async with documented.opened(problem["type"]) as watched:
        row = watched.page.locator("#problem-not-authenticated")
        await row.wait_for(state="visible")
        assert "401" in await row.inner_text()
        await watched.page.wait_for_function(
            "() => document.querySelector('#problem-not-authenticated').getBoundingClientRect().top < innerHeight"
        )


async def test_an_operation_opens_from_its_address_and_sends_what_the_form_holds(documented: Documented) -> None:
    async with documented.opened("/api/docs#op-getModel") as watched:
        form = watched.page.locator("#op-getModel form")
        await form.get_by_label("id (path)").fill("not-an-id/..")
        await form.get_by_role("button", name="Send").click()
        await watched.page.locator("#op-getModel .reply.problem", has_text="401 Unauthorized").wait_for()
    assert f"{documented.service.url}/api/ai/models/not-an-id%2F.." in watched.addresses


async def test_requests_carry_the_token_in_their_header_alone(documented: Documented) -> None:
    token = a_token()
    async with documented.opened("/api/docs#op-listModels") as watched:
        await watched.page.locator("#token").fill(token)
        form = watched.page.locator("#op-listModels form")
        await form.get_by_label("limit (query)").fill("0")
        await form.get_by_role("button", name="Send").click()
        reply = watched.page.locator("#op-listModels .reply.problem", has_text="422")
        await reply.wait_for()
        assert "?limit" in await reply.locator("pre").last.inner_text()
        assert await watched.page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert token not in "".join(watched.addresses)


async def test_text_of_the_document_never_becomes_markup(documented: Documented) -> None:
    async with documented.opened() as watched:
        assert await watched.page.evaluate("[...document.scripts].every(script => script.src)")
        made = await watched.page.evaluate(
            """async () => {
                const { inline, element } = await import("/api/docs/elements.js");
                const made = element("p", {}, inline("<img src=x onerror=alert(1)> **<b>x</b>** `<i>`"));
                return made.querySelectorAll("img, b, i").length;
            }"""
        )
    assert made == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_it(documented: Documented, scheme: Scheme) -> None:
    async with documented.opened("/api/docs#op-registerModel", scheme=scheme) as watched:
        await watched.page.locator("#op-registerModel .answers details").first.click()
        found = await Axe().run(watched.page)
        assert found.response["violations"] == []


async def test_it_fits_a_small_screen(documented: Documented) -> None:
    async with documented.opened("/api/docs#op-registerModel", width=320) as watched:
        await watched.page.locator("#op-registerModel form").wait_for()
        assert await watched.page.evaluate("document.documentElement.scrollWidth <= 320")


async def test_a_stream_is_shown_event_by_event(documented: Documented) -> None:
    async with documented.opened("/api/docs#op-generate") as watched:
        answer = watched.page.locator("#op-generate .answers > details").first
        await answer.locator("> summary").click()
        assert {"application/json", "text/event-stream"} <= set(await answer.locator("> p.note").all_inner_texts())
        events = answer.locator("> details")
        assert [await each.locator("> summary").inner_text() for each in await events.all()] == [
            "delta",
            "reasoning",
            "toolCall",
            "done",
            "error",
        ]
        await events.first.locator("> summary").click()
        await events.first.get_by_text("JSON of WrittenWords").wait_for()
        await events.first.locator("details > summary", has_text="WrittenWords").click()
        assert "text" in await events.first.locator("details ul.schema").inner_text()
        assert "event: delta\ndata: {" in await answer.locator("> pre").last.inner_text()
