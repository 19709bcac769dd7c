"""The administrators' use cases, as tests call them."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from application.ports.progress import NoProgress, Progress
from application.projections.row_changes import Table
from application.rebuilding.projections import Comparison, Differences, Projections
from application.rebuilding.rebuild_projections import RebuildProjections, rebuild_projections
from application.rebuilding.verify_projections import VerifyProjections, verify_projections
from tests.databases import Connection

_WAITING = b"""
SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""
# On a machine that others use too.
PATIENCE_SECONDS = 60.0
TABLES: tuple[Table, ...] = ("organizations", "ai_providers", "ai_models", "access_keys", "webhooks", "members")


async def rebuilt(
    projections: Projections,
    names: Sequence[Table] = TABLES,
    *,
    organization_id: UUID | None = None,
    progress: Progress | None = None,
) -> Comparison:
    command = RebuildProjections(names=names, organization_id=organization_id)
    return await rebuild_projections(command, projections=projections, progress=progress or NoProgress())


async def verified(
    projections: Projections,
    names: Sequence[Table] = TABLES,
    *,
    organization_id: UUID | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    query = VerifyProjections(names=names, organization_id=organization_id, full=full)
    return await verify_projections(query, projections=projections, progress=progress or NoProgress())


async def differences(projections: Projections, name: Table) -> Differences:
    return (await verified(projections, [name])).tables[0].differences


def counts(comparison: Comparison) -> dict[str, int]:
    """Return how many rows differed, by table, where any did."""
    return {each.name: each.differences.count for each in comparison.tables if each.differences.count}


async def assert_as_the_log(projections: Projections) -> None:
    """Check every row of every table against the log, whatever was proved before."""
    found = await verified(projections, full=True)
    assert [each.differences.first for each in found.tables] == [[]] * len(TABLES)
    assert found.unreadable.count == 0


async def until_somebody_waits(owner: Connection, *, connections: int = 1) -> None:
    """Return when this many connections wait for a lock in this database."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(owner.execute(_WAITING).fetchall()) < connections:  # noqa: ASYNC110 - nobody says so
            await asyncio.sleep(0.02)
