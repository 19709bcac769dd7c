"""Discovery with a provider that dies, and news of what is offered."""

import pytest
from playwright.async_api import Route

from tests.browser.console import Console, Consoles

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_dead_provider_is_shown_beside_the_offers_of_the_others(consoles: Consoles) -> None:
    await consoles.provider("openai", name="Alive")
    dying_id = (await consoles.provider("anthropic", name="Dying"))["id"]
    consoles.service.sandbox.faults.add(kind="dropped_connection", provider="anthropic", operation="any")
    async with consoles.opened() as console:
        await console.go("/discover")
        await console.button("Discover").click()
        page = console.page
        dying, alive = (page.locator(f"[data-provider={name}]") for name in ("Dying", "Alive"))
        await dying.get_by_text("Does not answer").wait_for()
        await alive.get_by_text("models").wait_for()
        await page.locator("tbody tr", has_text="Alive").nth(10).wait_for()
        consoles.service.sandbox.faults.clear()
        await dying.get_by_role("button", name="Ask again").click()
        await dying.get_by_text("models").wait_for()
        await page.get_by_label("Provider", exact=True).select_option("Dying")
        await page.locator("tbody tr", has_text="Claude").nth(10).wait_for()
        await page.reload()
        await page.locator("tbody tr", has_text="Claude").nth(10).wait_for()
        assert await page.get_by_label("Provider", exact=True).input_value() == dying_id


async def test_what_is_new_or_missing_since_last_time_is_marked(consoles: Consoles) -> None:
    await consoles.provider(name="Moving")
    catalogue = consoles.service.sandbox.catalogue("openai")
    async with consoles.opened() as console:
        await console.go("/discover")
        page = console.page
        await console.button("Discover").click()
        await page.get_by_text("1 of 1 have answered").wait_for()
        catalogue.add("gpt-of-tomorrow")
        try:
            await console.button("Ask again now").click()
            await page.locator("tbody tr", has_text="gpt-of-tomorrow").get_by_text("New", exact=True).wait_for()
        finally:
            catalogue.remove("gpt-of-tomorrow")
        await console.button("Ask again now").click()
        await page.get_by_text("no longer offers a model: gpt-of-tomorrow").wait_for()


async def test_many_providers_are_asked_in_their_turn(consoles: Consoles) -> None:
    for number in range(14):
        await consoles.provider(name=f"Account {number:02}")
    async with consoles.opened() as console:
        await _refused_at_first(console)
        await console.go("/discover")
        page = console.page
        await page.get_by_text("0 of 14 ticked").wait_for()
        await page.get_by_label("Search the providers").fill("Account 0")
        await page.locator("[data-provider='Account 13']").wait_for(state="hidden")
        await console.button("Tick all shown").click()
        await console.button("Discover").click()
        await page.get_by_text("10 of 10 have answered").wait_for()
        await page.locator(".state", has_text="105 models").nth(9).wait_for()
        assert await page.get_by_text("queued").count() == 0


async def _refused_at_first(console: Console) -> None:
    """Answer the page once that it asks too often, as an organization with many providers is."""
    refusals = iter([429])

    async def answer(route: Route) -> None:
        status = next(refusals, None)
        if status is None:
            await route.continue_()
        else:
            await route.fulfill(status=status, headers={"Retry-After": "1"})

    await console.page.route("**/api/ai/providers/*/models*", answer)
