"""Figures of use in memory."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Any

from application.caller import current_caller
from application.usage.usage_ledger import OK, UsageReport, UsageSum

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

    from application.ports.clock import Clock
    from application.usage.usage_ledger import Grouping, UsageFilter, Use


class FakeUsage:
    """Keeps every use, for each organization by itself: the ledger and the reports in one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.uses: list[Use] = []
        self._kept: dict[UUID, list[tuple[date, Use]]] = defaultdict(list)

    def record(self, use: Use) -> None:
        self.uses.append(use)
        self._kept[current_caller().organization_id].append((self._clock.now().date(), use))

    async def read(self, filters: UsageFilter, grouping: Grouping, limit: int) -> UsageReport:
        groups: dict[tuple[Any, ...], list[tuple[date, Use]]] = defaultdict(list)
        chosen = [
            (day, use)
            for day, use in self._kept[current_caller().organization_id]
            if filters.first <= day <= filters.last
            and filters.model_id in (None, use.model_id)
            and filters.provider_id in (None, use.provider_id)
        ]
        for day, use in chosen:
            groups[_group(day, use, grouping)].append((day, use))
        sums = [_summed(name, uses) for name, uses in groups.items()]
        sums.sort(key=lambda group: (group.day,) if grouping == "day" else (-group.cost_usd, -group.requests))
        return UsageReport(
            groups=sums[:limit], total=_summed((None, None, None, None), chosen), is_cut=len(sums) > limit
        )

    async def latencies(self, since: date) -> Mapping[UUID, float]:
        times: dict[UUID, list[float]] = defaultdict(list)
        for day, use in self._kept[current_caller().organization_id]:
            if day >= since and use.outcome == OK:
                times[use.model_id].append(use.latency_ms)
        return {model_id: sum(values) / len(values) for model_id, values in times.items()}


def _group(day: date, use: Use, grouping: Grouping) -> tuple[Any, ...]:
    if grouping == "day":
        return (day, None, None, None)
    if grouping == "provider":
        return (None, use.provider_id, None, None)
    return (None, use.provider_id, use.model_id, use.provider_model_id)


def _summed(name: tuple[Any, ...], uses: list[tuple[date, Use]]) -> UsageSum:
    day, provider_id, model_id, provider_model_id = name
    outcomes: dict[str, int] = defaultdict(int)
    for _, use in uses:
        outcomes[use.outcome] += 1
    return UsageSum(
        day=day,
        provider_id=provider_id,
        model_id=model_id,
        provider_model_id=provider_model_id,
        requests=len(uses),
        succeeded=outcomes.get(OK, 0),
        input_tokens=sum(use.input_tokens for _, use in uses),
        output_tokens=sum(use.output_tokens for _, use in uses),
        cost_usd=reduce(lambda total, each: total + (each[1].cost_usd or 0), uses, Decimal(0)),
        unknown_cost_requests=sum(use.cost_usd is None for _, use in uses),
        latency_ms_total=sum(use.latency_ms for _, use in uses),
        latency_ms_max=max((use.latency_ms for _, use in uses), default=0.0),
        outcomes=dict(outcomes),
    )
