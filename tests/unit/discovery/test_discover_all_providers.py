"""All providers are asked side by side, and nobody waits long for any of them."""

import asyncio

import pytest

from application.discovery.discover_models import NoOffer, ProviderOffer
from application.errors import ProviderNotFound
from application.ports.provider_gateway import OfferedModel, UpstreamFailure
from domain.provider.aggregate import Provider
from domain.provider.values import NewCredential
from tests.builders import acting
from tests.unit.discovery.discovery_setup import DOWN, World, ids


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def provider(world: World) -> Provider:
    return await world.provider("ours", "a", "b")


async def test_nobody_waits_longer_than_some_seconds_and_the_question_continues(world: World) -> None:
    world = World(patience=0.05)
    slow, quick = await world.provider("slow", "a"), await world.provider("quick", "b")
    world.upstream(slow).answers.clear()
    offers = await world.look_at_all()
    first = offers[slow.id]
    assert isinstance(first, NoOffer)
    assert isinstance(first.failure, UpstreamFailure)
    assert (first.failure.failure.category, first.failure.failure.is_retryable) == ("timeout", True)
    assert isinstance(offers[quick.id], ProviderOffer)
    world.upstream(slow).answers.set()
    await asyncio.sleep(0.05)
    later = (await world.look_at_all())[slow.id]
    assert isinstance(later, ProviderOffer)
    assert (later.status, later.cached, ids(later)) == ("ok", True, ["a"])
    assert len(world.upstream(slow).asked) == 1


async def test_who_comes_later_does_not_wait_as_long_again(world: World) -> None:
    world = World(patience=0.5)
    silent, quick = await world.provider("silent", "a"), await world.provider("quick", "b")
    world.upstream(silent).answers.clear()
    clock = asyncio.get_running_loop()
    waits = []
    for _ in range(3):
        started = clock.time()
        offers = await world.look_at_all()
        waits.append(clock.time() - started)
        assert isinstance(offers[silent.id], NoOffer)
        assert isinstance(offers[quick.id], ProviderOffer)
    assert waits[0] >= 0.49
    assert max(waits[1:]) < 0.4
    assert len(world.upstream(silent).asked) == 1
    world.upstream(silent).answers.set()


async def test_where_there_is_an_older_answer_it_is_shown_instead(world: World) -> None:
    world = World(patience=0.05, time_to_live=0.0)
    slow = await world.provider("slow", "a")
    await world.look(slow)
    world.upstream(slow).answers.clear()
    stale = await world.look(slow)
    assert (stale.status, ids(stale)) == ("stale", ["a"])
    assert isinstance(stale.failure, UpstreamFailure)
    assert stale.failure.failure.category == "timeout"
    world.upstream(slow).answers.set()


async def test_no_provider_fails_the_others(world: World, provider: Provider) -> None:
    down, gone = await world.provider("down", "x"), await world.provider("gone", "y")
    await world.provider("disabled", "z", is_enabled=False)
    world.upstream(down).answer = DOWN
    world.upstream(gone).answers.clear()
    looking = asyncio.create_task(world.look_at_all())
    await world.upstream(gone).is_asked.wait()
    gone.remove()
    await world.save(gone)
    world.upstream(gone).answers.set()
    offers = await looking
    assert list(offers) in ([down.id, gone.id, provider.id], [down.id, provider.id])
    assert isinstance(offers[down.id], NoOffer)
    assert isinstance(offers[provider.id], ProviderOffer)


async def test_a_provider_that_is_not_there_is_not_found(world: World, provider: Provider) -> None:
    provider.remove()
    await world.save(provider)
    with pytest.raises(ProviderNotFound):
        await world.look(provider)
    assert await world.look_at_all() == {}


async def test_an_answer_to_a_question_that_is_no_longer_asked_is_not_kept(world: World, provider: Provider) -> None:
    upstream = world.upstream(provider)
    upstream.answers.clear()
    looking = asyncio.create_task(world.look(provider))
    await upstream.is_asked.wait()
    provider.replace_credential(NewCredential("…abcd"))
    await world.save(provider)
    upstream.answers.set()
    assert ids(await looking) == ["a", "b"]
    with acting(world.organization_id):
        assert await world.snapshots.load(provider.id) is None
    upstream.answer = [OfferedModel(model_id="c")]
    assert ids(await world.look(provider)) == ["c"]
