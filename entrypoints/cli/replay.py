"""`modelbook replay`."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import orjson
import typer
import uvloop

from application.caller import Caller, acting_as
from application.errors import NotFound
from application.queries.resource_as_of import AtRevision, AtTime, Moment
from application.queries.resource_history import HistoryEntry, Kind
from entrypoints.auditing.audit_trail import auditing_of
from entrypoints.auditing.container import Auditing, admin_raw_events, small_ledger
from entrypoints.cli.arguments import identifier, moment, organization
from entrypoints.cli.output import clear_errors, print_json, say
from entrypoints.http.answers.audit import HistoryEvent
from entrypoints.http.json_responses import json_bytes
from entrypoints.http.views.audit import history_event
from entrypoints.runtime import Runtime, prepared
from entrypoints.settings import WrongSettings, load_settings

_LONGEST = 100


def replay(
    kind: Annotated[str, typer.Argument(help="provider or model.")],
    id_text: Annotated[str, typer.Argument(metavar="ID", help="Id of the provider or model.")],
    org: Annotated[str | None, typer.Option(help="Id of its organization. Without it the log is searched.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Only until this time, such as 2026-01-31T12:00:00Z.")] = None,
    until: Annotated[int | None, typer.Option(min=1, help="Only until this revision.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print events and outcome as JSON.")] = False,
) -> None:
    """Show the history of a provider or a model from the log: who changed what, when and why, and the result.

    Removed providers and models have a history too.
    """
    with clear_errors(as_json=as_json):
        if as_of is not None and until is not None:
            raise WrongSettings(["--as-of and --until cannot be combined. Give one of them."])
        resource_kind = _kind(kind)
        time = None if as_of is None else moment(as_of, "--as-of")
        resource_id, organization_id = identifier(id_text, "ID"), organization(org)
        with prepared(load_settings(), say) as runtime:
            owner = organization_id or uvloop.run(_owner(runtime, resource_kind, resource_id))
            caller = Caller(organization_id=owner, actor="command-line", command_id=uuid4(), correlation_id="replay")
            with acting_as(caller):
                story, outcome = uvloop.run(_history_of(runtime, resource_kind, resource_id, time, until))
        events = [history_event(entry) for entry in story]
        if as_json:
            print_json(orjson.loads(json_bytes({"events": events, "outcome": outcome})))
        else:
            _print(resource_kind, events, outcome)


def _kind(text: str) -> Kind:
    if text == "provider":
        return "provider"
    if text == "model":
        return "model"
    raise WrongSettings([f"{text} is not a kind of resource. Use provider or model."])


async def _owner(runtime: Runtime, kind: Kind, resource_id: UUID) -> UUID:
    auditing = auditing_of(runtime)
    async with auditing.admin_pool():
        owner = await admin_raw_events(auditing).owner(resource_id)
    if owner is None:
        raise NotFound(f"There is no {kind} with this id in the log of any organization.")
    return owner


async def _history_of(
    runtime: Runtime, kind: Kind, resource_id: UUID, time: datetime | None, until: int | None
) -> tuple[Sequence[HistoryEntry], dict[str, Any] | None]:
    async with _reading(runtime) as auditing:
        entries = [
            history_entry
            for history_entry in reversed((await auditing.history()(kind, resource_id)).entries)
            if (time is None or history_entry.entry.recorded_at <= time)
            and (until is None or history_entry.entry.revision <= until)
        ]
        at: Moment = AtRevision(entries[-1].entry.revision) if entries else AtTime(time) if time else AtRevision(1)
        ask = auditing.provider_as_of() if kind == "provider" else auditing.model_as_of()
        try:
            outcome: dict[str, Any] = orjson.loads((await ask(resource_id, at)).json)
        except NotFound as error:
            if not entries:
                raise
            say(error.message)
            return entries, None
        return entries, outcome


@asynccontextmanager
async def _reading(runtime: Runtime) -> AsyncIterator[Auditing]:
    with small_ledger(runtime.database_url) as rows:
        auditing = auditing_of(runtime, rows=rows)
        async with auditing.pool():
            yield auditing


def _print(kind: Kind, events: Sequence[HistoryEvent], outcome: dict[str, Any] | None) -> None:
    for event in events:
        at = event.at.isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "Z")
        typer.echo(f"{event.revision:>4}  {at}  {event.type}  by {event.actor}")
        if event.reason is not None:
            typer.echo(f"      because: {event.reason}")
        for change in event.changes:
            for field, before, after in _parts(change.field, change.before, change.after):
                typer.echo(f"      {field}: {_shown(before)} -> {_shown(after)}")
    if outcome is not None:
        typer.echo(f"\nThe {kind} after revision {outcome['revision']}:")
        for field, value in outcome.items():
            typer.echo(f"  {field}: {_shown(value)}")


def _parts(field: str, before: object, after: object) -> Iterator[tuple[str, object, object]]:
    """Yield what differs: of two objects their entries, for a person does not look for them among those that stayed."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield field, before, after
        return
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield f"{field}.{name}", before.get(name), after.get(name)


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    text = json_bytes(value).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
