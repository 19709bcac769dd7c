"""Enforces the rate limits of routes."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from application.errors import RateLimited
from entrypoints.http.request_context import context_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from aiohttp import web

    from application.ports.rate_limits import Allowance, Quota, RateLimits
    from entrypoints.http.routes import Handler, Route


RATE_LIMIT_HEADERS: Final = ("RateLimit-Policy", "RateLimit")


class RateLimiter:
    """Counts requests against the quotas that their routes name; a quota of no requests is no limit."""

    def __init__(self, limits: RateLimits, quotas: Mapping[str, Quota]) -> None:
        self._limits = limits
        self._quotas = quotas

    def check(self, routes: Sequence[Route]) -> None:
        """Do nothing if every quota that the routes name is there, and none is for refreshing alone.

        Raises:
            LookupError: one is not.
        """
        named = {name for route in routes for name in (route.rate_limit, route.refresh_limit) if name is not None}
        missing = named - self._quotas.keys()
        if missing:
            raise LookupError(f"no such quota: {', '.join(sorted(missing))}")
        if any(route.refresh_limit is not None and route.rate_limit is None for route in routes):
            raise LookupError("a route with a refresh_limit has a rate_limit too")

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
        for quota in self._counted(request, route):
            allowance = await self._limits.take(quota, organization_id)
            allowances.append(allowance)
            context.answer_headers = rate_limit_headers(allowances)
            if not allowance.is_granted:
                raise RateLimited(quota, max(1, ceil(allowance.resets_after_seconds)))

    def _counted(self, request: web.Request, route: Route) -> Sequence[Quota]:
        """Return the quotas of the request, the scarcest first: what it refuses is not counted elsewhere."""
        refreshes = request.query.get("refresh") == "true"
        names = (route.refresh_limit if refreshes else None, route.rate_limit)
        quotas = [self._quotas[name] for name in names if name is not None]
        return [quota for quota in quotas if quota.requests > 0]


def rate_limit_headers(allowances: Sequence[Allowance]) -> dict[str, str]:
    """Return the header fields of the IETF's draft-ietf-httpapi-ratelimit-headers-10.

    A policy has its quota (q) in a window of so many seconds (w); of it, r requests remain, and after t seconds there
    are more again.
    """
    policies = [f'"{each.quota.name}";q={each.quota.requests};w={each.quota.seconds}' for each in allowances]
    states = [f'"{each.quota.name}";r={each.remaining};t={ceil(each.resets_after_seconds)}' for each in allowances]
    return dict(zip(RATE_LIMIT_HEADERS, (", ".join(policies), ", ".join(states)), strict=True))
