"""Migrates a database to the schema of this version."""

import re
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from yoyo import get_backend, read_migrations

from adapters.postgres.roles import Roles, ensure_roles, roles_of
from adapters.postgres.session_connections import connected_session
from adapters.sql import statements
from application.errors import ApplicationError

_SQL: Final = statements("adapters.postgres", "inspect_database.sql")


class SchemaTooNew(ApplicationError):
    """The database was migrated by a newer version of Modelbook; run that version, or restore a backup."""

    code = "schema-too-new"


class SchemaTooOld(ApplicationError):
    """The database lacks migrations of this version; run `modelbook migrate` first."""

    code = "schema-too-old"


class SchemaBeforeRelease(ApplicationError):
    """It is from before the first release and cannot be migrated. Use a new database or MODELBOOK_DATA_DIR."""

    code = "schema-before-release"


class OtherLogin(ApplicationError):
    """A URL is not of the login that it is for."""

    code = "other-login"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """Connection URLs of the two login roles; each holds a password, unless the server requires none."""

    database_url: str
    admin_database_url: str


def migrate(owner_url: str, progress: Callable[[str], None] = lambda _: None) -> Sequence[str]:
    """Create the roles, apply the missing migrations, and return their names.

    Raises:
        SchemaTooNew: the database has migrations that this version does not know.
        SchemaBeforeRelease: the tables are from before the first release and cannot be migrated.
        PoolerInTheWay: the URL leads to a pooler.
        psycopg.Error: the database cannot be reached, or the user may not create roles.
    """
    with connected_session(owner_url, setting="MODELBOOK_OWNER_DATABASE_URL") as connection:
        # This lock ends with its connection, however that ends; yoyo's own is a row that a killed run leaves behind.
        connection.execute("SELECT pg_advisory_lock(hashtext('modelbook migrations'))")
        if connection.execute(_SQL["precedes_the_release"]).fetchone() == (True,):
            raise SchemaBeforeRelease
        roles = ensure_roles(connection)
        return _apply_missing(_yoyo_url(owner_url, connection.info.dbname, roles.owner), roles, progress)


def _apply_missing(yoyo_url: str, roles: Roles, progress: Callable[[str], None]) -> Sequence[str]:
    with _written_for(roles) as folder, get_backend(yoyo_url) as backend:
        known = read_migrations(str(folder))
        backend.ensure_internal_schema_updated()
        backend.break_lock()
        with backend.lock():
            applied = backend.execute("SELECT migration_id FROM _yoyo_migration").fetchall()
            refuse_newer_schema({row[0] for row in applied})
            missing = backend.to_apply(known)
            for migration in missing:
                progress(migration.id)
                backend.apply_one(migration)
    return [migration.id for migration in missing]


@contextmanager
def _written_for(roles: Roles) -> Iterator[Path]:
    with TemporaryDirectory(prefix="modelbook-migrations-") as folder:
        for entry in files("migrations").iterdir():
            if entry.name.endswith(".sql"):
                text = roles.written_into(entry.read_text("utf-8"))
                (Path(folder) / entry.name).write_text(text, "utf-8")
        yield Path(folder)


def refuse_newer_schema(applied: Collection[str]) -> None:
    """Check that this version knows all of these migrations.

    Raises:
        SchemaTooNew: one is unknown.
    """
    newer = set(applied) - known_migrations()
    if newer:
        raise SchemaTooNew(f"{SchemaTooNew.__doc__} (unknown here: {', '.join(sorted(newer))})")


def expect_current(applied: Sequence[str]) -> None:
    """Compare the ids of the applied migrations with those of this code.

    Raises:
        SchemaTooNew, SchemaTooOld: they differ.
    """
    refuse_newer_schema(applied)
    missing = known_migrations() - set(applied)
    if missing:
        raise SchemaTooOld(f"{SchemaTooOld.__doc__} (missing: {', '.join(sorted(missing))})")


def set_passwords(owner_url: str, *, chosen: Logins | None = None) -> Logins:
    """Give both login roles new random passwords, or those of the chosen URLs, and return the URLs to connect with.

    Raises:
        OtherLogin: a chosen URL is not of the role that it is for, or has no password.
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        urls = []
        roles = roles_of(connection)
        for role, setting, url in (
            (roles.app, "MODELBOOK_DATABASE_URL", None if chosen is None else chosen.database_url),
            (roles.admin, "MODELBOOK_ADMIN_DATABASE_URL", None if chosen is None else chosen.admin_database_url),
        ):
            password = secrets.token_urlsafe(32) if url is None else _password_of(url, role, setting)
            statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
            connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
            urls.append(login_url(owner_url, role, password))
    return Logins(database_url=urls[0], admin_database_url=urls[1])


def _password_of(url: str, role: str, setting: str) -> str:
    parts = urlsplit(url)
    if unquote(parts.username or "") != role or not parts.password:
        raise OtherLogin(f"{setting} has to name the login {role} with the password that it is to get.")
    return unquote(parts.password)


def trusted_logins(owner_url: str) -> Logins:
    """Return the URLs of the two login roles on a server that requires no password, such as the embedded one."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        roles = roles_of(connection)
    return Logins(database_url=login_url(owner_url, roles.app), admin_database_url=login_url(owner_url, roles.admin))


def login_url(owner_url: str, role: str, password: str | None = None) -> str:
    """Return the URL of the same database for another login."""
    parts = urlsplit(owner_url)
    place = parts.netloc.rpartition("@")[2]
    user = quote(role, safe="") if password is None else f"{quote(role, safe='')}:{quote(password)}"
    return urlunsplit(parts._replace(netloc=f"{user}@{place}"))


def known_migrations() -> set[str]:
    """Return the ids of the migrations of this version."""
    return {entry.name.removesuffix(".sql") for entry in files("migrations").iterdir() if entry.name.endswith(".sql")}


def _yoyo_url(owner_url: str, database: str, owner: str) -> str:
    parts = urlsplit(owner_url)
    # Spaces separate options and backslashes escape them; yoyo takes a name in the path as it is.
    escaped = re.sub(r"([\\\s])", r"\\\1", owner)
    query = [*parse_qsl(parts.query), ("dbname", database), ("options", f"-c role={escaped}")]
    return urlunsplit(parts._replace(scheme="postgresql+psycopg", query=urlencode(query, quote_via=quote)))
