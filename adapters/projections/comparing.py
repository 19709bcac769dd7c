"""Row by row, how the live tables differ from what the log makes of them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.sql import SQL, Identifier

from adapters.projections.batches import batches
from adapters.projections.connections import connected, for_each
from adapters.projections.reading import SQL_TEXTS, Part, as_json, columns_of, filled_in, heads_now, one
from application.ports.read_tables import Difference, Differences, Filled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from psycopg.sql import Composed

    from adapters.projections.batches import Batch
    from adapters.projections.connections import Connection
    from adapters.projections.reading import Heads, Source
    from application.ports.progress import Progress
    from application.ports.read_tables import Place
    from application.projections.rows import Table

_MOST_NAMED: Final = 1_000


@dataclass(slots=True)
class _Found:
    """The differences found so far."""

    count: int = 0
    first: list[Difference] = field(default_factory=list)

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take the rows of a statement, each with the count of all of them."""
        count = 0
        for count, organization_id, row_id, kind, fields in rows:  # noqa: B007 - it is in every row
            self.first.append(
                Difference(organization_id=organization_id, row_id=row_id, kind=kind, fields=sorted(fields))
            )
        self.count += count

    @property
    def still_named(self) -> int:
        """How many more are named."""
        return max(0, _MOST_NAMED - len(self.first))

    def differences(self) -> Differences:
        """Return them, in the order of their ids."""
        ordered = sorted(self.first, key=lambda difference: (difference.organization_id, difference.row_id))
        return Differences(count=self.count, first=ordered[:_MOST_NAMED])


async def verify(url: str, source: Source, progress: Progress) -> tuple[Filled, Differences]:
    """Compare the live table with a fold of the log, each batch as of one moment."""
    found = _Found()
    events = rows = position = 0
    async with connected(url) as connection:
        heads = await (await connection.execute(SQL_TEXTS["heads"])).fetchall()
    await progress.begin("verify", sum(head[1] for head in heads))

    async def work(connection: Connection, batch: Batch) -> None:
        nonlocal events, rows, position
        async with _moment(connection, source.table):
            position = max(position, await one(connection, "event_count"))
            count, made = await source.batch(connection, batch)
            parameters = {**batch.parameters, "rows": as_json(made), "limit": max(1, found.still_named)}
            differing = await connection.execute(filled_in("differ_from_rows", source.table), parameters)
            found.add(await differing.fetchall())
        events, rows = events + count, rows + len(made)
        await progress.advance(batch.events)

    await for_each(url, batches(heads, whole=source.table == "organizations"), work)
    return Filled(position=position, events=events, rows=rows), found.differences()


async def compare(url: str, source: Source, place: Place, since: Heads, progress: Progress) -> Differences:
    """Compare the live table with one that is as of a moment, but for the rows that were touched since."""
    found = _Found()
    table = source.table
    async with connected(url) as connection:
        heads = await (await connection.execute(SQL_TEXTS["heads"])).fetchall()
        statement = await _comparison(connection, table, place)
    await progress.begin("compare", sum(head[1] for head in heads))

    async def work(connection: Connection, batch: Batch) -> None:
        async with _moment(connection, table):
            touched = columns_of(await source.touched(connection, Part(since, await heads_now(connection))))
            parameters = {**batch.parameters, **touched, "limit": max(1, found.still_named)}
            found.add(await (await connection.execute(statement, parameters)).fetchall())
        await progress.advance(batch.events)

    await for_each(url, batches(heads, whole=table == "organizations"), work)
    return found.differences()


@asynccontextmanager
async def _moment(connection: Connection, table: Table) -> AsyncIterator[None]:
    """Let everything in the block be of one moment, and the live table stay the live one."""
    await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
    async with connection.transaction():
        # The lock comes before the moment: a table swapped in after it would seem to be empty.
        await connection.execute(filled_in("keep_still", table))
        yield


async def _comparison(connection: Connection, table: Table, place: Place) -> Composed:
    """Return the statement, over the columns that both tables have."""
    names = {"live": f"public.{table}", "other": f"{place}.{table}"}
    columns = [row[0] for row in await (await connection.execute(SQL_TEXTS["common_columns"], names)).fetchall()]
    listed = {
        f"{side}_columns": SQL(", ").join(Identifier(side, column) for column in columns) for side in ("made", "held")
    }
    organization = "id" if table == "organizations" else "organization_id"
    return SQL(SQL_TEXTS["differ_from_table"]).format(
        table=Identifier(table), place=Identifier(place), organization=Identifier(organization), **listed
    )
