"""The route of the usage report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from application.queries.report_usage import ReportUsage
from entrypoints.http.answers.usage import UsageReport
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.usage import UsageQuery
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import query_of
from entrypoints.http.routes import Answer, endpoint

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from application.ports.usage import UsageSum
    from application.queries.report_usage import UsageOfDays


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
            {
                "from": found.first,
                "to": found.last,
                "groupBy": query.group_by,
                "data": [{**_named(group), **_sums(group)} for group in found.report.groups],
                "totals": _sums(found.report.total),
                "isCut": found.report.is_cut,
            }
        )


def _named(group: UsageSum) -> dict[str, Any]:
    return {
        "day": group.day,
        "providerId": group.provider_id,
        "modelId": group.model_id,
        "providerModelId": group.provider_model_id,
    }


def _sums(group: UsageSum) -> dict[str, Any]:
    return {
        "requests": group.requests,
        "succeeded": group.succeeded,
        "outcomes": group.outcomes,
        "inputTokens": group.input_tokens,
        "outputTokens": group.output_tokens,
        "costUsd": group.cost_usd,
        "unknownCostRequests": group.unknown_cost_requests,
        "averageLatencyMs": round(group.latency_ms_total / group.requests, 2) if group.requests else None,
        "longestLatencyMs": round(group.latency_ms_max, 2) if group.requests else None,
    }
