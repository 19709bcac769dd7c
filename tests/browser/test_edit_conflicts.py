"""Two people at once: the second one sees what the first one changed."""

import json

import pytest
from playwright.async_api import expect

from tests.browser.console import Console, Consoles
from tests.e2e.api_client import Document, path_of

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
    await console.dialog.get_by_label("Max output tokens").fill("500")
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
        await console.page.get_by_text("somebody-else changed it while you were editing").wait_for()
        await _keep(console, "Name", "theirs")
        await console.button("Save merged").click()
        await console.message("Theirs was saved.")
    merged = await consoles.api.get(path)
    assert (merged["name"], merged["contextWindow"], merged["maxTokens"]) == ("Theirs", 2000, 500)


async def test_mine_can_be_dropped_for_what_is_there_now(consoles: Consoles) -> None:
    async with consoles.opened() as console:
        path = await _conflict(consoles, console)
        await console.button("Reload, drop mine").click()
        form = console.page.get_by_role("dialog", name="Edit Before")
        await expect(form.get_by_label("Name")).to_have_value("Theirs")
        await expect(form.get_by_label("Max output tokens")).to_have_value("")
    assert (await consoles.api.get(path))["name"] == "Theirs"


async def test_mine_wins_where_i_say_so_and_what_only_they_changed_can_be_taken_back(consoles: Consoles) -> None:
    async with consoles.opened() as console:
        path = await _conflict(consoles, console)
        await _keep(console, "Context window", "as before")
        await console.button("Save merged").click()
        await console.message("Mine was saved.")
    merged = await consoles.api.get(path)
    assert (merged["name"], merged["contextWindow"]) == ("Mine", 1000)


async def test_each_member_of_the_config_is_chosen_for_itself(consoles: Consoles) -> None:
    """Theirs add `topP` and drop `maxTokens`, mine adds `stop`, and both change `temperature`."""
    provider = await consoles.provider()
    async with consoles.opened() as console:
        for choices, kept in (
            ({}, {"temperature": 0.3, "topP": 0.9, "stop": ["END"]}),
            ({"temperature": "theirs"}, {"temperature": 0.5, "topP": 0.9, "stop": ["END"]}),
            ({"topP": "as before", "maxTokens": "as before"}, {"temperature": 0.3, "stop": ["END"], "maxTokens": 100}),
        ):
            assert await _config_after(consoles, console, provider, choices) == kept


async def _config_after(
    consoles: Consoles, console: Console, provider: Document, choices: dict[str, str]
) -> dict[str, object]:
    config = {"temperature": 0.1, "maxTokens": 100}
    model = await consoles.api.model(provider, name=f"Ours, {len(choices)} chosen", config=config)
    await console.go(f"/models/{model['id']}")
    await console.button("Edit").click()
    mine = {"temperature": 0.3, "maxTokens": 100, "stop": ["END"]}
    await console.dialog.get_by_text("Advanced: as JSON").click()
    await console.dialog.get_by_label("Config").fill(json.dumps(mine))
    theirs = {"temperature": 0.5, "maxTokens": None, "topP": 0.9}
    await consoles.api.patch(path_of(model), {"config": theirs})
    await console.button("Save").click()
    await console.page.get_by_role("heading", name="Somebody else saved first").wait_for()
    for name, choice in choices.items():
        await _keep(console, f"Config: {name}", choice)
    await console.button("Save merged").click()
    await console.message(f"{model['name']} was saved.")
    config = (await consoles.api.get(path_of(model)))["config"]
    return {name: float(held) if name in {"temperature", "topP"} else held for name, held in config.items()}


async def test_a_key_is_not_shown_where_two_have_replaced_it(consoles: Consoles) -> None:
    provider = await consoles.provider(name="Ours")
    async with consoles.opened() as console:
        await console.go(f"/providers/{provider['id']}")
        await console.button("Edit").click()
        await console.dialog.get_by_label("New key").fill("sk-mine-and-secret")
        await consoles.api.patch(path_of(provider), {"apiKey": "sk-theirs-and-secret"})
        await console.button("Save").click()
        await console.page.get_by_role("heading", name="Somebody else saved first").wait_for()
        assert "secret" not in await console.dialog.locator("tbody").inner_text()
        await _keep(console, "Key", "theirs")
        await console.button("Save merged").click()
        await console.message("Ours was saved.")
    assert (await consoles.api.get(path_of(provider)))["apiKey"]["version"] == 2


async def test_what_the_service_notes_by_itself_holds_up_nobody(consoles: Consoles) -> None:
    provider = await consoles.provider(name="Ours")
    async with consoles.opened() as console:
        await _hears_of_nothing(console)
        await console.go("/providers")
        await consoles.api.post(f"{path_of(provider)}/test")
        await console.button("Disable Ours").click()
        await console.message("Ours is disabled.")


async def test_a_thing_that_has_changed_is_disabled_or_removed_only_after_it_was_shown(consoles: Consoles) -> None:
    provider = await consoles.provider(name="Ours")
    async with consoles.opened() as console:
        await _hears_of_nothing(console)
        await console.go("/providers")
        await consoles.api.patch(path_of(provider), {"name": "Theirs"})
        await console.button("Disable Ours").click()
        asking = console.page.get_by_role("dialog", name="Ours has changed")
        await expect(asking.locator("tbody tr")).to_contain_text(["Theirs"])
        await console.button("Cancel").click()
        await expect(console.button("Disable Theirs")).to_be_visible()
        assert (await consoles.api.get(path_of(provider)))["isEnabled"] is True
        await consoles.api.patch(path_of(provider), {"isEnabled": False})
        await console.button("Disable Theirs").click()
        await console.message("Theirs is disabled.")
        await console.button("Remove Theirs").click()
        await consoles.api.patch(path_of(provider), {"name": "Theirs again"})
        await console.button("Remove").click()
        await console.button("Close the message").last.click()
        await console.button("Remove anyway").click()
        await console.message("Theirs was removed.")
    assert await consoles.api.rows("/api/ai/providers") == []


async def _keep(console: Console, field: str, choice: str) -> None:
    row = console.dialog.locator("tbody tr", has=console.page.get_by_role("rowheader", name=field, exact=True))
    await row.get_by_label(choice, exact=True).check()


async def test_a_bulk_change_reports_each_row(consoles: Consoles) -> None:
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
