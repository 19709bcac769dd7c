"""Discovery with a provider that dies, and news of what is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.console import Consoles

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_dead_provider_is_shown_beside_the_offers_of_the_others(consoles: Consoles) -> None:
    await consoles.provider("openai", name="Alive")
    await consoles.provider("anthropic", name="Dying")
    consoles.service.sandbox.faults.add(kind="dropped_connection", provider="anthropic", operation="any")
    async with consoles.opened() as console:
        await console.go("/discover")
        await console.button("Discover").click()
        page = console.page
        dying, alive = (page.locator(f"[data-provider={name}]") for name in ("Dying", "Alive"))
        await dying.get_by_text("Does not answer").wait_for()
        await alive.get_by_text("models").wait_for()
        assert await page.locator("tbody tr", has_text="Alive").count() > 10
        consoles.service.sandbox.faults.clear()
        await dying.get_by_role("button", name="Ask again").click()
        await dying.get_by_text("models").wait_for()
        await page.get_by_label("Provider", exact=True).select_option("Dying")
        assert await page.locator("tbody tr", has_text="Claude").count() > 10


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
