"""Figures of use in Postgres: what the contract says, and what becomes of them when things go wrong."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.request_log import PostgresRequestLog
from adapters.postgres.tenant_statements import Statement, Tenant
from adapters.postgres.usage_ledger import PostgresUsageLedger
from adapters.postgres.usage_reports import PostgresUsageReports
from application.caller import NoCaller
from application.errors import Unavailable
from application.ports.log_pages import LogPage
from application.usage.request_log import RequestFilter
from tests.builders import acting
from tests.contract.usage_contract import NOON, UsageContract, a_request, a_use, by, days
from tests.databases import Connection, Database
from tests.fakes.clock import FakeClock


class Subject:
    """A ledger that writes when a test lets it."""

    def __init__(self, tenant: Tenant) -> None:
        self.clock = FakeClock(NOON)
        self.ledger = PostgresUsageLedger(tenant, self.clock, flush_seconds=3600.0)
        self.reports = PostgresUsageReports(tenant)
        self.log = PostgresRequestLog(tenant)

    async def settle(self) -> None:
        await self.ledger.flush()


@pytest.fixture
def subject(tenant: Tenant) -> Subject:
    return Subject(tenant)


class TestPostgresUsage(UsageContract):
    """The contract, on the subject of this file."""


async def requests(subject: Subject, organization_id: UUID) -> int:
    with acting(organization_id):
        return (await subject.reports.read(days(), by("day"), 10)).total.requests


async def test_uses_are_written_by_themselves_about_a_second_later(tenant: Tenant) -> None:
    subject = Subject(tenant)
    subject.ledger = PostgresUsageLedger(tenant, subject.clock, flush_seconds=0.01)
    organization_id = uuid4()
    await subject.ledger.start()
    with acting(organization_id):
        subject.ledger.record(a_request(a_use()))
    for _ in range(500):
        await asyncio.sleep(0.01)
        if await requests(subject, organization_id):
            break
    assert await requests(subject, organization_id) == 1
    await subject.ledger.close()
    assert await requests(subject, organization_id) == 1


async def test_closing_writes_what_there_is(subject: Subject) -> None:
    organization_id = uuid4()
    await subject.ledger.start()
    with acting(organization_id):
        subject.ledger.record(a_request(a_use()))
    assert await requests(subject, organization_id) == 0
    await subject.ledger.close()
    assert await requests(subject, organization_id) == 1


async def test_two_processes_that_write_at_once_lose_nothing(tenant: Tenant, subject: Subject) -> None:
    other = Subject(tenant)
    organization_id = uuid4()
    uses = [a_use() for _ in range(20)]
    for ledger, order in ((subject.ledger, uses), (other.ledger, uses[::-1])):
        with acting(organization_id):
            for use in order:
                ledger.record(a_request(use))
    await asyncio.gather(subject.ledger.flush(), other.ledger.flush())
    assert await requests(subject, organization_id) == 40


async def test_while_the_database_is_away_figures_wait_and_grow(
    subject: Subject, owner: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    organization_id = uuid4()
    use = a_use(cost_usd=Decimal("0.25"))
    with acting(organization_id):
        subject.ledger.record(a_request(use))
    with nobody_let_in(owner):
        await subject.ledger.flush()
        assert "wait for the database" in caplog.text
        with acting(organization_id):
            subject.ledger.record(a_request(use))
    await subject.ledger.flush()
    with acting(organization_id):
        report = await subject.reports.read(days(), by("day"), 10)
    assert (report.total.requests, report.total.cost_usd) == (2, Decimal("0.5"))


@contextmanager
def nobody_let_in(owner: Connection) -> Iterator[None]:
    """Let the API's role into the database no more while the block runs."""
    owner.execute("ALTER ROLE modelbook_app NOLOGIN")
    try:
        owner.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
            " WHERE usename = 'modelbook_app' AND datname = current_database()"
        )
        yield
    finally:
        owner.execute("ALTER ROLE modelbook_app LOGIN")


async def test_figures_that_the_database_refuses_are_not_tried_for_ever(
    subject: Subject, caplog: pytest.LogCaptureFixture
) -> None:
    ill, well = uuid4(), uuid4()
    with acting(ill):
        subject.ledger.record(a_request(a_use(provider_model_id="no\x00text")))
    with acting(well):
        subject.ledger.record(a_request(a_use()))
    await subject.ledger.flush()
    assert "refuses its row" in caplog.text
    assert await requests(subject, well) == 1
    caplog.clear()
    await subject.ledger.flush()
    assert caplog.text == ""


async def test_a_call_that_the_database_refuses_takes_no_other_with_it(
    subject: Subject, caplog: pytest.LogCaptureFixture
) -> None:
    organization_id = uuid4()
    with acting(organization_id):
        for name in ("a", "b", "no\x00text", "c", "d"):
            subject.ledger.record(a_request(a_use(provider_model_id=name)))
    await subject.ledger.flush()
    assert caplog.text.count("refuses its row") == 1
    assert await requests(subject, organization_id) == 4


class LosesAnAnswer(Tenant):
    """Statements whose first answer is lost: they were executed, and whoever asked does not know."""

    has_lost = False

    async def rows(self, statement: Statement, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        rows = await super().rows(statement, parameters)
        if not self.has_lost:
            self.has_lost = True
            raise Unavailable
        return rows


async def test_what_was_written_already_counts_no_more(database: Database) -> None:
    organization_id = uuid4()
    async with reading_pool(database.app_url, size=1) as pool:
        subject = Subject(LosesAnAnswer(pool))
        with acting(organization_id):
            subject.ledger.record(a_request(a_use()))
        await subject.ledger.flush()
        await subject.ledger.flush()
        assert await requests(subject, organization_id) == 1
        with acting(organization_id):
            assert await subject.log.count(RequestFilter()) == 1


async def test_what_waits_for_the_database_is_bounded_in_bytes(
    tenant: Tenant, owner: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    subject = Subject(tenant)
    subject.ledger = PostgresUsageLedger(tenant, subject.clock, flush_seconds=3600.0, most_bytes_waiting=20_000)
    organization_id = uuid4()
    with acting(organization_id):
        for _ in range(1000):
            subject.ledger.record(a_request(a_use()))
    with nobody_let_in(owner):
        await subject.ledger.flush()
    await subject.ledger.flush()
    kept = await requests(subject, organization_id)
    assert 10 < kept < 40
    assert f"{1000 - kept} calls are lost" in caplog.text


async def test_a_use_belongs_to_somebody(subject: Subject) -> None:
    with pytest.raises(NoCaller):
        subject.ledger.record(a_request(a_use()))


async def test_figures_stay_when_the_model_is_gone(subject: Subject, owner: Connection) -> None:
    organization_id = uuid4()
    with acting(organization_id):
        subject.ledger.record(a_request(a_use()))
    await subject.ledger.flush()
    references = owner.execute(
        "SELECT count(*) FROM pg_constraint WHERE conrelid = 'model_usage'::regclass AND contype = 'f'"
    ).fetchone()
    assert references == (0,)
    assert await requests(subject, organization_id) == 1


async def test_a_search_goes_on_where_it_has_looked_at_enough(subject: Subject, tenant: Tenant) -> None:
    chosen = RequestFilter(outcome="timeout")
    with acting(uuid4()):
        for number in range(20):
            subject.clock.time = NOON + timedelta(seconds=number // 2)
            outcome = "timeout" if number in (0, 7, 8, 9, 18) else "ok"
            subject.ledger.record(a_request(a_use(outcome=outcome)))
        await subject.settle()
        whole = shown(await subject.log.page(chosen, 20, None))
        assert len(whole) == 5
        for looked_at, statements_a_page in ((1, 1), (3, 2), (4, 1), (30, 1)):
            log = PostgresRequestLog(tenant, looked_at=looked_at, statements_a_page=statements_a_page)
            assert len(shown(await log.page(RequestFilter(), 20, None))) == 20
            for limit in (1, 2, 10):
                pages = [await log.page(chosen, limit, None)]
                lines = (await log.lines(chosen, limit, None)).text
                while (place := pages[-1].next_before) is not None:
                    pages.append(await log.page(chosen, limit, place))
                found = [shown(page) for page in pages]
                assert [each for page in found for each in page] == whole
                assert lines.count(b"\r\n") == len(found[0]) <= limit
                if looked_at > 20:
                    # As long as not too many are looked at, every page but the last one is full, and none is empty.
                    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
                    assert found[-1]


async def test_calls_that_end_during_a_search_have_nothing_found_twice(subject: Subject, database: Database) -> None:
    async def end_a_call(outcome: str) -> None:
        subject.clock.time += timedelta(seconds=1)
        subject.ledger.record(a_request(a_use(outcome=outcome)))
        await subject.settle()

    class Busy(Tenant):
        async def results(self, *statements: tuple[Statement, Mapping[str, Any]]) -> list[list[tuple[Any, ...]]]:
            results = await super().results(*statements)
            await end_a_call("ok")
            return results

    chosen = RequestFilter(outcome="timeout")
    with acting(uuid4()):
        for _ in range(10):
            await end_a_call("timeout")
        whole = shown(await subject.log.page(chosen, 20, None))
        assert len(whole) == 10
        async with reading_pool(database.app_url) as pool:
            log = PostgresRequestLog(Busy(pool), looked_at=3)
            assert shown(await log.page(chosen, 20, None)) == whole


def shown(page: LogPage[Any]) -> list[str]:
    """Return the ids of a page's calls."""
    return [each["id"] for each in orjson.loads(b"[" + page.text + b"]")]
