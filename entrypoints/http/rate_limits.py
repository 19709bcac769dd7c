"""Holds requests to the quotas of their organization."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager
from math import ceil
from typing import Final
from uuid import UUID

from aiohttp import web

from application.bounds.organization_quotas import OrganizationQuotas
from application.bounds.quotas import QUOTAS, rate_quota
from application.bounds.rate_limits import Allowance, Quota, RateLimits
from application.bounds.shares import Shares
from application.errors import RateLimited
from entrypoints.http.request_context import context_of
from entrypoints.http.routes import Handler, Route

RATE_LIMIT_HEADERS: Final = ("RateLimit-Policy", "RateLimit")

PATIENCE_SECONDS: Final = 0.1
"""As long as requests beyond the rate wait, for their turn or for their refusal, so that they cost less in a second."""

_RATE: Final = "requestsPerSecond"


class RateLimiter:
    """Counts requests against the quotas of their organization, and against those that their routes name."""

    def __init__(self, limits: RateLimits, quotas: OrganizationQuotas, shares: Shares) -> None:
        self._limits = limits
        self._quotas = quotas
        self.shares = shares

    def check(self, routes: Sequence[Route]) -> None:
        """Do nothing if every quota that the routes name is there, and none is for refreshing alone.

        Raises:
            LookupError: one is not.
        """
        names = [(route.rate_limit, route.refresh_limit, route.share) for route in routes]
        missing = {name for named in names for name in named if name is not None and name not in QUOTAS}
        if missing:
            raise LookupError(f"no such quota: {', '.join(sorted(missing))}")
        if any(route.refresh_limit is not None and route.rate_limit is None for route in routes):
            raise LookupError("a route with a refresh_limit has a rate_limit too")

    async def let_in(self, request: web.Request, organization_id: UUID) -> None:
        """Let the request wait shortly for its turn, where the organization sends very many.

        Raises:
            RateLimited: its turn is further away; it says when that is.
        """
        most = (await self._quotas.of(organization_id))[_RATE]
        if not most:
            return
        quota = rate_quota(_RATE, most)
        turn = await self._limits.take_turn(quota, organization_id, PATIENCE_SECONDS)
        if turn.wait_seconds:
            await asyncio.sleep(min(turn.wait_seconds, PATIENCE_SECONDS))
        if turn.is_granted:
            return
        refused = Allowance(quota=quota, is_granted=False, remaining=0, resets_after_seconds=turn.wait_seconds)
        context_of(request).answer_headers = rate_limit_headers([refused])
        raise RateLimited(quota, max(1, ceil(turn.wait_seconds)))

    def under_way(self, route: Route, organization_id: UUID) -> AbstractContextManager[None]:
        """Return the block in which the request counts as under way.

        Raises:
            RateLimited: on entering: as many are under way as may be.
        """
        return self.shares.hold(route.share, organization_id)

    def limited(self, handler: Handler, route: Route, organization_id: UUID) -> Handler:
        """Return the handler behind the route's quotas; what is left of them goes with whatever is answered."""

        async def counted(request: web.Request) -> web.StreamResponse:
            await self._admit(request, route, organization_id)
            return await handler(request)

        return counted

    async def _admit(self, request: web.Request, route: Route, organization_id: UUID) -> None:
        """Count the request.

        Raises:
            RateLimited: the organization has made too many; it says when to try again.
        """
        context = context_of(request)
        allowances: list[Allowance] = []
        for quota in self._counted(request, route, organization_id):
            allowance = await self._limits.take(quota, organization_id)
            allowances.append(allowance)
            context.answer_headers = rate_limit_headers(allowances)
            if not allowance.is_granted:
                raise RateLimited(quota, max(1, ceil(allowance.resets_after_seconds)))

    def _counted(self, request: web.Request, route: Route, organization_id: UUID) -> Sequence[Quota]:
        """Return the quotas of the request, the scarcest first: what it refuses is not counted elsewhere."""
        refreshes = request.query.get("refresh") == "true"
        quotas = self._quotas.known(organization_id)
        names = (route.refresh_limit if refreshes else None, route.rate_limit)
        return [rate_quota(name, quotas[name]) for name in names if name is not None and quotas[name]]


def rate_limit_headers(allowances: Sequence[Allowance]) -> dict[str, str]:
    """Return the header fields of the IETF's draft-ietf-httpapi-ratelimit-headers-10.

    A policy has its quota (q) in a window of so many seconds (w); of it, r requests remain, and after t seconds there
    are more again.
    """
    policies = [f'"{each.quota.name}";q={each.quota.requests};w={each.quota.seconds}' for each in allowances]
    states = [f'"{each.quota.name}";r={each.remaining};t={ceil(each.resets_after_seconds)}' for each in allowances]
    return dict(zip(RATE_LIMIT_HEADERS, (", ".join(policies), ", ".join(states)), strict=True))
