"""The monitor at work: everybody is checked, nobody waits for anybody, and only one process does it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import pairwise
from time import monotonic
from uuid import uuid4

import pytest

from adapters.postgres import elected_session
from adapters.postgres.monitor_election import PostgresMonitorElection
from application.errors import CredentialUnreadable
from application.health import health_monitor
from application.health.check_provider import Checked, CheckProvider
from application.health.concurrent_checks import Watch
from application.health.health_monitor import AlreadyMonitored, MonitorHealth, check_all, monitor_health
from application.health.monitor_election import ProviderToCheck
from entrypoints.container import Container
from sandbox.server import Sandbox
from tests.databases import Connection, Database
from tests.integration.health.seeded_organizations import Notes, SeededOrganizations, until
from tests.integration.health.test_election import terminate
from tests.log_contents import assert_whole, events

QUICK = MonitorHealth(interval_seconds=0.2)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the monitor look for what is due as often in proportion to its interval as it does to longer ones."""
    monkeypatch.setattr(health_monitor, "_SHORTEST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(elected_session, "_STANDING_SECONDS", 0.1)


@asynccontextmanager
async def monitoring(
    container: Container, notes: Notes, watch: Watch | None = None, election: PostgresMonitorElection | None = None
) -> AsyncIterator[None]:
    work = monitor_health(
        QUICK, election=election or container.election(), watch=watch or container.watch_provider(), observer=notes
    )
    task = asyncio.create_task(work)
    yield
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class Watched:
    """Watches as the real one does, and counts how many do so at a time."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.at_a_time = 0
        self.most = 0
        self.spans: list[tuple[float, float]] = []

    async def __call__(self, command: CheckProvider) -> Checked | None:
        self.at_a_time += 1
        self.most = max(self.most, self.at_a_time)
        started = monotonic()
        try:
            return await self._watch(command)
        finally:
            self.at_a_time -= 1
            self.spans.append((started, monotonic()))


def has_status(seeded: SeededOrganizations, provider: ProviderToCheck, status: str) -> bool:
    return seeded.status(provider) == status


def has_checked(notes: Notes, count: int) -> bool:
    return len(notes.order) >= count


def is_deposed(notes: Notes) -> bool:
    return notes.terms[-1] == "unavailable"


async def test_two_hundred_providers_do_not_wait_for_a_slow_and_a_hanging_one(
    seeded: SeededOrganizations, sandbox: Sandbox, container: Container
) -> None:
    organizations = [uuid4() for _ in range(5)]
    hanging = await seeded.provider(organizations[0], "google")
    slow = await seeded.provider(organizations[1], "anthropic")
    others = [await seeded.provider(organizations[number % 5]) for number in range(198)]
    sandbox.faults.add(kind="hang", provider="google")
    sandbox.faults.add(kind="delay", provider="anthropic", seconds=1.2)
    notes, watched = Notes(), Watched(container.watch_provider())
    started = monotonic()
    await check_all(election=container.election(), watch=watched, observer=notes)
    seconds = monotonic() - started
    assert (len(notes.order), notes.total, notes.failures) == (200, 200, [])
    assert watched.most == 16
    found = {provider: checks[0].report for provider, checks in notes.outcomes.items()}
    assert (found[hanging].outcome.category, found[slow].status) == ("timeout", "healthy")
    assert {found[provider].status for provider in others} == {"healthy"}
    assert found[hanging].response_time_ms <= 2000
    # The slow ones were the first to be begun, and the others continued beside them.
    assert notes.order.index(hanging) > 16
    assert notes.order.index(slow) > 16
    assert seconds < 30
    assert_whole(seeded.owner)


async def test_everything_is_done_as_the_tenant_whose_provider_it_is(
    seeded: SeededOrganizations, container: Container
) -> None:
    watched = [await seeded.provider(played_by=name) for name in ("openai", "anthropic", "google")]
    await check_all(election=container.election(), watch=container.watch_provider(), observer=Notes())
    for provider in watched:
        assert len(seeded.evidence(provider)) == 1
        assert seeded.evidence(provider)[0]["status"] == "healthy"
        *_, event = events(seeded.owner, provider.organization_id)
        assert (event["aggregate_id"], event["actor"]) == (provider.provider_id, "system:health-monitor")
    rows = seeded.owner.execute(
        "SELECT count(*) FROM provider_checks c JOIN ai_providers p ON p.id = c.provider_id"
        " WHERE p.organization_id <> c.organization_id"
    ).fetchone()
    assert rows == (0,)


async def test_disabled_providers_are_left_alone(
    seeded: SeededOrganizations, sandbox: Sandbox, container: Container
) -> None:
    disabled, enabled = await seeded.provider(is_enabled=False), await seeded.provider(played_by="anthropic")
    notes = Notes()
    async with monitoring(container, notes):
        await until(lambda: len(notes.order) > 3)
        await seeded.change(enabled, is_enabled=False)
        seen = len(notes.order)
        await asyncio.sleep(3 * QUICK.interval_seconds)
    assert set(notes.order) == {enabled}
    # At most the one that was under way.
    assert len(notes.order) <= seen + 1
    assert {received.provider for received in sandbox.requests} == {"anthropic"}
    assert (seeded.status(disabled), seeded.status(enabled)) == ("unknown", "healthy")
    assert seeded.story(disabled) == ["provider.registered"]


async def test_an_outage_is_found_and_its_end_too(
    seeded: SeededOrganizations, sandbox: Sandbox, container: Container
) -> None:
    provider = await seeded.provider()
    notes = Notes()
    async with monitoring(container, notes):
        for fault, status in ((None, "healthy"), ("html_502", "unhealthy"), (None, "healthy")):
            sandbox.faults.clear()
            if fault:
                sandbox.faults.add(kind=fault)
            await until(partial(has_status, seeded, provider, status))
    assert seeded.story(provider) == ["provider.registered", *["provider.health-changed"] * 3]
    assert len(seeded.evidence(provider)) >= 6
    assert (notes.terms, notes.failures) == (["elected"], [])


async def test_an_interval_is_kept(seeded: SeededOrganizations, container: Container) -> None:
    provider = await seeded.provider()
    notes = Notes()
    async with monitoring(container, notes):
        await until(lambda: len(notes.order) >= 6)
    times = [checked.report.checked_at for checked in notes.outcomes[provider]]
    # Give or take a tenth.
    assert min((after - before).total_seconds() for before, after in pairwise(times)) >= 0.9 * QUICK.interval_seconds
    assert len(seeded.evidence(provider)) == len(notes.order)


async def test_one_that_cannot_be_checked_neither_stops_the_others_nor_is_tried_all_the_time(
    seeded: SeededOrganizations, container: Container
) -> None:
    broken = await seeded.provider()
    seeded.owner.execute("UPDATE provider_credentials SET ciphertext = sha256(ciphertext)")
    works = await seeded.provider()
    notes = Notes()
    async with monitoring(container, notes):
        await until(lambda: len(notes.order) >= 4)
    assert set(notes.order) == {works}
    assert {(provider, type(error)) for provider, error in notes.failures} == {(broken, CredentialUnreadable)}
    # As often as the others, not as often as is looked for what is due.
    assert 1 <= len(notes.failures) <= 3 * len(notes.order)


async def test_a_mistake_of_ours_ends_one_check_alone(seeded: SeededOrganizations, container: Container) -> None:
    unlucky, works = await seeded.provider(), await seeded.provider()
    real: Watch = container.watch_provider()

    async def watch(command: CheckProvider) -> Checked | None:
        if command.provider_id == unlucky.provider_id:
            raise ZeroDivisionError
        return await real(command)

    notes = Notes()
    await check_all(election=container.election(), watch=watch, observer=notes)
    assert notes.order == [works]
    assert [(provider, type(error)) for provider, error in notes.failures] == [(unlucky, ZeroDivisionError)]


async def test_a_removed_provider_is_passed_over(
    seeded: SeededOrganizations, sandbox: Sandbox, container: Container
) -> None:
    provider = await seeded.provider()
    sandbox.faults.add(kind="hold")
    notes = Notes()
    check = asyncio.create_task(
        check_all(election=container.election(), watch=container.watch_provider(), observer=notes)
    )
    await sandbox.wait_for_requests(1)
    await seeded.remove(provider)
    sandbox.faults.clear()
    await check
    assert (notes.passed, notes.failures, notes.order) == ([provider], [], [])


async def test_a_second_sweep_is_refused_while_there_is_a_monitor(container: Container, database: Database) -> None:
    async with PostgresMonitorElection(database.admin_url).term():
        with pytest.raises(AlreadyMonitored):
            await check_all(election=container.election(), watch=container.watch_provider(), observer=Notes())


async def test_of_two_monitors_one_works_and_the_other_follows_it(
    seeded: SeededOrganizations, container: Container, database: Database, owner: Connection
) -> None:
    watched = [await seeded.provider() for _ in range(5)]
    notes = [Notes(), Notes()]
    watchers = [Watched(container.watch_provider()), Watched(container.watch_provider())]
    elections = [PostgresMonitorElection(database.admin_url), PostgresMonitorElection(database.admin_url)]
    async with (
        monitoring(container, notes[0], watchers[0], elections[0]),
        monitoring(container, notes[1], watchers[1], elections[1]),
    ):
        for _ in range(3):
            await until(lambda: sum(len(each.terms) % 2 for each in notes) == 1)
            holder = next(number for number, each in enumerate(notes) if len(each.terms) % 2)
            await until(partial(has_checked, notes[holder], len(notes[holder].order) + 2 * len(watched)))
            ended = monotonic()
            terminate(owner)
            await until(partial(is_deposed, notes[holder]))
            await until(lambda: any(each.terms[-1:] == ["elected"] for each in notes))
            assert monotonic() - ended < 5
    assert sum(each.terms.count("elected") for each in notes) == 4
    assert all(not each.failures for each in notes)
    spans = [(start, end, number) for number, each in enumerate(watchers) for start, end in each.spans]
    spans.sort()
    overlapping = [
        (one, other)
        for one in spans
        for other in spans
        if one[2] < other[2] and one[0] < other[1] and other[0] < one[1]
    ]
    assert overlapping == []
