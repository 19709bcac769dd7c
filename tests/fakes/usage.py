"""The request log and figures of use in memory."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from application.caller import Caller, current_caller
from application.ports.clock import Clock
from application.ports.log_pages import LogPage
from application.prompts.completion import TokenUsage
from application.usage.request_log import RequestFilter
from application.usage.usage_ledger import (
    OK,
    TOKEN_KINDS,
    Grouping,
    ModelCall,
    RequestRecord,
    UsageFilter,
    UsageReport,
    UsageSum,
)
from entrypoints.http.answers import requests as answers
from entrypoints.http.csv_answers import csv_lines
from entrypoints.http.json_responses import json_bytes


@dataclass(frozen=True)
class _Kept:
    caller: Caller
    time: datetime
    use: ModelCall


@dataclass(frozen=True, slots=True, kw_only=True)
class _Logged:
    """A call of a client, all but the last two fields in the order of the columns of CSV."""

    ended_at: datetime
    id: UUID
    request_id: str
    actor: str
    access_key_id: UUID | None
    labels: Mapping[str, str]
    door: str
    operation: str
    is_streamed: bool
    model_asked: str | None
    model_id: UUID | None
    provider_id: UUID | None
    provider_type: str | None
    provider_model_id: str | None
    outcome: str
    cost_usd: Decimal | None
    cost_unknown: str | None
    first_byte_ms: float | None
    duration_ms: float
    upstream_request_id: str | None
    ignored_fields: Sequence[str]
    attempt_count: int
    tokens: TokenUsage
    attempts: Sequence[Mapping[str, Any]]

    @property
    def position(self) -> tuple[datetime, UUID]:
        return self.ended_at, self.id

    @property
    def document(self) -> bytes:
        return json_bytes(answers.LoggedRequest.model_validate(self))

    @property
    def line(self) -> bytes:
        facts = [getattr(self, each.name) for each in fields(self)[:-2]]
        return csv_lines([[*facts, *(getattr(self.tokens, kind) for kind in TOKEN_KINDS)]])


class FakeUsage:
    """Keeps every call and every use, for each organization by itself: ledger, log and reports in one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.requests: list[RequestRecord] = []
        self._logged: dict[UUID, list[_Logged]] = defaultdict(list)
        self._kept: dict[UUID, list[_Kept]] = defaultdict(list)

    @property
    def uses(self) -> list[ModelCall]:
        """All uses that are counted."""
        return [use for request in self.requests for use in request.counted]

    def record(self, request: RequestRecord) -> None:
        caller, now = current_caller(), self._clock.now()
        self.requests.append(request)
        # Ids grow, so that calls of one moment keep their order.
        logged = replace(_logged(request, caller, now), id=UUID(int=len(self.requests)))
        self._logged[caller.organization_id].append(logged)
        self._kept[caller.organization_id] += [_Kept(caller, now, use) for use in request.counted]

    async def page(
        self, filters: RequestFilter, limit: int, before: tuple[datetime, UUID] | None
    ) -> LogPage[tuple[datetime, UUID]]:
        shown, next_before = self._newest(filters, limit, before)
        return LogPage(text=b",".join(each.document for each in shown), next_before=next_before)

    async def lines(
        self, filters: RequestFilter, limit: int, before: tuple[datetime, UUID] | None
    ) -> LogPage[tuple[datetime, UUID]]:
        shown, next_before = self._newest(filters, limit, before)
        return LogPage(text=b"".join(each.line for each in shown), next_before=next_before)

    def _newest(
        self, filters: RequestFilter, limit: int, before: tuple[datetime, UUID] | None
    ) -> tuple[list[_Logged], tuple[datetime, UUID] | None]:
        chosen = [each for each in self._matching(filters) if before is None or each.position < before]
        chosen.sort(key=lambda each: each.position, reverse=True)
        shown = chosen[:limit]
        return shown, shown[-1].position if len(chosen) > limit else None

    async def count(self, filters: RequestFilter, *, most: int | None = None) -> int:
        return len(self._matching(filters)[:most])

    def _matching(self, filters: RequestFilter) -> list[_Logged]:
        return [each for each in self._logged[current_caller().organization_id] if _matches(each, filters)]

    async def read(self, filters: UsageFilter, grouping: Grouping, limit: int) -> UsageReport:
        groups: dict[tuple[Any, ...], list[ModelCall]] = defaultdict(list)
        chosen = [
            kept
            for kept in self._kept[current_caller().organization_id]
            if filters.first <= kept.time.date() <= filters.last
            and filters.model_id in (None, kept.use.model_id)
            and filters.provider_id in (None, kept.use.provider_id)
            and filters.access_key_id in (None, kept.caller.access_key_id)
            and filters.actor in (None, kept.caller.actor)
            and (filters.label is None or filters.label in kept.caller.labels.items())
        ]
        for kept in chosen:
            groups[_group(kept, grouping)].append(kept.use)
        sums = [_summed(name, uses) for name, uses in groups.items()]
        sums.sort(key=lambda group: (-group.cost_usd, -group.requests))
        sums.sort(key=lambda group: (str(group.hour), str(group.day)))
        total = _summed((None,) * 8, [kept.use for kept in chosen])
        return UsageReport(groups=sums[:limit], total=total, is_cut=len(sums) > limit)

    async def latencies(self, since: date) -> Mapping[UUID, float]:
        times: dict[UUID, list[float]] = defaultdict(list)
        for kept in self._kept[current_caller().organization_id]:
            if kept.time.date() >= since and kept.use.outcome == OK:
                times[kept.use.model_id].append(kept.use.latency_ms)
        return {model_id: sum(values) / len(values) for model_id, values in times.items()}


def _matches(request: _Logged, filters: RequestFilter) -> bool:
    names = (str(request.model_id), request.provider_model_id, request.model_asked)
    ids = (request.request_id, request.upstream_request_id)
    return (
        (filters.since is None or request.ended_at >= filters.since)
        and (filters.until is None or request.ended_at < filters.until)
        and (filters.model is None or filters.model in names)
        and filters.provider_id in (None, request.provider_id)
        and filters.access_key_id in (None, request.access_key_id)
        and filters.actor in (None, request.actor)
        and filters.outcome in (None, request.outcome)
        and (filters.label is None or filters.label in request.labels.items())
        and (filters.request_id is None or filters.request_id in ids)
    )


def _logged(request: RequestRecord, caller: Caller, now: datetime) -> _Logged:
    last = request.last
    known = [use.cost_usd for use in request.uses if use.cost_usd is not None]
    return _Logged(
        id=UUID(int=0),
        ended_at=now,
        request_id=caller.correlation_id,
        actor=caller.actor,
        access_key_id=caller.access_key_id,
        labels=caller.labels,
        door=request.door,
        operation=request.operation,
        is_streamed=request.is_streamed,
        model_asked=request.model_asked,
        model_id=last.model_id if last else None,
        provider_id=last.provider_id if last else None,
        provider_type=last.provider_type if last else None,
        provider_model_id=last.provider_model_id if last else None,
        outcome=request.outcome,
        attempts=[_attempt(use, is_counted=use in request.counted) for use in request.uses],
        attempt_count=len(request.uses),
        cost_usd=None if last and last.cost_usd is None else sum(known, Decimal(0)),
        cost_unknown=last.cost_unknown if last else None,
        first_byte_ms=request.first_byte_ms,
        duration_ms=request.duration_ms,
        upstream_request_id=last.upstream_request_id if last else None,
        ignored_fields=request.ignored_fields,
        tokens=_tokens(request.uses),
    )


def _tokens(uses: Iterable[ModelCall]) -> TokenUsage:
    counts: dict[str, Any] = {kind: _sum(getattr(use.tokens, kind) for use in uses) for kind in TOKEN_KINDS}
    return TokenUsage(**counts)


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _attempt(use: ModelCall, *, is_counted: bool) -> Mapping[str, Any]:
    return {
        "model_id": str(use.model_id),
        "provider_id": str(use.provider_id),
        "provider_model_id": use.provider_model_id,
        "outcome": use.outcome,
        "http_status": use.http_status,
        "latency_ms": use.latency_ms,
        "upstream_request_id": use.upstream_request_id,
        "was_called": use.was_called,
        "cost_usd": None if use.cost_usd is None else str(use.cost_usd),
        "is_counted": is_counted,
    }


def _group(kept: _Kept, grouping: Grouping) -> tuple[Any, ...]:
    chosen, use, caller = grouping.dimensions, kept.use, kept.caller
    return (
        kept.time.replace(minute=0, second=0, microsecond=0) if "hour" in chosen else None,
        kept.time.date() if "day" in chosen and "hour" not in chosen else None,
        use.provider_id if chosen & {"provider", "model"} else None,
        use.model_id if "model" in chosen else None,
        use.provider_model_id if "model" in chosen else None,
        caller.access_key_id if "key" in chosen else None,
        caller.actor if "actor" in chosen else None,
        tuple((name, caller.labels.get(name)) for name in grouping.labels) or None,
    )


def _summed(name: tuple[Any, ...], uses: list[ModelCall]) -> UsageSum:
    hour, day, provider_id, model_id, provider_model_id, access_key_id, actor, labels = name
    outcomes: dict[str, int] = defaultdict(int)
    for use in uses:
        outcomes[use.outcome] += 1
    return UsageSum(
        hour=hour,
        day=day,
        provider_id=provider_id,
        model_id=model_id,
        provider_model_id=provider_model_id,
        access_key_id=access_key_id,
        actor=actor,
        labels=None if labels is None else dict(labels),
        requests=len(uses),
        succeeded=outcomes.get(OK, 0),
        cost_usd=sum((use.cost_usd or Decimal(0) for use in uses), Decimal(0)),
        unknown_cost_requests=sum(use.cost_usd is None for use in uses),
        latency_ms_total=sum(use.latency_ms for use in uses),
        latency_ms_max=max((use.latency_ms for use in uses), default=0.0),
        outcomes=dict(outcomes),
        **{kind: sum(getattr(use.tokens, kind) or 0 for use in uses) for kind in TOKEN_KINDS},
    )
