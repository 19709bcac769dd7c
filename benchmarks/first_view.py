"""The console's first view in a browser, from an empty cache and from a full one, through a slow network."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, Playwright, async_playwright

from benchmarks.environment import Database, headers, service, token
from benchmarks.report import Report
from benchmarks.upstream import played_providers, provider_body
from tests.external_tools import program

LATENCY_MS: Final = 150
BYTES_PER_SECOND: Final = 1_600_000 / 8
_TIMES: Final = 7
_MODELS: Final = ("gpt-4.1", "gpt-4o", "gpt-4.1-mini")
# The port is not known before; what only reads is not held against it.
_PUBLIC_URL: Final = "http://localhost"
_OPEN_SECONDS: Final = 30.0
# Notes when the figures stand, and when all of it does: the chart and the newest events too.
_OBSERVER: Final = """
window.seen = {};
window.whole = new Promise((resolve) => (window.stands = resolve));
new MutationObserver(() => {
  const note = (name, isThere) => {
    if (!isThere || name in seen) return;
    requestAnimationFrame(() => {
      seen[name] ??= performance.now();
      if (name === "whole") stands();
    });
  };
  const figures = document.querySelector(".tiles") !== null;
  note("frame", document.querySelector("#top nav") !== null);
  note("figures", figures);
  const isWhole = [".chart canvas", ".lines li"].every((part) => document.querySelector(part) !== null);
  note("whole", figures && isWhole);
}).observe(document, { childList: true, subtree: true });
"""
_TOLD: Final = """
() => ({
  seen,
  page: performance.getEntriesByType("navigation")[0].responseEnd,
  resources: performance.getEntriesByType("resource").map((each) => each.toJSON()),
})
"""


@dataclass(slots=True)
class Traffic:
    """What a page requested over the network, and how many bytes came back, headers included, as they were sent."""

    requests: int = 0
    received: int = 0
    cached: set[str] = field(default_factory=set)

    def watch(self, session: CDPSession) -> None:
        """Count from now on; what the browser has in its cache does not count."""
        session.on("Network.requestServedFromCache", lambda event: self.cached.add(event["requestId"]))
        session.on("Network.loadingFinished", lambda event: self._finished(event))  # noqa: PLW0108 - Playwright marks handlers

    def _finished(self, event: Mapping[str, Any]) -> None:
        if event["requestId"] not in self.cached and event["encodedDataLength"] > 0:
            self.requests += 1
            self.received += round(event["encodedDataLength"])


@dataclass(frozen=True, slots=True)
class View:
    """One opening of the console: when what stood there, in milliseconds, and what it took."""

    times: Mapping[str, float]
    traffic: Traffic


def measure_first_view(data: Database, report: Report) -> None:
    """Measure the first view, for somebody with a session and with a token."""
    with (
        played_providers() as sandbox_url,
        service(
            data, MODELBOOK_EGRESS_ALLOW=sandbox_url.removeprefix("http://"), MODELBOOK_PUBLIC_URL=_PUBLIC_URL
        ) as running,
    ):
        asyncio.run(_measured(f"http://{running.host}:{running.port}", sandbox_url, report))


async def _measured(url: str, sandbox_url: str, report: Report) -> None:
    organization_id = uuid4()
    async with aiohttp.ClientSession(url, headers=headers(organization_id)) as api, async_playwright() as playwright:
        await furnish(api, sandbox_url)
        browser = await launched(playwright)
        for who in ("session", "token"):
            cold, warm = [], []
            for _ in range(_TIMES):
                context = await browser.new_context(viewport={"width": 1280, "height": 800})
                await (_sign_in(context, api, url) if who == "session" else take_token(context, organization_id))
                await context.add_init_script(_OBSERVER)
                page = await context.new_page()
                cold.append(await _opened(page, url))
                await page.goto("about:blank")
                warm.append(await _opened(page, url))
                await context.close()
            _tell(report, f"{who}, empty cache", cold)
            _tell(report, f"{who}, full cache", warm)
        await browser.close()


async def launched(playwright: Playwright) -> Browser:
    """Start the browser without what a window needs."""
    path = program("chromium-headless-shell", "chromium", purpose="Opening pages")
    return await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])


async def furnish(api: aiohttp.ClientSession, sandbox_url: str) -> Sequence[str]:
    """Register a provider and models, whose ids are returned, and call one, so that there are figures to show."""
    provider = await _asked(api, "/api/ai/providers", provider_body(sandbox_url, "openai"))
    ids = [provider["id"]]
    for model_id in _MODELS:
        model = await _asked(api, "/api/ai/models", {"providerId": provider["id"], "modelId": model_id})
        ids.append(model["id"])
    await _asked(api, "/api/ai/keys", {"name": "Search"})
    for _ in range(5):
        await _asked(api, "/api/ai/generate", {"prompt": "Hello", "providerModelId": _MODELS[0]})
    return ids


async def _asked(api: aiohttp.ClientSession, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    async with api.post(path, json=body) as answer:
        assert answer.ok, await answer.text()
        found: Mapping[str, Any] = await answer.json()
        return found


async def _sign_in(context: BrowserContext, api: aiohttp.ClientSession, url: str) -> None:
    """Invite somebody, and let the browser be the one who accepts."""
    invited = await _asked(api, "/api/ai/members", {"address": f"{uuid4().hex}@example.org", "role": "admin"})
    link = invited["invitationUrl"].rpartition("/")[2]
    accepted = {"invitation": link, "name": "Ada Lovelace", "passphrase": "seven brave otters swim"}
    at = f"{url}/auth/invitation/accept"
    answer = await context.request.post(at, data=accepted, headers={"Origin": _PUBLIC_URL})
    assert answer.ok, await answer.text()


async def take_token(context: BrowserContext, organization_id: UUID) -> None:
    """Sign in with an administrator's token, in every page that is opened from now on."""
    await context.add_init_script(f"sessionStorage.setItem('modelbook.token', {json.dumps(token(organization_id))})")


async def _opened(page: Page, url: str) -> View:
    """Open the console, wait until all of its first view stands, and return what that took."""
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    throttle = {"latency": LATENCY_MS, "downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
    await session.send("Network.emulateNetworkConditions", {"offline": False, **throttle})
    traffic = Traffic()
    traffic.watch(session)
    await page.goto(url, wait_until="commit")
    async with asyncio.timeout(_OPEN_SECONDS):
        await page.evaluate("() => whole")
    told = await page.evaluate(_TOLD)
    await session.detach()
    calls = [each for each in told["resources"] if "/api/" in each["name"] or "/auth/" in each["name"]]
    ended = [each for each in calls if each["responseEnd"] > 0]
    files = [each for each in told["resources"] if "/console/" in each["name"]]
    times = {
        "the page is there": told["page"],
        "who is signed in is asked": min(each["startTime"] for each in calls),
        "the overview is asked for": next(each["startTime"] for each in calls if "/overview" in each["name"]),
        "the last file is there": max(each["responseEnd"] for each in files),
        "the last answer of the API is there": max(each["responseEnd"] for each in ended),
        "the frame stands": told["seen"]["frame"],
        "the figures stand": told["seen"]["figures"],
        "all of it stands": told["seen"]["whole"],
    }
    return View(times, traffic)


def _tell(report: Report, name: str, views: list[View]) -> None:
    for what in views[0].times:
        found = [view.times[what] for view in views]
        report.add(f"{name}: {what}, median", median(found), "ms", reference=("the quickest", min(found)))
    report.add(f"{name}: requests", median(view.traffic.requests for view in views), "")
    report.add(f"{name}: bytes received", median(view.traffic.received for view in views), "")
