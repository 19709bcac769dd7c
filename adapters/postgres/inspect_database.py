"""Checks once, at the start, that a database is safe to serve from."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import psycopg

from adapters.postgres.migrations import expect_current
from adapters.postgres.session_connections import connected_session
from adapters.sql import statements
from application.errors import ApplicationError, Unavailable

_SQL: Final = statements("adapters.postgres", "inspect_database.sql")
_CANARIES: Final = statements("adapters.postgres", "credentials.sql")

# 16.9, 17.5 and their contemporaries closed CVE-2024-10976 and CVE-2025-8713, by which rows leaked past policies.
_SAFE_MINORS: Final = {16: 10, 17: 6, 18: 0}
# What closed the last known holes, of whatever kind: CVE-2026-6460 (composite types), and with 18.6, 17.11 and 16.15 of
# 2026-08-13 another 28. Sources: postgresql.org/support/security and the release notes, as of 2026-11-29. Before 16,
# which is refused, these are 15.20 and 14.25, the last of its branch; 13 has had no releases since 2025-11-13.
_PATCHED_MINORS: Final = {16: 16, 17: 12, 18: 7}
# Roles are granted with SET and INHERIT apart since 16, which the owner's role relies on.
_OLDEST: Final = 16
_USE_THE_LOGINS: Final = "Use the logins that `modelbook migrate --logins --json` prints."


class UnsafeDatabase(ApplicationError):
    """The database does not isolate organizations from each other, so the service refuses to use it."""

    code = "unsafe-database"


def inspect(url: str, *, setting: str, administrates: bool) -> None:
    """Check the login, the schema and the row-level security behind a URL; `setting` names it in messages.

    The administrators' login is refused for serving, since the API would see all organizations; the serving login is
    refused for administration, which would see none.

    Raises:
        Unavailable: the database cannot be reached.
        PoolerInTheWay: the login needs sessions, and the URL leads to a pooler.
        UnsafeDatabase: the login bypasses row-level security, a table has none, or Postgres has known vulnerabilities.
        SchemaTooOld, SchemaTooNew: the schema is not the one this code was written for.
    """
    with _connected(url, setting, needs_session=administrates) as connection:
        user, is_superuser, bypasses, version = connection.execute(_SQL["who"]).fetchone() or ("", True, True, 0)
        _refuse_login(setting, user, powerful=is_superuser or bypasses)
        _refuse_version(version)
        expect_current(_applied(connection, setting, user))
        is_administrator = connection.execute(_SQL["administrates"]).fetchone() == (True,)
        if is_administrator is not administrates:
            raise UnsafeDatabase(
                f"{setting} logs in as {user}, which is the other of the two logins. {_USE_THE_LOGINS}"
            )
        owned = [row[0] for row in connection.execute(_SQL["owned"])]
        if owned:
            raise UnsafeDatabase(
                f"{setting} logs in as {user}, who owns tables ({', '.join(owned[:3])}). {_USE_THE_LOGINS}"
            )
        if not administrates and connection.execute(_SQL["is_limited"]).fetchone() != (True,):
            raise UnsafeDatabase(f"{setting} logs in as {user}, who has no time limits: run `modelbook migrate`.")
        unprotected = [row[0] for row in connection.execute(_SQL["unprotected"])]
        if unprotected:
            raise UnsafeDatabase(f"Row-level security is not forced on {', '.join(unprotected)}: run the migrations.")


def outdated_postgres(url: str, *, setting: str) -> str | None:
    """Return a sentence that names the release to update an out-of-date Postgres to; none if it is patched.

    Raises:
        Unavailable: the database cannot be reached.
    """
    with _connected(url, setting) as connection:
        return outdated(connection.info.server_version)


def outdated(version: int) -> str | None:
    """Return the sentence for a version as the server reports it: 160004 for 16.4."""
    major, minor = divmod(version, 10_000)
    patched = _PATCHED_MINORS.get(major, 0)
    if minor >= patched:
        return None
    return f"Postgres {major}.{minor} has known vulnerabilities: update it to {major}.{patched} or newer."


def stored_canaries(url: str) -> tuple[Mapping[str, bytes], set[str]]:
    """Return the canaries by master key id, and the ids in use that the administrator's login can see."""
    with _connected(url, "MODELBOOK_ADMIN_DATABASE_URL") as connection:
        canaries = dict(connection.execute(_CANARIES["canaries"]).fetchall())
        return canaries, {row[0] for row in connection.execute(_SQL["master_keys_in_use"])}


def keep_canaries(url: str, canaries: Mapping[str, bytes]) -> None:
    """Store the canaries of master keys that are used for the first time."""
    with _connected(url, "MODELBOOK_ADMIN_DATABASE_URL") as connection:
        for master_key_id, canary in canaries.items():
            connection.execute(_CANARIES["keep_canary"], {"master_key_id": master_key_id, "canary": canary})


def forget_canaries(url: str, *, kept: Collection[str]) -> None:
    """Delete the canaries of master keys that are not in `kept` and wrap nothing."""
    with _connected(url, "MODELBOOK_ADMIN_DATABASE_URL") as connection:
        connection.execute(_CANARIES["forget_canaries"], {"kept": list(kept)})


def _applied(connection: psycopg.Connection[tuple[Any, ...]], setting: str, user: str) -> list[str]:
    try:
        return [row[0] for row in connection.execute(_SQL["migrations"])]
    except psycopg.errors.UndefinedTable:
        return []
    except psycopg.errors.InsufficientPrivilege:
        raise UnsafeDatabase(f"{setting} logs in as {user}, who may not read the tables. {_USE_THE_LOGINS}") from None


def _connected(url: str, setting: str, *, needs_session: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
    try:
        if needs_session:
            return connected_session(url, setting=setting)
        return psycopg.connect(url, autocommit=True, connect_timeout=5)
    except psycopg.ProgrammingError:
        # Its text quotes what may be a part of the password.
        raise Unavailable(
            f"{setting} is not a URL that Postgres can read: look for options it does not know, and for characters "
            "in the password that need percent-encoding."
        ) from None
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1] if str(error).strip() else "no answer"
        raise Unavailable(f"The database of {setting} cannot be reached: {reason}") from None


def _refuse_login(setting: str, user: str, *, powerful: bool) -> None:
    if powerful:
        raise UnsafeDatabase(f"{setting} logs in as {user}, who sees past row-level security. {_USE_THE_LOGINS}")


def _refuse_version(version: int) -> None:
    major, minor = divmod(version, 10_000)
    if major < _OLDEST or minor < _SAFE_MINORS.get(major, 0):
        raise UnsafeDatabase(
            f"Postgres {major}.{minor} has known holes in row-level security or is too old: update it "
            f"(at least {', '.join(f'{m}.{n}' for m, n in _SAFE_MINORS.items())})."
        )
