"""Which tables there are, asked of the database, so that tomorrow's are looked at too."""

from typing import Final
from uuid import UUID

from psycopg import sql

from tests.databases import Connection

WITHOUT_ORGANIZATION: Final = {
    "vault_canaries": "a test text under each master key, which belong to the operator",
    "admin_jobs": "what platform administrators have started; it names rows, and tells nothing of them",
    "newest_checkpoint": "which checkpoint is the newest one, of all organizations",
    "persons": "accounts, which may be members of several organizations",
    "passkeys": "what accounts sign in with",
    "sign_in_attempts": "how often somebody has tried to sign in of late",
    "answered_challenges": "which challenges of passkeys were answered",
    "sign_in_sessions": "who is signed in; a person may be a member of several organizations",
    "projections": "when each projection was last rebuilt",
    "_yoyo_log": "what the migrations did",
    "_yoyo_migration": "which migrations there are",
    "_yoyo_version": "the version of these tables",
    "yoyo_lock": "one migration at a time",
}

_TABLES = """
SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
_COLUMNS = """
SELECT attname, atttypid::regtype::text FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_VALUES: Final = {
    "bigint": "7",
    "boolean": "true",
    "bytea": "\\x00",
    "date": "2026-01-02",
    "double precision": "0.5",
    "integer": "7",
    "json": "{}",
    "jsonb": "{}",
    "numeric": "0.5",
    "smallint": "7",
    "text": "x",
    "timestamp with time zone": "2026-01-02 12:00Z",
    "uuid": "00000000-0000-0000-0000-000000000007",
}


def all_tables(connection: Connection) -> list[str]:
    """Return the tables of the service."""
    return [row[0] for row in connection.execute(_TABLES)]


def tenant_tables(connection: Connection) -> dict[str, str]:
    """Return the tables whose rows belong to organizations, with the column that says to which."""
    tables = [table for table in all_tables(connection) if table not in WITHOUT_ORGANIZATION]
    return {table: "id" if table == "organizations" else "organization_id" for table in tables}


def columns(connection: Connection, table: str) -> dict[str, str]:
    """Return the columns of a table and their types."""
    return dict(connection.execute(_COLUMNS, (table,)).fetchall())


def insertion(connection: Connection, table: str, organization_id: UUID) -> sql.Composed:
    """Return a statement that makes a row of the organization, with something in every column."""
    organization_column = tenant_tables(connection)[table]
    values = {name: _VALUES[kind] for name, kind in columns(connection, table).items()}
    values[organization_column] = str(organization_id)
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Literal, values.values())),
    )
