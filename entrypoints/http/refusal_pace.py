"""How fast an organization is refused that asks for more than its quotas allow, again and again."""

import asyncio
from collections import Counter, OrderedDict
from contextlib import suppress
from typing import Final
from uuid import UUID

from aiohttp import web
from prometheus_client import Gauge

from application.loop_time import loop_time
from entrypoints.http.request_context import context_of
from entrypoints.http.routes import Handler
from entrypoints.http.shutdown_state import ShutdownState
from entrypoints.http.transport import cancelled_without_client

PER_SECOND: Final = 100
"""Refusals of one organization; what is refused sooner waits for its answer, while the process works for others too."""

LONGEST_SECONDS: Final = 5.0
"""No refusal waits longer. Where more are in line than fit into that, the rest are spread over its second half."""

MOST_WAITING: Final = 1_000
"""Of one organization; whoever is refused beyond them is refused at once."""

_TOO_MANY: Final = 429


class RefusalPace:
    """Spreads out the refusals of each organization, since a refusal costs the others about as much as an answer.

    The answer waits, and not the connection: a proxy may send another organization's requests over the same one.
    """

    def __init__(self, stopping: ShutdownState, gauge: Gauge) -> None:
        """Take the gauge that shows how many wait; nobody waits any more once the process drains."""
        self._stopping = stopping
        self._gauge = gauge
        self._next_at: OrderedDict[UUID, float] = OrderedDict()
        self._waiting: Counter[UUID] = Counter()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer the request; a refusal waits when all is done for it, its line in the log and its figures too."""
        response = await handler(request)
        if response.status == _TOO_MANY:
            context = context_of(request)
            if context.principal is not None and context.principal.organization_id is not None:
                context.forget_body()
                seconds = self.seconds(context.principal.organization_id, asyncio.get_running_loop().time())
                if request.content.is_eof() and request.content.exception() is None:
                    # Nothing of the body is kept meanwhile.
                    request.content.read_nowait()
                    with cancelled_without_client(request):
                        await self.wait(context.principal.organization_id, seconds)
                elif seconds:
                    # What is still arriving would be kept. Its sender has to come again, and connections are accepted
                    # some at a time.
                    response.force_close()
        return response

    async def wait(self, organization_id: UUID, seconds: float) -> None:
        """Return after so many seconds, or when the process drains."""
        if not seconds or self._waiting[organization_id] >= MOST_WAITING:
            return
        self._waiting[organization_id] += 1
        self._gauge.inc()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._stopping.draining.wait()
        finally:
            self._gauge.dec()
            self._waiting[organization_id] -= 1
            if not self._waiting[organization_id]:
                del self._waiting[organization_id]

    def seconds(self, organization_id: UUID, now: float) -> float:
        """Return after how long the organization may be refused that is to be refused now, and count that."""
        while self._next_at and next(iter(self._next_at.values())) <= now:
            self._next_at.popitem(last=False)
        if not loop_time().are_others_at_work(organization_id):
            return 0.0
        at = max(self._next_at.get(organization_id, now), now)
        following = at + 1 / PER_SECOND
        self._next_at[organization_id] = following - (LONGEST_SECONDS / 2 if following > now + LONGEST_SECONDS else 0)
        self._next_at.move_to_end(organization_id)
        return at - now
