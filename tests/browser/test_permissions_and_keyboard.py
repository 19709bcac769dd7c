"""What the console says to those who may not, cannot, or use no mouse."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from entrypoints.http.authorization import Role
from tests.browser.console import Consoles
from tests.e2e.api_client import path_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_action_that_is_not_allowed_says_why(consoles: Consoles) -> None:
    await consoles.provider(name="Ours")
    async with consoles.opened(role=Role.VIEWER) as console:
        await console.go("/providers")
        remove = console.button("Remove Ours")
        assert await remove.get_attribute("aria-disabled") == "true"
        await remove.focus()
        reason = console.page.locator(f"#{await remove.get_attribute('aria-describedby')}")
        await reason.wait_for()
        assert "This needs the role admin, and yours is viewer" in await reason.inner_text()
        await remove.click(force=True)
        assert await console.page.get_by_role("dialog").count() == 0


async def test_what_depends_on_a_provider_is_shown_before_it_is_removed(consoles: Consoles) -> None:
    provider = await consoles.provider(name="Ours")
    await consoles.api.model(provider, name="Dependent")
    async with consoles.opened() as console:
        await console.go("/providers")
        await console.button("Remove Ours").click()
        await console.dialog.get_by_text("1 model is removed with it").wait_for()
        assert await console.dialog.get_by_text("Dependent").is_visible()
        await console.button("Remove it all").click()
        await console.page.get_by_text("There is no provider yet").wait_for()
        assert len(await consoles.api.rows("/api/ai/models")) == 1
        await console.button("Close the message").click()
        await console.message("Ours was removed.")
        # Where there is nothing, there is nothing to search.
        await console.page.get_by_label("Search").wait_for(state="hidden")
    assert await consoles.api.rows("/api/ai/models") == []


async def test_how_many_of_very_many_models_are_removed_is_shown_meanwhile(consoles: Consoles) -> None:
    provider = await consoles.provider(name="Large")
    await consoles.api.model(provider, name="One of many")
    ended = asyncio.Event()

    async def count(route: Route) -> None:
        answer = await route.fetch()
        document = await answer.json()
        # It is counted for the card and meanwhile; more of them are read to be shown.
        document["pagination"]["total"] = 60_000 if "limit=1&" in route.request.url else 100_000
        await route.fulfill(response=answer, json=document)

    async def remove(route: Route) -> None:
        if route.request.method == "DELETE":
            await ended.wait()
        await route.continue_()

    async with consoles.opened() as console:
        await console.go("/providers")
        await console.page.route("**/api/ai/models?providerId=*", count)
        await console.page.route(f"**/api/ai/providers/{provider['id']}*", remove)
        await console.button("Remove Large").click()
        await console.dialog.get_by_text("100,000 models are removed with it").wait_for()
        await console.button("Remove it all").click()
        await console.button("Close the message").click()
        await console.message("40,000 of 100,000 models are removed.")
        ended.set()
        await console.message("Large was removed.")
        assert await console.page.get_by_text("40,000 of 100,000").count() == 0


async def test_escape_does_not_throw_away_what_was_entered(consoles: Consoles) -> None:
    await consoles.provider(name="Ours")
    async with consoles.opened() as console:
        # An address that stands for no page leads to where everybody begins.
        await console.go("/providers/%E0%A4%A")
        await console.page.get_by_role("heading", name="Overview").wait_for()
        await console.go("/providers")
        await console.button("Add a provider").click()
        await console.page.keyboard.press("Escape")
        assert await console.page.get_by_role("dialog").count() == 0
        await console.button("Add a provider").click()
        await console.dialog.get_by_label("Name").fill("Half done")
        await console.page.keyboard.press("Escape")
        await console.dialog.get_by_text("What you have entered is not saved.").wait_for()
        await console.button("Keep editing").click()
        assert await console.dialog.get_by_label("Name").input_value() == "Half done"
        await console.button("Close").click()
        await console.button("Discard").click()
        assert await console.page.get_by_role("dialog").count() == 0


async def test_any_of_many_models_can_be_found_to_try_it(consoles: Consoles) -> None:
    provider = await consoles.provider(name="Many")
    models = [{"op": "create", "providerId": provider["id"], "modelId": f"m-{number:03}"} for number in range(120)]
    assert (await consoles.api.post("/api/ai/models/bulk", {"operations": models})).status == 200
    async with consoles.opened() as console:
        await console.go("/try")
        offered = console.page.get_by_label("Model", exact=True)
        await console.page.get_by_text("The first 100 are listed.").wait_for()
        await console.page.get_by_label("Find a model").fill("m-117")
        await offered.locator("option", has_text="m-117").wait_for(state="attached")
        assert await offered.locator("option").all_inner_texts() == ["Best match", "m-117 (m-117)"]


async def test_a_problem_is_reported_beside_its_field(consoles: Consoles) -> None:
    await consoles.provider(name="Taken")
    async with consoles.opened() as console:
        await console.go("/providers")
        await console.button("Add a provider").click()
        dialog = console.dialog
        await dialog.get_by_label("Name").fill("taken")
        await dialog.get_by_label("Key").fill("sk-a-key-of-the-tests")
        await console.button("Add the provider").click()
        name = dialog.get_by_label("Name")
        await dialog.locator(".problem:visible").wait_for()
        assert await name.get_attribute("aria-invalid") == "true"
        assert await name.evaluate("field => field === document.activeElement")
        await name.fill("Free")
        await dialog.get_by_label("Endpoint").fill("http://169.254.169.254/v1")
        await console.button("Add the provider").click()
        await dialog.locator(".field", has=console.page.get_by_label("Endpoint")).locator(".problem:visible").wait_for()


async def test_the_form_follows_the_type(consoles: Consoles) -> None:
    async with consoles.opened() as console:
        await console.go("/providers")
        await console.button("Add a provider").first.click()
        dialog = console.dialog
        await dialog.get_by_label("Type").select_option(label="Azure OpenAI")
        assert await dialog.get_by_label("API version").input_value() == "2024-10-21"
        await dialog.get_by_label("Type").select_option("openai_compatible ollama")
        assert await dialog.get_by_label("API version").count() == 0
        assert "11434" in await dialog.get_by_label("Endpoint").input_value()
        assert await dialog.get_by_label("Key").get_attribute("required") is None


async def test_no_mouse_is_needed(consoles: Consoles) -> None:
    sandbox = consoles.service.sandbox
    async with consoles.opened() as console:
        await console.go("/providers")
        keyboard = console.page.keyboard
        await console.tab_to("Add a provider")
        await keyboard.press("Enter")
        await keyboard.type("OpenAI")
        for text in ("By keyboard", sandbox.key("openai"), sandbox.endpoint("openai")):
            await keyboard.press("Tab")
            await keyboard.type(text)
        await keyboard.press("Enter")
        await console.message("By keyboard was added.")
        assert await console.focused() == "Add a provider"
        await console.tab_to("Test By keyboard")
        await keyboard.press("Enter")
        await console.page.get_by_role("dialog").get_by_text("Healthy").wait_for()
        await keyboard.press("Escape")
        await console.page.get_by_role("dialog").wait_for(state="detached")
        await console.page.wait_for_function(
            "() => document.activeElement.getAttribute('aria-label') === 'Test By keyboard'"
        )
        await console.page.reload()
        await console.page.locator("main h1").wait_for()
        await keyboard.press("Tab")
        await keyboard.press("Enter")
        assert await console.page.evaluate("document.activeElement.id") == "main"


async def test_never_more_than_a_page_of_a_list_is_requested(consoles: Consoles) -> None:
    provider = await consoles.provider()
    operations = [
        {"op": "create", "providerId": provider["id"], "modelId": f"model-{number:03}"} for number in range(120)
    ]
    await consoles.api.post("/api/ai/models/bulk", {"operations": operations})
    async with consoles.opened() as console:
        await console.go("/models")
        rows = console.page.locator("tbody tr")
        await rows.nth(49).wait_for()
        assert await rows.count() == 50
        await console.page.get_by_text("1 to 50 of 120").wait_for()
        await console.page.get_by_role("button", name="Next").click()
        await console.page.get_by_text("51 to 100 of 120").wait_for()
        await rows.nth(49).wait_for()
        assert await console.page.evaluate("scrollY") < 200
        await console.page.get_by_label("Search in name").fill("model-119")
        await console.page.get_by_text("1 to 1 of 1").wait_for()
        assert "q=model-119" in console.page.url
        lists = [address for address in console.watched.addresses if "/api/ai/models?" in address]
        assert all("limit=50" in address for address in lists)
        # Where the feed of events begins late, what is shown is read again, with its total.
        assert len({address.replace("&includeTotal=true", "") for address in lists}) == 3


async def test_a_price_is_entered_and_told_per_million_tokens(consoles: Consoles) -> None:
    tiers = [{"aboveInputTokens": 200_000, "inputPer1kTokens": 0.0004}]
    pricing = {"inputPer1kTokens": 0.00015, "outputPer1kTokens": 0.001, "tiers": tiers}
    model = await consoles.api.model(await consoles.provider(), pricing=pricing)
    async with consoles.opened() as console:
        await console.go(f"/models/{model['id']}")
        await console.page.get_by_text("$0.15").first.wait_for()
        await console.button("Edit").click()
        price = console.dialog.locator("[name=inputPrice]")
        assert await price.input_value() == "0.15"
        assert '"inputPer1MTokens": 0.4' in await console.dialog.locator("[name=priceTiers]").input_value()
        await price.fill("1000001")
        await console.button("Save").click()
        await console.dialog.get_by_text("Enter 1,000,000 or less.").wait_for()
        await price.fill("0.3")
        await console.button("Save").click()
        await console.page.get_by_text("$0.30").first.wait_for()
        await console.go(f"/models/{model['id']}?tab=history")
        change = console.page.locator(".timeline li").first
        await expect(change.locator("dt")).to_have_text(["Cost per 1M tokens", "Input price per 1M tokens"])
        await expect(change.locator("dd")).to_have_text(["$0.15 → $0.30", "$0.15 → $0.30"])
    saved = (await consoles.api.get(path_of(model)))["pricing"]
    assert [str(each["inputPer1kTokens"]) for each in (saved, *saved["tiers"])] == ["0.0003", "0.0004"]
