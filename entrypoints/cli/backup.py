"""`modelbook backup`."""

from pathlib import Path
from typing import Annotated

import typer
import uvloop

from entrypoints.administration.admin_access import until_stopped
from entrypoints.administration.command_line_access import accessible
from entrypoints.backups.backup_and_restore import back_up
from entrypoints.cli.output import clear_errors, print_json, say
from entrypoints.cli.progress_bars import progress_bar
from entrypoints.settings import Settings, WrongSettings, load_settings
from entrypoints.stop_signal import StopSignal, stop_signals


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, mode 600; it must not be there yet.")],
    check: Annotated[
        bool, typer.Option(help="Restore the file into a server that is thrown away, and check what it holds.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Write the whole database, as of one moment, into a file for `modelbook restore`; the service continues meanwhile.

    The file is proved before it gets its name: every table has as many rows as the database had, every organization's
    chain is whole, the read tables match the log, and the stored credentials open with the master keys. That
    takes as much room for temporary files as the database has. Key files and checkpoints are not in it.
    """
    with clear_errors(as_json=as_json):
        settings = load_settings()
        if check and settings.master_keys is None and not settings.is_embedded:
            raise WrongSettings(
                ["MODELBOOK_MASTER_KEYS is missing. The check opens credentials with it; --no-check skips the check."]
            )
        with (
            stop_signals() as stop,
            accessible(settings, say) as access,
            progress_bar("backup", quiet=as_json) as bar,
        ):

            async def run(stop: StopSignal) -> dict[str, object]:
                return await until_stopped(back_up(access, file, is_checked=check, progress=bar), stop)

            done = uvloop.run(run(stop)) | {"notIncluded": not_included(settings)}
    if as_json:
        print_json(done)
        return
    proved = (
        "Checked: the backup contains the whole database."
        if check
        else "Not checked: it is not known whether it can be restored."
    )
    typer.echo(f"{done['file']}: {done['rows']:,} rows, {done['bytes']:,} bytes. {proved}")
    say(f"Not in the backup; keep these separately: {'; '.join(not_included(settings))}.")


def not_included(settings: Settings) -> list[str]:
    """Return what a backup does not hold, and a restored database needs."""
    directory = settings.data_dir.resolve()
    is_embedded = settings.is_embedded
    keys = f"the master keys ({directory / 'master-keys'})" if is_embedded else "the master keys"
    return [
        keys if settings.master_keys is None else "the master keys (MODELBOOK_MASTER_KEYS)",
        f"the key that signs checkpoints ({settings.checkpoint_key or directory / 'checkpoint-key'})"
        if settings.checkpoint_key or is_embedded
        else "the key that signs checkpoints",
        f"the checkpoints ({settings.checkpoint_sink or directory / 'checkpoints'})",
    ]
