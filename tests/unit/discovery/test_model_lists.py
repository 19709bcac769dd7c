"""Who asks a provider, how often, and what is answered meanwhile."""

import asyncio
from uuid import uuid4

import pytest

from application.ports.provider_gateway import OfferedModel, UpstreamFailure
from domain.provider.aggregate import Provider
from domain.provider.values import NewCredential
from tests.builders import ANOTHER_ENDPOINT, acting
from tests.unit.discovery.discovery_setup import DOWN, World, ids


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def provider(world: World) -> Provider:
    return await world.provider("ours", "a", "b")


async def test_a_provider_is_asked_once_as_long_as_its_answer_is_fresh(world: World, provider: Provider) -> None:
    first, second = await world.look(provider), await world.look(provider)
    elsewhere = await world.look(provider, world.another_process())
    assert [ids(offer) for offer in (first, second, elsewhere)] == [["a", "b"]] * 3
    assert [(offer.status, offer.cached) for offer in (first, second, elsewhere)] == [
        ("ok", False),
        ("ok", True),
        ("ok", True),
    ]
    assert {offer.offer.fetched_at for offer in (second, elsewhere)} == {first.offer.fetched_at}
    assert len(world.upstream(provider).asked) == 1


async def test_an_answer_that_is_too_old_is_requested_again(provider: Provider, world: World) -> None:
    hasty = World(time_to_live=0.0, ledger=world.ledger, gateway=world.gateway, organization_id=world.organization_id)
    for _ in range(2):
        assert not (await hasty.look(provider)).cached
    assert len(world.upstream(provider).asked) == 2


async def test_a_refresh_asks_however_fresh_the_answer_is(world: World, provider: Provider) -> None:
    await world.look(provider)
    world.upstream(provider).answer = [OfferedModel(model_id="c")]
    refreshed = await world.look(provider, refresh=True)
    assert (ids(refreshed), refreshed.cached) == (["c"], False)
    assert ids(await world.look(provider, world.another_process())) == ["c"]


@pytest.mark.parametrize("change", ["endpoint", "key", "no key", "settings"])
async def test_a_provider_that_is_connected_otherwise_is_asked_again(
    world: World, provider: Provider, change: str
) -> None:
    if change == "no key":
        provider.replace_credential(NewCredential("…abcd"))
        await world.save(provider)
    before = await world.look(provider)
    if change == "endpoint":
        provider.move(ANOTHER_ENDPOINT, None)
    elif change == "key":
        provider.replace_credential(NewCredential("…abcd"))
    elif change == "no key":
        provider.remove_credential()
    else:
        provider.change_settings({"region": "eu"})
    await world.save(provider)
    world.upstream(provider).answer = [OfferedModel(model_id="z")]
    assert (ids(before), ids(await world.look(provider))) == (["a", "b"], ["z"])
    world.upstream(provider).answer = DOWN
    provider.change_settings({"region": "us"})
    await world.save(provider)
    with pytest.raises(UpstreamFailure):
        await world.look(provider)


async def test_while_a_provider_is_down_its_last_answer_is_shown_beside_the_failure(
    world: World, provider: Provider
) -> None:
    fresh = await world.look(provider)
    world.upstream(provider).answer = DOWN
    stale = await world.look(provider, refresh=True)
    assert (stale.status, stale.cached, ids(stale)) == ("stale", True, ["a", "b"])
    assert stale.offer.fetched_at == fresh.offer.fetched_at
    assert isinstance(stale.failure, UpstreamFailure)
    assert stale.failure.failure.http_status == 529
    world.upstream(provider).answer = [OfferedModel(model_id="a")]
    recovered = await world.look(provider, refresh=True)
    assert (recovered.status, recovered.failure, ids(recovered)) == ("ok", None, ["a"])


async def test_a_provider_that_has_just_failed_is_left_alone_unless_a_person_insists(
    world: World, provider: Provider
) -> None:
    world.upstream(provider).answer = DOWN
    for process in (world.process, world.process, world.another_process()):
        with pytest.raises(UpstreamFailure, match="too much to do") as failed:
            await world.look(provider, process)
        assert failed.value.failure.http_status == 529
    assert len(world.upstream(provider).asked) == 1
    with pytest.raises(UpstreamFailure):
        await world.look(provider, refresh=True)
    assert len(world.upstream(provider).asked) == 2
    provider.change_settings({"region": "eu"})
    await world.save(provider)
    world.upstream(provider).answer = []
    assert (await world.look(provider)).status == "ok"


async def test_no_models_at_all_never_replace_some(world: World, provider: Provider) -> None:
    await world.look(provider)
    world.upstream(provider).answer = []
    for _ in range(2):
        offer = await world.look(provider, refresh=True)
        assert (offer.status, ids(offer)) == ("stale", ["a", "b"])
        assert isinstance(offer.failure, UpstreamFailure)
        assert offer.failure.failure.category == "unexpected_body"
    provider.replace_credential(NewCredential("…abcd"))
    await world.save(provider)
    with pytest.raises(UpstreamFailure, match="no models at all"):
        await world.look(provider)


async def test_a_provider_may_offer_nothing_from_the_beginning(world: World) -> None:
    empty = await world.provider("empty")
    assert [(offer.status, ids(offer)) for offer in [await world.look(empty) for _ in range(2)]] == [("ok", [])] * 2


async def test_all_who_look_at_once_share_one_question_in_all_processes(world: World, provider: Provider) -> None:
    upstream = world.upstream(provider)
    upstream.answers.clear()
    processes = [world.process, world.another_process(), world.another_process()]
    looking = [asyncio.create_task(world.look(provider, process)) for process in processes for _ in range(5)]
    await upstream.is_asked.wait()
    await asyncio.sleep(0.25)
    upstream.answers.set()
    offers = await asyncio.gather(*looking)
    assert len(upstream.asked) == 1
    assert {(offer.status, tuple(ids(offer))) for offer in offers} == {("ok", ("a", "b"))}


async def test_a_failure_is_shared_by_all_who_wait(world: World, provider: Provider) -> None:
    upstream = world.upstream(provider)
    upstream.answers.clear()
    upstream.answer = DOWN
    processes = [world.process, world.another_process()]
    looking = [asyncio.create_task(world.look(provider, process, refresh=True)) for process in processes]
    await upstream.is_asked.wait()
    await asyncio.sleep(0.05)
    upstream.answers.set()
    outcomes = await asyncio.gather(*looking, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [UpstreamFailure] * 2
    assert len(upstream.asked) == 1


async def test_a_refresh_that_comes_too_late_gets_the_answer_that_was_just_given(
    world: World, provider: Provider
) -> None:
    await world.look(provider)
    upstream = world.upstream(provider)
    upstream.answers.clear()
    upstream.is_asked.clear()
    one = asyncio.create_task(world.look(provider, refresh=True))
    await upstream.is_asked.wait()
    other = asyncio.create_task(world.look(provider, world.another_process(), refresh=True))
    await asyncio.sleep(0.05)
    upstream.answers.set()
    assert {(await each).cached for each in (one, other)} == {False}
    assert len(upstream.asked) == 2


async def test_a_process_that_died_while_it_asked_does_not_hold_up_the_others_for_long(
    world: World, provider: Provider
) -> None:
    with acting(world.organization_id):
        assert await world.snapshots.lease(provider.id, uuid4(), 0.3) is not None
    assert (await world.look(provider)).status == "ok"


async def test_a_question_that_takes_longer_than_a_lease_keeps_it() -> None:
    world = World(lease=0.6)
    provider = await world.provider("ours", "a")
    upstream = world.upstream(provider)
    upstream.answers.clear()
    one = asyncio.create_task(world.look(provider))
    await upstream.is_asked.wait()
    other = asyncio.create_task(world.look(provider, world.another_process()))
    await asyncio.sleep(1.4)
    upstream.answers.set()
    await asyncio.gather(one, other)
    assert len(upstream.asked) == 1


async def test_a_provider_that_is_put_right_does_not_wait_for_the_answer_to_the_wrong_question() -> None:
    world = World(lease=0.6)
    provider = await world.provider("ours", "a")
    upstream = world.upstream(provider)
    upstream.answers.clear()
    wrong = asyncio.create_task(world.look(provider))
    await upstream.is_asked.wait()
    provider.replace_credential(NewCredential("…abcd"))
    await world.save(provider)
    upstream.is_asked.clear()
    right = asyncio.create_task(world.look(provider))
    async with asyncio.timeout(3):
        await upstream.is_asked.wait()
    assert not wrong.done()
    upstream.answers.set()
    assert ids(await right) == ["a"]
    assert len(upstream.asked) == 2
    await wrong


async def test_a_list_of_more_models_than_are_taken_is_refused_in_plain_words() -> None:
    world = World(most_offers=2)
    fits, too_many = await world.provider("fits", "a", "b"), await world.provider("many", "a", "b", "c")
    assert ids(await world.look(fits)) == ["a", "b"]
    with pytest.raises(UpstreamFailure) as refused:
        await world.look(too_many)
    assert "The provider lists 3 models, and at most 2 of one provider are taken." in refused.value.message
    found = await world.look_at_all()
    assert [type(offer).__name__ for offer in found.values()].count("NoOffer") == 1
