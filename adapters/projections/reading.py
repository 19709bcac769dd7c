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

Heads = dict[UUID, int]
"""How far each organization's log goes, at one moment."""

Keys = list[tuple[UUID, UUID]]
"""Organization and id of rows."""


@dataclass(frozen=True, slots=True)
class Part:
    """The events of each organization after what one moment saw, up to what a later one sees."""

    after: Heads
    until: Heads

    def moved(self) -> list[UUID]:
        """Return the organizations with events in it."""
        return [
            organization_id for organization_id, end in self.until.items() if end > self.after.get(organization_id, 0)
        ]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of one table come from."""

    table: Table
    projector: Projector

    async def batch(self, connection: Connection, batch: Batch, until: Heads | None = None) -> tuple[int, list[Row]]:
        """Return how many events there are in a batch, up to a moment or now, and the rows that are left of them."""
        name, parameters = "events", dict(batch.parameters)
        if until is not None:
            name = "events_up_to"
            heads = [one for one in until if batch.first_organization <= one <= batch.last_organization]
            parameters |= {"heads": heads, "sequences": [until[one] for one in heads]}
        events = await self._events(connection, name, parameters)
        return len(events), self._rows(events, batch.organizations)

    async def touched(self, connection: Connection, part: Part) -> Keys:
        """Return which rows the events of a part of the log make, change or remove."""
        moved = part.moved()
        if self.table == "organizations":
            return [(organization_id, organization_id) for organization_id in moved]
        parameters = {
            "heads": moved,
            "after": [part.after.get(organization_id, 0) for organization_id in moved],
            "until": [part.until[organization_id] for organization_id in moved],
            "others": self._others,
        }
        cursor = await connection.execute(SQL_TEXTS["touched"], parameters, binary=True)
        return [(row[0], row[1]) for row in await cursor.fetchall()]

    async def rows(self, connection: Connection, keys: Keys, until: Heads) -> list[Row]:
        """Return those of the rows that there are at a moment."""
        parameters = {**columns_of(keys), "until": [until[organization_id] for organization_id, _ in keys]}
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


async def heads_now(connection: Connection) -> Heads:
    """Return how far each organization's log goes."""
    return dict(await (await connection.execute(SQL_TEXTS["heads"])).fetchall())


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
