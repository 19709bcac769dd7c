import asyncio
from math import inf
from uuid import UUID, uuid4

import pytest

from application.errors import ProviderHasModels
from domain.provider.aggregate import Provider
from tests.builders import a_model, a_provider, acting
from tests.contract.model_list_snapshots_contract import LONG, SnapshotsContract, a_snapshot
from tests.contract.repositories_contract import RepositoriesContract
from tests.databases import Connection
from tests.integration.discovery.conftest import PostgresSnapshotSetup
from tests.log_contents import contents


class TestPostgresRepositories(RepositoriesContract):
    """On the event log and the read tables."""


class TestPostgresSnapshots(SnapshotsContract):
    """On their tables."""


async def test_what_is_kept_of_a_provider_goes_in_the_transaction_of_its_removal(
    subject: PostgresSnapshotSetup, organization_id: UUID, owner: Connection
) -> None:
    gone, there = a_provider(name="Gone"), a_provider(name="There")
    for provider in (gone, there):
        await _saved(subject, organization_id, provider)
        await _answered(subject, organization_id, provider.id)
    model = a_model(provider_id=gone.id)
    with acting(organization_id):
        await subject.models.save(model)
    gone.remove()
    with pytest.raises(ProviderHasModels):
        await _saved(subject, organization_id, gone)
    assert _kept(owner, organization_id) == {gone.id, there.id}
    model.remove()
    with acting(organization_id):
        await subject.providers.save(gone, with_models=[model])
    assert _kept(owner, organization_id) == {there.id}


async def test_no_answer_that_comes_in_the_moment_of_a_removal_is_left_behind(
    subject: PostgresSnapshotSetup, organization_id: UUID, owner: Connection
) -> None:
    for number in range(20):
        provider = a_provider(name=f"Provider {number}")
        await _saved(subject, organization_id, provider)
        with acting(organization_id):
            [state] = (await subject.snapshots.state(provider.id)).providers
            moment = await subject.snapshots.lease(provider.id, uuid4(), LONG)
            assert moment is not None
            provider.remove()
            late = a_snapshot(state, moment, "a")
            await asyncio.gather(subject.snapshots.keep(provider.id, late), _saved(subject, organization_id, provider))
    assert _kept(owner, organization_id) == set()


async def test_nobody_waits_for_a_time_that_only_a_wrong_clock_can_have_set(
    subject: PostgresSnapshotSetup, organization_id: UUID, owner: Connection
) -> None:
    """As a clock leaves it behind that was an hour ahead: a lease, an answer, and a failure."""
    provider = a_provider()
    await _saved(subject, organization_id, provider)
    await _answered(subject, organization_id, provider.id)
    holder = uuid4()
    with acting(organization_id):
        [before] = (await subject.snapshots.state(provider.id)).providers
        assert await subject.snapshots.lease(provider.id, holder, LONG) is not None
        await subject.snapshots.fail(provider.id, holder, basis=before.basis, failure={}, quiet_seconds=LONG)
        owner.execute("UPDATE discovery_snapshots SET fetched_at = fetched_at + interval '1 hour'")
        owner.execute(
            "UPDATE discovery_attempts SET leased_until = leased_until + interval '1 hour',"
            " failed_at = failed_at + interval '1 hour', quiet_until = quiet_until + interval '1 hour'"
        )
        [state] = (await subject.snapshots.state(provider.id)).providers
        assert state.usable is not None
        assert (state.usable.age, state.refused) == (inf, None)
        moment = await subject.snapshots.lease(provider.id, uuid4(), LONG)
        assert moment is not None
        assert await subject.snapshots.lease(provider.id, holder, LONG) is None
        assert await subject.snapshots.keep(provider.id, a_snapshot(state, moment, "b"))
        [state] = (await subject.snapshots.state(provider.id)).providers
        assert state.usable is not None
        assert state.usable.age < LONG


async def _saved(subject: PostgresSnapshotSetup, organization_id: UUID, provider: Provider) -> None:
    with acting(organization_id):
        await subject.providers.save(provider)


async def _answered(subject: PostgresSnapshotSetup, organization_id: UUID, provider_id: UUID) -> None:
    holder = uuid4()
    with acting(organization_id):
        [state] = (await subject.snapshots.state(provider_id)).providers
        moment = await subject.snapshots.lease(provider_id, holder, LONG)
        assert moment is not None
        assert await subject.snapshots.keep(provider_id, a_snapshot(state, moment, "a"))
        await subject.snapshots.release(provider_id, holder)


def _kept(owner: Connection, organization_id: UUID) -> set[UUID]:
    """Return the providers of which something is kept: an answer, or an attempt."""
    tables = contents(owner)
    rows = [*tables["discovery_snapshots"], *tables["discovery_attempts"]]
    return {row[1] for row in rows if row[0] == organization_id}
