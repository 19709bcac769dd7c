"""Roles are named after the database: installations on one server are strangers to each other."""

from collections.abc import Callable, Iterator
from dataclasses import astuple
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from adapters.postgres.inspect_database import inspect
from adapters.postgres.migrations import known_migrations, login_url, migrate, set_passwords, trusted_logins
from adapters.postgres.roles import Roles, roles_of
from tests.databases import Database, Databases
from tests.postgres_server import PostgresServer

ODD_NAMES = (
    "UPPER case",
    'it\'s:"quoted"@; 100% \\ /$$?#&',
    "pg_like_postgres_itself",
    "n" * 63,
    "ö" * 31,
)
APPEND = """
SELECT append_events(%s, gen_random_uuid(), '', '', NULL, ARRAY[gen_random_uuid()], '{1}', '{test.happened}', '{""}',
                     NULL, NULL, NULL)
"""


@pytest.fixture(scope="module")
def two(databases: Databases) -> Iterator[tuple[Database, Database]]:
    """Give two installations on one server, which the tests leave as they are but for new passwords of the first."""
    both = databases.empty(), databases.empty()
    for database in both:
        migrate(database.owner_url)
    yield both
    for database in both:
        databases.drop(database)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_whatever_the_database_is_called_its_logins_work(databases: Databases, name: str) -> None:
    database = databases.empty(name)
    try:
        assert set(migrate(database.owner_url)) == known_migrations()
        assert migrate(database.owner_url) == []
        logins = trusted_logins(database.owner_url)
        inspect(logins.database_url, setting="MODELBOOK_DATABASE_URL", administrates=False)
        inspect(logins.admin_database_url, setting="MODELBOOK_ADMIN_DATABASE_URL", administrates=True)
        with psycopg.connect(logins.database_url, autocommit=True) as app:
            app.execute(APPEND, (uuid4(),))
        with psycopg.connect(logins.admin_database_url, autocommit=True) as admin:
            assert admin.execute("SELECT count(*) FROM events").fetchone() == (1,)
            assert roles_of(admin) == Roles.named_after(name)
            admin.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(Roles.named_after(name).backup)))
            assert admin.execute("SELECT count(*) FROM events").fetchone() == (1,)
    finally:
        databases.drop(database)


def test_names_are_bounded_and_those_of_different_databases_differ() -> None:
    names = [*ODD_NAMES, "n" * 62, "n" * 57, "n" * 56, "ö" * 30, "like_postgres_itself", "pg_a", "a", "A", "_a"]
    roles = [role for name in names for role in astuple(Roles.named_after(name))]
    assert len(set(roles)) == len(names) * 4
    assert max(len(role.encode()) for role in roles) == len("_backup") + 56
    assert not [role for role in roles if role.startswith("pg_")]
    assert Roles.named_after("models") == Roles("models_owner", "models_app", "models_admin", "models_backup")


@pytest.mark.parametrize("login", ["app", "admin"])
def test_a_login_of_the_one_cannot_even_connect_to_the_other(two: tuple[Database, Database], login: str) -> None:
    first, second = two
    psycopg.connect(login_url(first.owner_url, getattr(first.roles, login))).close()
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(login_url(second.owner_url, getattr(first.roles, login)))


def test_nothing_of_the_one_is_granted_to_the_other(two: tuple[Database, Database]) -> None:
    first, second = two
    with psycopg.connect(first.owner_url) as connection:
        memberships = connection.execute(
            "SELECT a, b FROM unnest(%s::text[]) a, unnest(%s::text[]) b WHERE pg_has_role(a, b, 'MEMBER')",
            (list(astuple(second.roles)), list(astuple(first.roles))),
        ).fetchall()
        assert memberships == []
        shared = connection.execute(
            "SELECT refobjid::regrole::text FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass"
            " AND refobjid::regrole::text = ANY (%s)"
            " AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
            (list(astuple(second.roles)),),
        ).fetchall()
        assert shared == []


def test_new_logins_of_the_one_leave_those_of_the_other(two: tuple[Database, Database]) -> None:
    first, second = two
    with psycopg.connect(first.owner_url, autocommit=True) as superuser:
        set_passwords(first.owner_url)
        query = "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY (%s) ORDER BY 1"
        logins = [first.roles.app, first.roles.admin]
        before = superuser.execute(query, (logins,)).fetchall()
        set_passwords(second.owner_url)
        assert superuser.execute(query, (logins,)).fetchall() == before
        assert all(password for _, password in before)


def test_a_database_that_is_renamed_keeps_its_roles(start_postgres: Callable[[], PostgresServer]) -> None:
    server = start_postgres()
    with psycopg.connect(server.uri, autocommit=True) as superuser:
        superuser.execute("CREATE DATABASE before")
        migrate(server.uri.replace("/postgres?", "/before?"))
        superuser.execute("ALTER DATABASE before RENAME TO after")
        url = server.uri.replace("/postgres?", "/after?")
        assert migrate(url) == []
        assert superuser.execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'after%'").fetchone() == (0,)
    logins = trusted_logins(url)
    assert "before_app@" in logins.database_url
    inspect(logins.admin_database_url, setting="MODELBOOK_ADMIN_DATABASE_URL", administrates=True)
