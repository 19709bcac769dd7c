"""`modelbook keys`."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from application.plurals import counted
from entrypoints.administration.container import Administration, add_master_key, drop_master_key, new_master_key
from entrypoints.cli.admin_jobs import administrate, run_as_job
from entrypoints.cli.output import clear_errors, console, print_json, say
from entrypoints.http.answers.administration import MasterKey, MasterKeyList, RotateResult
from entrypoints.settings import WrongSettings, load_settings

keys = typer.Typer(no_args_is_help=True, help="Master keys, which wrap the data keys of providers' keys.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@keys.command()
def generate(
    key_id: Annotated[str | None, typer.Option("--id", help="Its id; without it the day and a random end.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a new master key and print it once, in the form that MODELBOOK_MASTER_KEYS has. Keep it safe.

    To make it the active one, put it in front of the existing ones, start all services with that, and rotate.
    """
    with clear_errors(as_json=as_json):
        # Two keys of one day differ: that is when one rotates after a leak.
        made = new_master_key(key_id or f"k{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(3)}")
    print_json({"id": made.partition(":")[0], "masterKey": made}) if as_json else typer.echo(made)


@keys.command()
def status(as_json: AsJson = False) -> None:
    """Show the master keys by their ids: which is active, and how many credentials each wraps."""
    with clear_errors(as_json=as_json):
        found = administrate(_statuses)
    if as_json:
        print_json(found)
        return
    table = Table("master key", "state", "credentials")
    for each in found.data:
        table.add_row(each.id, _state(each), f"{each.credentials:,}")
    console.print(table)


@keys.command()
def rotate(
    new: Annotated[bool, typer.Option("--new", help="First make a new active key in the key file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Wrap all data keys under the active master key, while the services continue. It can be run again at any time.

    With MODELBOOK_MASTER_KEYS, all services must have been started with the active key before. A key file is read again
    by itself.
    """
    with clear_errors(as_json=as_json):
        directory = _key_file_directory()
        if new:
            if directory is None:
                raise WrongSettings(
                    ["--new is for the key file; for MODELBOOK_MASTER_KEYS use `modelbook keys generate`."]
                )
            say(f"The master key {add_master_key(directory)} is now active. Back up the key file.")
        done = administrate(lambda parts: _rotated(parts, is_file=directory is not None, quiet=as_json))
    if as_json:
        print_json(done)
        return
    typer.echo(f"{counted(done.rewrapped, 'credential')} wrapped under {done.active_id} now.")
    if done.left:
        typer.echo(f"{done.left:,} are still under others; {len(done.unreadable):,} credentials cannot be read.")


@keys.command()
def remove(key_id: Annotated[str, typer.Argument(help="The id of the key.")], as_json: AsJson = False) -> None:
    """Remove a master key that wraps nothing any more from the key file."""
    with clear_errors(as_json=as_json):
        directory = _key_file_directory()
        if directory is None:
            raise WrongSettings(["The master keys come from MODELBOOK_MASTER_KEYS. Remove the key from that setting."])
        administrate(lambda parts: _removed(parts, directory, key_id))
    print_json({"removed": key_id}) if as_json else typer.echo(f"The master key {key_id} is removed.")


async def _statuses(administration: Administration) -> MasterKeyList:
    return MasterKeyList.model_validate({"data": await administration.list_master_keys()()})


async def _rotated(administration: Administration, *, is_file: bool, quiet: bool) -> RotateResult:
    if is_file:
        # Every service on this folder reads the file, so that it knows each key in it.
        await administration.stock().know_keys(await administration.keys().canaries())
    return RotateResult.model_validate(await run_as_job(administration, "rotate-keys", quiet=quiet))


async def _removed(administration: Administration, directory: Path, key_id: str) -> None:
    in_use = (await administration.stock().counts()).get(key_id, 0)
    if in_use:
        raise ValueError(f"{key_id} still wraps {counted(in_use, 'credential')}. Run `modelbook keys rotate` first.")
    drop_master_key(directory, key_id)
    await administration.stock().forget_keys(await administration.keys().ids())


def _key_file_directory() -> Path | None:
    settings = load_settings()
    return settings.data_dir.resolve() if settings.is_embedded and settings.master_keys is None else None


def _state(status: MasterKey) -> str:
    if status.is_active:
        return "active" if status.is_known else "active, no service has been started with it"
    if not status.is_given:
        return "missing here" if status.credentials else "removed"
    return "can be removed" if status.is_removable else "still needed"
