"""One-time sign-in links: the code in a link is exchanged for a token, so that no token is in a URL."""

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Final

from aiohttp import web

from entrypoints.http.authorization import Access
from entrypoints.http.field_types import Body
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import json_body
from entrypoints.http.request_errors import NotAuthenticated
from entrypoints.http.routes import endpoint

PATH: Final = "/console/sign-in"
LIFETIME_SECONDS: Final = 600.0


class SignInCode(Body):
    """The code of a link."""

    code: str


class SignInLinks:
    """Hands out codes, and takes each once within ten minutes. It keeps their hashes alone."""

    def __init__(self, make_token: Callable[[], str], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._make_token = make_token
        self._clock = clock
        self._ends: dict[bytes, float] = {}

    def new_link(self, url: str) -> str:
        """Return the address that signs in; the code is in the fragment, which browsers send to nobody."""
        code = secrets.token_urlsafe(32)
        self._ends[_hashed(code)] = self._clock() + LIFETIME_SECONDS
        return f"{url}/#/sign-in/{code}"

    @endpoint("POST", PATH, access=Access.PUBLIC, tag="service", body=SignInCode, documented=False)
    async def redeem(self, request: web.Request) -> web.Response:
        """Exchange the code of a link for a token."""
        body = await json_body(request, SignInCode)
        ends = self._ends.pop(_hashed(body.code), None)
        if ends is None or self._clock() > ends:
            raise NotAuthenticated(
                "This link was used before, or is too old: paste the token, or start the demonstration again for a "
                "new one."
            )
        return json_response({"token": self._make_token()})


def _hashed(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
