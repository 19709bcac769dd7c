"""Routes of the organization's own budget and limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from application.caller import acting_as
from application.errors import Conflict, OrganizationRemoved, StaleRevision
from entrypoints.http.answers.budgets import OrganizationBudget, OrganizationLimits, Quota, Quotas
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.budgets import BudgetReplacement, QuotasReplacement
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import expected_revision, json_body, path_id
from entrypoints.http.request_context import caller_for
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.views.write_responses import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from application.bounds.limit_uses import LimitUse, LimitUses
    from application.bounds.organization_bounds import OrganizationBounds, OrganizationBoundsReader
    from application.recorded_revision import Recorded
    from domain.access_key.values import Budget, Limits

_TAG = "keys"
_PROBLEMS = (OrganizationRemoved, StaleRevision, Conflict)


class ChangeBudget(Protocol):
    """Changes the organization's budget."""

    async def __call__(self, budget: Budget | None, expected_revision: int | None) -> Recorded:
        """Replace or remove it."""
        ...


class ChangeLimits(Protocol):
    """Changes the organization's limits."""

    async def __call__(self, limits: Limits, expected_revision: int | None) -> Recorded:
        """Replace all of them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetViews:
    """Turns requests about budgets and quotas into use cases."""

    bounds: OrganizationBoundsReader
    change_budget: ChangeBudget
    change_limits: ChangeLimits
    uses: Callable[[Limits], Awaitable[LimitUses]]

    @endpoint(
        "GET",
        "/api/ai/budget",
        access=Access.VIEWER,
        tag=_TAG,
        answers={200: Answer(description="The budget.", schema=OrganizationBudget)},
    )
    async def get_budget(self, _: web.Request) -> web.Response:
        """Show the organization's budget

        It counts what all members and access keys spend on models; keys may have budgets of their own besides.
        """
        return json_response(_budget(await self.bounds.read()))

    @endpoint(
        "PUT",
        "/api/ai/budget",
        access=Access.ADMIN,
        tag=_TAG,
        body=BudgetReplacement,
        body_example={"usd": 500, "period": "month"},
        answers={200: Answer(description="The budget as it is now.", schema=OrganizationBudget, headers=WRITTEN)},
        problems=_PROBLEMS,
    )
    async def put_budget(self, request: web.Request) -> web.Response:
        """Replace or remove the organization's budget

        Prompts that would pass it are refused until the next period begins: with `budget-exceeded`, 429, and at the
        doors as their clients know it. What was spent in the period counts. Without `usd` there is no budget.
        """
        body = await json_body(request, BudgetReplacement)
        recorded = await self.change_budget(body.budget(), expected_revision(request))
        answer = _budget(await self.bounds.read())
        return json_response(answer, revision=recorded.revision, position=recorded.position)

    @endpoint(
        "GET",
        "/api/ai/quotas",
        access=Access.VIEWER,
        tag=_TAG,
        answers={200: Answer(description="The limits and their use.", schema=Quotas)},
    )
    async def get_quotas(self, _: web.Request) -> web.Response:
        """Show the organization's limits and their use

        Of prompts and embeddings. Platform administrators set them. Where rates are not counted in Redis, the use is
        that of the process that answers.
        """
        used = await self.uses((await self.bounds.read()).limits)
        return json_response(
            Quotas(
                requests_per_minute=_quota(used.requests_per_minute),
                tokens_per_minute=_quota(used.tokens_per_minute),
                concurrent=_quota(used.concurrent),
            )
        )

    @endpoint(
        "PUT",
        "/api/admin/organizations/{id}/quotas",
        access=Access.PLATFORM,
        tag="administration",
        body=QuotasReplacement,
        body_example={"requestsPerMinute": 6000, "concurrent": 50},
        answers={200: Answer(description="The limits as they are now.", schema=OrganizationLimits, headers=WRITTEN)},
        problems=_PROBLEMS,
    )
    async def put_quotas(self, request: web.Request) -> web.Response:
        """Replace an organization's limits

        On its prompts and embeddings, of all members and access keys together.
        """
        body = await json_body(request, QuotasReplacement)
        limits = body.limits()
        with acting_as(caller_for(request, path_id(request, "id"))):
            recorded = await self.change_limits(limits, expected_revision(request))
        answer = OrganizationLimits.model_validate(limits)
        return json_response(answer, revision=recorded.revision, position=recorded.position)


def _budget(bounds: OrganizationBounds) -> OrganizationBudget:
    budget = bounds.budget
    return OrganizationBudget(
        usd=None if budget is None else budget.usd,
        period=None if budget is None else budget.period,
        spent_usd=bounds.spent_usd,
        resets_at=bounds.resets_at,
    )


def _quota(use: LimitUse) -> Quota:
    return Quota(limit=use.limit, used=use.used, resets_after_seconds=use.resets_after_seconds)
