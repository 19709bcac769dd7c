"""The route of what the console shows first."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from aiohttp import web

from application.access_keys.access_keys import AccessKeyDocuments, AccessKeyFilter
from application.bounds.organization_bounds import OrganizationBudgetReader
from application.gather_or_cancel import gather_or_cancel
from application.ports.audit_log import AuditFilter, AuditLog
from application.ports.clock import Clock
from application.ports.resource_documents import (
    ModelDocuments,
    ModelFilter,
    Page,
    PageRequest,
    ProviderDocuments,
    ProviderFilter,
)
from application.usage.report_usage import ReportUsage, UsageOfDays
from entrypoints.http.answers.overview import Overview
from entrypoints.http.authorization import Access
from entrypoints.http.json_responses import json_response
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.views.budgets import budget_answer
from entrypoints.http.views.usage import usage_answer

_FIRST: Final = 6
_EVENTS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewViews:
    """Puts together what several queries find."""

    report: Callable[[ReportUsage], Awaitable[UsageOfDays]]
    budget: OrganizationBudgetReader
    providers: ProviderDocuments
    models: ModelDocuments
    keys: AccessKeyDocuments
    log: AuditLog
    clock: Clock

    @endpoint(
        "GET",
        "/api/ai/overview",
        access=Access.VIEWER,
        tag="service",
        answers={200: Answer(description="The overview.", schema=Overview)},
    )
    async def get_overview(self, _: web.Request) -> web.Response:
        """Show the organization at a glance

        In one answer what the console shows first: usage, budget and errors of this month, what needs attention, and
        the newest events. Each part is also an answer of its own, with filters and pages.
        """
        counted, listed = await gather_or_cancel(self._counted(), self._listed())
        response = json_response({**counted, **listed})
        # It is what people wait for, and contains no secret that its length could reveal.
        response.enable_compression()
        return response

    async def _counted(self) -> Mapping[str, object]:
        """Return what takes longest: an organization has one of the connections for long reads at a time."""
        today = self.clock.now().date()
        usage = await self.report(ReportUsage(first=today.replace(day=1), last=today))
        retiring = await self.models.page(
            ModelFilter(is_enabled=True, is_retiring=True), PageRequest(limit=_FIRST, sort="retiresOn")
        )
        enabled = await self.models.count(ModelFilter(is_enabled=True))
        return {"usage": usage_answer(usage, "day"), "models": {"total": enabled, "data": _joined(retiring)}}

    async def _listed(self) -> Mapping[str, object]:
        spending = PageRequest(limit=_FIRST, sort="budgetUsed", descending=True, include_total=True)
        events = await self.log.page(AuditFilter(), _EVENTS, None)
        return {
            "budget": budget_answer(await self.budget.read()),
            "providers": await self._providers(ProviderFilter()),
            "unhealthyProviders": await self._providers(ProviderFilter(health="unhealthy", is_enabled=True)),
            "degradedProviders": await self._providers(ProviderFilter(health="degraded", is_enabled=True)),
            "keys": _first(await self.keys.page(AccessKeyFilter(), spending)),
            "events": orjson.Fragment(b"[" + events.text + b"]"),
        }

    async def _providers(self, filters: ProviderFilter) -> Mapping[str, object]:
        return _first(await self.providers.page(filters, PageRequest(limit=_FIRST, include_total=True)))


def _first(page: Page) -> Mapping[str, object]:
    return {"total": page.total, "data": _joined(page)}


def _joined(page: Page) -> orjson.Fragment:
    return orjson.Fragment(b"[" + page.joined + b"]")
