"""Usage reports, from the stored sums."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from adapters.postgres.tenant_statements import Tenant
from adapters.sql import composed_statements
from application.usage.usage_ledger import OK, TOKEN_KINDS, Grouping, UsageFilter, UsageReport, UsageSum

_SQL: Final = composed_statements("adapters.postgres", "usage.sql")
_UNGROUPED: Final = {f"by_{dimension}": False for dimension in ("time", "provider", "model", "key", "actor")}
_NOTHING: Final = UsageSum(
    requests=0,
    succeeded=0,
    input_tokens=0,
    output_tokens=0,
    cost_usd=Decimal(0),
    unknown_cost_requests=0,
    latency_ms_total=0.0,
    latency_ms_max=0.0,
    outcomes={},
)

_COLUMNS: Final = (
    "starts_at",
    "provider_id",
    "model_id",
    "provider_model_id",
    "access_key_id",
    "actor",
    "labels",
    "outcomes",
    "requests",
    *TOKEN_KINDS,
    "cost_usd",
    "unknown_cost_requests",
    "latency_ms_total",
    "latency_ms_max",
)

_ADDED: Final = ("requests", *TOKEN_KINDS, "unknown_cost_requests", "latency_ms_total")


class PostgresUsageReports:
    """Implements `application.usage.usage_ledger.UsageReports`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def read(self, filters: UsageFilter, grouping: Grouping, limit: int) -> UsageReport:
        chosen = grouping.dimensions
        by_hour = "hour" in chosen
        parameters = {
            "period": "hour" if by_hour else "day",
            "first": _midnight(filters.first),
            "after_last": _midnight(filters.last) + timedelta(days=1),
            "model_id": filters.model_id,
            "provider_id": filters.provider_id,
            "access_key_id": filters.access_key_id,
            "actor": filters.actor,
            "label": None if filters.label is None else Jsonb(dict([filters.label])),
        }
        groups = {
            "by_time": by_hour or "day" in chosen,
            "by_provider": "provider" in chosen,
            "by_model": "model" in chosen,
            "by_key": "key" in chosen,
            "by_actor": "actor" in chosen,
            "labels": list(grouping.labels),
            "limit": limit + 1,
        }
        statement = _SQL["usage_of_groups"]
        rows = await self._tenant.rows(statement, parameters | groups)
        sums = [_sum(row, by_hour=by_hour) for row in rows[:limit]]
        if len(rows) <= limit:
            return UsageReport(groups=sums, total=_total(sums), is_cut=False)
        # What is not among the groups is read again: few reports have so many.
        [row] = await self._tenant.rows(statement, parameters | _UNGROUPED | {"labels": [], "limit": 1})
        return UsageReport(groups=sums, total=_sum(row, by_hour=by_hour), is_cut=True)

    async def latencies(self, since: date) -> Mapping[UUID, float]:
        rows = await self._tenant.rows(_SQL["latencies"], {"since": _midnight(since)})
        return {row[0]: row[1] for row in rows}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _sum(row: tuple[Any, ...], *, by_hour: bool) -> UsageSum:
    values = dict(zip(_COLUMNS, row, strict=True))
    starts_at = values.pop("starts_at")
    return UsageSum(
        hour=starts_at if by_hour else None,
        day=None if starts_at is None or by_hour else starts_at.date(),
        succeeded=values["outcomes"].get(OK, 0),
        **values,
    )


def _total(groups: Sequence[UsageSum]) -> UsageSum:
    outcomes: Counter[str] = Counter()
    for group in groups:
        outcomes.update(group.outcomes)
    added: dict[str, Any] = {name: sum(getattr(group, name) for group in groups) for name in _ADDED}
    cost = sum((group.cost_usd for group in groups), Decimal(0))
    longest = max((group.latency_ms_max for group in groups), default=0.0)
    return replace(
        _NOTHING, **added, cost_usd=cost, latency_ms_max=longest, outcomes=dict(outcomes), succeeded=outcomes[OK]
    )
