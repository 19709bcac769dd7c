"""A request with an Idempotency-Key that takes long is not taken for one whose process died."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from application.errors import Unavailable
from entrypoints.http.authorization import Access
from entrypoints.http.http_options import HttpOptions
from entrypoints.http.json_responses import json_response
from tests.contract.http.example_views import THINGS, a_route
from tests.fakes.idempotency_claims import FakeClaims
from tests.http_service import Service, a_token

Serve = Callable[..., Awaitable[Service]]

TOKEN = a_token()
KEY = {"Idempotency-Key": "order-7"}


class HeldClaims(FakeClaims):
    """Tells when a key is held, once the database is there again."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[str] = []
        self.second = asyncio.Event()

    async def hold(self, key: str) -> None:
        self.held.append(key)
        if len(self.held) == 1:
            raise Unavailable
        self.second.set()


async def test_a_key_is_held_as_long_as_the_work_takes(serve: Serve) -> None:
    claims = HeldClaims()

    async def work(_: web.Request) -> web.Response:
        await asyncio.wait_for(claims.second.wait(), 10)
        return json_response({"done": True})

    service = await serve(
        a_route(work, method="POST", access=Access.EDITOR), claims=claims, options=HttpOptions(hold_seconds=0.01)
    )
    assert (await service.ask("POST", THINGS, token=TOKEN, headers=KEY)).status == 200
    assert set(claims.held) == {"order-7"}
