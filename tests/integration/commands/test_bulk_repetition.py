"""A bulk command that was carried out, and is carried out again because its answer was lost, changes nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from adapters.postgres.model_directory import PostgresModelDirectory
from adapters.postgres.pool import reading_pool
from adapters.postgres.tenant import Tenant
from application.commands.change_model import ChangeModel
from application.commands.change_models_in_bulk import ChangeModelsInBulk, change_models_in_bulk
from application.commands.register_model import RegisterModel
from application.commands.remove_model import RemoveModel
from tests.builders import a_model, a_provider, acting
from tests.fakes.catalogue import FakeCatalogue
from tests.log import topics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapters.event_store.models import EventSourcedModels
    from adapters.event_store.providers import EventSourcedProviders
    from tests.databases import Connection, Database

COMMAND = UUID(int=99)


@pytest.fixture
async def directory(database: Database) -> AsyncIterator[PostgresModelDirectory]:
    async with reading_pool(database.app_url) as pool:
        yield PostgresModelDirectory(Tenant(pool))


async def test_registrations_changes_and_removals_are_answered_as_the_first_time(
    providers: EventSourcedProviders,
    models: EventSourcedModels,
    directory: PostgresModelDirectory,
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
                await change_models_in_bulk(command, models=models, directory=directory, catalogue=FakeCatalogue())
            )
    assert [(outcome.recorded, outcome.refusal) for outcome in answers[0]] == [
        (outcome.recorded, outcome.refusal) for outcome in answers[1]
    ]
    assert topics(owner)[-3:] == ["model.registered", "model.renamed", "model.removed"]
