"""Verifies and rebuilds projections with the administrators' login."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier

from adapters.projection_code_version import code_version
from adapters.projections.connections import Connection, connected, several
from adapters.projections.fold_events import Projector
from adapters.projections.organization_walk import Organization, Walk
from adapters.projections.projection_source import SQL_TEXTS, Source, WrongSnapshots
from application.ports.progress import Progress
from application.projections.project_event import TOPICS_OF, project
from application.projections.row_changes import Table
from application.rebuilding.projections import Comparison, OrganizationUnknown, ProjectionStatus

# One is read or written by the server while the other is folded here.
_WORKERS: Final = 2
_PAGE: Final = 5_000


class PostgresProjections:
    """Implements `application.rebuilding.projections.Projections`; the administrators' login owns no table."""

    def __init__(
        self,
        url: str,
        wrong_snapshots: WrongSnapshots,
        *,
        projector: Projector = project,
        version: str | None = None,
    ) -> None:
        """Take the URL of the login, and a version if the projections are not those of this code."""
        self._url = url
        self._wrong_snapshots = wrong_snapshots
        self._projector = projector
        self._version = version or code_version()

    async def statuses(self) -> Sequence[ProjectionStatus]:
        async with connected(self._url) as connection:
            [(organizations, events)] = await _rows(connection, "extent")
            known = await _rows(connection, "statuses", names=list(TOPICS_OF), version=self._version)
            counts = {
                name: (await (await connection.execute(_about("row_count", name))).fetchone() or (0,))[0]
                for name in TOPICS_OF
            }
        return [
            ProjectionStatus(
                name=name,
                events=events,
                rows=counts[name],
                organizations=organizations,
                proved=proved,
                rebuilt_at=rebuilt_at,
            )
            for name, rebuilt_at, proved in known
        ]

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        # The lock is the session's: it goes with the connection, and the connection with this process.
        async with connected(self._url) as connection:
            await connection.execute(b"SET lock_timeout = 0")
            await _rows(connection, "turn")
            yield
            # A server notices only after a while that a connection is closed: the next one need not wait for that.
            await _rows(connection, "turn_over")

    async def verify(
        self, names: Sequence[Table], progress: Progress, *, organization_id: UUID | None = None, full: bool = False
    ) -> Comparison:
        return await self._walked(names, progress, organization_id, full=full)

    async def rebuild(
        self, names: Sequence[Table], progress: Progress, *, organization_id: UUID | None = None
    ) -> Comparison:
        comparison = await self._walked(names, progress, organization_id, writes=True)
        if organization_id is None:
            async with connected(self._url) as connection:
                await connection.execute(SQL_TEXTS["rebuilt"], {"names": list(names), "now": datetime.now(UTC)})
        return comparison

    async def _walked(
        self,
        names: Sequence[Table],
        progress: Progress,
        organization_id: UUID | None,
        *,
        writes: bool = False,
        full: bool = False,
    ) -> Comparison:
        await progress.begin("prepare")
        async with several(self._url, _WORKERS) as connections:
            first = connections[0]
            source = await Source.of(first, names, self._projector, self._version, self._wrong_snapshots)
            walk = Walk(source, progress, writes=writes, full=full)
            step = "rebuild" if writes else "verify"
            if organization_id is not None:
                known = await _rows(first, "organization", organization_id=organization_id, version=self._version)
                if not known:
                    raise OrganizationUnknown
                await progress.begin(step, known[0][1])
                await walk.through(connections, [Organization(*known[0])])
            else:
                [(_, events)] = await _rows(first, "extent")
                await progress.begin(step, events)
                async for organizations in self._organizations(first, names):
                    await walk.through(connections, organizations)
        return walk.tally.comparison(walk.pace.longest_ms)

    async def _organizations(
        self, connection: Connection, names: Sequence[Table]
    ) -> AsyncIterator[Sequence[Organization]]:
        """Yield all organizations in batches; last come those that have rows but no events."""
        least = 0
        while least < 2**128:
            parameters = {"least": UUID(int=least), "limit": _PAGE, "version": self._version}
            rows = await _rows(connection, "organizations", **parameters)
            yield [Organization(*row) for row in rows]
            least = rows[-1][0].int + 1 if rows else 2**128
        strangers = {
            row[0] for name in names for row in await (await connection.execute(_about("strangers", name))).fetchall()
        }
        yield [Organization(stranger, 0, b"") for stranger in sorted(strangers)]


async def _rows(connection: Connection, statement: str, **parameters: object) -> list[tuple[Any, ...]]:
    return await (await connection.execute(SQL_TEXTS[statement], parameters)).fetchall()


def _about(statement: str, table: Table) -> Composed:
    organization = "id" if table == "organizations" else "organization_id"
    return SQL(SQL_TEXTS[statement]).format(table=Identifier(table), organization=Identifier(organization))
