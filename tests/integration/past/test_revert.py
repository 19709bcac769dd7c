"""The laws of going back: it makes everything that can be written what it was, once, and keeps the history."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
from application.commands.revert_model import RevertModel, revert_model
from application.errors import InvalidInput, ModelNotFound, StaleRevision
from domain.errors import DomainError
from domain.model.aggregate import Model
from tests import hypothesis_strategies as strategies
from tests.builders import a_model, a_provider, acting
from tests.databases import Connection, Pool
from tests.hypothesis_strategies import Command
from tests.log_contents import events


@pytest.fixture(autouse=True)
def full_pool(pool: Pool) -> None:
    """Open all connections first: the pool draws a random number for each, which Hypothesis takes for the test's."""
    with ExitStack() as connections:
        for _ in range(pool.max_size):
            connections.enter_context(pool.connection())


def _written(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "version": model.version_label,
        "config": model.config,
        "type": model.type,
        "capabilities": model.capabilities,
        "price": model.price,
        "limits": model.limits,
        "is_enabled": model.is_enabled,
    }


async def _saved(
    model: Model, organization_id: UUID, providers: EventSourcedProviders, models: EventSourcedModels
) -> None:
    provider = a_provider(model.provider_id)
    with acting(organization_id):
        await providers.save(provider)
    with acting(organization_id):
        await models.save(model)


# Each example lives in an organization of its own.
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(model=strategies.models, commands=st.lists(strategies.model_commands, min_size=1, max_size=8), data=st.data())
async def test_a_model_becomes_what_it_was(
    providers: EventSourcedProviders,
    models: EventSourcedModels,
    model: Model,
    commands: Sequence[Command],
    data: st.DataObject,
) -> None:
    organization_id = uuid4()
    await _saved(model, organization_id, providers, models)
    states = {model.revision: _written(model)}
    for command in commands:
        try:
            strategies.apply_command(model, command)
        except DomainError:
            continue
        if model.pending_events:
            with acting(organization_id):
                await models.save(model)
        states[model.revision] = _written(model)
    back_to = data.draw(st.sampled_from(sorted(states)))
    reverting = RevertModel(model_id=model.id, to_revision=back_to, expected_revision=model.revision)
    with acting(organization_id):
        recorded = await revert_model(reverting, models=models)
    reverted = await _current(models, organization_id, model.id)
    assert _written(reverted) == states[back_to]
    assert recorded.revision == reverted.revision >= model.revision
    assert (recorded.revision == model.revision) == (states[back_to] == states[model.revision])
    with acting(organization_id):
        again = await revert_model(RevertModel(model_id=model.id, to_revision=back_to), models=models)
    assert again.revision == recorded.revision


async def _current(models: EventSourcedModels, organization_id: UUID, model_id: UUID) -> Model:
    with acting(organization_id):
        return await models.get(model_id)


async def test_going_back_is_a_new_event_with_its_reason(
    providers: EventSourcedProviders, models: EventSourcedModels, organization_id: UUID, owner: Connection
) -> None:
    model = a_model(name="First")
    await _saved(model, organization_id, providers, models)
    model.rename("Second")
    with acting(organization_id):
        await models.save(model)
    for reason in (None, "The old name was right"):
        with acting(organization_id, reason=reason):
            await revert_model(RevertModel(model_id=model.id, to_revision=1), models=models)
        with acting(organization_id):
            await revert_model(RevertModel(model_id=model.id, to_revision=2), models=models)
    reasons = [event["reason"] for event in events(owner, organization_id) if event["topic"] == "model.renamed"]
    assert reasons == [
        None,
        "Reverted to revision 1",
        "Reverted to revision 2",
        "The old name was right",
        "Reverted to revision 2",
    ]


async def test_there_is_no_way_back_to_what_never_was_or_is_gone(
    providers: EventSourcedProviders, models: EventSourcedModels, organization_id: UUID
) -> None:
    model = a_model()
    await _saved(model, organization_id, providers, models)
    with acting(organization_id):
        with pytest.raises(InvalidInput, match="at revision 1; there is no revision 2") as refused:
            await revert_model(RevertModel(model_id=model.id, to_revision=2), models=models)
        assert refused.value.pointer == "/toRevision"
        with pytest.raises(StaleRevision):
            await revert_model(RevertModel(model_id=model.id, to_revision=1, expected_revision=7), models=models)
        model.remove()
        await models.save(model)
        with pytest.raises(ModelNotFound):
            await revert_model(RevertModel(model_id=model.id, to_revision=1), models=models)
