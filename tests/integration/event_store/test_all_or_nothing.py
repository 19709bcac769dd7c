"""A command that a table refuses leaves nothing: no event, no row, no key, no number."""

from uuid import UUID, uuid4

import pytest

from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from application.errors import ModelAlreadyRegistered, ProviderHasModels, ProviderNameTaken, ProviderNotFound
from application.projections.row_changes import RowChange
from domain.provider.aggregate import Provider
from tests.builders import a_model, a_provider, a_sealed_credential, a_stored_event, acting, an_append
from tests.databases import Connection, Pool
from tests.log_contents import assert_whole, contents, events


@pytest.fixture
async def provider(providers: EventSourcedProviders, organization_id: UUID) -> Provider:
    provider = a_provider(name="Main account")
    with acting(organization_id):
        await providers.save(provider, credential=a_sealed_credential(organization_id, provider.id))
    return provider


@pytest.mark.parametrize("name", ["Main account", "main ACCOUNT"])
async def test_a_name_is_taken_once_an_organization(
    providers: EventSourcedProviders, provider: Provider, organization_id: UUID, owner: Connection, name: str
) -> None:
    before = contents(owner)
    another = a_provider(name=name)
    with acting(organization_id), pytest.raises(ProviderNameTaken):
        await providers.save(another, credential=a_sealed_credential(organization_id, another.id))
    assert contents(owner) == before
    with acting(uuid4()):
        await providers.save(another)
    assert [event["org_sequence"] for event in events(owner)] == [1, 1]
    assert provider.name == "Main account"


async def test_a_refused_first_command_makes_no_organization(
    models: EventSourcedModels, owner: Connection, organization_id: UUID
) -> None:
    with acting(organization_id), pytest.raises(ProviderNotFound):
        await models.save(a_model())
    assert {table: rows for table, rows in contents(owner).items() if rows} == {}


async def test_a_model_is_registered_once_a_provider(
    models: EventSourcedModels, provider: Provider, organization_id: UUID, owner: Connection
) -> None:
    with acting(organization_id):
        await models.save(a_model(provider_id=provider.id, model_id="gpt-4o"))
    before = contents(owner)
    many = [a_model(provider_id=provider.id) for _ in range(20)]
    with acting(organization_id), pytest.raises(ModelAlreadyRegistered):
        await models.save_all([*many, a_model(provider_id=provider.id, model_id="gpt-4o")])
    assert contents(owner) == before
    with acting(organization_id):
        await models.save_all([*many, a_model(provider_id=provider.id, model_id="GPT-4O")])
    assert_whole(owner)


async def test_a_model_needs_a_provider_of_its_organization(
    models: EventSourcedModels, provider: Provider, owner: Connection
) -> None:
    before = contents(owner)
    with acting(uuid4()), pytest.raises(ProviderNotFound):
        await models.save(a_model(provider_id=provider.id))
    assert contents(owner) == before


async def test_a_provider_is_not_removed_from_under_its_models(
    providers: EventSourcedProviders,
    models: EventSourcedModels,
    provider: Provider,
    organization_id: UUID,
    owner: Connection,
) -> None:
    model = a_model(provider_id=provider.id)
    with acting(organization_id):
        await models.save(model)
    before = contents(owner)
    provider.remove()
    with acting(organization_id), pytest.raises(ProviderHasModels):
        await providers.save(provider)
    assert contents(owner) == before
    model.remove()
    with acting(organization_id):
        await providers.save(provider, with_models=[model])
    after = contents(owner)
    assert (after["ai_providers"], after["ai_models"], after["provider_credentials"]) == ([], [], [])
    assert_whole(owner)


async def test_models_can_be_exchanged_in_one_command(
    models: EventSourcedModels, provider: Provider, organization_id: UUID, owner: Connection
) -> None:
    """The provider's model id is free again before it is taken."""
    old = a_model(provider_id=provider.id, model_id="gpt-4o")
    with acting(organization_id):
        await models.save(old)
    new = a_model(provider_id=provider.id, model_id="gpt-4o")
    old.remove()
    with acting(organization_id):
        await models.save_all([new, old])
    assert owner.execute("SELECT id, revision FROM ai_models").fetchall() == [(new.id, 1)]


async def test_what_comes_and_goes_in_one_command_is_in_the_log_alone(
    models: EventSourcedModels, provider: Provider, organization_id: UUID, owner: Connection
) -> None:
    model = a_model(provider_id=provider.id)
    model.remove()
    with acting(organization_id):
        recorded = await models.save(model)
    assert recorded.revision == 2
    assert contents(owner)["ai_models"] == []
    assert [event["revision"] for event in events(owner)] == [1, 1, 2]


def test_a_row_that_no_table_takes_leaves_no_event(pool: Pool, owner: Connection) -> None:
    """Whatever a projection answers: the append that it belongs to fails as a whole."""
    broken = LedgerRecorder(
        pool,
        scope=lambda: an_append(uuid4()),
        projector=lambda event: RowChange("ai_providers", "insert", "x", {"id": str(event.originator_id)}),
    )
    before = contents(owner)
    with pytest.raises(Exception, match="null value in column") as refused:
        broken.insert_events([a_stored_event()])
    assert type(refused.value).__name__ == "IntegrityError"
    assert contents(owner) == before
