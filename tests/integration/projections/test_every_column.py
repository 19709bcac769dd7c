"""What writes the read tables names each of their columns: one that was forgotten would stay empty."""

from typing import Any
from uuid import UUID

import pytest
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

from tests.databases import Connection
from tests.integration.tenancy.all_tables import columns

ORGANIZATION, ROW, PROVIDER = UUID(int=1), UUID(int=2), UUID(int=3)
VALUES: dict[str, tuple[Any, Any]] = {
    "uuid": (str(PROVIDER), str(PROVIDER)),
    "text": ("before", "after"),
    "boolean": (False, True),
    "integer": (1, 2),
    "bigint": (10, 20),
    "numeric": (0.5, 0.25),
    "jsonb": ({"before": 1}, {"after": 2}),
    "timestamp with time zone": ("2026-01-02T00:00:00+00:00", "2026-01-03T00:00:00+00:00"),
}
DATED = {"created_at", "updated_at", "credential_set_at"}
MOMENT = "2026-02-03T00:00:00+00:00"


@pytest.fixture
def writer(owner: Connection) -> Connection:
    """Give the owner of the tables, for an organization whose models have their provider."""
    owner.execute("SET session_replication_role = replica")
    owner.execute("SET timezone = 'UTC'")
    owner.execute("INSERT INTO organizations VALUES (%s, 'before')", (ORGANIZATION,))
    return owner


def row(owner: Connection, table: str, id_: UUID) -> dict[str, Any]:
    with owner.cursor(row_factory=dict_row) as cursor:
        query = SQL("SELECT to_jsonb(t) AS row FROM {} t WHERE id = %s").format(Identifier(table))
        found = cursor.execute(query, (id_,)).fetchone()
    assert found is not None
    document: dict[str, Any] = found["row"]
    return document


def applied(owner: Connection, table: str, operation: str, columns: dict[str, Any]) -> None:
    changes = Jsonb({table: {operation: [columns]}})
    owner.execute("SELECT apply_changes(%s, %s, %s)", (ORGANIZATION, changes, MOMENT))


@pytest.mark.parametrize("table", ["ai_providers", "ai_models", "access_keys", "webhooks", "members"])
def test_an_insert_and_an_update_write_every_column(writer: Connection, table: str) -> None:
    kinds = columns(writer, table)
    own = {"organization_id": str(ORGANIZATION), "id": str(ROW)}
    before, after = ({name: VALUES[kind][place] for name, kind in kinds.items()} | own for place in (0, 1))
    applied(writer, table, "insert", before)
    assert row(writer, table, ROW) == before
    applied(writer, table, "update", after)
    expected = dict(after)
    if table != "ai_providers":
        expected |= {"created_at": before["created_at"], "updated_at": MOMENT}
    if table == "ai_models":
        expected["sources"] = before["sources"] | after["sources"]
    assert row(writer, table, ROW) == expected


def test_every_column_of_an_organization_is_written(writer: Connection) -> None:
    kinds = columns(writer, "organizations")
    after = {name: VALUES[kind][1] for name, kind in kinds.items()} | {"id": str(ORGANIZATION)}
    applied(writer, "organizations", "update", after)
    assert row(writer, "organizations", ORGANIZATION) == after
    applied(writer, "organizations", "update", {"id": str(ORGANIZATION), "name": "named"})
    assert row(writer, "organizations", ORGANIZATION) == after | {"name": "named"}


@pytest.mark.parametrize("table", ["ai_providers", "ai_models", "access_keys", "webhooks", "members"])
def test_a_change_without_times_is_dated_and_leaves_the_rest(writer: Connection, table: str) -> None:
    kinds = columns(writer, table)
    own = {"organization_id": str(ORGANIZATION), "id": str(ROW)}
    times = {name for name in kinds if name in DATED}
    before = {name: VALUES[kind][0] for name, kind in kinds.items()} | own
    applied(writer, table, "insert", {name: value for name, value in before.items() if name not in times})
    assert row(writer, table, ROW) == before | dict.fromkeys(times, MOMENT)
    changed = {"name" if "name" in kinds else "role": "after", "revision": 2}
    applied(writer, table, "update", {"id": str(ROW), **changed})
    assert row(writer, table, ROW) == before | dict.fromkeys(times, MOMENT) | changed
