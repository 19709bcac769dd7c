"""A bulk command that was executed, and is executed again because its answer was lost, changes nothing more."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from uuid import UUID, uuid4

import pytest

from adapters.event_store.ledger import Ledger
from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.registered_models import PostgresRegisteredModels
from adapters.postgres.tenant_statements import Tenant
from application.commands.change_model import ChangeModel
from application.commands.change_models_in_bulk import ChangeModelsInBulk, change_models_in_bulk
from application.commands.register_model import RegisterModel
from application.commands.remove_model import RemoveModel
from application.errors import Conflict
from application.recorded_revision import Recorded
from application.turns import Turns
from domain.model.aggregate import Model
from tests.builders import a_model, a_provider, acting
from tests.databases import Connection, Database
from tests.fakes.catalogue import FakeCatalogue
from tests.log_contents import topics

COMMAND = UUID(int=99)


class BrokenOff(Exception):
    """What ends a run before its time."""


class Interrupted(EventSourcedModels):
    """Models that another command changes when they are to be saved together, and that can be saved alone but once."""

    async def save_all(self, models: Sequence[Model]) -> Sequence[Recorded]:
        raise Conflict(f"One of {len(models)} models was changed by somebody else.")

    async def save(self, model: Model) -> Recorded:
        await super().save_all([model])
        raise BrokenOff


@pytest.fixture
async def directory(database: Database) -> AsyncIterator[PostgresRegisteredModels]:
    async with reading_pool(database.app_url) as pool:
        yield PostgresRegisteredModels(Tenant(pool))


async def test_registrations_changes_and_removals_are_answered_as_the_first_time(
    providers: EventSourcedProviders,
    models: EventSourcedModels,
    directory: PostgresRegisteredModels,
    organization_id: UUID,
    owner: Connection,
) -> None:
    provider, renamed, removed = a_provider(uuid4()), uuid4(), uuid4()
    with acting(organization_id):
        await providers.save(provider)
    with acting(organization_id):
        await models.save_all(
            [
                a_model(renamed, provider_id=provider.id, model_id="a"),
                a_model(removed, provider_id=provider.id, model_id="b"),
            ]
        )
    command = ChangeModelsInBulk(
        operations=[
            RegisterModel(provider_id=provider.id, model_id="c"),
            ChangeModel(model_id=renamed, name="Renamed"),
            RemoveModel(model_id=removed),
        ]
    )
    answers = []
    for _ in range(2):
        with acting(organization_id, command_id=COMMAND):
            answers.append(
                await change_models_in_bulk(
                    command, models=models, directory=directory, catalogue=FakeCatalogue(), turns=Turns()
                )
            )
    assert [(outcome.recorded, outcome.refusal) for outcome in answers[0]] == [
        (outcome.recorded, outcome.refusal) for outcome in answers[1]
    ]
    assert topics(owner)[-3:] == ["model.registered", "model.renamed", "model.removed"]


@pytest.mark.parametrize("removes", [True, False])
async def test_what_was_done_one_by_one_before_a_crash_is_not_refused_when_it_is_repeated(
    providers: EventSourcedProviders,
    models: EventSourcedModels,
    ledger: Ledger,
    directory: PostgresRegisteredModels,
    *,
    organization_id: UUID,
    owner: Connection,
    removes: bool,
) -> None:
    provider, done, undone = a_provider(uuid4()), uuid4(), uuid4()
    with acting(organization_id):
        await providers.save(provider)
    with acting(organization_id):
        await models.save_all([a_model(id_, provider_id=provider.id, model_id=str(id_)) for id_ in (done, undone)])
    operations = [
        RemoveModel(model_id=id_) if removes else ChangeModel(model_id=id_, name="Renamed", expected_revision=1)
        for id_ in (done, undone)
    ]
    command = ChangeModelsInBulk(operations=operations, atomic=False)
    outcomes = []
    with acting(organization_id, command_id=COMMAND):
        for kept in (Interrupted(ledger), models):
            with suppress(BrokenOff):
                outcomes = list(
                    await change_models_in_bulk(
                        command, models=kept, directory=directory, catalogue=FakeCatalogue(), turns=Turns()
                    )
                )
    assert [(outcome.recorded is not None, outcome.refusal) for outcome in outcomes] == [(True, None)] * 2
    assert topics(owner)[-2:] == ["model.removed" if removes else "model.renamed"] * 2
    assert len(topics(owner)) == 5
