"""The documentation page in a real browser."""

import gzip
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib.resources import files

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.browser.page_checks import LOOKS, violations_on
from tests.browser.watched_page import WIDE, Watched, watched_page
from tests.http_service import Service, a_token, serving
from tests.product_routes import product_routes

pytestmark = pytest.mark.asyncio(loop_scope="session")


# Scalar is large, and shows what is looked at first.
PATIENCE_MILLISECONDS = 30_000
REGISTER_MODEL = "/api/docs#tag/models/POST/api/ai/models"
LIST_MODELS = "/api/docs#tag/models/GET/api/ai/models"
RUN_PROMPT = "/api/docs#tag/prompts/POST/api/ai/generate"
EVIL = (
    "<img src='docs/x' alt='' onerror='window.ran = 1'><script>window.ran = 1</script>"
    "<a href='javascript:window.ran = 1'>x</a>"
)


@pytest_asyncio.fixture(loop_scope="session")
async def service() -> AsyncIterator[Service]:
    """Serve the documentation of some routes, which looks and works as that of all, of which there are many."""
    shown = [route for route in product_routes() if route.path in {"/api/ai/models", "/api/ai/generate"}]
    async with serving([replace(route, description=f"{EVIL} {route.description}") for route in shown]) as service:
        yield service


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


async def test_a_problem_leads_to_its_meaning_and_from_there_to_what_everybody_can_use(
    browser: Browser, service: Service
) -> None:
    """One page, because it is large: what it says, how it looks, what it runs, and what its requests carry."""
    problem = (await service.ask("GET", "/api/ai/models")).document
    async with watched_page(browser) as watched:
        watched.page.set_default_timeout(PATIENCE_MILLISECONDS)
        await watched.page.goto(service.url + problem["type"])
        await _reads(watched, "not-authenticated")
        await expect(watched.page.get_by_text("Status 401: ")).to_be_in_viewport()
        await watched.page.goto(service.url + REGISTER_MODEL)
        await _look_at(watched)
        assert len(watched.addresses) > 4
        # It needs nothing from elsewhere.
        assert [url for url in watched.addresses if not url.startswith(service.url + "/api/docs")] == []
        await watched.page.set_viewport_size({"width": WIDE, "height": 800})
        await _text_of_the_document_runs_no_script(watched)
        await watched.page.goto(service.url + RUN_PROMPT)
        await _a_stream_is_shown_with_its_events(watched)
        await _operations_can_be_searched_for(watched)
        await watched.page.goto(service.url + LIST_MODELS)
        await _requests_carry_the_token_in_their_header_alone(service, watched)


async def _reads(watched: Watched, heading: str) -> None:
    """Wait until this heading is what one reads."""
    found = watched.page.get_by_role("main").get_by_role("heading", name=heading, exact=True)
    await expect(found.first).to_be_in_viewport(timeout=PATIENCE_MILLISECONDS)


async def _look_at(watched: Watched) -> None:
    await watched.page.get_by_text("For editors and admins of the organization.").first.wait_for()
    for width, scheme in LOOKS:
        await watched.page.set_viewport_size({"width": width, "height": 800})
        await watched.page.emulate_media(color_scheme=scheme)
        await watched.page.get_by_role("heading", name="Register a model").first.scroll_into_view_if_needed()
        assert not await watched.overflows()
        assert await violations_on(watched.page, scheme) == []


async def _text_of_the_document_runs_no_script(watched: Watched) -> None:
    await expect(watched.page.locator("img[src='docs/x']").first).to_be_attached()
    assert await watched.page.evaluate("window.ran === undefined")
    made = "[...document.querySelectorAll('[onerror], [href^=javascript]')].length"
    assert await watched.page.evaluate(made) == 0
    assert await watched.page.evaluate("[...document.scripts].every(script => script.src)")


async def _a_stream_is_shown_with_its_events(watched: Watched) -> None:
    await _reads(watched, "Run a prompt")
    operation = watched.page.get_by_role("region", name="Run a prompt", exact=True)
    answer = operation.get_by_role("list", name="Responses").get_by_role("listitem").first
    await answer.get_by_role("button", name="Selected Content Type: application/json").click()
    await watched.page.get_by_role("option", name="text/event-stream").click()
    await answer.get_by_role("button", name="200 The answer").click()
    await expect(answer).to_contain_text("delta: The next words, as soon as they are there.")
    await expect(answer).to_contain_text("error: The last event of one that broke off, and why.")


async def _operations_can_be_searched_for(watched: Watched) -> None:
    await watched.page.keyboard.press("Control+k")
    for words, found in (("ai/generate", "/api/ai/generate"), ("invalid-cursor", "Heading")):
        await watched.page.get_by_role("combobox").fill(words)
        await expect(watched.page.get_by_role("option").first).to_contain_text(words)
        await expect(watched.page.get_by_role("option").first).to_contain_text(found)
    await watched.page.keyboard.press("Escape")


async def _requests_carry_the_token_in_their_header_alone(service: Service, watched: Watched) -> None:
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
    assert [url for url in watched.addresses if not url.startswith(f"{service.url}/api/")] == []
