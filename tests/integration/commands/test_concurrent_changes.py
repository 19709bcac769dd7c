"""Two who change one thing: different fields are both changed, the same field is a conflict that names it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.event_store.ledger import Ledger
from adapters.event_store.repositories import (
    EventSourcedAccessKeys,
    EventSourcedModels,
    EventSourcedProviders,
    EventSourcedWebhooks,
)
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.registered_models import PostgresRegisteredModels
from adapters.postgres.tenant_statements import Tenant
from application.access_keys.change_access_key import ChangeAccessKey, change_access_key
from application.caller import acting_as
from application.commands.change_model import ChangeModel, NewPrice, change_model
from application.commands.change_models_in_bulk import (
    ChangeModelsInBulk,
    ModelOperation,
    OperationOutcome,
    change_models_in_bulk,
)
from application.commands.change_models_in_bulk import _alone as alone
from application.commands.register_model import RegisterModel
from application.commands.remove_model import RemoveModel
from application.errors import BulkRefused, FieldsChanged, ModelNotFound, StaleRevision, Unavailable
from application.recorded_revision import Recorded
from application.turns import Turns
from application.webhooks.change_webhook import ChangeWebhook, change_webhook
from domain.access_key.aggregate import AccessKey
from domain.budget import Budget
from domain.model.aggregate import Model
from domain.webhook.aggregate import Webhook
from tests.builders import a_model, a_price, a_provider, a_webhook, acting, an_access_key
from tests.databases import Database
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.clock import FakeClock
from tests.fakes.outbound_http import FakeOutbound
from tests.fakes.vault import FakeVault

Changes = dict[str, Any]


class Interrupted(EventSourcedModels):
    """Models that somebody else changes right before they are saved for the first time."""

    def __init__(self, ledger: Ledger, interrupt: Callable[[], Awaitable[object]]) -> None:
        super().__init__(ledger)
        self._interrupts = [interrupt]

    async def save(self, model: Model) -> Recorded:
        await self._interrupt()
        return await super().save(model)

    async def save_all(self, models: Sequence[Model]) -> Sequence[Recorded]:
        await self._interrupt()
        return await super().save_all(models)

    async def _interrupt(self) -> None:
        if self._interrupts:
            await self._interrupts.pop()()


class Counted(EventSourcedModels):
    """Models that count how often many are saved at once, and how often is asked what was."""

    saves = looks = 0

    async def save_all(self, models: Sequence[Model]) -> Sequence[Recorded]:
        self.saves += 1
        return await super().save_all(models)

    async def recorded_already(self, command_ids: Sequence[UUID]) -> Mapping[UUID, Recorded]:
        self.looks += 1
        return await super().recorded_already(command_ids)


class InterruptedKeys(EventSourcedAccessKeys):
    """Access keys that somebody else changes right before one is saved for the first time."""

    def __init__(self, ledger: Ledger, interrupt: Callable[[], Awaitable[object]]) -> None:
        super().__init__(ledger)
        self._interrupts = [interrupt]

    async def save(self, aggregate: AccessKey, **more: Any) -> Recorded:  # noqa: ANN401 - what the others take
        if self._interrupts:
            await self._interrupts.pop()()
        return await super().save(aggregate, **more)


class InterruptedWebhooks(EventSourcedWebhooks):
    """Webhooks that somebody else changes right before one is saved for the first time."""

    def __init__(self, ledger: Ledger, interrupt: Callable[[], Awaitable[object]]) -> None:
        super().__init__(ledger)
        self._interrupts = [interrupt]

    async def save(self, aggregate: Webhook, **more: Any) -> Recorded:  # noqa: ANN401 - what the others take
        if self._interrupts:
            await self._interrupts.pop()()
        return await super().save(aggregate, **more)


class Organization:
    """An organization with a provider and two models, and what its administrators do."""

    def __init__(self, ledger: Ledger, models: EventSourcedModels, directory: PostgresRegisteredModels) -> None:
        self.organization_id = uuid4()
        self.provider_id = uuid4()
        self.first, self.second = uuid4(), uuid4()
        self.ledger = ledger
        self.models = models
        self.directory = directory
        self.turns = Turns()

    async def fill(self, providers: EventSourcedProviders) -> None:
        with acting(self.organization_id):
            await providers.save(a_provider(self.provider_id))
        config = {"temperature": 1, "metadata": {"team": "a", "tier": {"level": 1}}}
        made = [a_model(id_, provider_id=self.provider_id, config=config, price=a_price()) for id_ in self.ids]
        with acting(self.organization_id):
            await self.models.save_all(made)

    @property
    def ids(self) -> list[UUID]:
        return [self.first, self.second]

    def other(self, **changes: Changes) -> Callable[[], Awaitable[object]]:
        """Return what somebody else does to the first model; nothing named removes it."""

        async def change() -> None:
            with acting(self.organization_id):
                model = await self.models.get(self.first)
                if not changes:
                    model.remove()
                for name, value in changes.items():
                    getattr(model, name)(**value)
                await self.models.save(model)

        return change

    async def change(self, interrupt: Callable[[], Awaitable[object]], changes: Changes) -> Recorded:
        models = Interrupted(self.ledger, interrupt)
        command = ChangeModel(model_id=self.first, **changes)
        with acting(self.organization_id):
            return await change_model(command, models=models, directory=self.directory, catalogue=FakeCatalogue())

    async def in_bulk(
        self, interrupt: Callable[[], Awaitable[object]], *operations: ModelOperation, atomic: bool
    ) -> Sequence[OperationOutcome]:
        models = Interrupted(self.ledger, interrupt)
        command = ChangeModelsInBulk(operations=operations, atomic=atomic)
        with acting(self.organization_id):
            return await self.change_in_bulk(command, models)

    async def change_in_bulk(
        self, command: ChangeModelsInBulk, models: EventSourcedModels
    ) -> Sequence[OperationOutcome]:
        return await change_models_in_bulk(
            command, models=models, directory=self.directory, catalogue=FakeCatalogue(), turns=self.turns
        )

    async def held(self, model_id: UUID) -> Model:
        with acting(self.organization_id):
            return await self.models.get(model_id)


@pytest.fixture
async def organization(
    database: Database, ledger: Ledger, models: EventSourcedModels, providers: EventSourcedProviders
) -> AsyncIterator[Organization]:
    async with reading_pool(database.app_url, size=1) as pool:
        organization = Organization(ledger, models, PostgresRegisteredModels(Tenant(pool)))
        await organization.fill(providers)
        yield organization


RENAMED: dict[str, Any] = {"rename": {"name": "Theirs"}}
CONFIG: dict[str, Any] = {
    "reconfigure": {"version": "2", "config": {"temperature": 2, "metadata": {"team": "b", "tier": {"level": 2}}}}
}


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        (RENAMED, {"config_patch": {"metadata": {"team": "mine"}}}),
        (CONFIG, {"config_patch": {"metadata": {"owner": "me"}, "topP": 1}}),
        (CONFIG, {"name": "Mine", "price": NewPrice(output_per_1k=None), "is_enabled": False}),
        ({"disable": {}}, {"name": "Mine"}),
    ],
)
async def test_who_changes_other_fields_is_no_hindrance(
    organization: Organization, theirs: Changes, mine: Changes
) -> None:
    assert (await organization.change(organization.other(**theirs), mine)).revision >= 3


@pytest.mark.parametrize(
    ("theirs", "mine", "pointers"),
    [
        (RENAMED, {"name": "Mine", "max_tokens": 7}, ["/name"]),
        (CONFIG, {"version": "3", "name": "Mine"}, ["/version"]),
        (
            CONFIG,
            {"config_patch": {"temperature": 0, "topP": 1, "metadata": {"tier": {"level": 3}, "team": None, "a/b": 1}}},
            ["/config/temperature", "/config/metadata/tier/level", "/config/metadata/team"],
        ),
        (CONFIG, {"config": {}}, ["/config"]),
        (
            {"change_price": {"price": a_price("1")}},
            {"price": NewPrice(input_per_1k=None)},
            ["/pricing/inputPer1kTokens"],
        ),
        ({"change_price": {"price": None}}, {"price": None}, ["/pricing"]),
        ({"disable": {}}, {"is_enabled": True, "name": "Mine"}, ["/isEnabled"]),
    ],
)
async def test_a_field_that_somebody_else_changed_is_named(
    organization: Organization, theirs: Changes, mine: Changes, pointers: Sequence[str]
) -> None:
    with pytest.raises(FieldsChanged) as refused:
        await organization.change(organization.other(**theirs), mine)
    assert sorted(refused.value.pointers) == sorted(pointers)


async def test_a_lost_race_for_a_revision_is_stale(organization: Organization) -> None:
    with pytest.raises(StaleRevision):
        await organization.change(organization.other(**RENAMED), {"max_tokens": 7, "expected_revision": 1})


async def test_bulks_at_the_same_time_are_made_one_after_the_other(organization: Organization) -> None:
    models = Counted(organization.ledger)

    async def rename(name: str) -> Sequence[OperationOutcome]:
        operations = [ChangeModel(model_id=model_id, name=name) for model_id in organization.ids]
        with acting(organization.organization_id):
            return await organization.change_in_bulk(ChangeModelsInBulk(operations=operations, atomic=False), models)

    for outcomes in await asyncio.gather(*(rename(f"Name {number}") for number in range(5))):
        assert [outcome.refusal for outcome in outcomes] == [None] * 2
    assert models.saves == 5


async def test_a_bulk_that_has_waited_too_long_for_others_changes_nothing(organization: Organization) -> None:
    organization.turns = Turns(patience_seconds=0.05)
    operations = [ChangeModel(model_id=organization.first, name="Late")]
    with acting(organization.organization_id) as caller:
        async with organization.turns.of(organization.organization_id):
            with pytest.raises(Unavailable):
                await organization.change_in_bulk(ChangeModelsInBulk(operations=operations), organization.models)
    assert caller.outcome.known == "unchanged"
    assert (await organization.held(organization.first)).revision == 1


async def test_what_an_earlier_run_has_saved_is_asked_for_once(organization: Organization) -> None:
    models = Counted(organization.ledger)
    operations = [ChangeModel(model_id=uuid4(), name="Nothing") for _ in range(60)]
    with acting(organization.organization_id):
        command = ChangeModelsInBulk(operations=operations, atomic=False)
        outcomes = await organization.change_in_bulk(command, models)
    assert {type(outcome.refusal) for outcome in outcomes} == {ModelNotFound}
    # What the request itself has recorded, and what it has recorded of each model alone.
    assert models.looks == 2


@pytest.mark.parametrize("atomic", [True, False])
async def test_a_bulk_is_made_on_the_newest_models(organization: Organization, *, atomic: bool) -> None:
    outcomes = await organization.in_bulk(
        organization.other(**RENAMED),
        ChangeModel(model_id=organization.first, max_tokens=7),
        ChangeModel(model_id=organization.second, max_tokens=7, expected_revision=1),
        ChangeModel(model_id=organization.first, is_enabled=False),
        RegisterModel(provider_id=organization.provider_id, model_id="new"),
        RemoveModel(model_id=organization.second),
        atomic=atomic,
    )
    assert [outcome.refusal for outcome in outcomes] == [None] * 5
    model = await organization.held(organization.first)
    assert (model.name, model.limits.max_tokens, model.is_enabled) == ("Theirs", 7, False)
    with pytest.raises(ModelNotFound):
        await organization.held(organization.second)


async def test_an_operation_on_what_somebody_else_changed_is_refused_for_itself(organization: Organization) -> None:
    operations = [
        ChangeModel(model_id=organization.first, is_enabled=False, expected_revision=1),
        ChangeModel(model_id=organization.first, name="Mine", max_tokens=7),
        ChangeModel(model_id=organization.first, context_window=7),
        ChangeModel(model_id=organization.second, name="Mine", expected_revision=1),
    ]
    outcomes = await organization.in_bulk(organization.other(**RENAMED), *operations, atomic=False)
    stale, changed, *made = [outcome.refusal for outcome in outcomes]
    assert isinstance(changed, FieldsChanged)
    assert changed.pointers == ("/name",)
    assert isinstance(stale, StaleRevision)
    assert made == [None, None]
    # With their frames they would hold all models of the request, in a cycle.
    assert (stale.__traceback__, changed.__traceback__) == (None, None)
    first, second = await organization.held(organization.first), await organization.held(organization.second)
    assert (first.name, first.limits.max_tokens, first.limits.context_window) == ("Theirs", None, 7)
    assert second.name == "Mine"


async def test_what_another_run_of_the_same_command_saved_is_its_own(organization: Organization) -> None:
    """A run whose process has frozen goes on while the request is repeated."""

    async def other_run() -> None:
        with acting_as(alone(organization.first)):
            model = await organization.models.get(organization.first)
            model.rename("Mine")
            await organization.models.save(model)

    operations = [ChangeModel(model_id=id_, name="Mine") for id_ in organization.ids]
    outcomes = await organization.in_bulk(other_run, *operations, atomic=False)
    assert [outcome.refusal for outcome in outcomes] == [None, None]
    assert [outcome.recorded.revision for outcome in outcomes if outcome.recorded] == [2, 2]


async def test_all_or_nothing_names_what_somebody_else_changed(organization: Organization) -> None:
    operations = [
        ChangeModel(model_id=organization.second, name="Mine"),
        ChangeModel(model_id=organization.first, max_tokens=7, expected_revision=1),
        ChangeModel(model_id=organization.first, name="Mine"),
        ChangeModel(model_id=organization.first, max_tokens=7),
    ]
    with pytest.raises(BulkRefused) as refused:
        await organization.in_bulk(organization.other(**RENAMED), *operations, atomic=True)
    assert [(index, type(refusal)) for index, refusal in refused.value.failures] == [
        (1, StaleRevision),
        (2, FieldsChanged),
    ]
    assert (await organization.held(organization.second)).revision == 1


@pytest.mark.parametrize("expected", [None, 1])
async def test_what_somebody_else_removed_is_not_there(organization: Organization, expected: int | None) -> None:
    operations = [ChangeModel(model_id=organization.first, name="Mine", expected_revision=expected)]
    operations += [ChangeModel(model_id=organization.second, name="Mine")]
    outcomes = await organization.in_bulk(organization.other(), *operations, atomic=False)
    assert isinstance(outcomes[0].refusal, ModelNotFound)
    assert outcomes[1].refusal is None


async def test_of_an_access_key_too_the_changed_fields_are_named(organization: Organization, ledger: Ledger) -> None:
    keys, key = EventSourcedAccessKeys(ledger), an_access_key(labels={"team": "a"}, budget=Budget(Decimal(5), "day"))
    with acting(organization.organization_id):
        await keys.save(key)

    async def theirs() -> None:
        with acting(organization.organization_id):
            held = await keys.get(key.id)
            held.change_labels({"team": "b", "stage": "x"})
            held.change_budget(None)
            await keys.save(held)

    async def change(changes: Changes) -> Recorded:
        with acting(organization.organization_id):
            return await change_access_key(
                ChangeAccessKey(key_id=key.id, **changes),
                keys=InterruptedKeys(ledger, theirs),
                models=organization.models,
                directory=organization.directory,
                clock=FakeClock(),
            )

    with pytest.raises(FieldsChanged) as refused:
        await change(
            {"labels": {"team": "mine", "new": "x"}, "budget": None, "limits": {"concurrent": 3}, "name": "Mine"}
        )
    assert sorted(refused.value.pointers) == ["/budget", "/labels/team"]
    await change({"labels": {"new": "y"}, "limits": {"concurrent": 3}, "name": "Mine"})
    with acting(organization.organization_id):
        held = await keys.get(key.id)
    assert (held.name, held.labels, held.limits.concurrent) == ("Mine", {"team": "b", "stage": "x", "new": "y"}, 3)


async def test_of_a_webhook_too_the_changed_fields_are_named(organization: Organization, ledger: Ledger) -> None:
    webhooks, webhook = EventSourcedWebhooks(ledger), a_webhook()
    with acting(organization.organization_id):
        await webhooks.save(webhook)

    async def theirs() -> None:
        with acting(organization.organization_id):
            held = await webhooks.get(webhook.id)
            held.change_topics(["model.*"])
            held.disable()
            await webhooks.save(held)

    async def change(**changes: Any) -> Recorded:  # noqa: ANN401 - the fields of the command
        with acting(organization.organization_id):
            return await change_webhook(
                ChangeWebhook(webhook_id=webhook.id, **changes),
                webhooks=InterruptedWebhooks(ledger, theirs),
                vault=FakeVault(),
                addresses=FakeOutbound(),
            )

    with pytest.raises(FieldsChanged) as refused:
        await change(name="Mine", topics=["provider.*"], is_enabled=False)
    assert sorted(refused.value.pointers) == ["/isEnabled", "/topics"]
    assert (await change(name="Mine")).revision == 4
