"""Calls the identity provider, within bounds: https (http on this machine), 5 s, 1 MiB, no redirects, few at once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import aiohttp

from application.errors import Unavailable
from entrypoints.settings import is_safe_address

_SECONDS: Final = 5
_LARGEST: Final = 1024 * 1024
_MOST_AT_ONCE: Final = 16


Route = Callable[[str], Awaitable[Mapping[str, Any]]]


async def _directly(_: str) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class IssuerAnswer:
    """What came back."""

    status: int
    content: bytes


class IssuerHttp:
    """One for each process, so that nobody can cause any number of requests.

    `route` gives the further arguments of a request, so that the request goes through a proxy.
    """

    def __init__(
        self, *, route: Route = _directly, seconds: float = _SECONDS, most_at_once: int = _MOST_AT_ONCE
    ) -> None:
        self._route = route
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._most_at_once = most_at_once
        self._under_way = 0

    async def get(self, url: str) -> bytes:
        """Return the document at this address.

        Raises:
            Unavailable: it cannot be fetched; the message says why, for the log.
        """
        answer = await self._send("GET", url)
        if answer.status != HTTPStatus.OK:
            raise Unavailable(f"{url} is answered with {answer.status}")
        return answer.content

    async def post(self, url: str, form: str, headers: Mapping[str, str]) -> IssuerAnswer:
        """Send an encoded form, and return the answer, whatever its status.

        Raises:
            Unavailable: there is none; the message says why, for the log.
        """
        return await self._send("POST", url, data=form.encode(), headers=headers)

    async def _send(self, method: str, url: str, **sent: Any) -> IssuerAnswer:  # noqa: ANN401 - the library's
        if not is_safe_address(url):
            raise Unavailable(f"{url} is neither https nor on this machine")
        if self._under_way >= self._most_at_once:
            raise Unavailable(f"{self._most_at_once} requests to the identity provider are under way already")
        self._under_way += 1
        try:
            return await self._answer(method, url, sent)
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            raise Unavailable(f"{url} cannot be reached ({type(error).__name__})") from error
        finally:
            self._under_way -= 1

    async def _answer(self, method: str, url: str, sent: Mapping[str, Any]) -> IssuerAnswer:
        options = await self._route(url)
        options = {**sent, **options, "headers": {**sent.get("headers", {}), **options.get("headers", {})}}
        async with (
            aiohttp.ClientSession(timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.request(method, url, allow_redirects=False, **options) as answer,
        ):
            content = bytearray()
            async for part in answer.content.iter_any():
                content += part
                if len(content) > _LARGEST:
                    raise Unavailable(f"{url} is answered with more than {_LARGEST:,} bytes")
            return IssuerAnswer(answer.status, bytes(content))
