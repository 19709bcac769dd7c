"""Remembers whose requests came with which credentials, so that they take their organization's turns from the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from uuid import UUID

_MOST: Final = 10_000
_HEADERS: Final = ("Authorization", "x-api-key", "api-key", "Cookie")


class KnownCallers:
    """A guess before anybody is verified, good for the order of requests and for nothing else."""

    def __init__(self) -> None:
        self._organizations: dict[int, UUID] = {}

    def organization(self, request: web.BaseRequest) -> UUID | None:
        """Return the organization for which a request with the same credentials was verified, if there was one."""
        return self._organizations.get(_credentials(request))

    def remember(self, request: web.BaseRequest, organization_id: UUID) -> None:
        """Take note of the organization that the request was verified for."""
        if len(self._organizations) >= _MOST:
            self._organizations.clear()
        self._organizations[_credentials(request)] = organization_id


def _credentials(request: web.BaseRequest) -> int:
    """Return a number that nobody can guess, and that tells nobody what the request came with.

    Of several credentials the first counts: clients keep cookies of proxies, which may be others with each request.
    """
    headers = request.headers
    return hash(next(((name, headers[name]) for name in _HEADERS if name in headers), None))


KNOWN_CALLERS: web.AppKey[KnownCallers] = web.AppKey("known_callers", KnownCallers)
