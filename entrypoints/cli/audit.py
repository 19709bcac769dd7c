"""`modelbook audit`."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
import uvloop

from application.errors import Unavailable
from application.plurals import counted
from application.verification.checkpoints import Checkpoint
from application.verification.verify_log import Verification
from application.verification.write_checkpoint import WriteCheckpoint
from entrypoints.auditing.audit_trail import auditing_of
from entrypoints.auditing.checkpoint_locations import checkpoint_key
from entrypoints.auditing.container import (
    Auditing,
    admin_raw_events,
    new_signing_key,
    offline_verification,
    parse_public_key,
    public_pem,
    signing_key,
)
from entrypoints.auditing.verification_documents import checkpoint_answer, verification_answer
from entrypoints.cli.arguments import organization
from entrypoints.cli.audit_output import (
    bar,
    export_document,
    export_summary,
    print_verification,
)
from entrypoints.cli.audit_restored import compare, restored
from entrypoints.cli.output import REFUSED, clear_errors, print_json, say
from entrypoints.runtime import Runtime, prepared
from entrypoints.settings import WrongSettings, load_settings

audit = typer.Typer(no_args_is_help=True, help="Prove the log.")
audit.command()(restored)
audit.command()(compare)

AsJson = Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")]
Organization = Annotated[str | None, typer.Option("--org", help="Only this organization.")]


@audit.callback()
def about() -> None:
    """Prove the log."""


@audit.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="An export to prove, with no database.")] = None,
    org: Organization = None,
    public_key: Annotated[
        str | None, typer.Option(help="Public key of the checkpoints: a PEM file, or base64. For a file.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Hash every event again, not only those since the last proof.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Prove the live log of all organizations or of one, or an exported file.

    The first event of each organization that is not as it was written is named; the exit code is 1 then. What no
    checkpoint has seen yet cannot be proved to be complete, and the answer reports how much that is, and since when.
    Events that an earlier verification has hashed are looked at by the database alone, unless --full.
    """
    with clear_errors(as_json=as_json):
        if file is not None:
            is_right = _verify_file(file, public_key, as_json=as_json)
        else:
            is_right = _verify_live(organization(org), full=full, as_json=as_json)
    if not is_right:
        raise typer.Exit(REFUSED)


@audit.command()
def export(
    org: Annotated[str, typer.Option(help="The organization.")],
    output: Annotated[Path | None, typer.Option(help="The file to write; by default standard output.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON, with --output.")] = False,
) -> None:
    """Write an organization's whole log with its proof, as the API's /api/ai/audit/export does."""
    with clear_errors(as_json=as_json):
        organization_id = organization(org)
        if as_json and output is None:
            raise WrongSettings(["--json needs --output: without it the export is written to standard output."])
        with prepared(load_settings(), say) as runtime, _writable(output) as write:
            uvloop.run(_export(runtime, organization_id, write))
        if as_json and output is not None:
            print_json({"organizationId": organization_id, "file": output, "bytes": output.stat().st_size})


@audit.command()
def checkpoint(as_json: AsJson = False) -> None:
    """Write a checkpoint now, also where nothing has happened since the last one.

    Checkpoints are kept in parts of a thousand, checkpoints.ndjson, checkpoints-000001001.ndjson and so on, each with
    all heads in its first line: older parts, never the newest, can be moved to an archive at any time. `audit verify`
    compares with what is there and reports where that begins; put them back to compare with all.
    """
    with clear_errors(as_json=as_json), prepared(load_settings(), say) as runtime:
        if runtime.checkpoint_key is None:
            raise WrongSettings(["MODELBOOK_CHECKPOINT_KEY is missing: `modelbook audit new-key FILE` makes a key."])
        written, public = uvloop.run(_checkpoint(runtime))
        if as_json:
            print_json(checkpoint_answer(written, public))
        else:
            say(f"Appended to {runtime.checkpoint_sink}.")
            which = "all there are" if written.covers == "all" else "those that changed"
            typer.echo(f"Checkpoint {written.number} over {counted(written.heads, 'head')}, {which}.")


@audit.command("new-key")
def new_key(
    file: Annotated[Path, typer.Argument(help="Where to keep it (mode 600).")], as_json: AsJson = False
) -> None:
    """Make a key that signs checkpoints, for MODELBOOK_CHECKPOINT_KEY."""
    with clear_errors(as_json=as_json):
        try:
            made = new_signing_key(file)
        except OSError as error:
            raise Unavailable(f"{file} cannot be created: {error.strerror}.") from None
        pem = public_pem(made.public_key)
        if as_json:
            print_json({"keyId": made.key_id, "file": file, "publicKey": pem})
            return
        say(f"Key {made.key_id} is kept in {file}. Give this public key to everyone who verifies exports:")
        typer.echo(pem, nl=False)


@audit.command("public-key")
def public_key_of(as_json: AsJson = False) -> None:
    """Print the public key that exports and checkpoints are verified with."""
    with clear_errors(as_json=as_json):
        path = checkpoint_key(load_settings(), say)
        if path is None:
            raise WrongSettings(
                ["MODELBOOK_CHECKPOINT_KEY is missing, so nothing can be signed. Set it to the key file."]
            )
        key = signing_key(path, create=False)
        pem = public_pem(key.public_key)
        print_json({"keyId": key.key_id, "publicKey": pem}) if as_json else typer.echo(pem, nl=False)


def _verify_file(file: Path, public_key: str | None, *, as_json: bool) -> bool:
    if public_key is None:
        raise WrongSettings(
            ["--public-key is missing. `modelbook audit public-key` prints it on the host of the service."]
        )
    key = parse_public_key(Path(public_key).read_text("utf-8") if Path(public_key).is_file() else public_key)
    try:
        with file.open("rb") as lines, bar(quiet=as_json, total=None) as progress:
            found = offline_verification()(lines, key, progress=progress)
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}.") from None
    if as_json:
        print_json(export_document(found))
    else:
        typer.echo(export_summary(found))
    return found.wrong_line is None


def _verify_live(organization_id: UUID | None, *, full: bool, as_json: bool) -> bool:
    with prepared(load_settings(), say) as runtime:
        found, public = uvloop.run(_verify_log(runtime, organization_id, full=full, quiet=as_json))
    answer = verification_answer(found, organization_id=organization_id, public_key=public)
    if as_json:
        print_json(answer)
    else:
        print_verification(answer)
        for warning in answer.warnings:
            typer.echo(f"WARNING: {warning}")
    return not found.findings


async def _verify_log(
    runtime: Runtime, organization_id: UUID | None, *, full: bool, quiet: bool
) -> tuple[Verification, bytes | None]:
    async with _administrating(runtime) as auditing:
        log = admin_raw_events(auditing, organization_id)
        with bar(quiet=quiet, total=None if organization_id else await log.event_count()) as progress:
            found: Verification = await auditing.verify_log()(
                log=log, only=organization_id, full=full, progress=progress
            )
        return found, auditing.checkpoints().public_key


async def _export(runtime: Runtime, organization_id: UUID | None, write: Callable[[bytes], object]) -> None:
    async with _administrating(runtime) as auditing:
        log = admin_raw_events(auditing, organization_id)
        async for part in auditing.export_log()(organization_id, log=log):
            write(part)


async def _checkpoint(runtime: Runtime) -> tuple[Checkpoint, bytes | None]:
    auditing = auditing_of(runtime)
    async with auditing.election().session() as register:
        written: Checkpoint = await auditing.write_checkpoint()(WriteCheckpoint(always=True), register=register)
    return written, auditing.checkpoints().public_key


@asynccontextmanager
async def _administrating(runtime: Runtime) -> AsyncIterator[Auditing]:
    auditing = auditing_of(runtime)
    async with auditing.admin_pool():
        yield auditing


@contextmanager
def _writable(output: Path | None) -> Iterator[Callable[[bytes], object]]:
    if output is None:
        yield sys.stdout.buffer.write
        sys.stdout.flush()
        return
    try:
        with output.open("wb") as file:
            yield file.write
    except OSError as error:
        raise Unavailable(f"{output} cannot be written: {error.strerror}.") from None
