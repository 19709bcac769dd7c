"""The route of the usage report."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

from aiohttp import web

from application.errors import AccessKeyNotFound
from application.usage.report_usage import MOST_GROUPS, ReportUsage, UsageOfDays
from application.usage.usage_ledger import Dimension, Grouping
from domain.access_key.aggregate import AccessKey
from entrypoints.http.answers.usage import UsageReport, UsageTotals
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.requests import label_of
from entrypoints.http.bodies.usage import UsageOfKeyQuery, UsageQuery
from entrypoints.http.csv_answers import csv_headers, csv_lines, wants_csv
from entrypoints.http.field_types import camel
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import path_id, query_of
from entrypoints.http.routes import Answer, endpoint

MOST_GROUPS_OF_CSV: Final = 10_000

_LABEL: Final = "label:"
_COLUMNS: Final = {
    "hour": ("hour",),
    "day": ("day",),
    "provider": ("provider_id",),
    "model": ("provider_id", "model_id", "provider_model_id"),
    "key": ("access_key_id",),
    "actor": ("actor",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageViews:
    """Turns requests for reports into the use case."""

    report: Callable[[ReportUsage], Awaitable[UsageOfDays]]
    find_key: Callable[[UUID], Awaitable[AccessKey | None]]

    @endpoint(
        "GET",
        "/api/ai/usage",
        access=Access.VIEWER,
        tag="prompts",
        query=UsageQuery,
        replicated=True,
        answers={
            200: Answer(description="The sums.", schema=UsageReport, csv="day,requests,...\r\n2026-01-31,7,...\r\n")
        },
    )
    async def report_usage(self, request: web.Request) -> web.Response:
        """Report what models were used for

        Calls, kinds of tokens, cost and time, by model, provider, access key, actor, label, day or hour, with the
        total; removed models count as ever. Each call of a provider counts, those that failed and were repeated too.
        Days are in UTC. Groups come in the order of time, then the dearest first; at most 1,000 are listed, in CSV
        10,000. The total is always of all, and equals that of the request log.
        """
        query = query_of(request, UsageQuery)
        return await self._reported(request, query, query.key)

    @endpoint(
        "GET",
        "/api/ai/keys/{id}/usage",
        access=Access.VIEWER,
        tag="keys",
        query=UsageOfKeyQuery,
        replicated=True,
        answers={
            200: Answer(description="The sums.", schema=UsageReport, csv="day,requests,...\r\n2026-01-31,7,...\r\n")
        },
        problems=(AccessKeyNotFound,),
    )
    async def report_usage_of_key(self, request: web.Request) -> web.Response:
        """Report what an access key was used for

        As the usage report, for this key alone; also for one that was revoked.
        """
        key_id = path_id(request, "id")
        if await self.find_key(key_id) is None:
            raise AccessKeyNotFound
        return await self._reported(request, query_of(request, UsageOfKeyQuery), key_id)

    async def _reported(self, request: web.Request, query: UsageOfKeyQuery, key_id: UUID | None) -> web.Response:
        grouping = _grouping(query.group_by)
        is_csv = wants_csv(request, query.format)
        found = await self.report(
            ReportUsage(
                first=query.first,
                last=query.last,
                model_id=query.model_id,
                provider_id=query.provider_id,
                access_key_id=key_id,
                actor=query.actor,
                label=label_of(query.label),
                grouping=grouping,
                most_groups=MOST_GROUPS_OF_CSV if is_csv else MOST_GROUPS,
            )
        )
        if is_csv:
            return web.Response(body=csv_lines(_lines(found, grouping)), headers=csv_headers("usage.csv"))
        return json_response(usage_answer(found, query.group_by))


def usage_answer(found: UsageOfDays, group_by: str) -> UsageReport:
    """Return the report as an answer."""
    return UsageReport.model_validate(
        {
            "first": found.first,
            "last": found.last,
            "group_by": group_by,
            "data": found.report.groups,
            "totals": found.report.total,
            "is_cut": found.report.is_cut,
        }
    )


def _grouping(text: str) -> Grouping:
    names = text.split(",")
    labels = dict.fromkeys(name.removeprefix(_LABEL) for name in names if name.startswith(_LABEL))
    dimensions = frozenset(cast("Dimension", name) for name in names if not name.startswith(_LABEL))
    return Grouping(dimensions, tuple(labels))


def _lines(found: UsageOfDays, grouping: Grouping) -> Iterator[list[object]]:
    chosen = grouping.dimensions - {"day"} if "hour" in grouping.dimensions else grouping.dimensions
    names = dict.fromkeys(name for dimension, columns in _COLUMNS.items() if dimension in chosen for name in columns)
    figures = [name for name in UsageTotals.model_fields if name != "outcomes"]
    labels = [f"{_LABEL}{name}" for name in grouping.labels]
    yield [*map(camel, names), *labels, *map(camel, figures), "outcomes"]
    for group in found.report.groups:
        of_labels = [(group.labels or {}).get(name) for name in grouping.labels]
        yield [
            *(getattr(group, name) for name in names),
            *of_labels,
            *(getattr(group, name) for name in figures),
            group.outcomes,
        ]
