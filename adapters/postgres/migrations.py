"""Bring a database to the schema of this code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from yoyo import get_backend, read_migrations

from application.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OWNER = "modelbook_owner"
APP = "modelbook_app"
ADMIN = "modelbook_admin"


class SchemaTooNew(ApplicationError):
    """The database was migrated by a newer version of Modelbook; run that version, or restore a backup."""

    code = "schema-too-new"


class SchemaTooOld(ApplicationError):
    """The database lacks migrations of this version; run `modelbook migrate` first."""

    code = "schema-too-old"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """Connection URLs of the two login roles; each holds a password."""

    database_url: str
    admin_database_url: str


def migrate(owner_url: str, progress: Callable[[str], None] = lambda _: None) -> Sequence[str]:
    """Create the roles and apply what is missing; return the names of the migrations applied now.

    Raises:
        SchemaTooNew: the database has migrations that this code does not know.
        psycopg.Error: the database cannot be reached, or the user may not create roles.
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        # This lock ends with its connection, however that ends; yoyo's own is a row that a killed run leaves behind.
        connection.execute("SELECT pg_advisory_lock(hashtext('modelbook migrations'))")
        connection.execute(files("adapters.postgres").joinpath("roles.sql").read_bytes())
        return _apply_missing(owner_url, progress)


def _apply_missing(owner_url: str, progress: Callable[[str], None]) -> Sequence[str]:
    with as_file(files("migrations")) as folder, get_backend(_yoyo_url(owner_url)) as backend:
        known = read_migrations(str(folder)).filter(lambda migration: migration.path.endswith(".sql"))
        backend.ensure_internal_schema_updated()
        backend.break_lock()
        with backend.lock():
            applied = backend.execute("SELECT migration_id FROM _yoyo_migration").fetchall()
            _refuse_newer({row[0] for row in applied})
            missing = backend.to_apply(known)
            for migration in missing:
                progress(migration.id)
                backend.apply_one(migration)
    return [migration.id for migration in missing]


def expect_current(applied: Sequence[str]) -> None:
    """Compare the ids of the applied migrations with those of this code.

    Raises:
        SchemaTooNew, SchemaTooOld: they differ.
    """
    _refuse_newer(set(applied))
    missing = known_migrations() - set(applied)
    if missing:
        raise SchemaTooOld(f"{SchemaTooOld.__doc__} (missing: {', '.join(sorted(missing))})")


def set_passwords(owner_url: str) -> Logins:
    """Give both login roles new random passwords and return the URLs to connect with."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        urls = []
        for role in (APP, ADMIN):
            password = secrets.token_urlsafe(32)
            statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
            connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
            urls.append(login_url(owner_url, role, password))
    return Logins(database_url=urls[0], admin_database_url=urls[1])


def login_url(owner_url: str, role: str, password: str | None = None) -> str:
    """Return the URL of the same database for another login."""
    parts = urlsplit(owner_url)
    place = parts.netloc.rpartition("@")[2]
    user = quote(role) if password is None else f"{quote(role)}:{quote(password)}"
    return urlunsplit(parts._replace(netloc=f"{user}@{place}"))


def known_migrations() -> set[str]:
    """Return the ids of the migrations this code was written for."""
    return {entry.name.removesuffix(".sql") for entry in files("migrations").iterdir() if entry.name.endswith(".sql")}


def _refuse_newer(applied: set[str]) -> None:
    newer = applied - known_migrations()
    if newer:
        raise SchemaTooNew(f"{SchemaTooNew.__doc__} (unknown here: {', '.join(sorted(newer))})")


def _yoyo_url(owner_url: str) -> str:
    parts = urlsplit(owner_url)
    query = [*parse_qsl(parts.query), ("options", f"-c role={OWNER}")]
    return urlunsplit(parts._replace(scheme="postgresql+psycopg", query=urlencode(query, quote_via=quote)))
