"""Remembers whose requests came with which credentials, so that they take their organization's turns from the first."""

import re
from collections import OrderedDict
from typing import Final
from uuid import UUID

from aiohttp import web

_MOST: Final = 10_000
_HEADERS: Final = ("Authorization", "x-api-key", "api-key")
# Whatever its port is (sign_in_cookies.py). Other cookies beside it may change with each request.
_SESSION: Final = re.compile(r"(?:^|;\s*)((?:__Host-)?modelbook[0-9-]*-session=[^;]*)")


class KnownCallers:
    """A guess before anybody is verified, good for the order of requests and for nothing else."""

    def __init__(self) -> None:
        self._organizations: OrderedDict[int, UUID] = OrderedDict()

    def organization(self, request: web.BaseRequest) -> UUID | None:
        """Return the organization for which a request with the same credentials was verified, if there was one."""
        credentials = _credentials(request)
        return None if credentials is None else self._organizations.get(credentials)

    def remember(self, request: web.BaseRequest, organization_id: UUID) -> None:
        """Take note of the organization that the request was verified for; those who came last are remembered."""
        credentials = _credentials(request)
        if credentials is None:
            return
        self._organizations[credentials] = organization_id
        self._organizations.move_to_end(credentials)
        if len(self._organizations) > _MOST:
            self._organizations.popitem(last=False)


def _credentials(request: web.BaseRequest) -> int | None:
    """Return a number that nobody can guess, and that tells nobody what the request came with.

    Of several credentials the first counts; a request without any has no number.
    """
    headers = request.headers
    for name in _HEADERS:
        if name in headers:
            return hash((name, headers[name]))
    session = _SESSION.search(headers.get("Cookie", ""))
    return None if session is None else hash(session[1])


KNOWN_CALLERS: web.AppKey[KnownCallers] = web.AppKey("known_callers", KnownCallers)
