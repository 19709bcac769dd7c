"""Usage reports, from the stored sums."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from psycopg.sql import SQL

from adapters.sql import statements
from application.usage.usage_ledger import OK, UsageReport, UsageSum

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from uuid import UUID

    from adapters.postgres.tenant_statements import Tenant
    from application.usage.usage_ledger import Grouping, UsageFilter

_SQL: Final = {name: SQL(text).format() for name, text in statements("adapters.postgres", "usage.sql").items()}
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


class PostgresUsageReports:
    """Implements `application.usage.usage_ledger.UsageReports`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def read(self, filters: UsageFilter, grouping: Grouping, limit: int) -> UsageReport:
        rows = await self._tenant.rows(
            _SQL["usage"],
            {
                "grouping": grouping,
                "first": filters.first,
                "last": filters.last,
                "model_id": filters.model_id,
                "provider_id": filters.provider_id,
            },
        )
        groups = _grouped(rows)
        groups.sort(key=attrgetter("day") if grouping == "day" else _dearest_first)
        total = reduce(_added, groups, _NOTHING)
        return UsageReport(groups=groups[:limit], total=total, is_cut=len(groups) > limit)

    async def latencies(self, since: date) -> Mapping[UUID, float]:
        return {row[0]: row[1] for row in await self._tenant.rows(_SQL["latencies"], {"since": since})}


def _grouped(rows: Iterable[tuple[Any, ...]]) -> list[UsageSum]:
    groups: dict[tuple[Any, ...], UsageSum] = {}
    for row in rows:
        day, provider_id, model_id, provider_model_id = row[:4]
        outcome, requests, input_tokens, output_tokens, cost_usd, unknown, latency_ms, longest_ms = row[4:]
        one = UsageSum(
            day=day,
            provider_id=provider_id,
            model_id=model_id,
            provider_model_id=provider_model_id,
            requests=requests,
            succeeded=requests if outcome == OK else 0,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cost_usd=cost_usd,
            unknown_cost_requests=unknown,
            latency_ms_total=latency_ms,
            latency_ms_max=longest_ms,
            outcomes={outcome: requests},
        )
        held = groups.get(row[:4])
        groups[row[:4]] = one if held is None else _added(one, held)
    return list(groups.values())


def _added(one: UsageSum, other: UsageSum) -> UsageSum:
    """Return the sum of both, with the name of the first."""
    names = dict.fromkeys((*one.outcomes, *other.outcomes))
    return UsageSum(
        day=one.day,
        provider_id=one.provider_id,
        model_id=one.model_id,
        provider_model_id=one.provider_model_id,
        requests=one.requests + other.requests,
        succeeded=one.succeeded + other.succeeded,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cost_usd=one.cost_usd + other.cost_usd,
        unknown_cost_requests=one.unknown_cost_requests + other.unknown_cost_requests,
        latency_ms_total=one.latency_ms_total + other.latency_ms_total,
        latency_ms_max=max(one.latency_ms_max, other.latency_ms_max),
        outcomes={name: one.outcomes.get(name, 0) + other.outcomes.get(name, 0) for name in names},
    )


def _dearest_first(group: UsageSum) -> tuple[Any, ...]:
    return (-group.cost_usd, -group.requests, str(group.provider_id), str(group.model_id))
