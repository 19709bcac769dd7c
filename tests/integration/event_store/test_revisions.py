"""A command counts on the revision it has seen; of two that saw the same one, one is recorded."""

import asyncio
from uuid import UUID, uuid4

import pytest

from adapters.event_store.ledger import Ledger
from adapters.event_store.ledger_errors import RevisionConflict
from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from application.errors import Conflict, ModelNotFound, ProviderNotFound, StaleRevision
from tests.builders import a_model, a_provider, a_stored_event, acting, an_append
from tests.databases import Connection
from tests.log_contents import assert_whole, contents, topics


async def test_of_two_commands_at_once_one_wins(
    recorder: LedgerRecorder, organization_id: UUID, owner: Connection
) -> None:
    ledgers = [Ledger(recorder), Ledger(recorder)]
    provider = a_provider()
    with acting(organization_id):
        await EventSourcedProviders(ledgers[0]).save(provider)
    both_have_read = asyncio.Barrier(2)

    async def rename(ledger: Ledger, name: str) -> str:
        with acting(organization_id):
            repository = EventSourcedProviders(ledger)
            seen = await repository.get(provider.id)
            await both_have_read.wait()
            seen.rename(name)
            try:
                await repository.save(seen)
            except Conflict:
                return "Conflict"
            return name

    outcomes = await asyncio.gather(rename(ledgers[0], "One"), rename(ledgers[1], "Two"))
    for ledger in ledgers:
        ledger.close()
    [winner] = set(outcomes) - {"Conflict"}
    assert sorted(outcomes) == sorted([winner, "Conflict"])
    assert owner.execute("SELECT name, revision FROM ai_providers").fetchall() == [(winner, 2)]
    assert topics(owner) == ["provider.registered", "provider.renamed"]
    assert_whole(owner)


async def test_a_conflict_leaves_the_decision_to_be_saved_again(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    provider = a_provider()
    with acting(organization_id):
        await providers.save(provider)
        stale = await providers.get(provider.id)
    with acting(organization_id):
        provider.disable()
        await providers.save(provider)
    stale.rename("Late")
    for _ in range(2):
        with acting(organization_id), pytest.raises(Conflict):
            await providers.save(stale)
    assert topics(owner) == ["provider.registered", "provider.disabled"]


@pytest.mark.parametrize("revisions", [[0], [1], [3], [2, 4], [2, 2], [3, 2], [1, 2]])
def test_revisions_follow_each_other(bare_recorder: LedgerRecorder, owner: Connection, revisions: list[int]) -> None:
    organization_id, aggregate_id = uuid4(), uuid4()
    bare_recorder.insert_events([a_stored_event(aggregate_id)], append=an_append(organization_id))
    before = contents(owner)
    with pytest.raises(RevisionConflict):
        bare_recorder.insert_events(
            [a_stored_event(aggregate_id, revision) for revision in revisions], append=an_append(organization_id)
        )
    assert contents(owner) == before


def test_a_new_aggregate_starts_at_its_beginning(bare_recorder: LedgerRecorder, owner: Connection) -> None:
    before = contents(owner)
    with pytest.raises(RevisionConflict):
        bare_recorder.insert_events([a_stored_event(uuid4(), 2)], append=an_append(uuid4()))
    assert contents(owner) == before


async def test_a_stale_expectation_is_refused_with_the_current_revision(
    providers: EventSourcedProviders, models: EventSourcedModels, organization_id: UUID
) -> None:
    provider = a_provider()
    model = a_model(provider_id=provider.id)
    with acting(organization_id):
        await providers.save(provider)
    with acting(organization_id):
        await models.save(model)
        assert (await models.get(model.id, expected_revision=1)).revision == 1
        with pytest.raises(StaleRevision) as of_model:
            await models.get(model.id, expected_revision=2)
        with pytest.raises(StaleRevision) as of_provider:
            await providers.get(provider.id, expected_revision=7)
    assert (of_model.value.current, of_provider.value.current) == (1, 1)


async def test_what_was_removed_or_is_something_else_is_not_found(
    providers: EventSourcedProviders, models: EventSourcedModels, organization_id: UUID
) -> None:
    provider = a_provider()
    model = a_model(provider_id=provider.id)
    with acting(organization_id):
        await providers.save(provider)
    with acting(organization_id):
        await models.save(model)
        with pytest.raises(ProviderNotFound):
            await providers.get(model.id)
        with pytest.raises(ModelNotFound):
            await models.get(provider.id)
    with acting(organization_id):
        model.remove()
        await models.save(model)
        assert await models.get_many([model.id, provider.id]) == {}
        with pytest.raises(ModelNotFound):
            await models.get(model.id)
