"""The administrators' use cases, as tests call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.commands.rebuild_projection import RebuildProjection, Rebuilt, rebuild_projection
from application.commands.roll_back_projection import RollBackProjection, RolledBack, roll_back_projection
from application.ports.progress import NoProgress
from application.queries.verify_projection import VerifyProjection, verify_projection

if TYPE_CHECKING:
    from application.ports.progress import Progress
    from application.ports.read_tables import Differences, ReadTables
    from application.projections.rows import Table

TABLES: tuple[Table, ...] = ("organizations", "ai_providers", "ai_models")


async def rebuilt(tables: ReadTables, name: Table, progress: Progress | None = None) -> Rebuilt:
    return await rebuild_projection(RebuildProjection(name=name), tables=tables, progress=progress or NoProgress())


async def rolled_back(tables: ReadTables, name: Table, progress: Progress | None = None) -> RolledBack:
    return await roll_back_projection(RollBackProjection(name=name), tables=tables, progress=progress or NoProgress())


async def differences(tables: ReadTables, name: Table) -> Differences:
    return (await verify_projection(VerifyProjection(name=name), tables=tables, progress=NoProgress())).differences


async def assert_as_the_log(tables: ReadTables) -> None:
    """Check every live table against the log."""
    for name in TABLES:
        assert (await differences(tables, name)).count == 0, name
