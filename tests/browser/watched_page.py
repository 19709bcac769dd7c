"""A page in a real browser, what it requested, and what it complained of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

from playwright.async_api import Browser, BrowserContext, Page, Request

Scheme = Literal["light", "dark"]

WIDE: Final = 1280
NARROW: Final = 360

# Chromium itself reports every refusal that a page was given, which is no fault of the page.
_REFUSED: Final = "Failed to load resource"


@dataclass(slots=True)
class Watched:
    """A page and its story."""

    page: Page
    context: BrowserContext
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request))  # noqa: PLW0108 - Playwright marks handlers
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self._note(message.type, message.text))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and _REFUSED not in text:
            self.complaints.append(text)

    @property
    def addresses(self) -> list[str]:
        return [request.url for request in self.requests]

    async def overflows(self) -> bool:
        return bool(await self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@asynccontextmanager
async def watched_page(browser: Browser, *, patience_seconds: float = 10.0) -> AsyncIterator[Watched]:
    """Give an empty page of a new browser; a fault that the page has of itself fails the test at the end."""
    context = await browser.new_context(
        viewport={"width": WIDE, "height": 800}, color_scheme="light", reduced_motion="reduce", locale="en-GB"
    )
    context.set_default_timeout(patience_seconds * 1000)
    try:
        async with watched_tab(context) as watched:
            yield watched
    finally:
        await context.close()


@asynccontextmanager
async def watched_tab(context: BrowserContext) -> AsyncIterator[Watched]:
    """Give another page of the same browser, with the same promise."""
    watched = Watched(await context.new_page(), context)
    try:
        yield watched
        assert watched.complaints == [], "\n".join(watched.complaints)
    finally:
        await watched.page.close()
