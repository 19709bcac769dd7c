"""What every ledger of use does, and what its reports tell of it."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest

from application.caller import acting_as
from application.prompts.completion import TokenUsage
from application.usage.request_log import RequestFilter, RequestLog
from application.usage.usage_ledger import (
    TOKEN_KINDS,
    Grouping,
    ModelCall,
    RequestRecord,
    UsageFilter,
    UsageLedger,
    UsageReports,
    UsageSum,
)
from entrypoints.http.field_types import camel
from entrypoints.http.views.requests import CSV
from tests.builders import a_caller, acting
from tests.fakes.clock import FakeClock

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class UsageUnderTest(Protocol):
    """A ledger, its reports and the clock it goes by."""

    @property
    def ledger(self) -> UsageLedger: ...

    @property
    def reports(self) -> UsageReports: ...

    @property
    def log(self) -> RequestLog: ...

    @property
    def clock(self) -> FakeClock: ...

    async def settle(self) -> None:
        """Wait until what was recorded can be reported."""
        ...


def a_use(*, input_tokens: int = 100, output_tokens: int = 10, **facts: Any) -> ModelCall:  # noqa: ANN401 - its fields
    usual: dict[str, Any] = {
        "model_id": uuid4(),
        "provider_id": uuid4(),
        "provider_type": "openai",
        "provider_model_id": "gpt-x",
        "outcome": "ok",
        "tokens": TokenUsage(input_tokens=input_tokens, output_tokens=output_tokens),
        "cost_usd": Decimal("0.0015"),
        "latency_ms": 200.0,
    }
    return ModelCall(**usual | facts)


def a_request(*uses: ModelCall, **facts: Any) -> RequestRecord:  # noqa: ANN401 - its fields
    """Return a client's call that took these calls of models."""
    usual: dict[str, Any] = {
        "door": "/v1/chat/completions",
        "operation": "prompt",
        "model_asked": "gpt-x",
        "is_streamed": False,
        "outcome": uses[-1].outcome if uses else "model-not-found",
        "uses": uses,
        "duration_ms": 250.0,
    }
    return RequestRecord(**usual | facts)


def days(first: date = TODAY, last: date = TODAY, **facts: Any) -> UsageFilter:  # noqa: ANN401
    return UsageFilter(first=first, last=last, **facts)


def by(*dimensions: Any, labels: tuple[str, ...] = ()) -> Grouping:  # noqa: ANN401 - literal texts
    return Grouping(frozenset(dimensions), labels)


def figures(group: UsageSum) -> tuple[object, ...]:
    return (group.requests, group.input_tokens, group.output_tokens, group.cost_usd, group.unknown_cost_requests)


@contextmanager
def calling(organization_id: UUID, **facts: Any) -> Iterator[None]:  # noqa: ANN401 - the fields of a caller
    """Act as this caller of the organization."""
    with acting_as(replace(a_caller(organization_id), **facts)):
        yield


async def logged_calls(log: RequestLog, filters: RequestFilter | None = None) -> list[dict[str, Any]]:
    """Return the newest ten calls as the API shows them, amounts as they are written."""
    page = await log.page(filters or RequestFilter(), 10, None)
    calls: list[dict[str, Any]] = json.loads(b"[" + page.text + b"]", parse_float=Decimal)
    return calls


KINDS = TokenUsage(
    input_tokens=100,
    cached_input_tokens=40,
    cache_write_tokens=30,
    cache_write_5m_tokens=20,
    cache_write_1h_tokens=10,
    audio_input_tokens=5,
    output_tokens=50,
    reasoning_tokens=25,
    audio_output_tokens=2,
)


def usage_of(tokens: TokenUsage) -> dict[str, int | None]:
    """Return the tokens as the API shows them."""
    return {camel(kind): getattr(tokens, kind) for kind in TOKEN_KINDS}


def attempt_of(use: ModelCall) -> dict[str, Any]:
    """Return a call of a model as the API shows it."""
    return {
        "modelId": str(use.model_id),
        "providerId": str(use.provider_id),
        "providerModelId": use.provider_model_id,
        "wasCalled": use.was_called,
        "outcome": use.outcome,
        "upstreamStatus": use.http_status,
        "upstreamRequestId": use.upstream_request_id,
        "latencyMs": use.latency_ms,
        "costUsd": use.cost_usd,
    }


def csv_cells(call: Mapping[str, Any]) -> list[object]:
    """Return the cells of a call that the API shows like this, JSON parsed."""
    columns = CSV.columns[: -len(TOKEN_KINDS)]
    values = [*map(call.__getitem__, columns), *(call["usage"][camel(kind)] for kind in TOKEN_KINDS)]
    return [_cell(value) for value in values]


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return value or ""
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


class UsageContract:
    """The tests; a class for each implementation gives the subject."""

    @pytest.fixture
    def organization_id(self) -> UUID:
        return uuid4()

    async def test_nothing_used_is_nothing_reported(self, subject: UsageUnderTest, organization_id: UUID) -> None:
        with acting(organization_id):
            report = await subject.reports.read(days(), by("day"), 10)
        assert (report.groups, report.is_cut) == ([], False)
        assert figures(report.total) == (0, 0, 0, Decimal(0), 0)
        assert (report.total.outcomes, report.total.latency_ms_max) == ({}, 0.0)

    async def test_uses_of_a_model_are_added_up(self, subject: UsageUnderTest, organization_id: UUID) -> None:
        use = a_use()
        with acting(organization_id):
            subject.ledger.record(a_request(use))
            subject.ledger.record(
                a_request(
                    a_use(
                        model_id=use.model_id, provider_id=use.provider_id, latency_ms=50.5, cost_usd=Decimal("1E-10")
                    )
                )
            )
            await subject.settle()
            report = await subject.reports.read(days(), by("model"), 10)
        (group,) = report.groups
        assert figures(group) == (2, 200, 20, Decimal("0.0015000001"), 0)
        assert (group.latency_ms_total, group.latency_ms_max) == (250.5, 200.0)
        assert (group.day, group.provider_id, group.model_id) == (None, use.provider_id, use.model_id)
        assert group.provider_model_id == "gpt-x"

    async def test_what_comes_later_is_added_to_what_was_there(
        self, subject: UsageUnderTest, organization_id: UUID
    ) -> None:
        use = a_use()
        with acting(organization_id):
            for _ in range(3):
                subject.ledger.record(a_request(use))
                await subject.settle()
            report = await subject.reports.read(days(), by("day"), 10)
        assert figures(report.total) == (3, 300, 30, Decimal("0.0045"), 0)
        assert report.total.latency_ms_max == 200.0

    async def test_outcomes_are_distinguished(self, subject: UsageUnderTest, organization_id: UUID) -> None:
        use = a_use()
        failed = a_use(
            model_id=use.model_id,
            provider_id=use.provider_id,
            outcome="timeout",
            cost_usd=None,
            input_tokens=0,
            output_tokens=0,
            latency_ms=900.0,
        )
        with acting(organization_id):
            for each in (use, use, failed):
                subject.ledger.record(a_request(each))
            await subject.settle()
            report = await subject.reports.read(days(), by("model"), 10)
        (group,) = report.groups
        assert (group.requests, group.succeeded, group.outcomes) == (3, 2, {"ok": 2, "timeout": 1})
        assert (group.cost_usd, group.unknown_cost_requests) == (Decimal("0.003"), 1)
        assert group.latency_ms_max == 900.0

    async def test_days_are_days_of_utc_and_come_in_their_order(
        self, subject: UsageUnderTest, organization_id: UUID
    ) -> None:
        with acting(organization_id):
            for hours in (0, -12, -13, -36):
                subject.clock.time = NOON + timedelta(hours=hours)
                subject.ledger.record(a_request(a_use()))
            await subject.settle()
            report = await subject.reports.read(days(TODAY - timedelta(days=9)), by("day"), 10)
        assert [(group.day, group.requests) for group in report.groups] == [
            (TODAY - timedelta(days=1), 2),
            (TODAY, 2),
        ]

    async def test_both_ends_of_the_range_are_included_and_nothing_beyond(
        self, subject: UsageUnderTest, organization_id: UUID
    ) -> None:
        with acting(organization_id):
            for number in range(5):
                subject.clock.time = NOON - timedelta(days=number)
                subject.ledger.record(a_request(a_use()))
            await subject.settle()
            wanted = days(TODAY - timedelta(days=3), TODAY - timedelta(days=1))
            report = await subject.reports.read(wanted, by("day"), 10)
        assert [group.day for group in report.groups] == [TODAY - timedelta(days=number) for number in (3, 2, 1)]

    async def test_models_and_providers_can_be_picked_and_grouped(
        self, subject: UsageUnderTest, organization_id: UUID
    ) -> None:
        one, other = uuid4(), uuid4()
        cheap = a_use(provider_id=one, cost_usd=Decimal("0.1"))
        dear = a_use(provider_id=one, cost_usd=Decimal("0.3"))
        dearest = a_use(provider_id=other, cost_usd=Decimal("0.5"))
        with acting(organization_id):
            for use in (cheap, dear, dearest):
                subject.ledger.record(a_request(use))
            await subject.settle()
            by_model = await subject.reports.read(days(), by("model"), 10)
            by_provider = await subject.reports.read(days(), by("provider"), 10)
            of_one = await subject.reports.read(days(provider_id=one), by("model"), 10)
            of_cheap = await subject.reports.read(days(model_id=cheap.model_id), by("provider"), 10)
        assert [group.model_id for group in by_model.groups] == [dearest.model_id, dear.model_id, cheap.model_id]
        assert [(group.provider_id, group.cost_usd) for group in by_provider.groups] == [
            (other, Decimal("0.5")),
            (one, Decimal("0.4")),
        ]
        assert [group.model_id for group in of_one.groups] == [dear.model_id, cheap.model_id]
        assert figures(of_cheap.total)[0] == 1

    async def test_the_total_is_of_all_groups_also_of_those_beyond_the_limit(
        self, subject: UsageUnderTest, organization_id: UUID
    ) -> None:
        with acting(organization_id):
            for number in range(5):
                subject.ledger.record(a_request(a_use(cost_usd=Decimal(number))))
            await subject.settle()
            report = await subject.reports.read(days(), by("model"), 2)
        assert [group.cost_usd for group in report.groups] == [Decimal(4), Decimal(3)]
        assert report.is_cut
        assert (report.total.requests, report.total.cost_usd, report.total.outcomes) == (5, Decimal(10), {"ok": 5})

    async def test_organizations_see_their_own_alone(self, subject: UsageUnderTest, organization_id: UUID) -> None:
        use = a_use()
        elsewhere = uuid4()
        for each in (organization_id, elsewhere, elsewhere):
            with acting(each):
                subject.ledger.record(a_request(use))
        await subject.settle()
        for each, requests in ((organization_id, 1), (elsewhere, 2), (uuid4(), 0)):
            with acting(each):
                assert (await subject.reports.read(days(), by("day"), 10)).total.requests == requests

    async def test_latencies_are_means_of_what_went_well_lately(
        self, subject: UsageUnderTest, organization_id: UUID
    ) -> None:
        model_id, provider_id, other = uuid4(), uuid4(), uuid4()
        with acting(organization_id):
            for outcome, latency_ms in (("ok", 100.0), ("ok", 200.0), ("timeout", 9000.0)):
                subject.ledger.record(
                    a_request(a_use(model_id=model_id, provider_id=provider_id, outcome=outcome, latency_ms=latency_ms))
                )
            subject.ledger.record(a_request(a_use(model_id=other, outcome="timeout")))
            subject.clock.time = NOON - timedelta(days=3)
            subject.ledger.record(a_request(a_use(model_id=model_id, provider_id=provider_id, latency_ms=5000.0)))
            await subject.settle()
            latencies = await subject.reports.latencies(TODAY - timedelta(days=1))
        assert latencies == {model_id: 150.0}

    async def test_each_kind_of_tokens_is_added_up(self, subject: UsageUnderTest, organization_id: UUID) -> None:
        with acting(organization_id):
            for _ in range(2):
                subject.ledger.record(a_request(a_use(tokens=KINDS)))
            subject.ledger.record(a_request(a_use(tokens=TokenUsage())))
            await subject.settle()
            total = (await subject.reports.read(days(), by("day"), 10)).total
        assert {name: getattr(total, name) for name in TOKEN_KINDS} == {
            name: 2 * getattr(KINDS, name) for name in TOKEN_KINDS
        }

    async def test_each_call_of_a_model_counts_and_what_was_not_called_or_only_counted_does_not(
        self, subject: UsageUnderTest, organization_id: UUID
    ) -> None:
        never = a_use(outcome="auth_invalid", was_called=False, cost_usd=Decimal(0))
        failed = a_use(outcome="overloaded", cost_usd=Decimal(0), tokens=TokenUsage())
        with acting(organization_id):
            subject.ledger.record(a_request(never, failed, a_use()))
            subject.ledger.record(a_request(a_use(), operation="count_tokens"))
            subject.ledger.record(a_request())
            await subject.settle()
            total = (await subject.reports.read(days(), by("model"), 10)).total
            logged = await logged_calls(subject.log)
        assert (total.requests, total.outcomes, total.cost_usd) == (2, {"ok": 1, "overloaded": 1}, Decimal("0.0015"))
        assert sorted((each["operation"], each["outcome"], each["attemptCount"]) for each in logged) == [
            ("count_tokens", "ok", 1),
            ("prompt", "model-not-found", 0),
            ("prompt", "ok", 3),
        ]

    async def test_groups_have_several_dimensions_at_once(self, subject: UsageUnderTest, organization_id: UUID) -> None:
        key = uuid4()
        use = a_use()
        with calling(organization_id, actor="maria"):
            subject.ledger.record(a_request(use))
        subject.clock.time = NOON + timedelta(hours=1, minutes=59)
        for team in ("red", "blue", "blue"):
            with calling(organization_id, actor=str(key), access_key_id=key, labels={"team": team, "app": "chat"}):
                subject.ledger.record(a_request(use))
        await subject.settle()
        with acting(organization_id):
            by_key = await subject.reports.read(days(), by("key", "model"), 10)
            by_actor = await subject.reports.read(days(), by("actor", "day"), 10)
            by_label = await subject.reports.read(days(), by(labels=("team", "none")), 10)
            by_hour = await subject.reports.read(days(), by("hour", "day", "provider"), 10)
            of_key = await subject.reports.read(days(access_key_id=key), by("day"), 10)
            of_actor = await subject.reports.read(days(actor="maria"), by("day"), 10)
            of_team = await subject.reports.read(days(label=("team", "blue")), by("key"), 10)
        assert [(group.access_key_id, group.model_id, group.requests) for group in by_key.groups] == [
            (key, use.model_id, 3),
            (None, use.model_id, 1),
        ]
        assert [(group.day, group.actor, group.requests) for group in by_actor.groups] == [
            (TODAY, str(key), 3),
            (TODAY, "maria", 1),
        ]
        found = [(dict(group.labels or {}), group.requests) for group in by_label.groups]
        expected = [
            ({"none": None, "team": "blue"}, 2),
            ({"none": None, "team": "red"}, 1),
            ({"none": None, "team": None}, 1),
        ]
        assert len(found) == 3
        assert all(each in found for each in expected)
        assert [(group.hour, group.day, group.provider_id, group.requests) for group in by_hour.groups] == [
            (NOON, None, use.provider_id, 1),
            (NOON + timedelta(hours=1), None, use.provider_id, 3),
        ]
        assert [report.total.requests for report in (of_key, of_actor, of_team)] == [3, 1, 2]

    async def test_a_call_is_logged_with_all_that_is_known_of_it(
        self, subject: UsageUnderTest, organization_id: UUID
    ) -> None:
        key = uuid4()
        failed = a_use(outcome="overloaded", http_status=529, cost_usd=Decimal(0), tokens=TokenUsage())
        answered = a_use(tokens=KINDS, upstream_request_id="req_1", cost_usd=Decimal("0.25"))
        request = a_request(
            failed, answered, is_streamed=True, first_byte_ms=120.506, ignored_fields=("seed",), model_asked="best"
        )
        labels = {"team": "blue"}
        with calling(organization_id, actor="bot", access_key_id=key, labels=labels, correlation_id="ours-1"):
            subject.ledger.record(request)
        await subject.settle()
        with acting(organization_id):
            (logged,) = await logged_calls(subject.log)
        request_id = logged.pop("id")
        assert str(UUID(request_id)) == request_id
        assert logged == {
            "endedAt": "2026-11-23T12:00:00Z",
            "requestId": "ours-1",
            "actor": "bot",
            "accessKeyId": str(key),
            "labels": labels,
            "door": "/v1/chat/completions",
            "operation": "prompt",
            "isStreamed": True,
            "modelAsked": "best",
            "modelId": str(answered.model_id),
            "providerId": str(answered.provider_id),
            "providerType": "openai",
            "providerModelId": "gpt-x",
            "outcome": "ok",
            "usage": usage_of(KINDS),
            "costUsd": Decimal("0.25"),
            "costUnknownReason": None,
            "firstByteMs": Decimal("120.51"),
            "durationMs": 250,
            "upstreamRequestId": "req_1",
            "ignoredFields": ["seed"],
            "attemptCount": 2,
            "attempts": [attempt_of(failed), attempt_of(answered)],
        }

    async def test_a_call_comes_as_a_line_of_csv(self, subject: UsageUnderTest, organization_id: UUID) -> None:
        key = uuid4()
        plain = a_request(a_use(cost_usd=Decimal("1E-10")), is_streamed=True, first_byte_ms=120.506)
        hostile = a_request(model_asked='=1+"1",\n', ignored_fields=("seed", "n"))
        with calling(organization_id, actor="-bot", access_key_id=key, labels={"team": 'bl"ue'}):
            subject.ledger.record(hostile)
        subject.clock.time = NOON + timedelta(milliseconds=120)
        with calling(organization_id, actor="maria"):
            subject.ledger.record(plain)
        await subject.settle()
        with acting(organization_id):
            text = (await subject.log.lines(RequestFilter(), 10, None)).text
            calls = await logged_calls(subject.log)
        assert text.endswith(b"\r\n")
        lines = list(csv.reader(io.StringIO(text.decode(), newline=""), strict=True))
        expected = [csv_cells(each) for each in calls]
        expected[0][17] = "120.51"
        expected[1][3], expected[1][9] = "'-bot", '\'=1+"1",\n'
        for line, cells in zip(lines, expected, strict=True):
            assert [json.loads(cell) if cell[:1] in ("{", "[") else cell for cell in line] == cells

    async def test_tokens_of_calls_that_failed_are_logged_as_they_are_counted(
        self, subject: UsageUnderTest, organization_id: UUID
    ) -> None:
        cut = a_use(outcome="timeout", cost_usd=None, tokens=TokenUsage(input_tokens=7))
        with acting(organization_id):
            subject.ledger.record(a_request(cut, a_use(input_tokens=100, output_tokens=10)))
            await subject.settle()
            (logged,) = await logged_calls(subject.log)
            total = (await subject.reports.read(days(), by("day"), 10)).total
        assert logged["usage"] == usage_of(TokenUsage(input_tokens=107, output_tokens=10))
        assert (total.input_tokens, total.output_tokens) == (107, 10)

    async def test_a_cost_that_is_not_known_is_none_for_a_reason(
        self, subject: UsageUnderTest, organization_id: UUID
    ) -> None:
        with acting(organization_id):
            subject.ledger.record(a_request(a_use(cost_usd=None, cost_unknown="price-unknown")))
            subject.ledger.record(a_request(a_use(outcome="timeout", cost_usd=None, cost_unknown="usage-unknown")))
            subject.ledger.record(a_request(a_use(outcome="timeout", cost_usd=None), a_use(cost_usd=Decimal("0.5"))))
            subject.ledger.record(a_request())
            await subject.settle()
            logged = await logged_calls(subject.log)
            total = (await subject.reports.read(days(), by("day"), 10)).total
        assert {(each["costUsd"], each["costUnknownReason"]) for each in logged} == {
            (None, "price-unknown"),
            (None, "usage-unknown"),
            (Decimal("0.5"), None),
            (Decimal(0), None),
        }
        assert (total.cost_usd, total.unknown_cost_requests) == (sum(each["costUsd"] or 0 for each in logged), 3)

    async def test_the_log_is_filtered(self, subject: UsageUnderTest, organization_id: UUID) -> None:
        key = uuid4()
        mine = a_use(upstream_request_id="req_7", provider_model_id="claude-x")
        with calling(organization_id, actor="bot", access_key_id=key, labels={"team": "blue"}, correlation_id="r-1"):
            subject.ledger.record(a_request(mine, model_asked="my claude"))
        subject.clock.time = NOON + timedelta(minutes=5)
        with calling(organization_id, actor="maria", correlation_id="r-2"):
            subject.ledger.record(a_request(a_use(outcome="timeout", cost_usd=None), model_asked=str(mine.model_id)))
        await subject.settle()
        wanted: dict[str, list[dict[str, Any]]] = {
            "r-1": [
                {"until": NOON + timedelta(minutes=5)},
                {"model": "claude-x"},
                {"model": "my claude"},
                {"provider_id": mine.provider_id},
                {"access_key_id": key},
                {"actor": "bot"},
                {"outcome": "ok"},
                {"label": ("team", "blue")},
                {"request_id": "r-1"},
                {"request_id": "req_7"},
                {"actor": "bot", "outcome": "ok", "since": NOON},
            ],
            "r-2": [{"since": NOON + timedelta(minutes=5)}, {"model": "gpt-x"}, {"outcome": "timeout"}],
            "r-1 r-2": [{}, {"model": str(mine.model_id)}],
            "": [{"label": ("team", "red")}, {"actor": "bot", "outcome": "timeout"}, {"request_id": "r-3"}],
        }
        with acting(organization_id):
            for found, filters in wanted.items():
                for facts in filters:
                    chosen = RequestFilter(**facts)
                    logged = await logged_calls(subject.log, chosen)
                    assert " ".join(sorted(each["requestId"] for each in logged)) == found, facts
                    assert await subject.log.count(chosen) == len(found.split()), facts

    async def test_pages_of_the_log_have_every_call_once_the_newest_first(
        self, subject: UsageUnderTest, organization_id: UUID
    ) -> None:
        with acting(organization_id):
            for number in range(7):
                subject.clock.time = NOON + timedelta(seconds=number // 3)
                subject.ledger.record(a_request(a_use()))
            await subject.settle()
            seen: list[dict[str, Any]] = []
            lines = b""
            before = None
            for _ in range(4):
                page = await subject.log.page(RequestFilter(), 2, before)
                lines += (await subject.log.lines(RequestFilter(), 2, before)).text
                seen += json.loads(b"[" + page.text + b"]")
                before = page.next_before
        assert before is None
        assert len({each["id"] for each in seen}) == len(seen) == 7
        assert [each["endedAt"] for each in seen] == sorted((each["endedAt"] for each in seen), reverse=True)
        assert [line.split(",")[1] for line in lines.decode().splitlines()] == [each["id"] for each in seen]

    async def test_organizations_read_their_own_log_alone(self, subject: UsageUnderTest, organization_id: UUID) -> None:
        with acting(uuid4()):
            subject.ledger.record(a_request(a_use()))
        await subject.settle()
        with acting(organization_id):
            assert await logged_calls(subject.log) == []
            assert await subject.log.count(RequestFilter()) == 0
