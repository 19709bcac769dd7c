"""What the console holds in memory after many changes of its page."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from uuid import uuid4

import aiohttp
from playwright.async_api import CDPSession, Page, async_playwright

from benchmarks.environment import Database, headers, service
from benchmarks.first_view import furnish, launched, take_token
from benchmarks.report import Report
from benchmarks.upstream import played_providers

_LOOKS: Final = (50, 250, 500)
_OPEN_SECONDS: Final = 30.0
# The console itself tells when a page is shown.
_GO: Final = """
(place) => new Promise((resolve) => {
  document.addEventListener("shown", resolve, { once: true });
  location.hash = place;
})
"""
# The first is not that at which the console begins.
_PLACES: Final = (
    "/providers", "/models", "/discover", "/try", "/keys", "/webhooks", "/usage", "/requests", "/audit",
    "/budget", "/quotas", "/members", "/operations", "/overview",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """What is left when everything that can go is gone."""

    heap_bytes: int
    nodes: int
    listeners: int


def measure_navigating(data: Database, report: Report) -> None:
    """Compare what the page holds after many navigations with what it holds after the first."""
    with (
        played_providers() as sandbox_url,
        service(data, MODELBOOK_EGRESS_ALLOW=sandbox_url.removeprefix("http://")) as running,
    ):
        asyncio.run(_measured(f"http://{running.host}:{running.port}", sandbox_url, report))


async def _measured(url: str, sandbox_url: str, report: Report) -> None:
    organization_id = uuid4()
    async with aiohttp.ClientSession(url, headers=headers(organization_id)) as api, async_playwright() as playwright:
        provider_id, *model_ids = await furnish(api, sandbox_url)
        places = [*_PLACES, f"/providers/{provider_id}", *(f"/models/{id_}?tab=history" for id_ in model_ids)]
        browser = await launched(playwright)
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(_OPEN_SECONDS * 1000)
        await take_token(context, organization_id)
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await page.goto(url)
        held = []
        for start, end in pairwise((0, *_LOOKS)):
            await _navigate(page, places, range(start, end))
            held.append(await _held(session))
        await browser.close()
    for what, unit in (("heap_bytes", "bytes"), ("nodes", ""), ("listeners", "")):
        reference = (f"after {_LOOKS[0]}", float(getattr(held[0], what)))
        for number, found in zip(_LOOKS[1:], held[1:], strict=True):
            report.add(f"{what} after {number} navigations", getattr(found, what), unit, reference=reference)


async def _navigate(page: Page, places: Sequence[str], numbers: range) -> None:
    for number in numbers:
        place = places[number % len(places)]
        async with asyncio.timeout(_OPEN_SECONDS):
            await page.evaluate(_GO, place)
        await page.locator("main [aria-busy=true]").first.wait_for(state="detached")


async def _held(session: CDPSession) -> Held:
    # What the first turn frees may have held something else.
    for _ in range(3):
        await session.send("HeapProfiler.collectGarbage")
        await asyncio.sleep(0.2)
    heap = await session.send("Runtime.getHeapUsage")
    counters = await session.send("Memory.getDOMCounters")
    return Held(round(heap["usedSize"]), counters["nodes"], counters["jsEventListeners"])
