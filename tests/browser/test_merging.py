"""Two people at once: the second one sees what the first one changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.e2e.api import path_of

if TYPE_CHECKING:
    from tests.browser.console import Console, Consoles

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _hears_of_nothing(console: Console) -> None:
    """Keep the change feed from the page: what others do meanwhile, it does not know yet."""
    await console.page.route("**/api/ai/events", lambda route: route.abort())


async def _conflict(consoles: Consoles, console: Console) -> str:
    """Edit a model while somebody else does; return its path."""
    provider = await consoles.provider()
    model = await consoles.api.model(provider, name="Before", contextWindow=1000)
    await console.go(f"/models/{model['id']}")
    await console.button("Edit").click()
    await console.dialog.get_by_label("Name").fill("Mine")
    await console.dialog.get_by_label("Longest answer").fill("500")
    await consoles.api.patch(path_of(model), {"name": "Theirs", "contextWindow": 2000})
    await console.button("Save").click()
    await console.page.get_by_role("heading", name="Somebody else saved first").wait_for()
    return path_of(model)


async def test_both_changes_are_merged_where_they_do_not_touch(consoles: Consoles) -> None:
    async with consoles.opened() as console:
        path = await _conflict(consoles, console)
        rows = await console.dialog.locator("tbody tr").all_inner_texts()
        assert any("Context window" in row and "2000" in row for row in rows)
        assert any("Name" in row and "Theirs" in row and "Mine" in row for row in rows)
        await console.dialog.get_by_label("theirs").check()
        await console.button("Save merged").click()
        await console.told("Theirs was saved.")
    merged = await consoles.api.get(path)
    assert (merged["name"], merged["contextWindow"], merged["maxTokens"]) == ("Theirs", 2000, 500)


async def test_mine_wins_where_i_say_so(consoles: Consoles) -> None:
    async with consoles.opened() as console:
        path = await _conflict(consoles, console)
        await console.button("Save merged").click()
        await console.told("Mine was saved.")
    assert (await consoles.api.get(path))["name"] == "Mine"


async def test_mine_can_be_dropped_for_what_is_there_now(consoles: Consoles) -> None:
    async with consoles.opened() as console:
        path = await _conflict(consoles, console)
        await console.button("Reload, drop mine").click()
        form = console.page.get_by_role("dialog", name="Edit Before")
        await expect(form.get_by_label("Name")).to_have_value("Theirs")
        await expect(form.get_by_label("Longest answer")).to_have_value("")
    assert (await consoles.api.get(path))["name"] == "Theirs"


async def test_a_bulk_change_tells_of_each_row(consoles: Consoles) -> None:
    provider = await consoles.provider()
    stale = await consoles.api.model(provider, name="Stale")
    await consoles.api.model(provider, name="Fresh")
    async with consoles.opened() as console:
        await _hears_of_nothing(console)
        await console.go("/models")
        await console.page.get_by_label("Select all rows shown").check()
        await consoles.api.patch(path_of(stale), {"name": "Stale since"})
        await console.page.get_by_role("group", name="Selected models").get_by_role("button", name="Disable").click()
        await console.dialog.locator("tbody tr").nth(1).wait_for()
        rows = await console.dialog.locator("tbody tr").all_inner_texts()
        assert ["Refused" in row for row in rows if "Stale" in row] == [True]
        assert ["Refused" in row for row in rows if "Fresh" in row] == [False]
    states = {model["name"]: model["isEnabled"] for model in await consoles.api.rows("/api/ai/models")}
    assert states == {"Fresh": False, "Stale since": True}
