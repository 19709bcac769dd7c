"""What prompts run on, from the read tables."""

from uuid import UUID

import pytest

from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from adapters.postgres.prompt_candidates import PostgresCandidateReader
from adapters.postgres.sealed_credentials import PostgresSealedCredentials
from adapters.postgres.tenant_statements import Tenant
from application.ports.vault import KeyBinding
from domain.model.values import Lifecycle, Limits
from tests.builders import AN_ENDPOINT, a_model, a_price, a_provider, acting
from tests.contract.prompt_candidates_contract import CandidateReaderContract
from tests.fakes.vault import FakeVault


class Subject:
    """The read tables, written by the event store."""

    def __init__(self, tenant: Tenant, providers: EventSourcedProviders, models: EventSourcedModels) -> None:
        self.candidate_reader = PostgresCandidateReader(tenant)
        self._providers = providers
        self._models = models

    async def provide(self, organization_id: UUID) -> tuple[UUID, UUID]:
        provider = a_provider(name="Ours", credential=None)
        model = a_model(provider_id=provider.id, model_id="gpt-x", config={"temperature": 0.5}, price=a_price())
        with acting(organization_id):
            await self._providers.save(provider)
        with acting(organization_id):
            await self._models.save(model)
        return provider.id, model.id

    async def disable(self, organization_id: UUID, model_id: UUID) -> None:
        with acting(organization_id):
            model = await self._models.get(model_id)
            model.disable()
            await self._models.save(model)


@pytest.fixture
def subject(tenant: Tenant, providers: EventSourcedProviders, models: EventSourcedModels) -> Subject:
    return Subject(tenant, providers, models)


class TestPostgresCandidateReader(CandidateReaderContract):
    """The contract, on the subject of this file."""


def a_binding(organization_id: UUID, provider_id: UUID) -> KeyBinding:
    return KeyBinding(organization_id=organization_id, provider_id=provider_id, version=1, origin=AN_ENDPOINT.origin)


async def test_the_sealed_key_comes_with_its_provider(
    tenant: Tenant,
    subject: Subject,
    providers: EventSourcedProviders,
    models: EventSourcedModels,
    organization_id: UUID,
) -> None:
    provider = a_provider()
    vault = FakeVault()
    with acting(organization_id):
        stored = await vault.seal("sk-secret-1234", a_binding(organization_id, provider.id))
        await providers.save(provider, credential=stored)
    with acting(organization_id) as caller:
        await models.save(a_model(provider_id=provider.id))
        candidate_list = await subject.candidate_reader.first(5)
        sealed = candidate_list.accounts[provider.id].sealed
        assert sealed is not None
        assert sealed == await PostgresSealedCredentials(tenant).current(provider.id)
        assert sealed.binding.organization_id == caller.organization_id
        key = await vault.unseal(sealed, provider_id=provider.id, origin=AN_ENDPOINT.origin)
    assert key == "sk-secret-1234"


async def test_a_key_that_was_removed_is_gone(
    subject: Subject, providers: EventSourcedProviders, models: EventSourcedModels, organization_id: UUID
) -> None:
    provider = a_provider()
    with acting(organization_id):
        stored = await FakeVault().seal("sk-1", a_binding(organization_id, provider.id))
        await providers.save(provider, credential=stored)
    with acting(organization_id):
        held = await providers.get(provider.id)
        held.remove_credential()
        await providers.save(held)
    with acting(organization_id):
        await models.save(a_model(provider_id=provider.id))
        candidate_list = await subject.candidate_reader.first(5)
    assert candidate_list.accounts[provider.id].sealed is None


async def test_what_the_providers_list_has_asked_of_the_end_is_there(
    subject: Subject, models: EventSourcedModels, organization_id: UUID
) -> None:
    _, model_id = await subject.provide(organization_id)
    reported = Lifecycle(lifecycle="deprecated", retires_on="2027-01-14")
    with acting(organization_id):
        model = await models.get(model_id)
        model.follow_lifecycle(reported)
        await models.save(model)
        (found,) = (await subject.candidate_reader.first(5)).models
    assert found.lifecycle == reported


async def test_prices_and_limits_keep_every_digit(
    subject: Subject, models: EventSourcedModels, organization_id: UUID
) -> None:
    provider_id, model_id = await subject.provide(organization_id)
    with acting(organization_id):
        model = await models.get(model_id)
        model.change_price(a_price("0.000000123456789", None))
        model.change_limits(Limits(context_window=1_048_576, max_tokens=0))
        await models.save(model)
        (found,) = (await subject.candidate_reader.first(5)).models
    assert found.provider_id == provider_id
    assert found.price == a_price("0.000000123456789", None)
    assert (found.context_window, found.max_tokens) == (1_048_576, 0)
