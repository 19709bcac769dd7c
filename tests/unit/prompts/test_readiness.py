"""What is remembered between prompts, for how long, and what makes it be forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from application.caller import NobodyCalling, acting_as
from application.errors import ModelNotFound, Unavailable
from application.policies.candidates import ModelByAnyName, ModelById, Need
from application.ports.catalogue import KnownModel
from application.ports.usage import Use
from application.ports.vault import KeyBinding
from application.prompts.readiness import LONGEST_TRUST
from tests.builders import AN_ENDPOINT, a_caller
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.rosters import FakeRosters
from tests.fakes.timer import FakeTimer
from tests.prompts import Desk, a_registered_model, an_account

if TYPE_CHECKING:
    from application.ports.roster import Roster
    from application.prompts.ready import Ready


def a_desk() -> tuple[Desk, FakeTimer]:
    timer = FakeTimer()
    return Desk(timer=timer), timer


async def names(desk: Desk) -> list[str]:
    with desk.acting():
        return [candidate.name for candidate in (await desk.readiness.ready()).candidates]


async def settled() -> None:
    """Let what goes on in the background come to its end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)


async def test_many_prompts_read_once() -> None:
    desk, timer = a_desk()
    desk.model(name="one")
    for _ in range(5):
        assert await names(desk) == ["one"]
        timer.time += 0.1
    assert (desk.rosters.reads, desk.rosters.asked) == (1, 0)


async def test_a_write_in_this_process_is_seen_at_once() -> None:
    desk, _ = a_desk()
    model = desk.model(name="before")
    assert await names(desk) == ["before"]
    desk.rosters.put(desk.organization_id, replace(model, name="after"))
    desk.readiness.forget(desk.organization_id)
    assert await names(desk) == ["after"]


async def test_a_write_of_another_organization_changes_nothing() -> None:
    desk, _ = a_desk()
    await names(desk)
    desk.readiness.forget(uuid4())
    await names(desk)
    assert desk.rosters.reads == 1


async def test_a_write_elsewhere_is_seen_before_two_seconds_are_over() -> None:
    desk, timer = a_desk()
    model = desk.model(name="before")
    assert await names(desk) == ["before"]
    desk.rosters.put(desk.organization_id, replace(model, name="after"))
    timer.time += LONGEST_TRUST
    assert await names(desk) == ["after"]


async def test_the_log_is_asked_while_prompts_go_on() -> None:
    desk, timer = a_desk()
    model = desk.model(name="before")
    await names(desk)
    desk.rosters.put(desk.organization_id, replace(model, name="after"))
    timer.time += LONGEST_TRUST / 2
    assert await names(desk) == ["before"]
    await settled()
    assert await names(desk) == ["after"]


async def test_as_long_as_the_log_has_not_grown_nothing_is_read_again() -> None:
    desk, timer = a_desk()
    await names(desk)
    for _ in range(10):
        timer.time += LONGEST_TRUST
        await names(desk)
    assert (desk.rosters.reads, desk.rosters.asked) == (1, 10)


async def test_what_the_calendar_changes_is_seen_within_the_hour() -> None:
    desk, timer = a_desk()
    await names(desk)
    timer.time += 3601
    await names(desk)
    assert desk.rosters.reads == 2


async def test_everybody_waits_for_the_same_reading_and_who_leaves_takes_it_from_nobody() -> None:
    desk, _ = a_desk()
    desk.model(name="one")
    waiting = [asyncio.create_task(names(desk)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == [["one"], ["one"]]
    assert desk.rosters.reads == 1


class SlowRosters(FakeRosters):
    """Reads at once and answers later, as a database under load."""

    def __init__(self) -> None:
        super().__init__()
        self.reading = asyncio.Event()
        self.gate = asyncio.Event()

    async def read(self) -> Roster:
        roster = await super().read()
        self.reading.set()
        await self.gate.wait()
        return roster


async def test_what_was_read_before_a_write_is_not_what_prompts_after_it_see() -> None:
    rosters = SlowRosters()
    desk = Desk(rosters=rosters, timer=FakeTimer())
    model = desk.model(name="before")
    early = asyncio.create_task(names(desk))
    await rosters.reading.wait()
    rosters.put(desk.organization_id, replace(model, name="after"))
    desk.readiness.forget(desk.organization_id)
    late = asyncio.create_task(names(desk))
    rosters.gate.set()
    assert await late == ["after"]
    assert await early == ["before"]
    assert await names(desk) == ["after"]


async def test_a_database_that_is_away_is_told_when_nothing_is_known_well_enough() -> None:
    desk, timer = a_desk()
    desk.model(name="one")
    desk.rosters.failure = Unavailable()
    with pytest.raises(Unavailable):
        await names(desk)
    desk.rosters.failure = None
    assert await names(desk) == ["one"]
    desk.rosters.failure = Unavailable()
    timer.time += LONGEST_TRUST / 2
    assert await names(desk) == ["one"]
    await settled()
    timer.time += LONGEST_TRUST / 2
    with pytest.raises(Unavailable):
        await names(desk)


async def test_organizations_are_kept_apart() -> None:
    desk, _ = a_desk()
    desk.model(name="ours")
    elsewhere = uuid4()
    account = an_account()
    desk.rosters.put(elsewhere, account, model := a_registered_model(account, name="theirs"))
    assert await names(desk) == ["ours"]
    with acting_as(a_caller(elsewhere)):
        assert [candidate.name for candidate in (await desk.readiness.ready()).candidates] == ["theirs"]
    with desk.acting(), pytest.raises(ModelNotFound):
        await desk.readiness.chosen(ModelById(model.id), has_images=False)


async def test_nobody_has_no_models() -> None:
    desk, _ = a_desk()
    with pytest.raises(NobodyCalling):
        await desk.readiness.ready()


async def test_an_organization_without_prompts_for_a_minute_is_forgotten_when_another_comes() -> None:
    desk, timer = a_desk()
    await names(desk)
    timer.time += 61
    with acting_as(a_caller(uuid4())):
        await desk.readiness.ready()
    await names(desk)
    assert desk.rosters.reads == 3


async def with_key(desk: Desk, key: str = "sk-secret-1234") -> None:
    binding = KeyBinding(
        organization_id=desk.organization_id, provider_id=desk.account.id, version=1, origin=AN_ENDPOINT.origin
    )
    sealed = await desk.vault.seal(key, binding)
    desk.rosters.put(desk.organization_id, replace(desk.account, sealed=sealed))


async def ready(desk: Desk) -> Ready:
    with desk.acting():
        return await desk.readiness.ready()


async def test_a_key_is_opened_once_and_shown_nowhere() -> None:
    desk, _ = a_desk()
    await with_key(desk)
    held = await ready(desk)
    with desk.acting():
        first = await held.connection(desk.account.id)
        assert await held.connection(desk.account.id) is first
    assert first.api_key == "sk-secret-1234"
    assert "sk-secret" not in f"{held!r} {vars(held)!r} {desk.readiness!r} {vars(desk.readiness)!r}"


async def test_a_key_that_was_replaced_is_not_used_again() -> None:
    desk, _ = a_desk()
    await with_key(desk)
    with desk.acting():
        await (await ready(desk)).connection(desk.account.id)
        await with_key(desk, "sk-the-next-key")
        desk.readiness.forget(desk.organization_id)
        assert (await (await ready(desk)).connection(desk.account.id)).api_key == "sk-the-next-key"


async def test_the_catalogue_says_what_is_retired() -> None:
    retired = KnownModel(model_id="old", lifecycle="retired")
    desk = Desk(catalogue=FakeCatalogue({"openai": [retired]}))
    desk.model("old")
    desk.model("new")
    held = await ready(desk)
    assert {candidate.provider_model_id: candidate.is_retired for candidate in held.candidates} == {
        "old": True,
        "new": False,
    }


async def test_fastest_goes_by_what_was_measured_and_is_looked_up_every_ten_seconds() -> None:
    desk, timer = a_desk()
    slow, fast = desk.model(name="slow"), desk.model(name="fast")
    need = Need(strategy="fastest")

    def used(model_id: UUID, latency_ms: float) -> None:
        desk.usage.record(
            Use(
                model_id=model_id,
                provider_id=desk.account.id,
                provider_model_id="m",
                outcome="ok",
                input_tokens=1,
                output_tokens=1,
                cost_usd=Decimal(0),
                latency_ms=latency_ms,
            )
        )

    async def first() -> str:
        _, selection = await desk.readiness.chosen(need, has_images=False)
        return selection.kept[0].name

    with desk.acting():
        desk.clock.time -= timedelta(days=2)
        used(slow.id, 1.0)
        desk.clock.time += timedelta(days=2)
        used(slow.id, 900.0)
        used(fast.id, 90.0)
        assert await first() == "fast"
        used(fast.id, 9000.0)
        assert await first() == "fast"
        timer.time += 11
        assert await first() == "slow"


async def test_a_name_that_reads_like_an_id_is_a_name_when_there_is_no_such_id() -> None:
    desk, _ = a_desk()
    name = str(uuid4())
    model = desk.model(name=name)
    with desk.acting():
        _, selection = await desk.readiness.chosen(ModelByAnyName(name), has_images=False)
    assert [candidate.id for candidate in selection.kept] == [model.id]


async def test_choices_are_remembered_until_the_log_was_asked_again() -> None:
    desk, timer = a_desk()
    desk.model(name="one")
    need = Need(capabilities=frozenset({"text"}))
    with desk.acting():
        _, first = await desk.readiness.chosen(need, has_images=False)
        _, second = await desk.readiness.chosen(Need(capabilities=frozenset({"text"})), has_images=False)
        _, other = await desk.readiness.chosen(need, has_images=True)
        timer.time += LONGEST_TRUST
        _, later = await desk.readiness.chosen(need, has_images=False)
    assert second is first
    assert other != first
    assert later is not first
    assert later == first
