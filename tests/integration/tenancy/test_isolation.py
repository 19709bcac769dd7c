"""What a tenant can reach with raw SQL, in each table there is."""

from contextlib import suppress
from itertools import product
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from tests.builders import an_append
from tests.databases import Connect, Connection, Database
from tests.integration.tenancy.all_tables import insertion, tenant_tables

MINE = UUID(int=1)
THEIRS = UUID(int=2)


@pytest.fixture
def tables(connect: Connect) -> dict[str, str]:
    """Put a row of each of two organizations into every table."""
    superuser = connect()
    # Without foreign keys in the way.
    superuser.execute("SET session_replication_role = replica")
    tables = tenant_tables(superuser)
    for table in tables:
        for organization_id in (MINE, THEIRS):
            superuser.execute(insertion(superuser, table, organization_id))
    return tables


@pytest.fixture(params=["as it is", "granted everything"])
def app(connect: Connect, database: Database, request: pytest.FixtureRequest) -> Connection:
    """Give the API's role as it is, and with every privilege on every table: row-level security alone must do."""
    if request.param == "granted everything":
        connect().execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO modelbook_app")
    return connect(database.app_url)


def _act_as(connection: Connection, organization_id: UUID) -> None:
    connection.execute("SELECT set_config('app.organization_id', %s, true)", (str(organization_id),))


def _readable(connection: Connection, tables: dict[str, str]) -> dict[str, str]:
    """Return the tables that the login may read: all but what administrators alone need."""
    hidden = {
        table
        for table in tables
        if connection.execute("SELECT has_table_privilege(%s, 'SELECT')", (table,)).fetchone() == (False,)
    }
    assert hidden <= {"projection_proofs"}
    return {table: column for table, column in tables.items() if table not in hidden}


def _seen(connection: Connection, tables: dict[str, str]) -> dict[str, list[UUID]]:
    """Return whose rows are visible in which tables; tables that show nothing, or may not be read, are left out."""
    template = sql.SQL("SELECT {} FROM {} ORDER BY 1")
    seen = {}
    for table, column in _readable(connection, tables).items():
        rows = connection.execute(template.format(sql.Identifier(column), sql.Identifier(table))).fetchall()
        if rows:
            seen[table] = [row[0] for row in rows]
    return seen


def _refusal(connection: Connection, statement: sql.Composed) -> str | None:
    """Return the SQLSTATE with which the statement is refused, none when it is not; it is undone in any case."""
    state = None
    try:
        with connection.transaction():
            connection.execute(statement)
            raise psycopg.Rollback
    except psycopg.Error as error:
        state = error.sqlstate
    return state


def test_nothing_is_visible_without_an_organization(app: Connection, owner: Connection, tables: dict[str, str]) -> None:
    assert _seen(owner, tables) == {table: [MINE, THEIRS] for table in tables}
    assert _seen(app, tables) == {}


def test_one_organization_is_visible_within_a_transaction_and_none_after(
    app: Connection, tables: dict[str, str]
) -> None:
    with app.transaction():
        _act_as(app, MINE)
        seen = _seen(app, tables)
    assert seen == {table: [MINE] for table in _readable(app, tables)}
    assert _seen(app, tables) == {}


def test_no_table_takes_a_row_for_another_organization(app: Connection, tables: dict[str, str]) -> None:
    refusals = {}
    with app.transaction():
        _act_as(app, MINE)
        for table in tables:
            refusals[table] = _refusal(app, insertion(app, table, UUID(int=3)))
    assert refusals == dict.fromkeys(tables, psycopg.errors.InsufficientPrivilege.sqlstate)


def test_no_row_can_be_given_to_another_organization(app: Connection, tables: dict[str, str]) -> None:
    refusals = {}
    with app.transaction():
        _act_as(app, MINE)
        for table, column in tables.items():
            statement = sql.SQL("UPDATE {} SET {} = {}")
            parts = (sql.Identifier(table), sql.Identifier(column), sql.Literal(UUID(int=3)))
            refusals[table] = _refusal(app, statement.format(*parts))
    # The events' own trigger may speak before row-level security does.
    assert refusals.pop("events") in {"42501", "ML002"}
    assert set(refusals.values()) == {"42501"}


def test_another_organizations_rows_stay_as_they_are(
    app: Connection, tables: dict[str, str], owner: Connection
) -> None:
    touched = {}
    verbs: tuple[LiteralString, ...] = ("UPDATE {} SET {} = {} WHERE {} = {}", "DELETE FROM {0} WHERE {1} = {2}")
    for verb, (table, column) in product(verbs, tables.items()):
        target = (sql.Identifier(column), sql.Literal(THEIRS))
        with suppress(psycopg.errors.InsufficientPrivilege), app.transaction():
            _act_as(app, MINE)
            # The events' own trigger would speak before row-level security hides the rows.
            if table != "events":
                statement = sql.SQL(verb).format(sql.Identifier(table), *target, *target)
                touched[verb, table] = app.execute(statement).rowcount
    assert {verb for verb, _ in touched} == set(verbs)
    assert set(touched.values()) == {0}
    assert _seen(owner, tables) == {table: [MINE, THEIRS] for table in tables}


def test_a_setting_that_names_no_organization_shows_nothing(app: Connection, tables: dict[str, str]) -> None:
    settings = ("", "not an organization", "'; DROP TABLE events; --")
    for setting, (table, column) in product(settings, tables.items()):
        with suppress(psycopg.errors.InvalidTextRepresentation), app.transaction():
            app.execute("SELECT set_config('app.organization_id', %s, true)", (setting,))
            assert _seen(app, {table: column}) == {}, setting


def test_an_append_leaves_no_setting_behind(connect: Connect, database: Database) -> None:
    app = connect(database.app_url)
    append = an_append(MINE)
    app.execute(
        "SELECT append_events(%s, %s, '', '', NULL, %s, '{1}', '{test.happened}', '{\"\"}', NULL, NULL, NULL)",
        (append.organization_id, append.command_id, [UUID(int=9)]),
    )
    assert app.execute("SELECT count(*) FROM events").fetchall() == [(0,)]
    app.execute("SELECT * FROM command_outcome(%s, %s)", (append.organization_id, append.command_id))
    assert app.execute("SELECT count(*) FROM events").fetchall() == [(0,)]
    assert app.execute("SELECT nullif(current_setting('app.organization_id', true), '')").fetchall() == [(None,)]
