"""What every pair of repositories does, and the directory that looks into what they have recorded."""

from typing import Protocol
from uuid import UUID, uuid4

import pytest

from application.errors import (
    Conflict,
    ModelAlreadyRegistered,
    ModelNotFound,
    ProviderHasModels,
    ProviderNameTaken,
    ProviderNotFound,
    StaleRevision,
)
from application.ports.registered_models import ModelEntry, ProviderEntry, RegisteredModels
from application.ports.repositories import Models, Providers
from domain.model.aggregate import Model
from domain.model.values import Lifecycle, Limits
from domain.provider.aggregate import Provider
from tests.builders import AN_ENDPOINT, a_model, a_price, a_provider, acting


class Repositories(Protocol):
    """What is under test, on one log."""

    @property
    def providers(self) -> Providers: ...

    @property
    def models(self) -> Models: ...

    @property
    def directory(self) -> RegisteredModels: ...


class RepositoriesContract:
    """Inherited by the tests of each; `subject` gives the repositories, empty."""

    @pytest.fixture
    def organization_id(self) -> UUID:
        return uuid4()

    @pytest.fixture
    async def provider(self, subject: Repositories, organization_id: UUID) -> Provider:
        provider = a_provider(name="Ours")
        with acting(organization_id):
            await subject.providers.save(provider)
        return provider

    @pytest.fixture
    async def model(self, subject: Repositories, organization_id: UUID, provider: Provider) -> Model:
        model = a_model(provider_id=provider.id, model_id="gpt-x", name="One")
        with acting(organization_id):
            await subject.models.save(model)
        return model

    async def test_what_was_saved_is_there_for_its_organization_alone(
        self, subject: Repositories, organization_id: UUID, provider: Provider, model: Model
    ) -> None:
        with acting(organization_id):
            assert (await subject.providers.get(provider.id)).name == "Ours"
            assert (await subject.models.get(model.id, expected_revision=1)).name == "One"
            assert set(await subject.models.get_many([model.id, uuid4()])) == {model.id}
        with acting(uuid4()):
            for found in (subject.models.get(model.id), subject.models.get_at(model.id, 1)):
                with pytest.raises(ModelNotFound):
                    await found
            with pytest.raises(ProviderNotFound):
                await subject.providers.get(provider.id)
            assert await subject.models.get_many([model.id]) == {}

    async def test_a_change_counts_from_the_newest_revision(
        self, subject: Repositories, organization_id: UUID, model: Model
    ) -> None:
        with acting(organization_id):
            first, second = await subject.models.get(model.id), await subject.models.get(model.id)
        first.rename("Two")
        second.rename("Three")
        with acting(organization_id):
            recorded = await subject.models.save(first)
        assert (recorded.aggregate_id, recorded.revision) == (model.id, 2)
        with acting(organization_id), pytest.raises(Conflict):
            await subject.models.save(second)
        with acting(organization_id):
            with pytest.raises(StaleRevision) as stale:
                await subject.models.get(model.id, expected_revision=1)
            assert (await subject.models.get_at(model.id, 1)).name == "One"
        assert stale.value.current == 2

    async def test_all_or_nothing_is_saved(
        self, subject: Repositories, organization_id: UUID, provider: Provider, model: Model
    ) -> None:
        new = a_model(provider_id=provider.id, model_id="new")
        for twin, refusal in (
            (a_model(provider_id=provider.id, model_id="gpt-x"), ModelAlreadyRegistered),
            (a_model(provider_id=uuid4(), model_id="gpt-x"), ProviderNotFound),
        ):
            with acting(organization_id), pytest.raises(refusal):
                await subject.models.save_all([new, twin])
        with acting(organization_id) as caller:
            assert await subject.models.recorded_already([caller.command_id]) == {}
            assert [entry.id for entry in await subject.directory.models_of(provider.id)] == [model.id]
            recorded = await subject.models.save_all([new, a_model(provider_id=provider.id, model_id="newer")])
        assert [entry.revision for entry in recorded] == [1, 1]

    async def test_a_command_is_recorded_once(
        self, subject: Repositories, organization_id: UUID, provider: Provider
    ) -> None:
        command_id = uuid4()
        with acting(organization_id, command_id=command_id) as caller:
            ids = [caller.new_id(number) for number in range(2)]
            first, again = [
                await subject.models.save_all([a_model(id_, provider_id=provider.id) for id_ in ids]) for _ in range(2)
            ]
            assert first == again
            by_model = {entry.aggregate_id: entry for entry in first}
            assert await subject.models.recorded_already([uuid4(), command_id]) == by_model
            with pytest.raises(Conflict):
                await subject.models.save(a_model(provider_id=provider.id))

    async def test_names_are_free_again_after_a_removal(
        self, subject: Repositories, organization_id: UUID, provider: Provider, model: Model
    ) -> None:
        model.remove()
        with acting(organization_id):
            await subject.models.save(model)
        with acting(organization_id):
            await subject.models.save(a_model(provider_id=provider.id, model_id="gpt-x"))
            with pytest.raises(ModelNotFound):
                await subject.models.get(model.id)
        with acting(organization_id), pytest.raises(ProviderNameTaken):
            await subject.providers.save(a_provider(name="OURS"))

    async def test_a_provider_goes_with_its_models_or_not_at_all(
        self, subject: Repositories, organization_id: UUID, provider: Provider, model: Model
    ) -> None:
        provider.remove()
        with acting(organization_id), pytest.raises(ProviderHasModels):
            await subject.providers.save(provider)
        model.remove()
        with acting(organization_id):
            await subject.providers.save(provider, with_models=[model])
        with acting(organization_id), pytest.raises(ProviderNotFound):
            await subject.providers.get(provider.id)

    async def test_the_directory_shows_what_is_registered(
        self, subject: Repositories, organization_id: UUID, provider: Provider, model: Model
    ) -> None:
        described = a_model(
            provider_id=provider.id,
            model_id="a",
            name="Two",
            limits=Limits(context_window=8, max_tokens=None),
            price=a_price("0.1", None),
            lifecycle=Lifecycle(lifecycle="deprecated", retires_on="2027-01-14"),
            sources={"price": "live"},
        )
        with acting(organization_id):
            await subject.models.save(described)
        with acting(organization_id):
            [first, second] = await subject.directory.registered_from(provider.id)
            entries = await subject.directory.models_of(provider.id)
            assert await subject.directory.models_of(provider.id, limit=1) == entries[:1]
            assert await subject.directory.count_of(provider.id) == len(entries) > 1
            assert await subject.directory.count_of(uuid4()) == 0
            names = await subject.directory.registered([(provider.id, "gpt-x"), (provider.id, "nothing")])
            held = await subject.directory.providers([provider.id, uuid4()])
            assert await subject.directory.registered([]) == {}
        assert (first.id, first.model_id, second.model_id) == (described.id, "a", "gpt-x")
        assert (first.type, list(first.capabilities)) == ("language", ["streaming", "tools"])
        assert (first.context_window, first.max_tokens) == (8, None)
        assert first.price == described.price
        assert (first.lifecycle, first.retires_on, first.sources) == ("deprecated", "2027-01-14", {"price": "live"})
        assert entries == [
            ModelEntry(id=model.id, provider_id=provider.id, model_id="gpt-x", name="One"),
            ModelEntry(id=described.id, provider_id=provider.id, model_id="a", name="Two"),
        ]
        assert names == {(provider.id, "gpt-x"): model.id}
        assert held == {provider.id: ProviderEntry(id=provider.id, provider_type="openai", endpoint=AN_ENDPOINT.url)}
        with acting(uuid4()):
            assert list(await subject.directory.registered_from(provider.id)) == []
