"""Rewrites differing rows in place, in small batches under the lock of the organization's head."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from adapters.projections.aggregate_parts import AggregateList
from adapters.projections.compare_rows import Checked, as_json, check
from adapters.projections.connections import Connection
from adapters.projections.projection_source import SQL_TEXTS, Source
from application.projections.row_changes import Table
from application.rebuilding.projections import RowsKeepChanging

# Writers of the organization wait for as long as a batch takes, which must not be 50 ms.
_AIM_MS: Final = 15.0
_SMALLEST: Final = 5
_LARGEST: Final = 500
_TRIES: Final = 100


@dataclass(slots=True)
class Pace:
    """The batch size: as many rows as can be written in some milliseconds."""

    rows: int = 50
    longest_ms: float = 0.0

    def note(self, milliseconds: float, rows: int) -> None:
        """Adjust the batch size to the time that a batch took."""
        self.longest_ms = max(self.longest_ms, milliseconds)
        fitting = int(rows * _AIM_MS / max(milliseconds, 0.1))
        # Slower at once, faster gradually: one fast batch proves little.
        self.rows = max(_SMALLEST, min(fitting, self.rows * 5 // 4 + 1, _LARGEST))


async def rewrite(connection: Connection, source: Source, checked: Checked, pace: Pace) -> None:
    """Write the differing rows. A row that is changed concurrently is folded again from all of its events.

    Raises:
        psycopg.errors.ForeignKeyViolation: rows of another part or table prevent the change; written rows are correct.
        RowsKeepChanging: others came first too often.
    """
    for _ in range(_TRIES):
        left_alone: list[UUID] = []
        for table, row_ids in _steps(checked):
            remaining = row_ids
            while remaining:
                batch, remaining = remaining[: pace.rows], remaining[pace.rows :]
                left_alone += await _write(connection, table, batch, checked, pace)
        if not left_alone:
            return
        checked = await check(connection, source, checked.organization_id, AggregateList(left_alone))
    raise RowsKeepChanging


def _steps(checked: Checked) -> Iterator[tuple[Table, list[UUID]]]:
    """Yield the batches: providers are written before their models, and deleted after them."""
    for table in ("organizations", "ai_providers", "ai_models", "access_keys", "webhooks", "members"):
        row_ids = [each.row_id for each in checked.differing.get(table, ())]
        if table == "ai_providers":
            row_ids = [row_id for row_id in row_ids if checked.made(table, row_id) is not None]
        yield table, row_ids
    providers = [each.row_id for each in checked.differing.get("ai_providers", ())]
    yield "ai_providers", [row_id for row_id in providers if checked.made("ai_providers", row_id) is None]


async def _write(
    connection: Connection, table: Table, row_ids: Sequence[UUID], checked: Checked, pace: Pace
) -> list[UUID]:
    made = [checked.made(table, row_id) for row_id in row_ids]
    parameters = {
        "organization_id": checked.organization_id,
        "table": table,
        "sequence": checked.sequence,
        "ids": list(row_ids),
        "rows": as_json([row for row in made if row is not None]),
    }
    [(left_alone, milliseconds)] = await (await connection.execute(SQL_TEXTS["rewrite"], parameters)).fetchall()
    pace.note(milliseconds, len(row_ids))
    return list(left_alone)
