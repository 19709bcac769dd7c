from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.builders import a_provider, acting
from tests.contract.repositories_contract import RepositoriesContract
from tests.contract.snapshots_contract import LONG, SnapshotsContract, a_snapshot
from tests.log import contents

if TYPE_CHECKING:
    from uuid import UUID

    from tests.databases import Connection
    from tests.integration.discovery.conftest import Keepers


class TestPostgresRepositories(RepositoriesContract):
    """On the event log and the read tables."""


class TestPostgresSnapshots(SnapshotsContract):
    """On their tables."""


async def test_the_next_answer_clears_away_what_was_kept_of_providers_that_are_gone(
    subject: Keepers, organization_id: UUID, owner: Connection
) -> None:
    gone, there = a_provider(name="Gone"), a_provider(name="There")
    for provider in (gone, there):
        with acting(organization_id):
            await subject.providers.save(provider)
        await _answered(subject, organization_id, provider.id)
    gone.remove()
    with acting(organization_id):
        await subject.providers.save(gone)
        assert await subject.snapshots.load(gone.id) is not None
    await _answered(subject, organization_id, there.id)
    for table in ("discovery_snapshots", "discovery_attempts"):
        kept = [row[1] for row in contents(owner)[table] if row[0] == organization_id]
        assert kept == [there.id]


async def _answered(subject: Keepers, organization_id: UUID, provider_id: UUID) -> None:
    holder = uuid4()
    with acting(organization_id):
        [standing] = (await subject.snapshots.standing(provider_id)).providers
        moment = await subject.snapshots.lease(provider_id, holder, LONG)
        assert moment is not None
        assert await subject.snapshots.keep(provider_id, a_snapshot(standing, moment, "a"))
        await subject.snapshots.release(provider_id, holder)
