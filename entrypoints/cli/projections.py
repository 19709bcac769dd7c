"""`modelbook projections`."""

from typing import Annotated

import typer
from rich.table import Table

from application.plurals import counted
from application.ports.jobs import Kind
from entrypoints.administration.container import Administration
from entrypoints.administration.run_job import NAMES, projection_named
from entrypoints.cli.admin_jobs import administrate, run_as_job
from entrypoints.cli.arguments import organization
from entrypoints.cli.output import REFUSED, clear_errors, console, print_json
from entrypoints.http.answers.administration import ComparisonResult, ProjectionList

projections = typer.Typer(no_args_is_help=True, help="Verify and rebuild the projections: the tables that lists read.")

Name = Annotated[str | None, typer.Argument(help=f"One of {', '.join(NAMES)}; all of them without it.")]
Org = Annotated[str | None, typer.Option(help="The rows of this organization alone.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
_MOST_SHOWN = 20


@projections.command()
def status(as_json: AsJson = False) -> None:
    """Show the events and rows of each projection, its last rebuild, and of how many organizations it is verified."""
    with clear_errors(as_json=as_json):
        statuses = administrate(_statuses)
    if as_json:
        print_json(statuses)
        return
    table = Table("projection", "events", "rows", "last rebuild", "verified organizations")
    for each in statuses.data:
        rebuilt = "never" if each.rebuilt_at is None else f"{each.rebuilt_at:%Y-%m-%d %H:%M:%S} UTC"
        verified = f"{each.proved:,} of {each.organizations:,}"
        table.add_row(each.name, f"{each.position:,}", f"{each.rows:,}", rebuilt, verified)
    console.print(table)


@projections.command()
def verify(
    name: Name = None,
    org: Org = None,
    full: Annotated[
        bool, typer.Option("--full", help="Also fold organizations of which nothing has changed since the last time.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fold the log and compare the outcome with the tables, row by row; exit code 1 when rows differ."""
    found = _done("verify", name, org, as_json=as_json, is_full=full)
    if found.unreadable.count or any(each.differences.count for each in found.data):
        raise typer.Exit(REFUSED)


@projections.command()
def rebuild(name: Name = None, org: Org = None, as_json: AsJson = False) -> None:
    """Fold the log and write the rows that differ from it, in place, while reads and writes continue.

    Exit code 1 when events cannot be read. Ctrl-C ends it at any point: what was written is right.
    """
    if _done("rebuild", name, org, as_json=as_json).unreadable.count:
        raise typer.Exit(REFUSED)


async def _statuses(administration: Administration) -> ProjectionList:
    return ProjectionList.model_validate({"data": await administration.projections().statuses()})


def _done(kind: Kind, name: str | None, org: str | None, *, as_json: bool, is_full: bool = False) -> ComparisonResult:
    """Do the work as a job, print what came of it and return that."""
    with clear_errors(as_json=as_json):
        subject = None if name is None else projection_named(name)
        organization_id = organization(org)
        found = administrate(
            lambda parts: run_as_job(
                parts, kind, subject=subject, organization_id=organization_id, is_full=is_full, quiet=as_json
            )
        )
    done = ComparisonResult.model_validate(found)
    if as_json:
        print_json(done)
    else:
        typer.echo("\n".join(_lines(done, was_written=kind == "rebuild")))
    return done


def _lines(done: ComparisonResult, *, was_written: bool) -> list[str]:
    unchanged = f", of which {done.unchanged:,} are unchanged since they were verified" if done.unchanged else ""
    lines = [f"{counted(done.organizations, 'organization')}{unchanged}; {counted(done.events, 'event')} read"]
    for each in done.data:
        count, first = each.differences.count, each.differences.first[:_MOST_SHOWN]
        what = "corrected" if was_written else "not as in the log"
        outcome = f"{counted(count, 'row')} {what}" if count else "no row differs"
        lines.append(f"{each.name}: {counted(each.rows, 'row')}, {outcome}")
        lines += [f"  {row.organization_id} {row.id} {row.kind} {' '.join(row.fields)}" for row in first]
        lines += [f"  and {count - len(first):,} more"] if count > len(first) else []
    unreadable, events = done.unreadable.count, done.unreadable.first[:_MOST_SHOWN]
    if unreadable:
        lines.append(f"{counted(unreadable, 'row')} left alone, with events that this version cannot read")
        lines += [
            f"  {event.organization_id} {event.id} position {event.position} {event.type}: {event.reason}"
            for event in events
        ]
    return lines
