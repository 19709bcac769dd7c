"""What is remembered between prompts, for how long, and what makes it be forgotten."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from application.access_keys.stored_key import StoredKey
from application.caller import NoCaller, acting_as
from application.errors import ModelNotFound, Unavailable
from application.prompts.prompt_candidates import PromptCandidates
from application.prompts.runnable_models_cache import LONGEST_TRUST
from application.prompts.selection_candidates import ModelByAnyName, ModelById, ModelSelector, Requirements
from domain.model.values import Lifecycle
from tests.builders import a_caller
from tests.fakes.clock import FakeTimer
from tests.fakes.prompt_candidates import FakeCandidateReader
from tests.prompt_setup import PromptSetup, a_registered_model, an_account
from tests.unit.access_keys.test_stored_key import a_stored_key

ANY = Requirements()


def a_setup() -> tuple[PromptSetup, FakeTimer]:
    timer = FakeTimer()
    return PromptSetup(timer=timer), timer


async def chosen(setup: PromptSetup, selector: ModelSelector = ANY) -> list[str]:
    runnable = await setup.runnable_models.chosen(selector, has_images=False)
    return [candidate.name for candidate in runnable.selection.kept]


async def names(setup: PromptSetup, selector: ModelSelector = ANY) -> list[str]:
    with setup.acting():
        return await chosen(setup, selector)


async def settled() -> None:
    """Let what continues in the background come to its end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)


async def test_many_prompts_read_once() -> None:
    setup, timer = a_setup()
    setup.model(name="one")
    for _ in range(5):
        assert await names(setup) == ["one"]
        timer.time += 0.1
    assert (setup.candidate_reader.reads, setup.candidate_reader.asked) == (1, 0)


async def test_a_write_in_this_process_is_seen_at_once() -> None:
    setup, _ = a_setup()
    model = setup.model(name="before")
    assert await names(setup) == ["before"]
    setup.candidate_reader.put(setup.organization_id, replace(model, name="after"))
    setup.runnable_models.forget(setup.organization_id)
    assert await names(setup) == ["after"]


async def test_a_write_of_another_organization_changes_nothing() -> None:
    setup, _ = a_setup()
    setup.model()
    await names(setup)
    setup.runnable_models.forget(uuid4())
    await names(setup)
    assert setup.candidate_reader.reads == 1


async def test_a_write_elsewhere_is_seen_before_two_seconds_are_over() -> None:
    setup, timer = a_setup()
    model = setup.model(name="before")
    assert await names(setup) == ["before"]
    setup.candidate_reader.put(setup.organization_id, replace(model, name="after"))
    timer.time += LONGEST_TRUST
    assert await names(setup) == ["after"]


async def test_the_log_is_asked_while_prompts_continue() -> None:
    setup, timer = a_setup()
    model = setup.model(name="before")
    await names(setup)
    setup.candidate_reader.put(setup.organization_id, replace(model, name="after"))
    timer.time += LONGEST_TRUST / 2
    assert await names(setup) == ["before"]
    await settled()
    assert await names(setup) == ["after"]


async def test_as_long_as_the_log_has_not_grown_nothing_is_read_again() -> None:
    setup, timer = a_setup()
    setup.model()
    await names(setup)
    for _ in range(10):
        timer.time += LONGEST_TRUST
        await names(setup)
    assert (setup.candidate_reader.reads, setup.candidate_reader.asked) == (1, 10)


async def test_what_the_calendar_changes_is_seen_on_the_day() -> None:
    setup, _ = a_setup()
    setup.model(name="going", lifecycle=Lifecycle(lifecycle="deprecated", retires_on="2026-11-24"))
    assert await names(setup) == ["going"]
    setup.clock.time += timedelta(days=1)
    with setup.acting():
        selection = (await setup.runnable_models.chosen(ANY, has_images=False)).selection
    assert selection.kept == []
    assert [finding.rule for finding in selection.ranked_candidates[0].findings] == ["retired"]


async def test_everybody_waits_for_the_same_reading_and_who_leaves_takes_it_from_nobody() -> None:
    setup, _ = a_setup()
    setup.model(name="one")
    waiting = [asyncio.create_task(names(setup)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == [["one"], ["one"]]
    assert setup.candidate_reader.reads == 1


class SlowRosters(FakeCandidateReader):
    """Reads at once and answers later, as a database under load."""

    def __init__(self) -> None:
        super().__init__()
        self.reading = asyncio.Event()
        self.gate = asyncio.Event()

    async def fitting(
        self, need: Requirements, *, has_images: bool, today: date, fastest: Sequence[UUID], limit: int
    ) -> PromptCandidates:
        found = await super().fitting(need, has_images=has_images, today=today, fastest=fastest, limit=limit)
        self.reading.set()
        await self.gate.wait()
        return found


async def test_what_was_read_before_a_write_is_not_what_prompts_after_it_see() -> None:
    candidate_reader = SlowRosters()
    setup = PromptSetup(candidate_reader=candidate_reader, timer=FakeTimer())
    model = setup.model(name="before")
    early = asyncio.create_task(names(setup))
    await candidate_reader.reading.wait()
    candidate_reader.put(setup.organization_id, replace(model, name="after"))
    setup.runnable_models.forget(setup.organization_id)
    late = asyncio.create_task(names(setup))
    candidate_reader.gate.set()
    assert await late == ["after"]
    assert await early == ["before"]
    assert await names(setup) == ["after"]


async def test_a_database_that_is_away_is_reported_when_nothing_is_known_well_enough() -> None:
    setup, timer = a_setup()
    setup.model(name="one")
    setup.candidate_reader.failure = Unavailable()
    with pytest.raises(Unavailable):
        await names(setup)
    setup.candidate_reader.failure = None
    assert await names(setup) == ["one"]
    setup.candidate_reader.failure = Unavailable()
    timer.time += LONGEST_TRUST / 2
    assert await names(setup) == ["one"]
    await settled()
    timer.time += LONGEST_TRUST / 2
    with pytest.raises(Unavailable):
        await names(setup)


async def test_organizations_are_kept_apart() -> None:
    setup, _ = a_setup()
    setup.model(name="ours")
    elsewhere = uuid4()
    account = an_account()
    setup.candidate_reader.put(elsewhere, account, model := a_registered_model(account, name="theirs"))
    assert await names(setup) == ["ours"]
    with acting_as(a_caller(elsewhere)):
        assert await chosen(setup) == ["theirs"]
    with setup.acting(), pytest.raises(ModelNotFound):
        await chosen(setup, ModelById(model.id))


async def test_nobody_has_no_models() -> None:
    setup, _ = a_setup()
    with pytest.raises(NoCaller):
        await chosen(setup)


async def test_what_is_requested_is_remembered_by_itself() -> None:
    setup, _ = a_setup()
    one, two = setup.model(name="one"), setup.model(name="two")
    selectors = (ModelById(one.id), ModelByAnyName("two"), ModelById(two.id), ANY)
    for _ in range(3):
        assert [await names(setup, selector) for selector in selectors] == [["one"], ["two"], ["two"], ["one", "two"]]
    assert setup.candidate_reader.reads == len(selectors)


async def test_a_look_up_that_is_newer_than_what_is_remembered_puts_it_away() -> None:
    setup, _ = a_setup()
    one, two = setup.model(name="one"), setup.model(name="two")
    assert await names(setup, ModelById(one.id)) == ["one"]
    setup.candidate_reader.put(setup.organization_id, replace(one, name="renamed"))
    assert await names(setup, ModelById(one.id)) == ["one"]
    assert await names(setup, ModelById(two.id)) == ["two"]
    assert await names(setup, ModelById(one.id)) == ["renamed"]


async def test_what_was_used_the_longest_ago_makes_room_in_bytes() -> None:
    setup, _ = a_setup()
    setup.model(name="ours")
    setup.runnable_models = setup.a_cache(most_bytes=60_000)
    organizations = [setup.organization_id, *(uuid4() for _ in range(5))]
    for organization_id in organizations[1:]:
        account = an_account()
        setup.candidate_reader.put(organization_id, account, a_registered_model(account, name="ours"))
    reads = []
    for organization_id in (*organizations, organizations[-1], organizations[0]):
        with acting_as(a_caller(organization_id)):
            assert await chosen(setup) == ["ours"]
        assert setup.runnable_models.size <= 60_000
        reads.append(setup.candidate_reader.reads)
    assert reads == [1, 2, 3, 4, 5, 6, 6, 7]


async def test_one_organization_takes_a_quarter_at_most() -> None:
    setup, _ = a_setup()
    models = [setup.model(name=f"model {number}") for number in range(20)]
    setup.runnable_models = setup.a_cache(most_bytes=120_000)
    for model in models:
        await names(setup, ModelById(model.id))
        assert setup.runnable_models.size <= 30_000
    assert setup.candidate_reader.reads == len(models)
    await names(setup, ModelById(models[-1].id))
    assert setup.candidate_reader.reads == len(models)
    await names(setup, ModelById(models[0].id))
    assert setup.candidate_reader.reads == len(models) + 1


async def test_what_is_forgotten_takes_no_bytes() -> None:
    setup, timer = a_setup()
    model = setup.model(name="one")
    await names(setup)
    await names(setup, ModelById(model.id))
    setup.candidate_reader.put(setup.organization_id, replace(model, name="other"))
    timer.time += LONGEST_TRUST
    assert await names(setup) == ["other"]
    setup.runnable_models.forget(setup.organization_id)
    assert setup.runnable_models.size == 0


async def test_an_organization_without_prompts_for_a_minute_is_forgotten_when_another_comes() -> None:
    setup, timer = a_setup()
    model = setup.model()
    await names(setup, ModelById(model.id))
    timer.time += 61
    elsewhere, account = uuid4(), an_account()
    setup.candidate_reader.put(elsewhere, account, theirs := a_registered_model(account))
    with acting_as(a_caller(elsewhere)):
        await chosen(setup, ModelById(theirs.id))
    await names(setup, ModelById(model.id))
    assert setup.candidate_reader.reads == 3


async def test_what_a_key_may_not_use_is_as_if_it_were_not_there() -> None:
    setup, _ = a_setup()
    mine, theirs = setup.model("gpt-x", name="mine"), setup.model("theirs", name="gpt-x")
    key = a_stored_key(organization_id=setup.organization_id, model_ids=frozenset({mine.id}))
    other = replace(key, model_ids=frozenset({theirs.id}))
    caller = a_caller(setup.organization_id)

    async def seen(by: StoredKey | None, selector: ModelSelector) -> list[str]:
        with acting_as(replace(caller, access_key=by)):
            return await chosen(setup, selector)

    for _ in range(2):
        assert await seen(None, ModelByAnyName("gpt-x")) == ["mine"]
        assert await seen(key, ModelByAnyName("gpt-x")) == ["mine"]
        # Its own name is found where the better one is of a model that it may not use.
        assert await seen(other, ModelByAnyName("gpt-x")) == ["gpt-x"]
        assert (await seen(key, ANY), await seen(other, ANY)) == (["mine"], ["gpt-x"])
    with pytest.raises(ModelNotFound):
        await seen(key, ModelById(theirs.id))
