"""The monitor's time is shared by organization: nobody waits for the many hanging providers of another."""

import asyncio
from uuid import UUID, uuid4

from application.caller import current_caller
from application.health.check_provider import CheckProvider
from application.health.concurrent_checks import ConcurrentChecks
from application.health.monitor_election import ProviderToCheck
from tests.integration.health.seeded_organizations import Notes


class Upstreams:
    """Providers that answer when the test says so, or at once."""

    def __init__(self, *hanging: UUID) -> None:
        self.hanging = set(hanging)
        self.begun: list[UUID] = []
        self.answers = asyncio.Semaphore(0)
        self.at_a_time = self.most = 0

    async def __call__(self, _: CheckProvider) -> None:
        organization_id = current_caller().organization_id
        self.begun.append(organization_id)
        self.at_a_time += 1
        self.most = max(self.most, self.at_a_time)
        try:
            if organization_id in self.hanging:
                await self.answers.acquire()
        finally:
            self.at_a_time -= 1


def providers_of(organization_id: UUID, count: int) -> list[ProviderToCheck]:
    return [ProviderToCheck(organization_id=organization_id, provider_id=uuid4()) for _ in range(count)]


async def test_five_thousand_hanging_providers_of_one_delay_nobody_else() -> None:
    noisy, others = uuid4(), [uuid4() for _ in range(20)]
    upstreams = Upstreams(noisy)
    checks = ConcurrentChecks(upstreams, Notes(), concurrency=16, rest_seconds=60)
    checks.start(providers_of(noisy, 5_000))
    for other in others:
        checks.start(providers_of(other, 3))
    # One of the hanging checks ends for each other organization, as they do after two seconds.
    for _ in range(len(others)):
        upstreams.answers.release()
        for _ in range(10):
            await asyncio.sleep(0)
    assert {upstreams.begun.count(other) for other in others} == {3}
    assert upstreams.begun.count(noisy) < 60
    assert upstreams.most == 16
    await checks.stop()
    assert not await checks.are_under_way(seconds=0)


async def test_who_is_alone_has_all_of_it_and_nobody_is_checked_twice() -> None:
    only = uuid4()
    upstreams, notes = Upstreams(only), Notes()
    checks = ConcurrentChecks(upstreams, notes, concurrency=4, rest_seconds=60)
    providers = providers_of(only, 10)
    for _ in range(3):
        checks.start(providers)
    await asyncio.sleep(0)
    assert (upstreams.at_a_time, notes.total) == (4, 10)
    for _ in providers:
        upstreams.answers.release()
    while await checks.are_under_way(seconds=5):
        pass
    assert len(upstreams.begun) == 10
    assert set(notes.passed) == set(providers)
