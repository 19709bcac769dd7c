"""The console below a path of a reverse proxy, which takes the path away before it asks the service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import expect

from tests.browser.console import Consoles

pytestmark = pytest.mark.asyncio(loop_scope="session")

PREFIX: Final = "/tools/modelbook"
HOP_BY_HOP: Final = {"connection", "keep-alive", "transfer-encoding", "host", "content-length", "content-encoding"}


@asynccontextmanager
async def proxy_before(service: str) -> AsyncIterator[str]:
    """Give the address at which a proxy serves the service below a path, and nothing else."""
    async with aiohttp.ClientSession() as session:

        async def passed_on(request: web.Request) -> web.StreamResponse:
            target = service + request.raw_path.removeprefix(PREFIX)
            headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
            async with session.request(request.method, target, headers=headers, data=await request.read()) as answer:
                reply = web.StreamResponse(status=answer.status)
                reply.headers.extend(
                    {name: value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
                )
                await reply.prepare(request)
                async for part in answer.content.iter_any():
                    await reply.write(part)
                return reply

        app = web.Application()
        app.router.add_route("*", f"{PREFIX}/{{rest:.*}}", passed_on)
        # Who is no longer there is not written to until the next sign of life.
        runner = web.AppRunner(app, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}{PREFIX}"
        finally:
            await runner.cleanup()


async def test_the_console_and_the_documentation_work_below_a_path(consoles: Consoles) -> None:
    await consoles.provider(name="Beneath")
    async with proxy_before(consoles.api.url) as url, consoles.opened() as console:
        page = console.page
        await page.goto(f"{url}/#/providers")
        await expect(page.get_by_role("link", name="Beneath")).to_be_visible()
        await expect(page.locator("#live")).to_have_text("Live")
        await page.get_by_role("link", name="API", exact=True).click()
        # It is a large page, and the machine may be busy.
        await expect(page.get_by_role("heading", name="Modelbook").first).to_be_visible(timeout=60_000)
        asked = [address for address in console.watched.addresses if address.startswith("http")]
        assert all(PREFIX in address for address in asked)
