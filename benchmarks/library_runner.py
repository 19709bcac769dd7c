"""The library's ProjectionRunner on a Postgres view: one transaction an event, as it is documented."""

import json
import time
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

from benchmarks.environment import Database

_FACTS: Final = {
    "capabilities": ["text", "function_calling", "streaming"],
    "config": {"temperature": 0.7},
    "max_tokens": 16384,
}
_RENAMES: Final = 4
_BATCH: Final = 100


class Thing(Aggregate):
    """Five events a row, as in the other log."""

    class Registered(Aggregate.Created):
        name: str
        facts: dict[str, Any]

    class Renamed(Aggregate.Event):
        name: str

    @event(Registered)
    def __init__(self, name: str, facts: dict[str, Any]) -> None:
        self.name = name
        self.facts = facts

    @event(Renamed)
    def rename(self, name: str) -> None:
        self.name = name


class Things(Application[UUID]):
    """The library's application with its own recorder."""

    name = "things"


class ThingRows(PostgresTrackingRecorder):
    """The library's tracking recorder with a table of rows."""

    def __init__(self, datastore: PostgresDatastore, **settings: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(datastore, **settings)
        statement = SQL("CREATE TABLE IF NOT EXISTS thing_rows (id uuid PRIMARY KEY, name text, facts jsonb)")
        self.sql_create_statements.append(statement.format())

    def change(self, statement: LiteralString, parameters: tuple[object, ...], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(statement, parameters, prepare=True)
            self._insert_tracking(cursor, tracking)


class ThingProjection(Projection[ThingRows]):
    """The library's projection."""

    name = "thingrows"

    def process_event(self, domain_event: object, tracking: Tracking) -> None:
        if isinstance(domain_event, Thing.Registered):
            values = (domain_event.originator_id, domain_event.name, json.dumps(domain_event.facts))
            self.view.change("INSERT INTO thing_rows VALUES (%s, %s, %s)", values, tracking)
        elif isinstance(domain_event, Thing.Renamed):
            renamed = (domain_event.name, domain_event.originator_id)
            self.view.change("UPDATE thing_rows SET name = %s WHERE id = %s", renamed, tracking)


def library_rate(data: Database, events: int = 10_000) -> float:
    """Return how many events a second the runner projects."""
    with psycopg.connect(data.owner_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE library_projection")
    parts: dict[str, Any] = conninfo_to_dict(data.owner_url)
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": "library_projection",
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port", "5432")),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": "",
    }
    application = Things(environment)
    things = []
    for number in range(events // (_RENAMES + 1)):
        thing = Thing(f"Model {number}", _FACTS)
        for renaming in range(_RENAMES):
            thing.rename(f"Model {number}, {renaming}")
        things.append(thing)
        if len(things) == _BATCH:
            application.save(*things)
            things.clear()
    last = application.recorder.max_notification_id()
    started = time.perf_counter()
    with ProjectionRunner(
        application_class=Things, projection_class=ThingProjection, view_class=ThingRows, env=environment
    ) as runner:
        runner.wait(last, timeout=120)
        return events / (time.perf_counter() - started)
