"""`modelbook restore`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

from application.errors import Unavailable
from application.plurals import counted
from entrypoints.administration.admin_access import AdminAccess, until_stopped
from entrypoints.backups.backup_and_restore import restore as restored
from entrypoints.backups.container import kept_master_keys
from entrypoints.cli.backup import not_included
from entrypoints.cli.migrate import new_logins
from entrypoints.cli.output import clear_errors, print_json, say
from entrypoints.cli.progress_bars import progress_bar
from entrypoints.preparation import container
from entrypoints.settings import Settings, WrongSettings, load_settings
from entrypoints.stop_signal import StopSignal, stop_signals


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    owner_url: str
    access: Callable[[], AdminAccess]


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `modelbook backup` has written.")],
    logins: Annotated[bool, typer.Option("--logins", help="Give both logins new passwords, print the URLs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Bring a backup into the empty database of MODELBOOK_OWNER_DATABASE_URL, or into a new MODELBOOK_DATA_DIR.

    The database gets the schema of this version and roles of its own. Put the key files where they belong first: what
    was restored is checked as `modelbook backup` checks, with the master keys. Before you serve a backup that is older
    than the newest checkpoint, run `modelbook audit verify`.
    """
    with clear_errors(as_json=as_json):
        settings, made = load_settings(), dict[str, object]()
        if not file.is_file():
            raise Unavailable(f"{file} does not exist.")
        with (
            stop_signals() as stop,
            _target(settings, made, logins=logins) as target,
            progress_bar("restore", quiet=as_json) as bar,
        ):

            async def run(stop: StopSignal) -> dict[str, Any]:
                work = restored(target.owner_url, file, access=target.access, progress=bar)
                return await until_stopped(work, stop)

            done = uvloop.run(run(stop)) | made
    if as_json:
        print_json(done)
        return
    checked = done["checked"]
    say(
        f"Restored {counted(done['rows'], 'row')} and checked them: {counted(checked['events'], 'event')} of "
        f"{counted(checked['organizations'], 'organization')}, {counted(checked['credentials'], 'credential')}."
    )
    if made:
        typer.echo(
            f"MODELBOOK_DATABASE_URL={made['databaseUrl']}\nMODELBOOK_ADMIN_DATABASE_URL={made['adminDatabaseUrl']}"
        )
    say(f"Not restored from the backup: {'; '.join(not_included(settings))}. Now run `modelbook audit verify`.")


@contextmanager
def _target(settings: Settings, made: dict[str, object], *, logins: bool) -> Iterator[_Target]:
    if settings.owner_database_url is None and settings.is_embedded:
        with _new_folder(settings) as target:
            yield target
    else:
        yield _empty_database(settings, made, logins=logins)


@contextmanager
def _new_folder(settings: Settings) -> Iterator[_Target]:
    directory = settings.data_dir.resolve()
    given = None if settings.master_keys is None else settings.master_keys.get_secret_value()
    master_keys = given or kept_master_keys(directory)
    if master_keys is None:
        raise WrongSettings(
            [f"The master keys are missing: copy the file master-keys into {directory}, or set MODELBOOK_MASTER_KEYS."]
        )
    server = container.embedded_postgres(directory / "postgres")
    owner_url = server.start()
    try:
        yield _Target(
            owner_url=owner_url,
            access=lambda: AdminAccess(
                admin_database_url=container.trusted_logins(owner_url).admin_database_url,
                master_keys=master_keys,
                master_key_directory=directory if given is None else None,
            ),
        )
    finally:
        server.stop()


def _empty_database(settings: Settings, made: dict[str, object], *, logins: bool) -> _Target:
    missing = [
        line
        for value, line in (
            (
                settings.owner_database_url,
                "MODELBOOK_OWNER_DATABASE_URL is missing. Its login must own the empty database and may create roles.",
            ),
            (
                settings.master_keys,
                "MODELBOOK_MASTER_KEYS is missing. Set it to the keys of the credentials in the backup.",
            ),
            (
                settings.admin_database_url or logins or None,
                "MODELBOOK_ADMIN_DATABASE_URL is missing: set it if the logins have passwords, or use --logins.",
            ),
        )
        if value is None
    ]
    if missing or settings.owner_database_url is None or settings.master_keys is None:
        raise WrongSettings(missing)
    owner_url, master_keys = settings.owner_database_url.get_secret_value(), settings.master_keys.get_secret_value()

    def access() -> AdminAccess:
        if logins or settings.admin_database_url is None:
            made.update(new_logins(owner_url))
            return AdminAccess(admin_database_url=str(made["adminDatabaseUrl"]), master_keys=master_keys)
        return AdminAccess(admin_database_url=settings.admin_database_url.get_secret_value(), master_keys=master_keys)

    return _Target(owner_url=owner_url, access=access)
