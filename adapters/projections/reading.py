"""Rows of a read table, folded from the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson
from psycopg.sql import SQL, Identifier

from adapters.projections.folding import folded, unnamed
from adapters.sql import statements
from application.projections.project import TOPICS, TOPICS_OF

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg.sql import Composed

    from adapters.projections.batches import Batch
    from adapters.projections.connections import Connection
    from adapters.projections.folding import Projector, RawEvent
    from application.ports.read_tables import Place
    from application.projections.fold import Row
    from application.projections.rows import Table

SQL_TEXTS: Final = statements("adapters.projections", "statements.sql")
END: Final = 2**63 - 1

Keys = list[tuple[UUID, UUID]]
"""Organization and id of rows."""


@dataclass(frozen=True, slots=True)
class Part:
    """The events after one position up to another, of one organization or of all."""

    after: int
    until: int
    organization_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of one table come from."""

    table: Table
    projector: Projector

    async def batch(self, connection: Connection, batch: Batch, until: int = END) -> tuple[int, list[Row]]:
        """Return how many events there are in a batch up to a position, and the rows that are left of them."""
        events = await self._events(connection, "events", {**batch.parameters, "until": until})
        return len(events), self._rows(events, batch.organizations)

    async def touched(self, connection: Connection, part: Part) -> Keys:
        """Return which rows the events of a part of the log make, change or remove."""
        name = "touched_organizations" if self.table == "organizations" else "touched"
        parameters = {
            "after": part.after,
            "until": part.until,
            "organization_id": part.organization_id,
            "others": self._others,
        }
        cursor = await connection.execute(SQL_TEXTS[name], parameters, binary=True)
        return [(row[0], row[1]) for row in await cursor.fetchall()]

    async def rows(self, connection: Connection, keys: Keys, until: int) -> list[Row]:
        """Return those of the rows that there are at a position."""
        parameters = {**columns_of(keys), "until": until}
        events = await self._events(connection, "events_of_rows", parameters)
        return self._rows(events, [organization_id for organization_id, _ in keys])

    async def _events(self, connection: Connection, name: str, parameters: dict[str, Any]) -> list[RawEvent]:
        parameters |= {"others": self._others}
        cursor = await connection.execute(SQL_TEXTS[name], parameters, binary=True)
        events: list[Any] = await cursor.fetchall()
        return events

    def _rows(self, events: Sequence[RawEvent], organization_ids: Iterable[UUID]) -> list[Row]:
        rows = folded(self.table, events, self.projector)
        if self.table == "organizations":
            told_of = {event[0] for event in events}
            rows += [unnamed(str(known)) for known in organization_ids if known.bytes not in told_of]
        return rows

    @property
    def _others(self) -> list[str]:
        """What is known to make rows of other tables; an event that nobody knows is never left out."""
        return sorted(TOPICS - TOPICS_OF[self.table])


def columns_of(keys: Keys) -> dict[str, list[UUID]]:
    """Return keys as the statements take them."""
    return {"organization_ids": [key[0] for key in keys], "ids": [key[1] for key in keys]}


def filled_in(name: str, table: Table, place: Place = "rebuilding") -> Composed:
    """Return a statement about a table and one beside it."""
    organization = "id" if table == "organizations" else "organization_id"
    return SQL(SQL_TEXTS[name]).format(
        table=Identifier(table), place=Identifier(place), organization=Identifier(organization)
    )


async def put(connection: Connection, table: Table, place: Place, rows: Sequence[Row]) -> None:
    """Insert rows into a table that is not live."""
    if rows:
        await connection.execute(filled_in("put", table, place), {"rows": as_json(rows)})


async def take(connection: Connection, table: Table, place: Place, keys: Keys) -> None:
    """Delete rows of a table that is not live."""
    await connection.execute(filled_in("take", table, place), columns_of(keys))


def as_json(rows: Sequence[Row]) -> str:
    """Return rows as the database takes them."""
    return orjson.dumps(rows).decode()


async def one(connection: Connection, statement: str, **parameters: object) -> Any:  # noqa: ANN401 - whatever the statement gives
    """Return the first value of the first row of a statement, none where there is no row."""
    row = await (await connection.execute(SQL_TEXTS[statement], parameters)).fetchone()
    return None if row is None else row[0]
