"""How long a person waits for the console of a large organization, action by action."""

import asyncio
from collections.abc import Mapping
from statistics import median
from typing import Final
from uuid import UUID, uuid4

import aiohttp
import psycopg
from playwright.async_api import Page, async_playwright

from benchmarks.environment import Database, headers, service
from benchmarks.first_view import furnish, launched, take_token
from benchmarks.report import Report
from benchmarks.upstream import played_providers

_SIZES: Final = {"models": 100_000, "providers": 5_000, "keys": 1_000, "used": 20}
_TIMES: Final = 7
_OPEN_SECONDS: Final = 30.0
_FILL: Final = """
INSERT INTO ai_providers
SELECT %(organization_id)s, gen_random_uuid(), 'Account ' || n, 'openai', 'http://127.0.0.1:9/v1', '{}', true,
       'healthy', 1, 'abcd', now(), '[]', 0, now(), now(), 1, 'account ' || n
FROM generate_series(1, %(providers)s) n;

INSERT INTO ai_models
SELECT %(organization_id)s, gen_random_uuid(), %(provider_id)s, 'registered-' || n, 'Registered ' || n, NULL,
       CASE WHEN n %% 5 = 0 THEN 'embedding' ELSE 'language' END, '["text", "streaming"]', '{}', 0.0025,
       0.0025 + n * 0.000001, 0.01, NULL, 'manual', NULL, 128000, 16384, NULL, NULL, n %% 3 > 0, '{}',
       now() - n * interval '1 minute', now(), 1, 'registered ' || n, 'registered-' || n
FROM generate_series(1, %(models)s) n;

INSERT INTO access_keys
SELECT %(organization_id)s, gen_random_uuid(), 'Program ' || n, 'prompt', 1, 'mb_…abcd', NULL, NULL, NULL, NULL, NULL,
       NULL, 50, 'month', '{}', NULL, true, 'somebody', now(), now(), 1, 'program ' || n
FROM generate_series(1, %(keys)s) n;

INSERT INTO model_usage
SELECT %(organization_id)s, p.period, date_trunc(p.period, now()) - n * p.step, m.id, 'succeeded', k.id, 'somebody',
       '{}', '00000000-0000-0000-0000-000000000000', %(provider_id)s, m.model_id, 10, 1000, 0, 0, 0, 0, 0, 500, 0, 0,
       0.02, 0, 1200, 300
FROM (VALUES ('hour', interval '1 hour', 8760), ('day', interval '1 day', 365)) AS p (period, step, count)
CROSS JOIN LATERAL generate_series(0, p.count) n
CROSS JOIN (SELECT row_number() OVER (ORDER BY id) AS place, id, model_id FROM ai_models
            WHERE organization_id = %(organization_id)s ORDER BY id LIMIT %(used)s) m
JOIN (SELECT row_number() OVER (ORDER BY id) AS place, id FROM access_keys
      WHERE organization_id = %(organization_id)s ORDER BY id LIMIT %(used)s) k ON k.place = m.place
"""
# The console itself tells when a page is shown.
_GO: Final = """
async (place) => {
  const shown = new Promise((resolve) => document.addEventListener("shown", resolve, { once: true }));
  const started = performance.now();
  location.hash = place;
  await shown;
  await new Promise(requestAnimationFrame);
  return performance.now() - started;
}
"""
# What is asked again changes what it says about itself: how many there are, or which ones.
_ACT: Final = """
async ([what, value]) => {
  const place = document.querySelector("#main .listing");
  const seen = () => place.querySelector("[role=status]").textContent + place.querySelector(".rows").textContent;
  const before = seen();
  const named = (each) => each.textContent.trim().startsWith(what);
  const control = [...document.querySelectorAll("#main button, #main label")].find(named);
  const field = control.htmlFor ? document.getElementById(control.htmlFor) : control;
  const changed = new Promise((resolve) => {
    const isDone = () => seen() !== before && place.querySelector(".rows[aria-busy]") === null;
    const observer = new MutationObserver(() => isDone() && resolve(observer.disconnect()));
    observer.observe(place, { childList: true, subtree: true, characterData: true, attributes: true });
  });
  const started = performance.now();
  if (value === null) field.click();
  else {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  await changed;
  await new Promise(requestAnimationFrame);
  return performance.now() - started;
}
"""
_PLACES: Final = {
    "overview": "/overview",
    "providers": "/providers",
    "models": "/models",
    "access keys": "/keys",
    "usage, 30 days": "/usage",
    "usage, a day by hour": "/usage?range=1&by=hour",
    "requests": "/requests",
    "audit": "/audit",
    "budget": "/budget",
    "playground": "/try",
}
_ACTIONS: Final[Mapping[str, tuple[str, str, str | None]]] = {
    "models of a type": ("/models", "Type", "embedding"),
    "models that are enabled": ("/models", "State", "true"),
    "models by context": ("/models", "Context", None),
    "the next page of models": ("/models", "Next", None),
    "models found by name (of which it waits 250 ms for the next letter)": ("/models", "Search", "4242"),
    "providers of a type": ("/providers", "Type", "anthropic"),
    "providers found by name (of which it waits 250 ms)": ("/providers", "Search", "4242"),
    "the next page of access keys": ("/keys", "Next", None),
}


def measure_using_console(data: Database, report: Report) -> None:
    """Measure how long pages and lists take from the click until they are seen, on this machine's own network."""
    with (
        played_providers() as sandbox_url,
        service(
            data, MODELBOOK_EGRESS_ALLOW=sandbox_url.removeprefix("http://"), MODELBOOK_HEALTH_INTERVAL="0"
        ) as running,
    ):
        asyncio.run(_measured(f"http://{running.host}:{running.port}", sandbox_url, data, report))


async def _measured(url: str, sandbox_url: str, data: Database, report: Report) -> None:
    organization_id = uuid4()
    async with aiohttp.ClientSession(url, headers=headers(organization_id)) as api, async_playwright() as playwright:
        provider_id, *_ = await furnish(api, sandbox_url)
        _fill(data, organization_id, UUID(provider_id))
        browser = await launched(playwright)
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(_OPEN_SECONDS * 1000)
        await take_token(context, organization_id)
        page = await context.new_page()
        await page.goto(url)
        await page.locator("#main h1").wait_for()
        for name, place in _PLACES.items():
            times = [await _timed(page, place) for _ in range(_TIMES)]
            _add(report, f"page: {name}", times)
        for name, (place, *action) in _ACTIONS.items():
            times = []
            for _ in range(_TIMES):
                await _timed(page, place)
                async with asyncio.timeout(_OPEN_SECONDS):
                    times.append(await page.evaluate(_ACT, action))
            _add(report, name, times)
        await browser.close()


def _add(report: Report, name: str, times: list[float]) -> None:
    report.add(f"{name}, median", median(times), "ms", reference=("the quickest", min(times)))


async def _timed(page: Page, place: str) -> float:
    """Return the milliseconds until a page is shown, coming from another one."""
    async with asyncio.timeout(_OPEN_SECONDS):
        await page.evaluate(_GO, "/webhooks")
        took: float = await page.evaluate(_GO, place)
    return took


def _fill(data: Database, organization_id: UUID, provider_id: UUID) -> None:
    sizes = {**_SIZES, "organization_id": organization_id, "provider_id": provider_id}
    with psycopg.ClientCursor(psycopg.connect(data.owner_url, autocommit=True)) as cursor:
        cursor.execute(_FILL, sizes)
        cursor.execute("VACUUM (ANALYZE)")
        cursor.connection.close()
