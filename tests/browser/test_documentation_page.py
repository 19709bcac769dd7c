"""The documentation page in a real browser."""

from __future__ import annotations

import gzip
import hashlib
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.page_checks import LOOKS, violations_on
from tests.browser.watched_page import WIDE, Scheme, Watched, watched_page
from tests.contract.http.example_views import Things, thing_routes
from tests.http_service import a_token, serving
from tests.product_routes import product_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Locator

    from tests.http_service import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")


# Scalar is large, and shows what is looked at first.
PATIENCE_MILLISECONDS = 30_000
REGISTER_MODEL = "/api/docs#tag/models/POST/api/ai/models"
LIST_MODELS = "/api/docs#tag/models/GET/api/ai/models"


@dataclass(frozen=True, slots=True)
class Documented:
    """A running service, and a browser to look at it with."""

    service: Service
    browser: Browser

    @asynccontextmanager
    async def opened(
        self, address: str = "/api/docs", heading: str = "Modelbook", *, width: int = WIDE, scheme: Scheme = "light"
    ) -> AsyncIterator[Watched]:
        """Open the page, and wait until this heading is what one reads."""
        async with watched_page(self.browser, width=width, scheme=scheme) as watched:
            watched.page.set_default_timeout(PATIENCE_MILLISECONDS)
            await watched.page.goto(self.service.url + address)
            found = watched.page.get_by_role("main").get_by_role("heading", name=heading, exact=True)
            await expect(found.first).to_be_in_viewport(timeout=PATIENCE_MILLISECONDS)
            yield watched


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def documented(browser: Browser) -> AsyncIterator[Documented]:
    """Give the documentation of some routes, which looks and works as that of all, of which there are many."""
    some = [route for route in product_routes() if route.path == "/api/ai/models"]
    async with serving(some) as service:
        yield Documented(service, browser)


async def try_out(watched: Watched, operation: str) -> Locator:
    """Open the form that sends requests."""
    await watched.page.get_by_role("button", name=f"Test Request ({operation})").click()
    form = watched.page.get_by_role("dialog", name="API Client")
    await form.wait_for()
    return form


async def send(form: Locator) -> None:
    await form.get_by_role("button", name="Send get request to").click()


async def test_what_comes_from_others_is_what_they_published() -> None:
    page = files("entrypoints.http.documentation").joinpath("page")
    folder = page.joinpath("scalar")
    digest, name = folder.joinpath("SHA256SUMS").read_text(encoding="utf-8").split()
    content = gzip.decompress(folder.joinpath(f"{name}.gz").read_bytes())
    assert hashlib.sha256(content).hexdigest() == digest
    assert "MIT License" in folder.joinpath("LICENSE.txt").read_text(encoding="utf-8")
    assert f"/scalar/{name}" in page.joinpath("index.html").read_text(encoding="utf-8")


async def test_a_problem_leads_to_its_meaning_and_from_there_to_what_everybody_can_use(documented: Documented) -> None:
    """One page, because it is large: what it says about a problem, how it looks, and what its requests carry."""
    problem = (await documented.service.ask("GET", "/api/ai/models")).document
    async with documented.opened(problem["type"], "not-authenticated") as watched:
        await expect(watched.page.get_by_text("Status 401: ")).to_be_in_viewport()
        await watched.page.goto(documented.service.url + REGISTER_MODEL)
        await _look_at(watched)
        assert len(watched.addresses) > 4
        # It needs nothing from elsewhere.
        assert [url for url in watched.addresses if not url.startswith(documented.service.url + "/api/docs")] == []
        await watched.page.set_viewport_size({"width": WIDE, "height": 800})
        await watched.page.goto(documented.service.url + LIST_MODELS)
        await _requests_carry_the_token_in_their_header_alone(documented, watched)


async def _look_at(watched: Watched) -> None:
    await watched.page.get_by_text("For editors and admins of the organization.").first.wait_for()
    for width, scheme in LOOKS:
        await watched.page.set_viewport_size({"width": width, "height": 800})
        await watched.page.emulate_media(color_scheme=scheme)
        await watched.page.get_by_role("heading", name="Register a model").first.scroll_into_view_if_needed()
        assert not await watched.overflows()
        assert await violations_on(watched.page, scheme) == []


async def _requests_carry_the_token_in_their_header_alone(documented: Documented, watched: Watched) -> None:
    token = a_token()
    form = await try_out(watched, "get /api/ai/models")
    reply = form.get_by_role("region", name="Response")
    # Without one, the answer says what is missing.
    await send(form)
    await expect(reply).to_contain_text("not-authenticated")
    await form.get_by_role("textbox", name="Bearer Token").fill(token)
    limit = form.get_by_role("row", name="Include limit in request").get_by_role("combobox", name="Value")
    await limit.fill("0")
    await send(form)
    await expect(reply).to_contain_text("422")
    await expect(reply).to_contain_text("?limit")
    assert await watched.page.evaluate("localStorage.length + sessionStorage.length") == 0
    first, second = [request for request in watched.requests if "/api/ai/models?" in request.url]
    assert token not in first.headers.get("authorization", "")
    assert second.headers["authorization"] == f"Bearer {token}"
    assert token not in "".join(watched.addresses)
    assert [url for url in watched.addresses if not url.startswith(f"{documented.service.url}/api/")] == []


async def test_text_of_the_document_runs_no_script(documented: Documented) -> None:
    things = thing_routes(Things())
    evil = (
        "<img src='x' onerror='window.ran = 1'><script>window.ran = 1</script><a href='javascript:window.ran = 1'>x</a>"
    )
    routes = [replace(things[0], description=f"{evil} The end."), *things[1:]]
    async with serving(routes) as service:
        address = f"/api/docs#tag/{routes[0].tag}/{routes[0].method}{routes[0].path}"
        async with Documented(service, documented.browser).opened(address, routes[0].summary) as watched:
            await watched.page.get_by_text("The end.").wait_for()
            assert await watched.page.evaluate("window.ran === undefined")
            made = "[...document.querySelectorAll('[onerror], [href^=javascript]')].length"
            assert await watched.page.evaluate(made) == 0
            assert await watched.page.evaluate("[...document.scripts].every(script => script.src)")


async def test_operations_can_be_searched_for_and_a_stream_is_shown_with_its_events(browser: Browser) -> None:
    shown = {"/api/ai/generate", "/api/ai/models", "/api/ai/models/bulk"}
    some = [route for route in product_routes() if route.path in shown]
    async with (
        serving(some) as service,
        Documented(service, browser).opened("/api/docs#tag/prompts/POST/api/ai/generate", "Run a prompt") as watched,
    ):
        operation = watched.page.get_by_role("region", name="Run a prompt", exact=True)
        answer = operation.get_by_role("list", name="Responses").get_by_role("listitem").first
        await answer.get_by_role("button", name="Selected Content Type: application/json").click()
        await watched.page.get_by_role("option", name="text/event-stream").click()
        await answer.get_by_role("button", name="200 The answer").click()
        await expect(answer).to_contain_text("delta: The next words, as soon as they are there.")
        await expect(answer).to_contain_text("error: The last event of one that broke off, and why.")
        await watched.page.keyboard.press("Control+k")
        for words, found in (("models/bulk", "/api/ai/models/bulk"), ("invalid-cursor", "Heading")):
            await watched.page.get_by_role("combobox").fill(words)
            await expect(watched.page.get_by_role("option").first).to_contain_text(words)
            await expect(watched.page.get_by_role("option").first).to_contain_text(found)
