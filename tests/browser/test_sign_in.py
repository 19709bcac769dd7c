"""Who is signed in, and where the token never goes."""

from uuid import uuid4

import pytest
from playwright.async_api import Browser, expect

from entrypoints.demo.sign_in_links import SignInLinks
from entrypoints.http.authorization import Role
from entrypoints.http.routes import routes_of
from tests.browser.console import KEPT, Consoles
from tests.browser.watched_page import watched_page
from tests.e2e.api_client import a_token
from tests.http_service import serving

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_pasted_token_stays_in_the_tab_and_goes_with_the_sign_out(consoles: Consoles) -> None:
    token = a_token(consoles.api.organization_id, Role.EDITOR)
    async with consoles.opened(signed_in=False) as console:
        page = console.page
        await console.go("/models")
        field = await console.token_field()
        await field.fill(token)
        await field.press("Enter")
        await page.get_by_role("heading", name="Models").wait_for()
        assert await page.evaluate("localStorage.length") == 0
        assert token not in "".join([page.url, *console.watched.addresses])
        assert all(token not in (request.post_data or "") for request in console.watched.requests)
        await console.button("Sign out").click()
        await page.get_by_role("heading", name="Sign in").wait_for()
        assert await page.evaluate("sessionStorage.length") == 0


async def test_what_is_wrong_with_a_token_is_reported_beside_it(consoles: Consoles) -> None:
    expired = a_token(consoles.api.organization_id, Role.EDITOR, lifetime_seconds=-60)
    async with consoles.opened(signed_in=False) as console:
        await console.go("/")
        field = await console.token_field()
        for token, complaint in (
            ("nothing", "three parts"),
            ("a.b.c", "cannot be read"),
            ("", "Fill in this field"),
            (expired, "has expired"),
        ):
            await field.fill(token)
            await field.press("Enter")
            described = await field.get_attribute("aria-describedby") or ""
            problem = console.page.locator(f"#{described.rsplit(maxsplit=1)[-1]}")
            await expect(problem.filter(visible=True)).to_contain_text(complaint)
            await expect(field).to_have_attribute("aria-invalid", "true")


async def test_a_token_that_is_refused_signs_out_and_says_why(consoles: Consoles) -> None:
    token = a_token(consoles.api.organization_id, Role.EDITOR, secret="another secret, and also long enough")
    async with consoles.opened(signed_in=False) as console:
        await console.go("/models")
        field = await console.token_field()
        await field.fill(token)
        await field.press("Enter")
        await console.page.get_by_role("alert").filter(has_text="signature does not match").wait_for()
        assert await console.page.evaluate("sessionStorage.length") == 0


async def test_a_link_signs_in_once_and_leaves_no_trace(browser: Browser) -> None:
    token = a_token(uuid4(), Role.VIEWER)
    links = SignInLinks(lambda: token)
    async with serving(routes_of(links)) as service:
        link = links.new_link(service.url)
        code = link.rsplit("/", maxsplit=1)[-1]
        async with watched_page(browser) as watched:
            await watched.page.goto(link)
            await watched.page.get_by_role("link", name="Models").wait_for()
            assert await watched.page.evaluate(f"sessionStorage.getItem('{KEPT}')") == token
            assert code not in watched.page.url
        async with watched_page(browser) as watched:
            await watched.page.goto(link)
            await watched.page.get_by_role("alert").filter(has_text="used before").wait_for()
            assert await watched.page.evaluate("sessionStorage.length") == 0
        asked = " ".join(str(line) for line in service.log.capture.entries)
        assert token not in asked
        assert code not in asked
