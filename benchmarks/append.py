"""Appends through our recorder, beside the library's default recorder on the same server."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from adapters.event_store.inline import projected
from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.records import Append
from adapters.postgres.pool import writing_pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventsourcing.persistence import ApplicationRecorder

    from benchmarks.environment import Database
    from benchmarks.report import Report

_SECONDS: Final = 3.0
_STATE: Final = (
    b'{"capabilities":["text"],"config":{},"context_window":128000,"input_per_1k":"0.0025","is_enabled":true,'
)
_BATCH: Final = 100


def measure_append(data: Database, report: Report) -> None:
    """Measure commands a second at 1 and 8 clients, and events a second in batches of 100."""
    library = _library_recorder(data)
    with writing_pool(data.app_url, size=8) as pool:
        ours = LedgerRecorder(pool, scope=_nobody, projector=projected)
        organizations = [_organization_with_provider(ours) for _ in range(8)]
        for clients in (1, 8):
            reference = _rate(library, _plain_events, clients)
            measured = _rate(ours, lambda number: _model_events(organizations[number]), clients, organizations)
            report.add(
                f"append, {clients} clients", measured, "commands/s", reference=("library's recorder", reference)
            )
        reference = _BATCH * _rate(library, lambda _: _plain_batch(), 1)
        batch = _BATCH * _rate(ours, lambda number: _model_batch(organizations[number]), 1, organizations)
        report.add("append in batches of 100", batch, "events/s", reference=("library's recorder", reference))


def _nobody() -> Append:
    raise LookupError("every append of a benchmark names its organization")


def _rate(
    recorder: ApplicationRecorder,
    make_events: Callable[[int], list[StoredEvent]],
    clients: int,
    organizations: list[tuple[UUID, UUID]] | None = None,
) -> float:
    deadline = time.perf_counter() + _SECONDS

    def write(number: int) -> int:
        count = 0
        while time.perf_counter() < deadline:
            events = make_events(number)
            if organizations is None:
                recorder.insert_events(events)
            else:
                recorder.insert_events(events, append=_append(organizations[number][0]))
            count += 1
        return count

    with ThreadPoolExecutor(clients) as executor:
        return sum(executor.map(write, range(clients))) / _SECONDS


def _append(organization_id: UUID) -> Append:
    return Append(organization_id=organization_id, actor="benchmark", command_id=uuid4(), correlation_id="benchmark")


def _organization_with_provider(recorder: LedgerRecorder) -> tuple[UUID, UUID]:
    organization_id, provider_id = uuid4(), uuid4()
    state = (
        b'{"name":"OpenAI","provider_type":"openai","endpoint":"https://api.openai.com/v1","settings":{},'
        b'"origin":"https://api.openai.com:443","is_enabled":true,"credential_version":0,"credential_hint":null,'
        b'"originator_topic":"provider"}'
    )
    recorder.insert_events([StoredEvent(provider_id, 1, "provider.registered", state)], append=_append(organization_id))
    return organization_id, provider_id


def _model_events(organization: tuple[UUID, UUID]) -> list[StoredEvent]:
    model_id = uuid4()
    state = (
        _STATE
        + (
            f'"lifecycle":null,"max_tokens":16384,"model_id":"{model_id}","name":"gpt-4o","originator_topic":"model","output_per_1k":"0.01",'
            f'"price_as_of":null,"price_source":"manual","provider_id":"{organization[1]}","retires_on":null,"sources":{{}},'
            '"type":"multimodal","version":null}'
        ).encode()
    )
    return [StoredEvent(model_id, 1, "model.registered", state)]


def _model_batch(organization: tuple[UUID, UUID]) -> list[StoredEvent]:
    return [event for _ in range(_BATCH) for event in _model_events(organization)]


def _plain_events(_: int) -> list[StoredEvent]:
    return [StoredEvent(uuid4(), 1, "model.registered", _STATE * 3)]


def _plain_batch() -> list[StoredEvent]:
    return [StoredEvent(uuid4(), 1, "model.registered", _STATE * 3) for _ in range(_BATCH)]


def _library_recorder(data: Database) -> PostgresApplicationRecorder:
    with psycopg.connect(data.owner_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE library")
    parts: dict[str, Any] = conninfo_to_dict(data.owner_url)
    datastore = PostgresDatastore(
        dbname="library",
        host=str(parts["host"]),
        port=str(parts.get("port", "5432")),
        user=str(parts["user"]),
        password="",
        pool_size=8,
        max_overflow=0,
    )
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    return recorder
