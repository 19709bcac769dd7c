"""Backups of the whole database in a file, and the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from application.errors import ApplicationError, Conflict
from application.ports.progress import Progress


class BackupUnreadable(ApplicationError):
    """The file is not a backup that `modelbook backup` has written."""

    code = "backup-unreadable"


class DatabaseNotEmpty(Conflict):
    """The database holds tables already: restore into an empty database, or into a new MODELBOOK_DATA_DIR."""

    code = "database-not-empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a backup holds: the rows of each table, the migrations its database had, the Postgres that wrote it."""

    rows: Mapping[str, int]
    migrations: Sequence[str]
    postgres: int


class Backups(Protocol):
    """Writes and reads files, by their paths; URLs are of logins that may do that."""

    async def write(self, admin_url: str, file: str, progress: Progress) -> Mapping[str, int]:
        """Write all tables as of one moment into the file, and return how many rows each had then.

        Takes the backup's role, which the administrators' login may.

        Raises:
            Unavailable: the database cannot be reached.
            ApplicationError: it cannot be written; the message says why.
        """
        ...

    async def contents(self, file: str, progress: Progress) -> Contents:
        """Read the whole file and return what it holds.

        Raises:
            BackupUnreadable: it is none, or it is damaged.
        """
        ...

    async def restore(self, owner_url: str, file: str, contents: Contents, progress: Progress) -> None:
        """Bring what the file holds into an empty database, with the schema it has there.

        The roles are those of the new database. When it fails, the database is as empty as it was, unless the message
        says otherwise.

        Raises:
            DatabaseNotEmpty: it holds tables already.
            SchemaTooNew: a newer version has written the file.
            Unavailable: the database cannot be reached.
            ApplicationError: it cannot be restored; the message says why.
        """
        ...

    async def rows(self, admin_url: str, progress: Progress) -> Mapping[str, int]:
        """Return how many rows each table has.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...
