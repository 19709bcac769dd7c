"""What others do shows by itself, and disturbs nobody."""

import asyncio
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Locator, Route, expect

from entrypoints.http.authorization import Role
from tests.browser.console import Console, Consoles, home_of
from tests.e2e.api_client import BULK, Document, path_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

FEED = "/api/ai/events"
# Between two readings of what changes again and again.
REST_MS = 2000


async def _is_live(console: Console) -> None:
    await expect(console.page.locator("#live")).to_have_text("Live")


def _asked(console: Console, path: str) -> int:
    return len([address for address in console.watched.addresses if path in address])


async def test_what_somebody_else_changes_shows_without_a_reload(consoles: Consoles) -> None:
    provider = await consoles.provider(name="Ours")
    model = await consoles.api.model(provider, name="Watched")
    async with consoles.opened(role=Role.VIEWER) as console:
        await console.go("/providers")
        await _is_live(console)
        card = console.page.locator(".provider")
        await expect(card.locator("dd a")).to_have_text("1")
        await consoles.api.patch(path_of(provider), {"name": "Theirs", "isEnabled": False})
        await expect(card.locator("h2")).to_have_text("Theirs")
        await expect(card.get_by_text("Disabled")).to_be_visible()
        await console.page.evaluate("location.hash = '#/models'")
        await consoles.api.patch(path_of(provider), {"name": "Theirs again"})
        row = console.page.locator("tbody tr")
        await expect(row).to_contain_text("Theirs again")
        assert await console.page.get_by_label("Provider").inner_text() == "Any\nTheirs again"
        await console.page.evaluate(f"location.hash = '#/models/{model['id']}?tab=history'")
        await expect(console.page.locator(".timeline li")).to_have_count(1)
        await consoles.api.patch(path_of(model), {"name": "Renamed"})
        await expect(console.page.locator("h1")).to_have_text("Renamed")
        await expect(console.page.locator(".timeline li")).to_have_count(2)
        await consoles.api.delete(path_of(model))
        await expect(console.page.locator("main .notice")).to_contain_text("removed")
        assert _asked(console, FEED) == 1
        assert all("Bearer" not in address and "eyJ" not in address for address in console.watched.addresses)


async def test_providers_are_read_again_only_when_one_of_them_has_changed(consoles: Consoles) -> None:
    provider = await consoles.provider(name="Ours")
    model = await consoles.api.model(provider, name="Watched")
    async with consoles.opened() as console:
        await console.go("/models")
        await _is_live(console)
        row = console.page.locator("tbody tr")
        counts = []
        for name, change in (("Again", model), ("And again", model), ("Theirs", provider)):
            await consoles.api.patch(path_of(change), {"name": name})
            await expect(row).to_contain_text(name)
            for place in ("overview", "models"):
                await console.page.evaluate(f"location.hash = '#/{place}'")
                await console.page.get_by_role("heading", level=1, name=place.title()).wait_for()
            await expect(row).to_contain_text(name)
            counts.append(_asked(console, "/api/ai/providers?"))
        assert counts[1] == counts[0] < counts[2]


async def test_providers_that_cannot_be_read_again_are_asked_for_later_unless_the_page_is_left(
    consoles: Consoles,
) -> None:
    asked = 0
    shown, held, left = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def later(route: Route) -> None:
        await shown.wait()
        await route.continue_()

    async def first_alone(route: Route) -> None:
        nonlocal asked
        asked += 1
        if asked == 2:
            await route.fulfill(status=503)
            return
        if asked == 3:
            held.set()
            await left.wait()
        await route.continue_()

    async with consoles.opened() as console:
        # What was read before the events come in is read again then.
        await console.page.route(f"**{FEED}*", later)
        await console.page.route("**/api/ai/providers?*", first_alone)
        await console.go("/models")
        shown.set()
        async with asyncio.timeout(10):
            await held.wait()
        await console.page.evaluate("location.hash = '#/keys'")
        await console.page.get_by_role("heading", level=1, name="keys").wait_for()
        left.set()
        assert console.watched.complaints == []


async def test_what_a_person_is_at_stays_as_it_is(consoles: Consoles) -> None:
    models = await _many_models(consoles, 40)
    async with consoles.opened() as console:
        await console.go("/models")
        await _is_live(console)
        page = console.page
        await page.get_by_label("Select model-030", exact=True).check()
        await page.get_by_label("Edit model-030").focus()
        row = page.locator("tbody tr", has_text="model-030")
        await row.scroll_into_view_if_needed()
        before = await _top(row)
        await consoles.api.patch(path_of(models[39]), {"name": "a-first"})
        await expect(page.locator("tbody tr").first).to_contain_text("a-first")
        assert await page.evaluate("document.activeElement.ariaLabel") == "Edit model-030"
        assert await _top(row) == pytest.approx(before, abs=1)
        assert await page.get_by_label("Select model-030", exact=True).is_checked()
        assert await page.get_by_text("1 selected").is_visible()


async def test_a_form_that_is_being_filled_in_is_left_alone(consoles: Consoles) -> None:
    (model, *_) = await _many_models(consoles, 2)
    async with consoles.opened() as console:
        await console.go("/models")
        await _is_live(console)
        await console.button("Edit model-000").click()
        await console.dialog.get_by_label("Version").fill("mine")
        await consoles.api.patch(path_of(model), {"name": "theirs"})
        await console.page.wait_for_timeout(300)
        assert await console.dialog.get_by_label("Version").input_value() == "mine"
        assert await console.page.locator("tbody tr", has_text="theirs").count() == 0
        await console.page.keyboard.press("Escape")
        await console.button("Discard").click()
        await expect(console.page.locator("tbody tr", has_text="theirs")).to_be_visible()
        await console.go(f"/models/{model['id']}?tab=history")
        await console.page.get_by_label("After revision").fill("1")
        await consoles.api.patch(path_of(model), {"name": "theirs again"})
        await console.page.get_by_text("Somebody has changed this").wait_for()
        assert await console.page.get_by_label("After revision").input_value() == "1"
        await console.button("Show the current state").click()
        await expect(console.page.locator("h1")).to_have_text("theirs again")


async def test_a_swarm_of_changes_is_read_a_few_times_only(browser: Browser, consoles: Consoles) -> None:
    models = await _many_models(consoles, 60)
    async with (
        home_of(browser, consoles.service) as home,
        replace(consoles, home=home).opened(hurried=False) as console,
    ):
        await console.page.clock.install()
        await console.go("/models")
        await _is_live(console)
        before = _asked(console, "/api/ai/models?")
        for model in models:
            await consoles.api.patch(path_of(model), {"version": "next"})
        operations = [{"op": "disable", "id": model["id"]} for model in models]
        await consoles.api.post(BULK, {"operations": operations})
        await console.page.clock.fast_forward(REST_MS)
        await expect(console.page.locator("tbody .badge", has_text="Disabled")).to_have_count(50)
        assert _asked(console, "/api/ai/models?") - before <= 4


async def test_a_lost_connection_is_reported_and_taken_up_where_it_broke_off(consoles: Consoles) -> None:
    provider = await consoles.provider(name="Before")
    async with consoles.opened() as console:
        page = console.page
        await console.go("/providers")
        await _is_live(console)
        await consoles.api.patch(path_of(provider), {"name": "Seen"})
        await page.get_by_role("link", name="Seen").wait_for()
        await page.route(f"**{FEED}", lambda route: route.abort())
        await look_away(console)
        await look_back(console)
        await expect(page.locator("#live")).to_have_text("Reconnecting…")
        await consoles.api.patch(path_of(provider), {"name": "Missed"})
        async with page.expect_request(f"**{FEED}") as asked:
            await page.unroute(f"**{FEED}")
            await page.evaluate("dispatchEvent(new Event('online'))")
        assert "last-event-id" in (await asked.value).headers
        await page.get_by_role("link", name="Missed").wait_for()
        await _is_live(console)


async def test_nobody_is_followed_who_does_not_look_or_has_signed_out(consoles: Consoles) -> None:
    provider = await consoles.provider(name="Before")
    async with consoles.opened() as console:
        await console.go("/providers")
        await _is_live(console)
        async with console.page.expect_event("requestfailed", lambda request: request.url.endswith(FEED)):
            await look_away(console)
        asked = len(console.watched.requests)
        await consoles.api.patch(path_of(provider), {"name": "Meanwhile"})
        await asyncio.sleep(0.2)
        assert len(console.watched.requests) == asked
        await look_back(console)
        await console.page.get_by_role("link", name="Meanwhile").wait_for()
        async with console.page.expect_event("requestfailed", lambda request: request.url.endswith(FEED)):
            await console.button("Sign out").click()
        assert await console.page.locator("#live").count() == 0


async def _top(row: Locator) -> float:
    return float(await row.evaluate("row => row.getBoundingClientRect().top"))


async def look_away(console: Console) -> None:
    await console.page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )


async def look_back(console: Console) -> None:
    await console.page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")


async def _many_models(consoles: Consoles, count: int) -> list[Document]:
    provider = await consoles.provider()
    operations = [
        {"op": "create", "providerId": provider["id"], "modelId": f"model-{number:03}"} for number in range(count)
    ]
    await consoles.api.post(BULK, {"operations": operations})
    return await consoles.api.rows("/api/ai/models", limit=200)
