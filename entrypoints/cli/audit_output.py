"""The output of the audit commands."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer

from application.plurals import counted
from application.verification.compare_export import Comparison
from application.verification.verify_export import ExportVerification
from entrypoints.auditing.verification_documents import checkpoint_answer
from entrypoints.cli.progress_bars import progress_bars
from entrypoints.http.answers.verification import LogVerification


def export_document(found: ExportVerification) -> dict[str, Any]:
    """Return what an exported file proves."""
    return {
        "proved": found.wrong_line is None,
        "organizationId": found.organization_id,
        "events": found.events,
        "wrongLine": found.wrong_line,
        "message": found.message or None,
        "checkpoint": checkpoint_answer(found.checkpoint, None),
        "unproven": {"events": found.events - found.vouched_sequence},
    }


def export_summary(found: ExportVerification) -> str:
    """Return the same in words."""
    if found.wrong_line is not None:
        return f"NOT PROVED. {found.message}"
    after = found.events - found.vouched_sequence
    rest = f" The last {after} came after that: they are chained, but not yet proved to be whole." if after else ""
    at = found.checkpoint.at if found.checkpoint else ""
    return (
        f"Proved: {counted(found.events, 'event')} of organization {found.organization_id}, "
        f"the first {found.vouched_sequence} vouched for by the checkpoint of {at}.{rest}"
    )


def comparison_document(found: Comparison) -> dict[str, Any]:
    """Return how the live log differs from an export."""
    return {
        "same": found.misfits == 0,
        "organizationId": found.organization_id,
        "events": found.events,
        "misfits": found.misfits,
        "first": [{"sequence": misfit.sequence, "what": misfit.what} for misfit in found.first],
    }


def comparison_summary(found: Comparison) -> str:
    """Return the same in words."""
    if not found.misfits:
        return f"The same: {counted(found.events, 'event')} of organization {found.organization_id}."
    lines = [
        f"event {misfit.sequence} {'is missing' if misfit.what == 'missing' else 'is not what it was'}."
        for misfit in found.first
    ]
    rest = found.misfits - len(found.first)
    more = [f"And {rest} more."] if rest else []
    total = f"DIFFERENT. {found.misfits:,} of {counted(found.events, 'event')} of organization {found.organization_id}."
    return "\n".join([*lines, *more, total])


def print_verification(found: LogVerification) -> None:
    """Print what was found in a live log, a line a finding; then what is proved, and what is not."""
    for finding in found.findings:
        where = [
            f"organization {finding.organization_id}" if finding.organization_id else "",
            f"event {finding.sequence}" if finding.sequence is not None else "",
        ]
        typer.echo(f"{finding.kind.upper()}: {', '.join(filter(None, where)) or 'checkpoints'}: {finding.message}")
    for restore in found.restores:
        typer.echo(f"RESTORED: checkpoint {restore.checkpoint} of {restore.at}: {restore.reason}")
        for lost in restore.lost:
            typer.echo(f"  organization {lost.organization_id}: events {lost.from_sequence} to {lost.to_sequence}")
    outcome = f"{counted(len(found.findings), 'FINDING')}." if found.findings else "Whole."
    typer.echo(f"{outcome} {counted(found.events, 'event')} of {counted(found.organizations, 'organization')}.")
    first = found.first_checkpoint
    if first is not None:
        typer.echo(f"Checkpoints begin with number {first.number} of {first.at}.")
    typer.echo(f"{found.proven.statement}\n{found.unproven.statement}")


@contextmanager
def bar(*, quiet: bool, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show on standard error how many events were verified."""
    with progress_bars(quiet=quiet) as bars:
        task = bars.add_task("Verifying events", total=total)
        yield lambda count: bars.update(task, completed=count)
