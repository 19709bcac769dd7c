"""A database comes to the schema of this code, once, whoever asks, and says so when it cannot."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest

from adapters.postgres.migrations import (
    SchemaTooNew,
    SchemaTooOld,
    expect_current,
    known_migrations,
    login_url,
    migrate,
    set_passwords,
)
from tests.builders import an_append
from tests.databases import Connect, Database, Databases
from tests.log_contents import contents
from tests.postgres_server import PostgresServer

KNOWN = sorted(known_migrations())


@pytest.fixture
def empty(databases: Databases) -> Iterator[Database]:
    database = databases.empty()
    yield database
    databases.drop(database)


def _applied(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT migration_id FROM _yoyo_migration ORDER BY 1")]


def test_a_fresh_database_gets_every_migration_in_order_and_once(empty: Database) -> None:
    reported: list[str] = []
    assert len(KNOWN) > 1
    assert list(migrate(empty.owner_url, reported.append)) == KNOWN
    assert reported == KNOWN
    assert list(migrate(empty.owner_url, reported.append)) == []
    assert reported == KNOWN
    assert _applied(empty.app_url) == KNOWN


def test_a_fresh_log_is_empty(connect: Connect) -> None:
    assert {table: rows for table, rows in contents(connect()).items() if rows} == {}


def test_two_at_once_apply_each_migration_once(empty: Database) -> None:
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda _: list(migrate(empty.owner_url)), range(2)))
    assert sorted(both) == [[], KNOWN]
    assert _applied(empty.owner_url) == KNOWN


def test_a_run_that_was_killed_keeps_no_later_one_out(database: Database, connect: Connect) -> None:
    connect().execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 4711)")
    assert migrate(database.owner_url) == []


def test_a_newer_schema_is_left_alone_and_reported(database: Database, connect: Connect) -> None:
    connect().execute(
        "INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc) VALUES ('x', '9999_later', now())"
    )
    reported: list[str] = []
    with pytest.raises(SchemaTooNew, match=r"newer version of Modelbook.*9999_later") as refused:
        migrate(database.owner_url, reported.append)
    assert "\n" not in refused.value.message
    assert reported == []
    with pytest.raises(SchemaTooNew, match="9999_later"):
        expect_current(_applied(database.app_url))


def test_an_older_schema_is_reported(database: Database, connect: Connect) -> None:
    connect().execute("DELETE FROM _yoyo_migration WHERE migration_id = %s", (KNOWN[-1],))
    with pytest.raises(SchemaTooOld, match=rf"modelbook migrate.*{KNOWN[-1]}") as refused:
        expect_current(_applied(database.app_url))
    assert "\n" not in refused.value.message


def test_the_schema_of_this_code_is_current(database: Database) -> None:
    expect_current(_applied(database.app_url))


def test_a_user_who_may_only_create_roles_can_migrate_a_database_of_its_own(
    start_postgres: Callable[[], PostgresServer], organization_id: UUID
) -> None:
    """As on a managed Postgres, where nobody is superuser."""
    server = start_postgres()
    with psycopg.connect(server.uri, autocommit=True) as superuser:
        superuser.execute("CREATE ROLE migrator LOGIN CREATEROLE NOSUPERUSER")
        superuser.execute("CREATE DATABASE managed OWNER migrator")
    url = login_url(server.uri.replace("/postgres?", "/managed?"), "migrator")
    assert list(migrate(url)) == KNOWN
    assert list(migrate(url)) == []
    logins = set_passwords(url)
    with psycopg.connect(logins.database_url) as app:
        append = an_append(organization_id)
        app.execute(
            "SELECT append_events(%s, %s, '', '', NULL, ARRAY[gen_random_uuid()], '{1}', '{test.happened}', '{\"\"}',"
            " NULL, NULL, NULL)",
            (append.organization_id, append.command_id),
        )
        assert app.execute("SELECT current_user, count(*) FROM events GROUP BY 1").fetchall() == [("managed_app", 1)]
    with psycopg.connect(logins.admin_database_url) as admin:
        assert admin.execute("SELECT current_user, count(*) FROM events GROUP BY 1").fetchall() == [
            ("managed_admin", 1)
        ]


def test_a_user_who_may_not_create_roles_is_told_so(start_postgres: Callable[[], PostgresServer]) -> None:
    server = start_postgres()
    with psycopg.connect(server.uri, autocommit=True) as superuser:
        superuser.execute("CREATE ROLE nobody LOGIN NOSUPERUSER")
        superuser.execute("CREATE DATABASE theirs OWNER nobody")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied to create role"):
        migrate(login_url(server.uri.replace("/postgres?", "/theirs?"), "nobody"))


def test_passwords_are_new_each_time(database: Database) -> None:
    first, second = set_passwords(database.owner_url), set_passwords(database.owner_url)
    passwords = {url for logins in (first, second) for url in (logins.database_url, logins.admin_database_url)}
    assert len(passwords) == 4
