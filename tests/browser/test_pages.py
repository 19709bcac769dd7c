"""Every page as people see it: wide in light and narrow in dark, and with what a screen reader announces."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Page

from entrypoints.http.authorization import Role
from tests.browser.console import Console, Consoles
from tests.browser.database_superuser import write_checkpoint
from tests.browser.page_checks import faults_of
from tests.browser.watched_page import WIDE
from tests.e2e.api_client import Api, Document, a_token, path_of
from tests.e2e.running_service import RunningService

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Furnished:
    """An organization in which every page has something to show."""

    def __init__(self, consoles: Consoles) -> None:
        self.consoles = consoles
        self.provider: Document = {}
        self.model: Document = {}

    async def furnish(self) -> None:
        for kind, name in (("anthropic", "Anthropic, Frankfurt"), ("google", "Google"), ("openai", "OpenAI")):
            self.provider = await self.consoles.provider(kind, name=name)
            await self.consoles.api.post(f"{path_of(self.provider)}/test")
        await self.consoles.api.patch(path_of(self.provider), {"name": "OpenAI Europe"})
        for model_id in ("gpt-6-sol", "chat-latest", "gpt-4.1-mini", "text-embedding-3-small"):
            self.model = await self.consoles.api.model(self.provider, modelId=model_id)
        await self.consoles.api.patch(path_of(self.model), {"config": {"temperature": 0.2}, "contextWindow": 8000})
        await self.consoles.api.access_key(labels={"team": "search"}, budget={"usd": 5, "period": "month"})
        await self.consoles.api.post("/api/ai/generate", {"prompt": "Hello", "providerModelId": "chat-latest"})

    async def signed_out(self, console: Console) -> None:
        await console.go("/")
        await console.button("Sign out").click()
        await (await console.token_field()).wait_for()

    async def overview(self, console: Console) -> None:
        await console.go("/overview")
        await console.page.get_by_text("Recent changes").wait_for()

    async def budget(self, console: Console) -> None:
        await console.go("/budget")
        await console.button("Set a budget").click()
        await console.dialog.get_by_label("Budget").fill("0.00002")
        await console.button("Save").click()
        await console.page.get_by_text("of $0.00002 a month").wait_for()

    async def quotas(self, console: Console) -> None:
        await console.go("/quotas")
        await console.page.get_by_text("3 of 1,000").wait_for()
        await console.button("Change the quotas").click()
        await console.dialog.get_by_label("Providers", exact=True).fill("900")
        await console.button("Replace the quotas").click()
        await console.message("The quotas were saved.")
        await console.button("Change the quotas").click()
        assert await console.dialog.get_by_label("Providers", exact=True).input_value() == "900"

    async def organizations(self, console: Console) -> None:
        own = str(self.consoles.api.organization_id)
        await console.go(f"/organizations?q={own[:13]}")
        await console.page.get_by_text("without a name").wait_for()
        await console.button(f"Rename {own}").click()
        await console.dialog.get_by_label("Name").fill("Ours")
        await console.button("Save").click()
        await console.page.get_by_label("Copy the id of Ours").wait_for()
        await console.button("Quotas of Ours").click()
        await console.dialog.get_by_label("Registered models").fill("950")
        await console.button("Replace the quotas").click()
        await console.page.get_by_text("models 950").wait_for()
        await console.button("Remove Ours").click()
        await console.button("Remove permanently").click()
        await console.dialog.get_by_text("This does not match.").wait_for()
        await console.button("Cancel").click()
        await console.page.locator("dialog").wait_for(state="detached")

    async def providers(self, console: Console) -> None:
        await console.go("/providers")
        await console.page.locator(".provider dd a").first.wait_for()

    async def add_a_provider(self, console: Console) -> None:
        await console.go("/providers")
        await console.button("Add a provider").click()
        await console.dialog.get_by_label("Name").fill("A second account")
        await console.dialog.get_by_label("Key").fill("sk-not-a-good-one")
        await console.dialog.get_by_label("Endpoint").fill(self.consoles.service.sandbox.endpoint("openai"))
        await console.button("Test connection").click()
        await console.dialog.locator(".report").wait_for()

    async def one_provider(self, console: Console) -> None:
        await console.go(f"/providers/{self.provider['id']}")

    async def checks(self, console: Console) -> None:
        await console.go(f"/providers/{self.provider['id']}?tab=checks")
        await console.page.locator("tbody tr").first.wait_for()

    async def models(self, console: Console) -> None:
        await console.go("/models")
        await console.page.get_by_label("Select GPT-6 Sol", exact=True).check()
        await console.page.get_by_label("Select Chat Latest", exact=True).check()

    async def one_model(self, console: Console) -> None:
        await console.go(f"/models/{self.model['id']}")

    async def edit_a_model(self, console: Console) -> None:
        await console.go(f"/models/{self.model['id']}")
        await console.button("Edit").click()
        await console.dialog.get_by_label("Temperature").fill("0.7")
        await console.dialog.get_by_text("Advanced: as JSON").click()
        assert '"temperature": 0.7' in await console.dialog.get_by_label("Config").input_value()

    async def merge(self, console: Console) -> None:
        await self.edit_a_model(console)
        await console.dialog.get_by_label("Name").fill("Embeddings, small")
        await console.dialog.get_by_label("Config").fill('{"temperature": 0.3}')
        await self.consoles.api.patch(path_of(self.model), {"config": {"temperature": 0.5, "topP": 0.9}})
        await console.button("Save").click()
        await console.button("Save merged").wait_for()

    async def history(self, console: Console) -> None:
        await console.go(f"/models/{self.model['id']}?tab=history")
        await console.page.get_by_label("After revision").fill("1")
        await console.page.get_by_text("Changed since then").wait_for()

    async def compare(self, console: Console) -> None:
        models = await self.consoles.api.rows("/api/ai/models")
        await console.go("/compare?ids=" + ",".join(model["id"] for model in models))

    async def discover(self, console: Console) -> None:
        await console.go("/discover")
        await console.button("Discover").click()
        await console.page.get_by_text("3 of 3 have answered").wait_for()
        await console.page.get_by_label("Search the offers").fill("4.1")
        await console.page.get_by_text("of 6 offers shown").wait_for()
        await console.page.locator("tbody input").first.check()

    async def attempt(self, console: Console) -> None:
        await console.go(f"/try?model={self.model['id']}")
        for name in ("GPT-6 Sol (gpt-6-sol)", "Chat Latest (chat-latest)"):
            await console.page.get_by_label("Model", exact=True).select_option(label=name)
            await console.button("Add to the comparison").click()
        await console.page.get_by_role("textbox", name="Prompt", exact=True).fill("sandbox:markdown")
        await console.page.keyboard.press("Control+Enter")
        await console.page.get_by_text("Finished").nth(1).wait_for()
        assert await console.page.locator(".answer h3", has_text="Sandbox").count() == 2

    async def why(self, console: Console) -> None:
        await console.go("/try")
        await console.button("Which model, and why?").click()
        await console.page.locator(".candidates li").first.wait_for()

    async def keys(self, console: Console) -> None:
        await console.go("/keys")
        await console.page.locator("[data-key]").first.wait_for()

    async def issue_a_key(self, console: Console) -> None:
        await console.go("/keys")
        await console.button("Issue a key").click()
        await console.dialog.get_by_label("Name").fill("Search")
        await console.button("Issue the key").click()
        await console.button("Copy").wait_for()

    async def usage(self, console: Console) -> None:
        await console.go("/usage")
        await console.page.locator(".chart canvas").wait_for()
        await console.page.get_by_label("By", exact=True).select_option("label")
        await console.page.get_by_text("without it").wait_for()
        await console.page.get_by_label("In", exact=True).select_option("hour")
        await console.page.get_by_label("By", exact=True).select_option("provider")
        await console.page.get_by_role("link", name="Usage of OpenAI Europe alone").click()
        await console.page.get_by_text("Only part of it is shown.").wait_for()
        await console.page.get_by_role("link", name="chat-latest", exact=True).wait_for()
        await console.page.locator(".chart .u-over").hover()

    async def requests(self, console: Console) -> None:
        await console.go("/requests?outcome=ok&model=chat-latest")
        await console.page.locator("tbody tr").first.wait_for()
        await console.page.get_by_label("Details of request").first.click()
        await console.dialog.get_by_text("/api/ai/generate").wait_for()

    async def audit(self, console: Console) -> None:
        await console.go("/audit")
        await console.page.get_by_text("Details", exact=True).first.click()

    async def proof(self, console: Console) -> None:
        await console.go("/audit")
        await write_checkpoint(self.consoles.service)
        await self.consoles.api.patch(path_of(self.model), {"contextWindow": 8192})
        await console.button("Verify").click()
        await console.page.get_by_text("Not provable").wait_for()
        await console.button("Export").click()
        await console.page.get_by_text("Saved as").wait_for()

    async def operations(self, console: Console) -> None:
        await console.go("/operations")
        await console.button("Verify Models").click()
        await console.message("no row differs from the log", patience_seconds=40)
        await console.button("Close the message").click()


PAGES: Final[list[Callable[[Furnished, Console], Awaitable[None]]]] = [
    Furnished.signed_out,
    Furnished.providers,
    Furnished.add_a_provider,
    Furnished.one_provider,
    Furnished.checks,
    Furnished.models,
    Furnished.one_model,
    Furnished.edit_a_model,
    Furnished.history,
    Furnished.compare,
    Furnished.discover,
    Furnished.attempt,
    Furnished.why,
    Furnished.keys,
    Furnished.issue_a_key,
    Furnished.usage,
    Furnished.requests,
    Furnished.audit,
    Furnished.proof,
    Furnished.operations,
    Furnished.organizations,
    Furnished.quotas,
    Furnished.overview,
    Furnished.budget,
    Furnished.merge,
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def furnished(home: Page, service: RunningService) -> AsyncIterator[Furnished]:
    organization_id = uuid4()
    async with aiohttp.ClientSession() as session:
        token = a_token(organization_id, Role.ADMIN, actor="maria")
        furnished = Furnished(Consoles(home, service, Api(session, service.url, organization_id, token)))
        await furnished.furnish()
        yield furnished


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def console(furnished: Furnished) -> AsyncIterator[Console]:
    """Give a console that goes from page to page as a person does: opening it takes as long as looking at a page."""
    async with furnished.consoles.opened(is_platform_admin=True) as console:
        await console.go("/")
        yield console


@pytest.mark.parametrize("show", PAGES, ids=lambda show: show.__name__)
async def test_everybody_can_use_it(
    furnished: Furnished, console: Console, show: Callable[[Furnished, Console], Awaitable[None]]
) -> None:
    page = console.page
    await page.set_viewport_size({"width": WIDE, "height": 800})
    await page.emulate_media(color_scheme="light")
    if await page.get_by_role("dialog").count() or not await page.get_by_role("navigation").count():
        # What the page before has left: a window that is open, or nobody who is signed in.
        await page.reload()
    await show(furnished, console)
    assert await faults_of(console, show.__name__) == []
    assert console.watched.complaints == []
