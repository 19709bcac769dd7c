"""The quotas of an organization: read seldom, known everywhere within seconds, and never in anybody's way."""

import asyncio
from uuid import uuid4

from application.bounds.organization_quotas import LONGEST_TRUST, OrganizationQuotas
from application.bounds.quotas import DEFAULTS
from tests.fakes.clock import FakeTimer
from tests.fakes.quotas import FakeQuotas


class Setup:
    def __init__(self) -> None:
        self.organization_id = uuid4()
        self.reader = FakeQuotas()
        self.timer = FakeTimer()
        self.quotas = OrganizationQuotas(self.reader, self.timer, DEFAULTS.changed({"tests": 5}))

    async def models(self) -> int:
        return (await self.quotas.of(self.organization_id))["models"]


async def test_an_organizations_own_stand_in_place_of_the_installations() -> None:
    setup = Setup()
    setup.reader.own[setup.organization_id] = {"models": 3, "concurrent": 0}
    quotas = await setup.quotas.of(setup.organization_id)
    assert (quotas["models"], quotas["tests"], quotas["providers"]) == (3, 5, DEFAULTS["providers"])
    assert quotas.prompt_limits.concurrent is None
    assert (await setup.quotas.of(uuid4()))["models"] == DEFAULTS["models"]
    assert setup.quotas.known(setup.organization_id)["models"] == 3
    assert setup.quotas.known(uuid4())["models"] == DEFAULTS["models"]


async def test_they_are_read_once_for_many_requests() -> None:
    setup = Setup()
    found = await asyncio.gather(*(setup.models() for _ in range(20)))
    assert (set(found), setup.reader.reads) == ({DEFAULTS["models"]}, 1)
    assert [await setup.models() for _ in range(5)] == [DEFAULTS["models"]] * 5
    assert setup.reader.reads == 1


async def test_a_change_elsewhere_is_known_after_seconds_and_one_here_at_once() -> None:
    setup = Setup()
    await setup.models()
    setup.reader.own[setup.organization_id] = {"models": 3}
    # Half way they are read while nobody waits for it.
    setup.timer.time += LONGEST_TRUST * 0.6
    assert await setup.models() == DEFAULTS["models"]
    await asyncio.sleep(0)
    assert (await setup.models(), setup.reader.reads) == (3, 2)
    setup.reader.own[setup.organization_id] = {"models": 4}
    setup.timer.time += LONGEST_TRUST
    assert await setup.models() == 4
    setup.reader.own[setup.organization_id] = {"models": 5}
    setup.quotas.forget(setup.organization_id)
    assert await setup.models() == 5


async def test_what_is_read_while_it_is_changed_is_not_remembered() -> None:
    setup = Setup()
    reading = asyncio.create_task(setup.models())
    await asyncio.sleep(0)
    setup.quotas.forget(setup.organization_id)
    await reading
    setup.reader.own[setup.organization_id] = {"models": 5}
    assert await setup.models() == 5


async def test_without_the_database_the_last_ones_count() -> None:
    setup = Setup()
    setup.reader.own[setup.organization_id] = {"models": 3}
    await setup.models()
    setup.reader.is_away = True
    setup.timer.time += 10 * LONGEST_TRUST
    assert await setup.models() == 3
    assert (await setup.quotas.of(uuid4()))["models"] == DEFAULTS["models"]
