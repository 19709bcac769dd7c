"""Writes and restores backups, and verifies each."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from application.errors import ApplicationError, Conflict, Unavailable
from application.ports.backups import Contents
from application.ports.progress import Progress
from application.verification.check_database import CheckedDatabase, DatabaseUnsound
from entrypoints.administration.admin_access import AdminAccess, administering
from entrypoints.administration.container import check_keyring
from entrypoints.backups.container import backups, database_check, scratch_server
from entrypoints.preparation import container

Document = dict[str, Any]


class FileExists(Conflict):
    """A backup never overwrites a file."""

    code = "file-exists"


class BackupUnsound(ApplicationError):
    """The backup does not hold what the database did."""

    code = "backup-unsound"


async def back_up(access: AdminAccess, file: Path, *, is_checked: bool, progress: Progress) -> Document:
    """Write a backup, and restore it into a server that is thrown away to prove it; the file is there if all is well.

    Raises:
        FileExists: there is such a file already.
        ApplicationError: it cannot be written, or it is not what it should be.
    """
    with _appearing(file) as unproved:
        rows = await backups().write(access.admin_database_url, str(unproved), progress)
        contents = await backups().contents(str(unproved), progress)
        _expect_rows(rows, contents.rows, "the file")
        checked = await _tried(access, unproved, contents, progress) if is_checked else None
    return _document(file, contents, checked)


async def restore(owner_url: str, file: Path, *, access: Callable[[], AdminAccess], progress: Progress) -> Document:
    """Restore a backup into an empty database, bring it to the schema of this version and prove it.

    `access` returns the administrators' access when the roles exist.

    Raises:
        DatabaseNotEmpty: the database holds tables already; nothing was changed.
        ApplicationError: it cannot be restored, or what was restored is not what it should be.
    """
    contents = await backups().contents(str(file), progress)
    await backups().restore(owner_url, str(file), contents, progress)
    gained = access()
    _expect_rows(contents.rows, await backups().rows(gained.admin_database_url, progress), "the restored database")
    applied = container.migrate(owner_url)
    checked = await _checked(gained, progress)
    return {"applied": list(applied), **_document(file, contents, checked)}


async def _tried(access: AdminAccess, file: Path, contents: Contents, progress: Progress) -> CheckedDatabase:
    with scratch_server() as owner_url:
        await backups().restore(owner_url, str(file), contents, progress)
        tried = replace(access, admin_database_url=container.trusted_logins(owner_url).admin_database_url)
        _expect_rows(contents.rows, await backups().rows(tried.admin_database_url, progress), "the file, restored,")
        return await _checked(tried, progress)


async def _checked(access: AdminAccess, progress: Progress) -> CheckedDatabase:
    container.inspect(access.admin_database_url, setting="MODELBOOK_ADMIN_DATABASE_URL", administrates=True)
    check_keyring(access.master_keys, access.admin_database_url)
    async with administering(access) as administration:
        try:
            return await database_check(administration)(progress=progress)
        except DatabaseUnsound as error:
            raise BackupUnsound(f"The backup is not sound. {error.message}") from error


@contextmanager
def _appearing(file: Path) -> Iterator[Path]:
    """Give the path of a new file, which gets its name when the block ends well and is removed otherwise."""
    if file.exists():
        raise FileExists(f"{file} already exists. Give the backup another name.")
    unproved = file.with_name(f".{file.name}.part")
    try:
        # What it holds is the tenants': nobody else's to read.
        os.close(os.open(unproved, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        try:
            yield unproved
            unproved.rename(file)
        finally:
            unproved.unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}.") from None


def _expect_rows(expected: Mapping[str, int], found: Mapping[str, int], where: str) -> None:
    for table in sorted(expected.keys() | found.keys()):
        if expected.get(table) != found.get(table):
            raise BackupUnsound(
                f"The backup is not sound: {table} should have {expected.get(table, 'no')} rows, "
                f"and {where} has {found.get(table, 'no')}."
            )


def _document(file: Path, contents: Contents, checked: CheckedDatabase | None) -> Document:
    return {
        "file": str(file.resolve()),
        "bytes": file.stat().st_size,
        "postgres": contents.postgres,
        "rows": sum(contents.rows.values()),
        "tables": dict(contents.rows),
        "checked": None if checked is None else asdict(checked),
    }
