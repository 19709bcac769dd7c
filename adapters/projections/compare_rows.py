"""Folds some aggregates of an organization and compares them with their rows as of one moment, without locks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

import orjson

from adapters.projections.aggregate_parts import Which
from adapters.projections.connections import Connection
from adapters.projections.fold_events import Fold, folded
from adapters.projections.projection_source import SQL_TEXTS, Source
from application.projections.fold_log import Row, unnamed
from application.projections.row_changes import Table

# Everything that follows is as of one moment.
_MOMENT: Final = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

Digest = tuple[int, int]
"""How many rows there are, and a mark of their values."""

SNAPSHOTS: Final = "aggregate_snapshots"
"""What is made of the log as well, besides the tables: aggregates' states, kept so that old ones are loaded quickly."""


@dataclass(frozen=True, slots=True)
class DifferingRow:
    """A row that differs from the log. Only the first such rows list the fields that differ."""

    row_id: UUID
    kind: Literal["missing", "unexpected", "different"]
    fields: Sequence[str] | None


@dataclass(slots=True)
class Checked:
    """The result of a comparison: the log at a moment, the rows that it projects to, and the rows that differ."""

    organization_id: UUID
    sequence: int
    head_hash: bytes
    events: int
    fold: Fold
    differing: dict[Table, list[DifferingRow]] = field(default_factory=dict)
    digests: dict[str, Digest] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether every row equals the log."""
        return not self.fold.unreadable and not any(self.differing.values())

    def made(self, table: Table, row_id: UUID) -> Row | None:
        """Return the expected row, or None if there should be none."""
        return self.fold.rows[table].get(str(row_id))


async def check(
    connection: Connection, source: Source, organization_id: UUID, which: Which, *, named: int = 0
) -> Checked:
    """Return the comparison of these rows. The first `named` differing rows list their fields."""
    own: dict[str, Any] = {**which.parameters, "organization_id": organization_id}
    async with connection.pipeline():
        await connection.execute(_MOMENT)
        head = await connection.execute(SQL_TEXTS["head"], own)
        events = await connection.execute(source.events(which), own | {"others": source.others}, binary=True)
    sequence, head_hash = await head.fetchone() or (0, b"")
    raw: list[Any] = await events.fetchall()
    fold = folded(organization_id, raw, source.projector)
    if sequence and organization_id in which and not fold.has_organization:
        fold.keep("organizations", unnamed(str(organization_id)))
    checked = Checked(organization_id, sequence, head_hash, len(raw), fold)
    del raw
    await _compare(connection, source, checked, which, own | {"named": named})
    return checked


async def _compare(
    connection: Connection, source: Source, checked: Checked, which: Which, own: Mapping[str, Any]
) -> None:
    found = []
    async with connection.pipeline():
        for table in source.names:
            parameters = {
                **own,
                "rows": as_json(list(checked.fold.rows[table].values())),
                "unreadable": list(checked.fold.unreadable_ids),
            }
            differ = await connection.execute(source.about("differ", table, which), parameters)
            digest = await connection.execute(source.about("digest", table, which), own)
            found.append((table, differ, digest))
        kept = await connection.execute(source.snapshots(which), own)
        await connection.execute(b"COMMIT")
    for table, differ, digest in found:
        checked.differing[table] = [DifferingRow(*row) for row in await differ.fetchall()]
        checked.digests[table] = _digest(await digest.fetchone())
    checked.digests[SNAPSHOTS] = _digest(await kept.fetchone())


async def digests(connection: Connection, source: Source, organization_id: UUID, which: Which) -> Mapping[str, Digest]:
    """Return the row count and a digest of all values for each table, and the same for the snapshots."""
    own = {**which.parameters, "organization_id": organization_id}
    async with connection.pipeline():
        found = [(name, await connection.execute(source.about("digest", name, which), own)) for name in source.names]
        kept = await connection.execute(source.snapshots(which), own)
    return {name: _digest(await cursor.fetchone()) for name, cursor in (*found, (SNAPSHOTS, kept))}


def as_json(rows: Sequence[Row]) -> str:
    """Return rows as JSON for the database."""
    return orjson.dumps(rows).decode()


def _digest(row: tuple[Any, ...] | None) -> Digest:
    count, mark = row or (0, 0)
    return count, int(mark)
