"""Routes of the organization's own budget and quotas."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from application.bounds.organization_bounds import OrganizationBudget as BudgetWithUse
from application.bounds.organization_bounds import OrganizationBudgetReader
from application.bounds.quota_uses import QuotaUse
from application.caller import acting_as
from application.errors import Conflict, OrganizationRemoved, StaleRevision
from application.recorded_revision import Recorded
from domain.budget import Budget
from entrypoints.http.answers.budgets import OrganizationBudget, OrganizationQuotas, Quotas, own_quotas
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.budgets import BudgetReplacement, QuotasReplacement
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import expected_revision, json_body, path_id
from entrypoints.http.request_context import caller_for
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.views.write_responses import WRITTEN

_TAG = "keys"
_PROBLEMS = (OrganizationRemoved, StaleRevision, Conflict)


class ChangeBudget(Protocol):
    """Changes the organization's budget."""

    async def __call__(self, budget: Budget | None, expected_revision: int | None) -> Recorded:
        """Replace or remove it."""
        ...


class ChangeQuotas(Protocol):
    """Changes the organization's quotas."""

    async def __call__(self, quotas: Mapping[str, int], expected_revision: int | None) -> Recorded:
        """Replace all of them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetViews:
    """Turns requests about budgets and quotas into use cases."""

    budget: OrganizationBudgetReader
    change_budget: ChangeBudget
    change_quotas: ChangeQuotas
    uses: Callable[[], Awaitable[Mapping[str, QuotaUse]]]

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
        return json_response(budget_answer(await self.budget.read()))

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

        Prompts that would pass it are refused until the next period begins: with `budget-exceeded`, 429, and under
        `/v1` as its clients know it. What was spent in the period counts. Without `usd` there is no budget.
        """
        body = await json_body(request, BudgetReplacement)
        recorded = await self.change_budget(body.budget(), expected_revision(request))
        answer = budget_answer(await self.budget.read())
        return json_response(answer, revision=recorded.revision, position=recorded.position)

    @endpoint(
        "GET",
        "/api/ai/quotas",
        access=Access.VIEWER,
        tag=_TAG,
        answers={200: Answer(description="The quotas and their use.", schema=Quotas)},
    )
    async def get_quotas(self, _: web.Request) -> web.Response:
        """Show the organization's quotas and their use

        What it may have and do, and how much of that it does at the moment; platform administrators change it. What
        counts at a time is that of the process that answers, and so are rates and prompts where they are not counted in
        Redis.
        """
        return json_response(Quotas.model_validate(await self.uses()))

    @endpoint(
        "PUT",
        "/api/admin/organizations/{id}/quotas",
        access=Access.PLATFORM,
        tag="administration",
        body=QuotasReplacement,
        body_example={"requestsPerMinute": 6000, "concurrent": 50, "models": 20_000},
        answers={200: Answer(description="The quotas as they are now.", schema=OrganizationQuotas, headers=WRITTEN)},
        problems=_PROBLEMS,
    )
    async def put_quotas(self, request: web.Request) -> web.Response:
        """Replace an organization's quotas

        What is left out or null is as the installation has it (`MODELBOOK_QUOTAS`); 0 is no limit. They hold in all
        processes within seconds.
        """
        body = await json_body(request, QuotasReplacement)
        quotas: dict[str, int] = body.model_dump(exclude_none=True)
        with acting_as(caller_for(request, path_id(request, "id"))):
            recorded = await self.change_quotas(quotas, expected_revision(request))
        answer = own_quotas(quotas)
        return json_response(answer, revision=recorded.revision, position=recorded.position)


def budget_answer(found: BudgetWithUse) -> OrganizationBudget:
    """Return the budget as an answer."""
    budget = found.budget
    return OrganizationBudget(
        usd=None if budget is None else budget.usd,
        period=None if budget is None else budget.period,
        spent_usd=found.spent_usd,
        resets_at=found.resets_at,
    )
