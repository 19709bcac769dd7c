"""A provider with very many models goes in parts, and in parts again when it was broken off."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from uuid import UUID, uuid4

import pytest

from adapters.event_store.ledger import Ledger
from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.registered_models import PostgresRegisteredModels
from adapters.postgres.tenant_statements import Tenant
from application.commands.remove_provider import RemoveProvider, remove_provider
from application.errors import ProviderHasModels, ProviderNotFound
from application.recorded_revision import Recorded
from domain.model.aggregate import Model
from tests.builders import a_model, a_provider, acting
from tests.databases import Connection, Database
from tests.log_contents import assert_whole, topics

COMMAND = UUID(int=99)
AT_ONCE = 4
MODELS = 11


class BrokenOff(Exception):
    """What ends a run before its time."""


class Observed(EventSourcedModels):
    """Models that tell how many are held at once, and break off after some parts."""

    def __init__(self, ledger: Ledger, parts: int | None = None) -> None:
        super().__init__(ledger)
        self.held: list[int] = []
        self._parts = parts

    async def save_all(self, models: Sequence[Model]) -> Sequence[Recorded]:
        recorded = await super().save_all(models)
        self.held.append(len(models))
        if len(self.held) == self._parts:
            raise BrokenOff
        return recorded


@pytest.fixture
async def directory(database: Database) -> AsyncIterator[PostgresRegisteredModels]:
    async with reading_pool(database.app_url) as pool:
        yield PostgresRegisteredModels(Tenant(pool))


@pytest.fixture
async def organization_id(providers: EventSourcedProviders, models: EventSourcedModels) -> UUID:
    organization_id = uuid4()
    with acting(organization_id):
        provider = a_provider(UUID(int=1), name="Main")
        await providers.save(provider)
    with acting(organization_id):
        await models.save_all([a_model(provider_id=provider.id, model_id=f"m-{number:02}") for number in range(MODELS)])
    return organization_id


async def test_models_go_some_at_a_time_and_the_rest_with_the_provider(
    *,
    providers: EventSourcedProviders,
    ledger: Ledger,
    directory: PostgresRegisteredModels,
    organization_id: UUID,
    owner: Connection,
) -> None:
    observed = Observed(ledger)
    with acting(organization_id):
        command = RemoveProvider(provider_id=UUID(int=1), cascade=True)
        await remove_provider(command, providers=providers, models=observed, directory=directory, at_once=AT_ONCE)
    assert observed.held == [4, 4]
    assert topics(owner, organization_id).count("model.removed") == MODELS
    assert_whole(owner)
    with acting(organization_id), pytest.raises(ProviderNotFound):
        await providers.get(UUID(int=1))


@pytest.mark.parametrize("parts", [1, 2])
async def test_what_was_broken_off_continues_when_it_is_repeated(
    *,
    providers: EventSourcedProviders,
    ledger: Ledger,
    directory: PostgresRegisteredModels,
    organization_id: UUID,
    owner: Connection,
    parts: int,
) -> None:
    command = RemoveProvider(provider_id=UUID(int=1), cascade=True)
    for models in (Observed(ledger, parts), EventSourcedModels(ledger)):
        with acting(organization_id, command_id=COMMAND), suppress(BrokenOff):
            await remove_provider(command, providers=providers, models=models, directory=directory, at_once=AT_ONCE)
    assert topics(owner, organization_id).count("model.removed") == MODELS
    assert topics(owner, organization_id)[-1] == "provider.removed"
    assert_whole(owner)


async def test_without_a_word_for_it_they_all_stay(
    providers: EventSourcedProviders,
    models: EventSourcedModels,
    directory: PostgresRegisteredModels,
    organization_id: UUID,
) -> None:
    command = RemoveProvider(provider_id=UUID(int=1))
    with acting(organization_id), pytest.raises(ProviderHasModels) as caught:
        await remove_provider(command, providers=providers, models=models, directory=directory, at_once=AT_ONCE)
    assert caught.value.count == MODELS
