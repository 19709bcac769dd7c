"""The pages of the documentation that follow from the code."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import typer
from eventsourcing.domain import AggregateCreated
from typer.main import get_command

from application.projections.project_event import TOPICS
from domain.access_key.aggregate import AccessKey
from domain.member.aggregate import Member
from domain.model.aggregate import Model
from domain.organization.aggregate import Organization
from domain.provider.aggregate import Provider
from domain.root import Root
from domain.webhook.aggregate import Webhook
from entrypoints.cli.main import app
from entrypoints.http.documentation.openapi import openapi_document
from entrypoints.settings_reference import settings_reference
from modelbook import __version__
from tests.product_routes import product_routes

DOCS: Final = Path(__file__).parents[2] / "docs"

_WRITTEN: Final = "`make reference` writes this page from the code, and a test keeps it equal."
_AGGREGATES: Final[dict[str, type[Root]]] = {
    "Organization": Organization,
    "Provider": Provider,
    "Model": Model,
    "Access key": AccessKey,
    "Webhook": Webhook,
    "Member": Member,
}


def api() -> str:
    """Return a page with each route, who may use it, and what it does."""
    document = _document()
    by_tag: dict[str, list[str]] = {tag["name"]: [] for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            row = f"| `{method.upper()} {path}` | {operation['x-access']} | {_cell(operation['summary'])} |\n"
            by_tag[operation["tags"][0]].append(row)
    tables = (
        f"\n## {tag[:1].upper()}{tag[1:]}\n\n| route | for | what it does |\n|---|---|---|\n{''.join(rows)}"
        for tag, rows in by_tag.items()
    )
    return f"""\
# API

Every route. {_WRITTEN}

A running service shows each with its fields, answers and problems at `/api/docs`, and describes itself at
`/api/docs/openapi.json` (OpenAPI 3.1). What a refusal means is in [errors](errors.md).
{"".join(tables)}"""


def errors() -> str:
    """Return a page with each kind of problem, its statuses, and what it means."""
    rows = (
        f"| `{kind['code']}` | {', '.join(map(str, kind['statuses']))} | {_cell(kind['meaning'])} |\n"
        for kind in _document()["x-problems"]
    )
    return f"""\
# Errors

Every `code` of a problem (RFC 9457, `application/problem+json`) under `/api` and `/auth`.
{_WRITTEN}

A program decides by `code`; `detail` is for people, and `errors` points at each part of the request that is not
allowed. `requestId` is the one in the service's log. The routes under `/v1` answer with errors as their clients know
them.

| code | status | what it means |
|---|---|---|
{"".join(rows)}"""


def events() -> str:
    """Return a page with each type of event and the fields of its newest version."""
    listed = {title: dict(_fields_of(aggregate)) for title, aggregate in _AGGREGATES.items()}
    assert {topic for topics in listed.values() for topic in topics} == TOPICS
    tables = (
        f"\n## {title}\n\n| topic | fields |\n|---|---|\n"
        + "".join(f"| `{topic}` | {fields} |\n" for topic, fields in topics.items())
        for title, topics in listed.items()
    )
    return f"""\
# Events

Every type of event that a log can hold, with its fields: what `facts` has of it in the [audit](audit.md), in the feed
`GET /api/ai/events` and in [webhooks](webhooks.md).
{_WRITTEN}

Topics and fields are permanent. Besides them each event has its position in the organization, its hash, when it
happened, who caused it (`actor`), in which request, and the reason that was given, if any.
{"".join(tables)}"""


def commands() -> str:
    """Return a page with each command, its arguments and its options."""
    group: Any = get_command(app)
    sections = "".join(_command(each, path) for path, each in _walk(group, "modelbook"))
    return f"""\
# Command line

Every command of `modelbook`. {_WRITTEN}

`modelbook COMMAND --help` shows the same. What a command works on is decided by the [settings](settings.md) in its
environment. Errors are one line; the exit code is 1 where something failed, and 2 where the command was called wrongly.
{sections}"""


def _walk(command: Any, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - Typer's own type for it is private
    context = typer.Context(command, info_name=path)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        if hasattr(found, "list_commands"):
            yield from _walk(found, f"{path} {name}")
        else:
            yield f"{path} {name}", found


def _command(command: Any, path: str) -> str:  # noqa: ANN401 - as above
    context = typer.Context(command, info_name=path)
    records = [parameter.get_help_record(context) for parameter in command.params]
    rows = "".join(f"| `{called}` | {_cell(text)} |\n" for called, text in records)
    text = "\n\n".join(" ".join(paragraph.split()) for paragraph in (command.help or "").split("\n\n"))
    return f"\n## {path}\n\n{text}\n\n" + (f"| | |\n|---|---|\n{rows}" if rows else "")


def _fields_of(aggregate: type[Root]) -> Iterator[tuple[str, str]]:
    for kind in vars(aggregate).values():
        topic: str | None = getattr(kind, "TOPIC", None)
        if topic in TOPICS:
            yield topic, ", ".join(f"`{name}`" for name in _fields(kind))


def _fields(kind: type[Root.Event]) -> list[str]:
    """Return the fields that the event has beside those of all events."""
    beginning = (*Root.Event.__mro__, *AggregateCreated.__mro__)
    common = {name for above in beginning for name in vars(above).get("__annotations__", {})}
    named = [name for above in reversed(kind.__mro__) for name in vars(above).get("__annotations__", {})]
    return [name for name in dict.fromkeys(named) if name not in common and name.islower()]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


@cache
def _document() -> Mapping[str, Any]:
    return openapi_document(product_routes(), version=__version__)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "api.md": api,
    "commands.md": commands,
    "errors.md": errors,
    "events.md": events,
    "settings.md": settings_reference,
}
"""What makes each page, by the name of its file."""
