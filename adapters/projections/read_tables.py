"""The read tables, kept by an administrator's login."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from adapters.projections import comparing, filling, swapping
from adapters.projections.connections import connected
from adapters.projections.reading import SQL_TEXTS, Source, filled_in, one
from adapters.projections.swapping import Patience
from application.ports.read_tables import NothingToRollBack, ProjectionStatus, RebuildUnderWay
from application.projections.project import TOPICS_OF, project

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from adapters.projections.folding import Projector
    from adapters.projections.reading import Heads
    from application.ports.progress import Progress
    from application.ports.read_tables import Differences, Filled, Mended, Place, Swapped
    from application.projections.rows import Table


class PostgresReadTables:
    """Fulfils `application.ports.read_tables.ReadTables` through the administrators' login, which owns no table."""

    def __init__(self, url: str, *, projector: Projector = project, patience: Patience | None = None) -> None:
        self._url = url
        self._projector = projector
        self._patience = patience or Patience()
        # What was seen at each count of events: heads only grow, so that the count tells the moment.
        self._moments: dict[int, Heads] = {}

    async def statuses(self) -> Sequence[ProjectionStatus]:
        async with connected(self._url) as connection:
            events = await one(connection, "event_count")
            rows = await (await connection.execute(SQL_TEXTS["statuses"], {"names": list(TOPICS_OF)})).fetchall()
            counts = {
                name: (await (await connection.execute(filled_in("row_count", name))).fetchone() or (0,))[0]
                for name in TOPICS_OF
            }
        return [
            ProjectionStatus(
                name=row[0],
                position=events,
                rows=counts[row[0]],
                swapped_position=row[1],
                swapped_at=row[2],
                has_previous=row[3],
                has_leftover=row[4],
                is_planned=row[5],
            )
            for row in rows
        ]

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        # The lock is the session's: it goes with the connection, and the connection with this process.
        async with connected(self._url) as connection:
            if not await one(connection, "alone"):
                raise RebuildUnderWay
            yield
            # A server notices only after a while that a connection is closed: the next one need not wait for that.
            await one(connection, "no_longer_alone")

    async def begin(self, name: Table, *, as_live: bool = False) -> None:
        await self._run("begin", name=name, as_live=as_live)

    async def fill(self, name: Table, progress: Progress, organization_id: UUID | None = None) -> Filled:
        filled, heads = await filling.fill(self._url, self._source(name), progress, organization_id)
        self._moments[filled.position] = heads
        return filled

    async def index(self, name: Table) -> None:
        await self._run("index", name=name)

    async def catch_up(self, name: Table, place: Place, position: int) -> int:
        async with connected(self._url) as connection:
            heads = await filling.catch_up(connection, self._source(name), place, self._moment(position))
        count = sum(heads.values())
        self._moments[count] = heads
        return count

    async def compare(self, name: Table, place: Place, position: int, progress: Progress) -> Differences:
        return await comparing.compare(self._url, self._source(name), place, self._moment(position), progress)

    async def swap(self, name: Table, place: Place, position: int) -> Swapped:
        async with connected(self._url) as connection:
            return await swapping.swap(connection, self._source(name), place, self._moment(position), self._patience)

    async def settle(self) -> int:
        async with connected(self._url) as connection:
            orphans: int = await one(connection, "orphans")
            if not orphans:
                await connection.execute(SQL_TEXTS["settle"])
            return orphans

    async def discard(self, name: Table) -> None:
        await self._run("discard", name=name)

    async def open_previous(self, name: Table) -> int:
        async with connected(self._url) as connection:
            position: int | None = await one(connection, "open_retired", name=name)
        if position is None:
            raise NothingToRollBack
        return position

    async def mend(self, organization_id: UUID, names: Sequence[Table], position: int) -> Sequence[Mended]:
        async with connected(self._url) as connection:
            sources = [self._source(name) for name in names]
            return await swapping.mend(connection, organization_id, sources, self._moment(position))

    async def verify(self, name: Table, progress: Progress) -> tuple[Filled, Differences]:
        return await comparing.verify(self._url, self._source(name), progress)

    def _moment(self, position: int) -> Heads:
        """Return what was seen then; where that is not known, all is taken for new."""
        return self._moments.get(position, {})

    def _source(self, name: Table) -> Source:
        return Source(name, self._projector)

    async def _run(self, statement: str, **parameters: object) -> None:
        async with connected(self._url) as connection:
            await connection.execute(SQL_TEXTS[statement], parameters)
