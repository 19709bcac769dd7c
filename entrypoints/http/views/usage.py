"""The route of the usage report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.usage.report_usage import ReportUsage
from entrypoints.http.answers.usage import UsageReport
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.usage import UsageQuery
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import query_of
from entrypoints.http.routes import Answer, endpoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from application.usage.report_usage import UsageOfDays


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageViews:
    """Turns requests for reports into the use case."""

    report: Callable[[ReportUsage], Awaitable[UsageOfDays]]

    @endpoint(
        "GET",
        "/api/ai/usage",
        access=Access.VIEWER,
        tag="prompts",
        query=UsageQuery,
        answers={200: Answer(description="The sums.", schema=UsageReport)},
    )
    async def report_usage(self, request: web.Request) -> web.Response:
        """Report what models were used for

        Calls, tokens, cost and time, by day, model or provider, with the total; removed models count as ever. Each call
        of a provider counts, those that failed and were repeated too. Days are in UTC. At most 1,000 groups, the
        dearest first (days in their order); the total is always of all.
        """
        query = query_of(request, UsageQuery)
        found = await self.report(
            ReportUsage(
                first=query.first,
                last=query.last,
                model_id=query.model_id,
                provider_id=query.provider_id,
                grouping=query.group_by,
            )
        )
        return json_response(
            UsageReport.model_validate(
                {
                    "first": found.first,
                    "last": found.last,
                    "group_by": query.group_by,
                    "data": found.report.groups,
                    "totals": found.report.total,
                    "is_cut": found.report.is_cut,
                }
            )
        )
