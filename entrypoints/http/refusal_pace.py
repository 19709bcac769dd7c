"""How fast an organization is refused that asks for more than its quotas allow, again and again."""

import asyncio
from collections import OrderedDict
from typing import Final
from uuid import UUID

from aiohttp import web

from application.loop_time import loop_time
from entrypoints.http.request_context import context_of
from entrypoints.http.routes import Handler

PER_SECOND: Final = 100
"""Refusals of one organization; what is refused sooner waits for its answer, while the process works for others too."""

LONGEST_SECONDS: Final = 5.0
"""No refusal waits longer, however many there are."""

_TOO_MANY: Final = 429


class RefusalPace:
    """Spreads out the refusals of each organization, since a refusal costs the others about as much as an answer.

    Whoever heeds `Retry-After` notices nothing. The answer waits, and not the connection: a proxy may send another
    organization's requests over the same one.
    """

    def __init__(self) -> None:
        self._next_at: OrderedDict[UUID, float] = OrderedDict()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer the request; a refusal waits when all is done for it, its line in the log and its figures too."""
        response = await handler(request)
        if response.status == _TOO_MANY:
            principal = context_of(request).principal
            if principal is not None and principal.organization_id is not None:
                await asyncio.sleep(self.seconds(principal.organization_id, asyncio.get_running_loop().time()))
        return response

    def seconds(self, organization_id: UUID, now: float) -> float:
        """Return after how long the organization may be refused that is to be refused now, and count that."""
        while self._next_at and next(iter(self._next_at.values())) <= now:
            self._next_at.popitem(last=False)
        if not loop_time().are_others_at_work(organization_id):
            return 0.0
        at = self._next_at.get(organization_id, now)
        self._next_at[organization_id] = min(max(at, now) + 1 / PER_SECOND, now + LONGEST_SECONDS)
        self._next_at.move_to_end(organization_id)
        return max(at - now, 0.0)
