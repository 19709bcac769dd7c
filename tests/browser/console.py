"""The console as a person has it open, in an organization of its own."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from playwright.async_api import Browser, Locator, Page

from entrypoints.http.authorization import Role
from tests.browser.watched_page import Watched, watched_page, watched_tab
from tests.e2e.api_client import Api, Document, a_token
from tests.e2e.running_service import RunningService

KEPT: Final = "modelbook.token"
# What people wait for takes a tenth of the time; what they are given time for, as to read a message, stays as it is.
_HURRY: Final = """
for (const name of ["setTimeout", "setInterval"]) {
    const real = window[name];
    const pace = (milliseconds) => milliseconds > 3000 ? 1 : 10;
    window[name] = (call, milliseconds = 0, ...given) => real(call, milliseconds / pace(milliseconds), ...given);
}
"""
# Seen in the next frame: a locator tries a few times, and then looks twice a second only.
_MESSAGE: Final = "text => [...document.querySelectorAll('.message')].some(each => each.innerText.includes(text))"


@dataclass(slots=True)
class Console:
    """A console, and the same organization's API to prepare and to check with."""

    watched: Watched
    api: Api

    @property
    def page(self) -> Page:
        return self.watched.page

    async def go(self, place: str) -> None:
        """Open a page of the console and wait until it is there."""
        await self.page.goto(f"{self.api.url}/#{place}")
        await self.page.locator("main h1").wait_for()
        await self.page.locator("main [aria-busy=true]").first.wait_for(state="detached")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog").last

    async def token_field(self) -> Locator:
        """Return the field for a token on the page to sign in at: the second way, for people may have accounts."""
        await self.page.get_by_text("Sign in with a token").click()
        return self.page.get_by_label("Token")

    async def focused(self) -> str:
        """Return what the control that has the focus is called."""
        shown = await self.page.evaluate(
            "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText ?? '').trim()"
        )
        return str(shown)

    async def tab_to(self, name: str) -> None:
        """Go to a control by the Tab key alone."""
        for _ in range(60):
            if await self.focused() == name:
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{name} cannot be reached by keyboard")

    async def message(self, text: str, *, patience_seconds: float = 10.0) -> None:
        """Wait for a message with this text."""
        await self.page.wait_for_function(_MESSAGE, arg=text, timeout=patience_seconds * 1000)


@asynccontextmanager
async def home_of(browser: Browser, service: RunningService) -> AsyncIterator[Page]:
    """Give a page of the service that stays open: the tabs beside it share its process, and what was loaded before.

    They share a clock as well.
    """
    async with watched_page(browser) as watched:
        await watched.page.goto(f"{service.url}/console/mark.svg")
        yield watched.page


@dataclass(frozen=True, slots=True)
class Consoles:
    """Opens consoles on the running service, each in a tab of its own."""

    home: Page
    service: RunningService
    api: Api

    @asynccontextmanager
    async def opened(
        self,
        *,
        role: Role | None = Role.ADMIN,
        is_platform_admin: bool = False,
        signed_in: bool = True,
        hurried: bool = True,
    ) -> AsyncIterator[Console]:
        """Open a console that knows nothing of those before; unless it is `hurried`, it takes its time."""
        try:
            async with watched_tab(self.home.context) as watched:
                if hurried:
                    await watched.page.add_init_script(_HURRY)
                if signed_in:
                    organization_id = None if role is None else self.api.organization_id
                    token = a_token(organization_id, role, is_platform_admin=is_platform_admin)
                    kept = f"sessionStorage.setItem({json.dumps(KEPT)}, {json.dumps(token)})"
                    await watched.page.add_init_script(kept)
                yield Console(watched, self.api)
        finally:
            await self.home.evaluate("localStorage.clear()")

    async def provider(self, kind: str = "openai", **changes: object) -> Document:
        """Register a provider that the sandbox plays."""
        sandbox = self.service.sandbox
        known = {"providerType": kind, "endpoint": sandbox.endpoint(kind), "apiKey": sandbox.key(kind)}
        return await self.api.provider(**known, **changes)
