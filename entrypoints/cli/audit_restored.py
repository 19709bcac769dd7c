"""`modelbook audit restored` and `modelbook audit compare`: state a restored backup, and compare exports."""

from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
import uvloop

from application.errors import Unavailable
from application.policies.change_reasons import refused_in_a_reason
from application.verification.compare_export import Comparison
from application.verification.record_restore import RecordedRestore, RecordRestore
from entrypoints.auditing.audit_trail import auditing_of
from entrypoints.auditing.verification_documents import restored_answer
from entrypoints.cli.audit_output import bar, comparison_document, comparison_summary
from entrypoints.cli.output import REFUSED, clear_errors, print_json, say
from entrypoints.runtime import Runtime, prepared
from entrypoints.settings import WrongSettings, load_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")]


def restored(
    reason: Annotated[str, typer.Option(help="Why, for the log: what happened and who took care of it.")],
    as_json: AsJson = False,
) -> None:
    """State that a backup was restored, or that checkpoints were taken away, so that checkpoints continue.

    The events that are gone are named by a checkpoint over all organizations, by an event in each log, and by every
    verification from then on; they are no longer findings.
    """
    with clear_errors(as_json=as_json):
        if (message := refused_in_a_reason(reason)) is not None:
            raise WrongSettings([f"--reason {message}."])
        with prepared(load_settings(), say) as runtime:
            stated, public = uvloop.run(_record_restore(runtime, reason))
        answer = restored_answer(stated, public_key=public)
        if as_json:
            print_json(answer)
            return
        for lost in answer.restored.lost:
            lost_events = f"events {lost.from_sequence} to {lost.to_sequence}"
            typer.echo(f"organization {lost.organization_id}: {lost_events} are lost.")
        typer.echo(f"Checkpoint {stated.checkpoint.number} records this; checkpoints continue from there.")


def compare(file: Annotated[Path, typer.Argument(help="An export of earlier days.")], as_json: AsJson = False) -> None:
    """Compare an exported file with the live log: which events are missing or changed.

    The exit code is 1 when there are any. `audit verify FILE` checks whether the file itself is complete.
    """
    with clear_errors(as_json=as_json):
        with prepared(load_settings(), say) as runtime:
            found = uvloop.run(_compare(runtime, file, quiet=as_json))
        if as_json:
            print_json(comparison_document(found))
        else:
            typer.echo(comparison_summary(found))
    if found.misfits:
        raise typer.Exit(REFUSED)


async def _record_restore(runtime: Runtime, reason: str) -> tuple[RecordedRestore, bytes | None]:
    # All that serves, which only this command of the audit's needs.
    from entrypoints.server_process import opened  # noqa: PLC0415

    command = RecordRestore(reason=reason, actor="command-line", correlation_id=str(uuid4()))
    async with opened(runtime) as container:
        stated: RecordedRestore = await container.auditing.record_restore()(command)
        return stated, container.auditing.checkpoints().public_key


async def _compare(runtime: Runtime, file: Path, *, quiet: bool) -> Comparison:
    auditing = auditing_of(runtime)
    async with auditing.admin_pool():
        try:
            with file.open("rb") as lines, bar(quiet=quiet, total=None) as progress:
                found: Comparison = await auditing.compare_export()(lines, progress=progress)
        except OSError as error:
            raise Unavailable(f"{file} cannot be read: {error.strerror}.") from None
        return found
