"""Two organizations on one connection, through the repositories."""

import asyncio
from uuid import UUID, uuid4

import pytest

from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from application.caller import NoCaller
from application.errors import ModelNotFound, ProviderNotFound
from tests.builders import a_model, a_provider, acting
from tests.databases import Connection
from tests.log_contents import assert_whole


async def test_another_organizations_things_are_not_found(
    providers: EventSourcedProviders, models: EventSourcedModels, organization_id: UUID
) -> None:
    provider = a_provider()
    model = a_model(provider_id=provider.id)
    with acting(organization_id):
        await providers.save(provider)
    with acting(organization_id):
        await models.save(model)
    with acting(uuid4()):
        with pytest.raises(ProviderNotFound):
            await providers.get(provider.id)
        with pytest.raises(ModelNotFound):
            await models.get(model.id)
        assert await models.get_many([model.id]) == {}


async def test_an_id_of_one_organization_says_nothing_about_another(
    providers: EventSourcedProviders, organization_id: UUID, owner: Connection
) -> None:
    """Ids are the organization's own: the same one elsewhere is something else, and no refusal tells of it."""
    provider_id, other = uuid4(), uuid4()
    for tenant, name in ((organization_id, "Mine"), (other, "Theirs")):
        with acting(tenant):
            await providers.save(a_provider(provider_id, name=name))
    for tenant, name in ((organization_id, "Mine"), (other, "Theirs")):
        with acting(tenant):
            assert (await providers.get(provider_id)).name == name
    with acting(other):
        theirs = await providers.get(provider_id)
        theirs.remove()
        await providers.save(theirs)
    assert owner.execute("SELECT organization_id, name FROM ai_providers").fetchall() == [(organization_id, "Mine")]
    assert_whole(owner)


async def test_tasks_at_the_same_time_stay_in_their_organizations(providers: EventSourcedProviders) -> None:
    async def work(name: str) -> bool:
        provider = a_provider(name=name)
        with acting(uuid4()):
            await providers.save(provider)
            await asyncio.sleep(0)
            return (await providers.get(provider.id)).name == name

    assert all(await asyncio.gather(*(work(f"Provider {number}") for number in range(20))))


async def test_without_a_caller_nothing_is_read_or_written(providers: EventSourcedProviders) -> None:
    with pytest.raises(NoCaller):
        await providers.get(uuid4())
    with pytest.raises(NoCaller):
        await providers.save(a_provider())
