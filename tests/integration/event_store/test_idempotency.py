"""The log applies one command id once, and answers its repetition as it answered the command."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from adapters.event_store.ledger import Ledger
from adapters.event_store.ledger_errors import CommandAlreadyApplied
from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from application.errors import Conflict, ProviderNameTaken
from application.recorded_revision import Recorded
from domain.provider.values import NewCredential
from tests.builders import a_model, a_provider, a_stored_event, acting, an_append
from tests.databases import Connection
from tests.log_contents import assert_whole, events, topics

COMMAND = UUID(int=77)


async def test_a_repeated_command_has_one_effect_and_one_answer(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    provider_id = uuid4()
    answers = []
    for _ in range(2):
        with acting(organization_id, command_id=COMMAND):
            answers.append(await providers.save(a_provider(provider_id, name="Main")))
    assert answers[0] == answers[1]
    assert topics(owner) == ["provider.registered"]
    assert_whole(owner)


async def test_a_command_repeated_later_is_answered_as_it_was_then(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    provider_id = uuid4()
    with acting(organization_id, command_id=COMMAND):
        first = await providers.save(a_provider(provider_id, name="Main"))
    with acting(organization_id):
        provider = await providers.get(provider_id)
        provider.rename("Other")
        await providers.save(provider)
    with acting(organization_id, command_id=COMMAND):
        provider = await providers.get(provider_id)
        provider.replace_credential(NewCredential("…late"))
        assert await providers.save(provider) == first
    assert topics(owner) == ["provider.registered", "provider.renamed"]


async def test_a_command_sent_twice_at_once_has_one_effect_and_one_answer(
    recorder: LedgerRecorder, organization_id: UUID, owner: Connection
) -> None:
    """Through two ledgers with connections of their own, as two replicas of the service would."""
    provider_id = uuid4()
    ledgers = [Ledger(recorder), Ledger(recorder)]

    async def send(ledger: Ledger) -> Recorded:
        with acting(organization_id, command_id=COMMAND):
            return await EventSourcedProviders(ledger).save(a_provider(provider_id, name="Main"))

    answers = await asyncio.gather(*(send(ledger) for ledger in ledgers * 4))
    for ledger in ledgers:
        ledger.close()
    assert {(answer.aggregate_id, answer.revision, answer.position) for answer in answers} == {(provider_id, 1, 1)}
    assert topics(owner) == ["provider.registered"]


def test_of_many_repetitions_at_once_one_is_recorded(bare_recorder: LedgerRecorder, owner: Connection) -> None:
    organization_id, aggregate_id = uuid4(), uuid4()

    def send(_: int) -> tuple[str, list[int]]:
        pair = [a_stored_event(aggregate_id, 1), a_stored_event(aggregate_id, 2)]
        try:
            positions = bare_recorder.insert_events(pair, append=an_append(organization_id, command_id=COMMAND))
        except CommandAlreadyApplied as replay:
            return "replayed", [record.position or 0 for record in replay.outcome]
        return "recorded", list(positions or ())

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(send, range(12)))
    assert sorted(outcomes) == [("recorded", [1, 2])] + [("replayed", [2])] * 11
    assert_whole(owner)


async def test_several_aggregates_of_a_command_are_answered_each(
    providers: EventSourcedProviders, models: EventSourcedModels, organization_id: UUID
) -> None:
    provider = a_provider()
    with acting(organization_id):
        await providers.save(provider)
    ids = [uuid4(), uuid4()]
    answers = []
    for _ in range(2):
        with acting(organization_id, command_id=COMMAND):
            made = [a_model(id_, provider_id=provider.id) for id_ in ids]
            made[1].disable()
            answers.append(await models.save_all(made))
    assert answers[0] == answers[1]
    assert [(record.aggregate_id, record.revision, record.position) for record in answers[0]] == [
        (ids[0], 1, 2),
        (ids[1], 2, 4),
    ]


async def test_two_organizations_may_use_one_command_id(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    for tenant in (organization_id, uuid4()):
        with acting(tenant, command_id=COMMAND):
            await providers.save(a_provider())
    assert topics(owner) == ["provider.registered"] * 2


async def test_another_decision_under_a_used_command_id_is_not_lost_in_silence(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    with acting(organization_id, command_id=COMMAND):
        await providers.save(a_provider(name="One"))
        with pytest.raises(Conflict, match="executed before"):
            await providers.save(a_provider(name="Two"))
    assert len(events(owner)) == 1


async def test_a_refused_command_may_be_repeated(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    other = a_provider(name="Main")
    with acting(organization_id):
        await providers.save(other)
    wanted = a_provider(name="main")
    with acting(organization_id, command_id=COMMAND), pytest.raises(ProviderNameTaken):
        await providers.save(wanted)
    with acting(organization_id):
        other.rename("Other")
        await providers.save(other)
    with acting(organization_id, command_id=COMMAND):
        recorded = await providers.save(wanted)
    assert (recorded.revision, recorded.position) == (1, 3)
    assert_whole(owner)


async def test_nothing_decided_is_nothing_recorded(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    provider = a_provider()
    with acting(organization_id):
        await providers.save(provider)
    with acting(organization_id):
        loaded = await providers.get(provider.id)
        recorded = await providers.save(loaded)
    assert (recorded.revision, recorded.position) == (1, 1)
    assert len(events(owner)) == 1
