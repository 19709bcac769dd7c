"""What every ledger of use does, and what its reports tell of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID, uuid4

import pytest

from application.usage.usage_ledger import UsageFilter, Use
from tests.builders import acting

if TYPE_CHECKING:
    from application.usage.usage_ledger import UsageLedger, UsageReports, UsageSum
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
    def clock(self) -> FakeClock: ...

    async def settle(self) -> None:
        """Wait until what was recorded can be reported."""
        ...


def a_use(**facts: Any) -> Use:  # noqa: ANN401 - the fields of a use
    usual: dict[str, Any] = {
        "model_id": uuid4(),
        "provider_id": uuid4(),
        "provider_type": "openai",
        "provider_model_id": "gpt-x",
        "outcome": "ok",
        "input_tokens": 100,
        "output_tokens": 10,
        "cost_usd": Decimal("0.0015"),
        "latency_ms": 200.0,
    }
    return Use(**usual | facts)


def days(first: date = TODAY, last: date = TODAY, **facts: Any) -> UsageFilter:  # noqa: ANN401
    return UsageFilter(first=first, last=last, **facts)


def figures(group: UsageSum) -> tuple[object, ...]:
    return (group.requests, group.input_tokens, group.output_tokens, group.cost_usd, group.unknown_cost_requests)


class UsageContract:
    """The tests; a class for each implementation gives the subject."""

    @pytest.fixture
    def organization_id(self) -> UUID:
        return uuid4()

    async def test_nothing_used_is_nothing_reported(self, subject: UsageUnderTest, organization_id: UUID) -> None:
        with acting(organization_id):
            report = await subject.reports.read(days(), "day", 10)
        assert (report.groups, report.is_cut) == ([], False)
        assert figures(report.total) == (0, 0, 0, Decimal(0), 0)
        assert (report.total.outcomes, report.total.latency_ms_max) == ({}, 0.0)

    async def test_uses_of_a_model_are_added_up(self, subject: UsageUnderTest, organization_id: UUID) -> None:
        use = a_use()
        with acting(organization_id):
            subject.ledger.record(use)
            subject.ledger.record(
                a_use(model_id=use.model_id, provider_id=use.provider_id, latency_ms=50.5, cost_usd=Decimal("1E-10"))
            )
            await subject.settle()
            report = await subject.reports.read(days(), "model", 10)
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
                subject.ledger.record(use)
                await subject.settle()
            report = await subject.reports.read(days(), "day", 10)
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
                subject.ledger.record(each)
            await subject.settle()
            report = await subject.reports.read(days(), "model", 10)
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
                subject.ledger.record(a_use())
            await subject.settle()
            report = await subject.reports.read(days(TODAY - timedelta(days=9)), "day", 10)
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
                subject.ledger.record(a_use())
            await subject.settle()
            wanted = days(TODAY - timedelta(days=3), TODAY - timedelta(days=1))
            report = await subject.reports.read(wanted, "day", 10)
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
                subject.ledger.record(use)
            await subject.settle()
            by_model = await subject.reports.read(days(), "model", 10)
            by_provider = await subject.reports.read(days(), "provider", 10)
            of_one = await subject.reports.read(days(provider_id=one), "model", 10)
            of_cheap = await subject.reports.read(days(model_id=cheap.model_id), "provider", 10)
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
                subject.ledger.record(a_use(cost_usd=Decimal(number)))
            await subject.settle()
            report = await subject.reports.read(days(), "model", 2)
        assert [group.cost_usd for group in report.groups] == [Decimal(4), Decimal(3)]
        assert report.is_cut
        assert (report.total.requests, report.total.cost_usd, report.total.outcomes) == (5, Decimal(10), {"ok": 5})

    async def test_organizations_see_their_own_alone(self, subject: UsageUnderTest, organization_id: UUID) -> None:
        use = a_use()
        elsewhere = uuid4()
        for each in (organization_id, elsewhere, elsewhere):
            with acting(each):
                subject.ledger.record(use)
        await subject.settle()
        for each, requests in ((organization_id, 1), (elsewhere, 2), (uuid4(), 0)):
            with acting(each):
                assert (await subject.reports.read(days(), "day", 10)).total.requests == requests

    async def test_latencies_are_means_of_what_went_well_lately(
        self, subject: UsageUnderTest, organization_id: UUID
    ) -> None:
        model_id, provider_id, other = uuid4(), uuid4(), uuid4()
        with acting(organization_id):
            for outcome, latency_ms in (("ok", 100.0), ("ok", 200.0), ("timeout", 9000.0)):
                subject.ledger.record(
                    a_use(model_id=model_id, provider_id=provider_id, outcome=outcome, latency_ms=latency_ms)
                )
            subject.ledger.record(a_use(model_id=other, outcome="timeout"))
            subject.clock.time = NOON - timedelta(days=3)
            subject.ledger.record(a_use(model_id=model_id, provider_id=provider_id, latency_ms=5000.0))
            await subject.settle()
            latencies = await subject.reports.latencies(TODAY - timedelta(days=1))
        assert latencies == {model_id: 150.0}
