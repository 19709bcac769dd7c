"""What `apply` and the imports have in common: a plan is shown, a person agrees, the plan is executed."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import uvloop

from application.declaration.errors import DeclarationRefused
from application.declaration.execute_plan import Done, Outcome, execute_plan
from application.declaration.plan import Plan, Planner, PlanOptions
from application.declaration.resources import Declaration, ExistingResource
from domain.key_patterns import has_key_form
from entrypoints.cli.output import MISUSED, REFUSED, print_error, print_json, say, visible
from entrypoints.cli.plan_output import done_line, failure_lines, outcome_document, plan_document, plan_lines
from entrypoints.cli.service_access import ServiceAccess
from entrypoints.declaration.container import organization, secret_hint
from entrypoints.declaration.yaml_documents import LARGEST, UnreadableYaml, YamlDocument, read_yaml
from entrypoints.settings import WrongSettings
from entrypoints.stop_signal import SIGNALS, StopSignal, stop_signals

CHANGES: Final = 3
"""The exit code of --plan where there is something to change."""

_MOST_LINES: Final = 20

Organization = Annotated[
    str | None, typer.Option("--org", help="Id of the organization; by default that of the token.")
]
Url = Annotated[
    str | None, typer.Option("--url", help="Address of the service; by default MODELBOOK_API_URL, or this machine.")
]
PlanOnly = Annotated[bool, typer.Option("--plan", help="Only show the plan; the exit code is 3 if it has changes.")]
Yes = Annotated[bool, typer.Option("--yes", help="Apply the plan without asking for confirmation.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the plan and what was done as JSON.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class HowToApply:
    """What was requested on the command line."""

    is_plan_only: bool
    is_agreed: bool
    as_json: bool
    options: PlanOptions = field(default_factory=PlanOptions)

    def check(self) -> None:
        """Refuse where nobody can confirm the plan.

        Raises:
            WrongSettings: it could not.
        """
        if self.is_plan_only or self.is_agreed:
            return
        if self.as_json or not sys.stdin.isatty():
            raise WrongSettings(["Nobody can confirm the plan here: use --yes to apply it, or --plan to only show it."])


def read_file(path: Path) -> YamlDocument:
    """Return the YAML in the file.

    Raises:
        UnreadableYaml: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return read_yaml(file.read(LARGEST + 1))
    except OSError as error:
        raise UnreadableYaml(f"The file cannot be read: {error.strerror}") from None


def _without_keys(pointer: str) -> str:
    """Return the pointer without names that have the form of a key: `apiKey: {sk-…}` makes a name of it."""
    return "/".join("…" if has_key_form(part) else part for part in pointer.split("/"))


@contextmanager
def file_errors(path: Path, document: YamlDocument | None, *, as_json: bool) -> Iterator[None]:
    """Turn what is wrong with a file into lines with the place in it, and exit code 2."""
    try:
        yield
    except UnreadableYaml as error:
        place = "" if error.position is None else f"{error.position.line}:{error.position.column}:"
        print_error("wrong-file", [f"{path}:{place} {error}."], as_json=as_json)
        raise typer.Exit(MISUSED) from None
    except DeclarationRefused as error:
        lines = []
        for finding in error.findings[:_MOST_LINES]:
            position = None if document is None else document.position(finding.place)
            place = "" if position is None else f"{position.line}:{position.column}:"
            lines.append(f"{path}:{place} {_without_keys(finding.place)} {finding.message}.")
        if len(error.findings) > _MOST_LINES:
            lines.append(f"{path}: {len(error.findings) - _MOST_LINES} more places are not right.")
        print_error("wrong-file", lines, as_json=as_json)
        raise typer.Exit(MISUSED) from None


def applied(
    access: ServiceAccess, declaration: Declaration, how: HowToApply, more: dict[str, Any] | None = None
) -> None:
    """Plan, confirm, execute and report; `more` is added to the plan in JSON.

    Raises:
        DeclarationRefused: the organization and the declaration do not fit together.
        DeclarationError: the service cannot be reached, or refuses to be read.
    """
    how.check()
    plan, present = uvloop.run(_planned(access, declaration, how.options))
    if not how.as_json:
        say(f"{access.name}:")
        for line in plan_lines(plan):
            typer.echo(visible(line))
    outcome = None
    if plan.changes and not how.is_plan_only and (how.is_agreed or typer.confirm("Make these changes?", err=True)):
        with stop_signals() as stop:
            outcome = uvloop.run(_execute(access, plan, present, stop, as_json=how.as_json))
    if how.as_json:
        document = {**(more or {}), "url": access.url, "organizationId": access.organization_id}
        executed = {} if outcome is None else outcome_document(outcome)
        print_json(document | {"plan": plan_document(plan)} | executed)
    if outcome is None:
        if plan.changes:
            raise typer.Exit(CHANGES if how.is_plan_only else REFUSED)
    elif outcome.error is not None:
        print_error(outcome.error.code, list(failure_lines(outcome)), as_json=how.as_json)
        raise typer.Exit(REFUSED)


async def _planned(
    access: ServiceAccess, declaration: Declaration, options: PlanOptions
) -> tuple[Plan, Sequence[ExistingResource]]:
    async with organization(access.url, access.token) as service:
        await service.check(access.organization_id)
        types, present = await service.provider_types(), await service.resources()
        planner = Planner(present, types=types, now=datetime.now(UTC), shown=secret_hint, options=options)
        return planner.plan(declaration), present


async def _execute(
    access: ServiceAccess, plan: Plan, present: Sequence[ExistingResource], stop: StopSignal, *, as_json: bool
) -> Outcome:
    """Carry the plan out; a signal ends it after the change that is under way, and another one at once."""
    async with organization(access.url, access.token) as service:
        report = _kept if as_json else _print_done
        carrying = asyncio.ensure_future(
            execute_plan(plan, present, service, report=report, is_stopped=lambda: stop.has_arrived)
        )

        def stop_on_signal(number: int) -> None:
            if not (stop.has_arrived or as_json):
                say("Stopping after the current change; interrupt again to stop at once.")
            stop.note(number)
            if stop.is_urgent:
                carrying.cancel()

        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, stop_on_signal, number)
        return await carrying


def _print_done(done: Done) -> None:
    """Print it at once: whatever the outcome of the rest, a secret that nobody has seen is lost."""
    typer.echo(visible(done_line(done)))
    sys.stdout.flush()


def _kept(done: Done) -> None:
    """Leave it to the document at the end."""
    del done
