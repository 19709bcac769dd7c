"""A page of the console in a browser, as far as the service sees one: it keeps cookies, and says which page asks."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.described_answers import as_described


@dataclass(frozen=True, slots=True)
class PageReply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    document: Any

    @property
    def pointers(self) -> list[str]:
        return [error["pointer"] for error in self.document["errors"]]


@dataclass(slots=True)
class ConsolePage:
    """One browser; `origin` is where it believes that the service is."""

    session: aiohttp.ClientSession
    url: str
    origin: str

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> PageReply:
        """Send a request as a page of this origin does. A successful answer is what its description says."""
        sent = {"Origin": self.origin} if method != "GET" else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(
            method, self.url + path, json=body, headers={name: value for name, value in sent.items() if value}
        ) as answer:
            document = await answer.json(content_type=None) if answer.content_type.endswith("json") else None
            as_described(method, path, answer.status, document)
            return PageReply(answer.status, answer.headers.copy(), document)

    async def who(self) -> Any:  # noqa: ANN401 - the document is what it is
        """Return the session, None where there is none."""
        return (await self.ask("GET", "/auth/session")).document["session"]

    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self.session.cookie_jar}


@asynccontextmanager
async def a_page(url: str, origin: str | None = None) -> AsyncIterator[ConsolePage]:
    """Give a new browser."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield ConsolePage(session, url, origin or url)
