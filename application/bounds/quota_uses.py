"""How much of its quotas an organization uses at the moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from application.bounds.call_limits import requests_quota, tokens_quota
from application.bounds.caller_bounds import CallerBounds
from application.bounds.organization_quotas import OrganizationQuotas
from application.bounds.quotas import QUOTAS, Quotas, rate_quota
from application.bounds.rate_limits import Quota, RateLimits
from application.bounds.shares import Shares
from application.bounds.stocks import StoredAmounts
from application.caller import current_caller
from domain.access_key.values import NO_LIMITS


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """A quota, what is used of it, and in how many seconds all of it is free again; None: no limit, or not known."""

    limit: int | None = None
    used: int | None = None
    resets_after_seconds: int | None = None


async def quota_uses(
    *, quotas: OrganizationQuotas, counts: RateLimits, shares: Shares, stored: StoredAmounts
) -> Mapping[str, QuotaUse]:
    """Return how much the current caller's organization uses of each quota, by name. Viewers and up.

    Raises:
        Unavailable: the database cannot be reached.
    """
    organization_id = current_caller().organization_id
    limits = await quotas.of(organization_id)
    kept = {**await stored.registered(), **await stored.kept_answers()}
    found: dict[str, QuotaUse] = {}
    for name, kind in QUOTAS.items():
        limit = limits[name] or None
        if name == "concurrent":
            found[name] = QuotaUse(limit, await counts.at_work(organization_id) if limit else None)
        elif kind.kind == "share":
            found[name] = QuotaUse(limit, shares.held(name, organization_id))
        elif kind.kind == "stock":
            found[name] = QuotaUse(limit, kept.get(name))
        elif limit is None:
            found[name] = QuotaUse()
        elif kind.seconds == 1:
            used = limit - await counts.turns_left(rate_quota(name, limit), organization_id)
            found[name] = QuotaUse(limit, used, ceil(used / limit))
        else:
            allowance = await counts.look(_window(name, limits), organization_id)
            used = limit - allowance.remaining
            found[name] = QuotaUse(limit, used, ceil(allowance.resets_after_seconds))
    return found


def _window(name: str, limits: Quotas) -> Quota:
    """Return the window that a rate is counted in; prompts count in windows of access keys and organizations alike."""
    bounds = CallerBounds(kind="organization", subject_id=current_caller().organization_id, limits=NO_LIMITS)
    counted = {"requestsPerMinute": requests_quota, "tokensPerMinute": tokens_quota}.get(name)
    return rate_quota(name, limits[name]) if counted is None else counted(bounds, limits[name])
