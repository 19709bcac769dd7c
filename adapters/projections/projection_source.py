"""The selected tables, their projections, and the statements that read and compare their rows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self
from uuid import UUID

from psycopg.sql import SQL, Identifier

from adapters.projections.aggregate_parts import Which
from adapters.projections.connections import Connection
from adapters.projections.fold_events import Projector
from adapters.sql import statements
from application.projections.project_event import TOPICS, TOPICS_OF
from application.projections.row_changes import Table

WrongSnapshots = Callable[[Connection, UUID, UUID, UUID], Awaitable[Sequence[tuple[UUID, str]]]]
"""Returns the aggregates in a range of ids of which a snapshot is wrong, each with its first event's topic."""

SQL_TEXTS: Final = statements("adapters.projections", "projection_source.sql")


@dataclass(frozen=True, slots=True)
class Source:
    """The projections and statements of some tables. Built once and used for all organizations."""

    names: Sequence[Table]
    projector: Projector
    version: str
    columns: Mapping[Table, Sequence[str]]
    wrong_snapshots: WrongSnapshots
    _texts: dict[tuple[str, str, type], bytes] = field(default_factory=dict)

    @classmethod
    async def of(
        cls,
        connection: Connection,
        names: Sequence[Table],
        projector: Projector,
        version: str,
        wrong_snapshots: WrongSnapshots,
    ) -> Self:
        """Return the source, with the current columns of the tables."""
        columns = {
            name: [row[0] for row in await (await connection.execute(SQL_TEXTS["columns"], {"table": name})).fetchall()]
            for name in names
        }
        return cls(names, projector, version, columns, wrong_snapshots)

    @property
    def others(self) -> Sequence[str]:
        """The topics that only concern tables which are not selected. Unknown topics are never among them."""
        return sorted(TOPICS.difference(*(TOPICS_OF[name] for name in self.names)))

    def events(self, which: Which) -> bytes:
        """Return the statement that reads the events of some aggregates."""
        key = ("events", "", type(which))
        if key not in self._texts:
            statement = SQL(SQL_TEXTS["events"]).format(which=which.condition("aggregate_id"))
            self._texts[key] = statement.as_bytes()
        return self._texts[key]

    def snapshots(self, which: Which) -> bytes:
        """Return the statement that counts and digests the snapshots of some aggregates."""
        key = ("snapshots", "", type(which))
        if key not in self._texts:
            statement = SQL(SQL_TEXTS["snapshots"]).format(which=which.condition("aggregate_id"))
            self._texts[key] = statement.as_bytes()
        return self._texts[key]

    def about(self, statement: str, table: Table, which: Which) -> bytes:
        """Return a named statement for some rows of a table."""
        key = (statement, table, type(which))
        if key not in self._texts:
            columns = self.columns[table]
            self._texts[key] = (
                SQL(SQL_TEXTS[statement])
                .format(
                    table=Identifier(table),
                    organization=Identifier("id" if table == "organizations" else "organization_id"),
                    which=which.condition("id"),
                    columns=SQL(", ").join(map(Identifier, columns)),
                    made_columns=SQL(", ").join(Identifier("made", column) for column in columns),
                    held_columns=SQL(", ").join(Identifier("held", column) for column in columns),
                )
                .as_bytes()
            )
        return self._texts[key]
