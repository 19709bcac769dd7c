"""Of what is large an organization does one thing at a time, and rests after much, so that there is room for others."""

import asyncio
import gc
import weakref
from uuid import UUID, uuid4

import pytest

from adapters.event_store import ledger as module
from adapters.event_store.ledger import Ledger
from adapters.event_store.log_records import append_for_caller
from application import run_in_thread
from application.errors import Conflict
from domain.provider.aggregate import Provider
from tests.builders import a_provider, acting
from tests.e2e.wait_until import until


async def test_what_is_small_does_not_wait_for_all_that_is_large(ledger: Ledger, organization_id: UUID) -> None:
    done: list[str] = []

    async def load(what: str, count: int) -> None:
        await ledger.load_many(Provider, [uuid4() for _ in range(count)])
        done.append(what)

    with acting(organization_id):
        await asyncio.gather(*(load("large", 1_000) for _ in range(6)), load("small", 1))
    assert sorted(done) == ["large"] * 6 + ["small"]
    assert done.index("small") < 3


async def test_only_what_ends_a_change_rests(
    ledger: Ledger, organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the load of a change and its save, others could change what was loaded: there is no rest."""
    rested: list[UUID] = []

    def rest(organization_id: UUID, seconds: float) -> float:
        assert seconds > 0
        rested.append(organization_id)
        return 0.0

    monkeypatch.setattr(module, "rest_beside_others", rest)
    with acting(organization_id):
        providers = [a_provider(name=f"Provider {number}") for number in range(60)]
        await ledger.load_many(Provider, [provider.id for provider in providers])
        assert rested == []
        await ledger.save(providers, append_for_caller())
    assert rested == [organization_id]


async def test_after_many_small_changes_the_next_waits_and_no_read_does(
    ledger: Ledger, organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_UNRESTED_SECONDS", 0.0)
    monkeypatch.setattr(module, "_LONGEST_REST_SECONDS", 1.0)
    monkeypatch.setattr(run_in_thread, "rest_beside_others", lambda *_: 1.0)
    done: list[str] = []

    async def change(what: str, organization_id: UUID) -> None:
        with acting(organization_id):
            await ledger.save([a_provider(name=what)], append_for_caller())
        done.append(what)

    # As many as there are places.
    await asyncio.gather(change("first", organization_id), change("second", organization_id))
    following = asyncio.create_task(change("third", organization_id))
    with acting(organization_id):
        for _ in range(3):
            await ledger.load(Provider, uuid4())
    await change("other", uuid4())
    assert done[2:] == ["other"]
    await following
    assert done[3:] == ["third"]


async def test_what_a_refused_change_has_held_is_let_go_at_once(ledger: Ledger, organization_id: UUID) -> None:
    """Refusals come by the thousand where many change the same models, and hold all that was to be saved."""

    async def refused() -> weakref.ref[Provider]:
        provider = a_provider()
        with acting(organization_id):
            await ledger.save([provider], append_for_caller())
        [first, second] = [await _renamed(ledger, organization_id, provider.id, name) for name in ("First", "Second")]
        with acting(organization_id):
            await ledger.save([first], append_for_caller())
        with acting(organization_id), pytest.raises(Conflict):
            await ledger.save([second], append_for_caller())
        return weakref.ref(second)

    gc.disable()
    try:
        held = await refused()
        await until(lambda: held() is None)
    finally:
        gc.enable()


async def _renamed(ledger: Ledger, organization_id: UUID, provider_id: UUID, name: str) -> Provider:
    with acting(organization_id):
        provider = await ledger.load(Provider, provider_id)
    assert provider is not None
    provider.rename(name)
    return provider
