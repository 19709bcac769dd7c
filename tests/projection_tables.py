"""The read tables as they are, and as the log alone would make them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import sql
from psycopg.rows import dict_row

from application.projections.fold_log import DatedEvent, fold
from application.projections.row_changes import LoggedEvent
from tests.databases import Connection
from tests.log_contents import events

Rows = dict[str, dict[str, Any]]

AMOUNTS = {"cost_per_1k_tokens", "input_per_1k", "output_per_1k", "budget_usd"}
TIMES = {"expires_at", "previous_valid_until"}
TABLES = {
    "organizations": "id",
    "ai_providers": "organization_id",
    "ai_models": "organization_id",
    "access_keys": "organization_id",
    "webhooks": "organization_id",
    "members": "organization_id",
}


def assert_tables_equal_the_log(owner: Connection) -> None:
    """Check every row of every organization."""
    organizations = [row[0] for row in owner.execute("SELECT id FROM organizations")]
    for organization_id in organizations:
        assert rows_in_the_tables(owner, organization_id) == rows_from_the_log(owner, organization_id)
    for table, column in TABLES.items():
        query = sql.SQL("SELECT count(*) FROM {} WHERE {} <> ALL (%s)")
        strangers = owner.execute(query.format(sql.Identifier(table), sql.Identifier(column)), (organizations,))
        assert strangers.fetchone() == (0,)


def rows_in_the_tables(owner: Connection, organization_id: UUID) -> dict[str, Rows]:
    """Return the organization's rows by table and id."""
    query = sql.SQL("SELECT * FROM {} WHERE {} = %s")
    with owner.cursor(row_factory=dict_row) as cursor:
        return {
            table: _rows(
                cursor.execute(
                    query.format(sql.Identifier(table), sql.Identifier(column)), (organization_id,)
                ).fetchall()
            )
            for table, column in TABLES.items()
        }


def rows_from_the_log(owner: Connection, organization_id: UUID) -> dict[str, Rows]:
    """Return the rows that the organization's events make, by table and id."""
    log = [
        DatedEvent(
            LoggedEvent(str(event["aggregate_id"]), event["revision"], event["topic"], orjson.loads(event["state"])),
            event["recorded_at"],
        )
        for event in events(owner, organization_id)
    ]
    folded = fold(str(organization_id), log)
    return {table: _rows(list(rows.values())) for table, rows in folded.items()}


def _rows(rows: Sequence[dict[str, Any]]) -> Rows:
    return {str(row["id"]): {name: _comparable(value, name) for name, value in row.items()} for row in rows}


def _comparable(value: object, column: str = "") -> object:
    """Numbers by their worth: the database keeps decimals where JSON has floats."""
    if isinstance(value, dict):
        return {name: _comparable(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_comparable(member) for member in value]
    if isinstance(value, UUID):
        return str(value)
    if column in TIMES and isinstance(value, str):
        return datetime.fromisoformat(value)
    if column in AMOUNTS and value is not None:
        return float(str(value))
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
