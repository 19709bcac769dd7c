"""How much of its limits an organization uses at the moment."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from application.bounds.call_bounds import CallBounds
from application.bounds.call_limits import requests_quota, tokens_quota
from application.caller import current_caller

if TYPE_CHECKING:
    from application.ports.rate_limits import Quota, RateLimits
    from domain.access_key.values import Limits


@dataclass(frozen=True, slots=True)
class LimitUse:
    """A limit, what is used of it, and in how many seconds all of it is free again; None without a limit."""

    limit: int | None = None
    used: int | None = None
    resets_after_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUses:
    """The use of each limit."""

    requests_per_minute: LimitUse
    tokens_per_minute: LimitUse
    concurrent: LimitUse


async def limit_uses(limits: Limits, *, counts: RateLimits) -> LimitUses:
    """Return how much of these limits the current caller's organization uses. Viewers and up."""
    organization_id = current_caller().organization_id
    bounds = CallBounds(kind="organization", subject_id=organization_id, limits=limits)

    async def used(quota: Quota) -> LimitUse:
        allowance = await counts.look(quota, organization_id)
        return LimitUse(quota.requests, quota.requests - allowance.remaining, ceil(allowance.resets_after_seconds))

    requests, tokens, concurrent = LimitUse(), LimitUse(), LimitUse()
    if limits.requests_per_minute is not None:
        requests = await used(requests_quota(bounds, limits.requests_per_minute))
    if limits.tokens_per_minute is not None:
        tokens = await used(tokens_quota(bounds, limits.tokens_per_minute))
    if limits.concurrent is not None:
        concurrent = LimitUse(limits.concurrent, await counts.at_work(organization_id))
    return LimitUses(requests_per_minute=requests, tokens_per_minute=tokens, concurrent=concurrent)
