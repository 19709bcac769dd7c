"""`modelbook projections`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.table import Table

from entrypoints.administration.documents import status_document
from entrypoints.administration.work import NAMES, projection_named
from entrypoints.cli.administering import administrate, carried_out
from entrypoints.cli.output import REFUSED, clear_errors, console, print_json
from entrypoints.settings import WrongSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.ports.jobs import Kind
    from entrypoints.administration.container import Administration
    from entrypoints.administration.documents import Document

projections = typer.Typer(no_args_is_help=True, help="Verify and rebuild the read tables.")

Name = Annotated[str | None, typer.Argument(help=f"One of {', '.join(NAMES)}; all of them without it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
_MOST_SHOWN = 20


@projections.command()
def status(as_json: AsJson = False) -> None:
    """Show how far each projection is, its rows, its last rebuild, and what lies beside it."""
    with clear_errors(as_json=as_json):
        statuses = administrate(_statuses)
    if as_json:
        print_json({"data": statuses})
        return
    table = Table("projection", "position", "rows", "last rebuild", "notes")
    for each in statuses:
        rebuilt = "never" if each["rebuiltAt"] is None else f"{each['rebuiltAt']:%Y-%m-%d %H:%M:%S} UTC"
        table.add_row(each["name"], f"{each['position']:,}", f"{each['rows']:,}", rebuilt, _notes(each))
    console.print(table)


@projections.command()
def verify(name: Name = None, as_json: AsJson = False) -> None:
    """Fold the log and compare the outcome with the live tables, row by row; exit code 1 when rows differ."""
    with clear_errors(as_json=as_json):
        found = _each("verify", _names(name), as_json=as_json)
    if as_json:
        print_json({"data": found})
    else:
        for each in found:
            typer.echo(f"{_made(each)}, {_differing(each['differences'])}")
    if any(each["differences"]["count"] for each in found):
        raise typer.Exit(REFUSED)


@projections.command()
def rebuild(
    name: Name = None,
    org: Annotated[str | None, typer.Option(help="Mend the rows of this organization alone, in place.")] = None,
    rollback: Annotated[bool, typer.Option("--rollback", help="Go back to the table that was replaced.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make read tables anew from the log and swap them in, while reads and writes go on.

    What was replaced is kept for --rollback until the next rebuild. Ctrl-C leaves the live tables as they are.
    """
    with clear_errors(as_json=as_json):
        names = _names(name)
        if rollback and (org is not None or name is None):
            raise WrongSettings([f"--rollback takes one of {', '.join(NAMES)}, and no --org."])
        done = [_mended(org, name, as_json=as_json)] if org else _rebuilt(names, rollback=rollback, as_json=as_json)
    if as_json:
        print_json({"data": done})
        return
    for each in done:
        for line in _told(each):
            typer.echo(line)


async def _statuses(administration: Administration) -> list[Document]:
    return [status_document(status) for status in await administration.read_tables().statuses()]


def _rebuilt(names: Sequence[str], *, rollback: bool, as_json: bool) -> list[Document]:
    return _each("roll-back" if rollback else "rebuild", names, as_json=as_json)


def _mended(org: str, name: str | None, *, as_json: bool) -> Document:
    try:
        organization_id = UUID(org)
    except ValueError:
        raise WrongSettings([f"--org {org} is not an id such as 0c8f7d5e-2f4b-4c69-9f7b-0f6f5f1c2a3d."]) from None
    return administrate(
        lambda parts: carried_out(parts, "mend", subject=name, organization_id=organization_id, quiet=as_json)
    )


def _each(kind: Kind, names: Sequence[str], *, as_json: bool) -> list[Document]:
    async def work(administration: Administration) -> list[Document]:
        return [await carried_out(administration, kind, subject=name, quiet=as_json) for name in names]

    return administrate(work)


def _names(name: str | None) -> Sequence[str]:
    return NAMES if name is None else [projection_named(name)]


def _notes(status: Document) -> str:
    notes = {
        "hasPrevious": "the replaced table is kept",
        "hasLeftover": "a rebuild is under way or was broken off",
        "isPlanned": "new columns wait for a rebuild",
    }
    return "; ".join(note for name, note in notes.items() if status[name])


def _told(done: Document) -> list[str]:
    if "tables" in done:
        return [f"{each['name']}: {each['removed']} rows out, {each['restored']} in" for each in done["tables"]]
    swap = done["swap"]
    swapped = f"swapped in at position {swap['position']:,} within {swap['milliseconds']} ms"
    orphans = f"; {done['orphans']} models have no provider" if done["orphans"] else ""
    if "differing" in done:
        return [f"{done['name']}: {swapped}{orphans}; in the one replaced {_differing(done['differing'])}"]
    return [f"{_made(done)}, {swapped}{orphans}; in the one replaced {_differing(done['corrected'])}"]


def _made(done: Document) -> str:
    return f"{done['name']}: {done['rows']:,} rows of {done['events']:,} events"


def _differing(differences: Document) -> str:
    if not differences["count"]:
        return "no row differs"
    shown = differences["first"][:_MOST_SHOWN]
    lines = [f"  {each['organizationId']} {each['id']} {each['kind']} {' '.join(each['fields'])}" for each in shown]
    more = differences["count"] - len(shown)
    return "\n".join([f"{differences['count']:,} rows differ", *lines, *([f"  and {more:,} more"] if more else [])])
