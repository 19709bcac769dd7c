"""The contract of every store of health checks."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest

from application.errors import ProviderNotFound
from application.health.health_checks import HealthChecks, Seen, Streak
from tests.builders import acting
from tests.fakes.health_checks import continued

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ANYTHING: Sequence[Seen | None] = (*get_args(Seen), None)

Known = Callable[[UUID], Awaitable[UUID]]


async def recorded(
    checks: HealthChecks, organization_id: UUID, provider_id: UUID, number: int = 0, seen: Seen | None = "healthy"
) -> Streak:
    with acting(organization_id):
        return await checks.record(provider_id, NOON + timedelta(seconds=number), {"number": number}, seen)


async def recent(checks: HealthChecks, organization_id: UUID, provider_id: UUID, limit: int = 1000) -> list[Any]:
    with acting(organization_id):
        return [report["number"] for report in await checks.recent(provider_id, limit)]


class HealthChecksContract:
    """Inherited by the tests of each; `checks` is the store, `known` makes it know a provider of an organization."""

    @pytest.fixture
    def organization(self) -> UUID:
        return uuid4()

    @pytest.mark.parametrize("seed", range(5))
    async def test_a_streak_continues_until_something_else_is_seen(
        self, checks: HealthChecks, organization: UUID, seed: int
    ) -> None:
        provider_id, expected = uuid4(), Streak()
        for number, seen in enumerate(Random(seed).choices(ANYTHING, k=30)):
            expected = continued(expected, seen)
            assert await recorded(checks, organization, provider_id, number, seen) == expected

    async def test_the_first_check_may_see_nothing(self, checks: HealthChecks, organization: UUID) -> None:
        provider_id = uuid4()
        assert await recorded(checks, organization, provider_id, 0, None) == Streak()
        first = await recorded(checks, organization, provider_id, 1, "degraded")
        assert first == Streak(failures=0, successes=1, seen="degraded", repeats=1)

    async def test_the_newest_checks_come_first(self, checks: HealthChecks, organization: UUID) -> None:
        provider_id = uuid4()
        for number in (0, 2, 1):
            await recorded(checks, organization, provider_id, number)
        assert await recent(checks, organization, provider_id) == [2, 1, 0]
        assert await recent(checks, organization, provider_id, 2) == [2, 1]

    async def test_the_newest_hundred_are_kept(self, checks: HealthChecks, organization: UUID) -> None:
        provider_id = uuid4()
        for number in range(103):
            await recorded(checks, organization, provider_id, number)
        assert await recent(checks, organization, provider_id) == list(range(102, 2, -1))

    async def test_no_more_than_a_hundred_of_the_same_moment_are_kept(
        self, checks: HealthChecks, organization: UUID
    ) -> None:
        provider_id = uuid4()
        for _ in range(103):
            await recorded(checks, organization, provider_id, 7)
        assert await recent(checks, organization, provider_id) == [7] * 100

    async def test_providers_and_organizations_have_checks_of_their_own(
        self, checks: HealthChecks, organization: UUID
    ) -> None:
        provider_id, other = uuid4(), uuid4()
        await recorded(checks, organization, provider_id, 1, "unhealthy")
        assert await recent(checks, organization, other) == []
        assert await recent(checks, other, provider_id) == []
        assert (await recorded(checks, other, provider_id, 2, "unhealthy")).failures == 1
        assert (await recorded(checks, organization, other, 3, "unhealthy")).failures == 1

    async def test_a_provider_has_the_status_of_its_checks(
        self, checks: HealthChecks, organization: UUID, known: Known
    ) -> None:
        provider_id = await known(organization)
        with acting(organization):
            before = await checks.state(provider_id)
        assert (before.status, before.streak, before.last_check_at) == ("unknown", Streak(), None)
        streak = await recorded(checks, organization, provider_id, 5, "degraded")
        with acting(organization):
            after = await checks.state(provider_id)
        assert (after.streak, after.last_check_at) == (streak, NOON + timedelta(seconds=5))
        assert after.since == before.since

    async def test_no_other_organization_sees_the_status_of_a_provider(
        self, checks: HealthChecks, organization: UUID, known: Known
    ) -> None:
        provider_id = await known(organization)
        for organization_id, asked in ((uuid4(), provider_id), (organization, uuid4())):
            with acting(organization_id), pytest.raises(ProviderNotFound):
                await checks.state(asked)
