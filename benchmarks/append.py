"""Appends through our recorder, rows and hints included, beside the library's default recorder on the same server."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from adapters.event_store.inline_projections import projected
from adapters.event_store.log_records import Append
from adapters.event_store.recorder import LedgerRecorder
from adapters.postgres.connection_pools import reading_pool, writing_pool
from adapters.postgres.log_growth_hints import PostgresHints
from benchmarks.environment import Database, database
from benchmarks.report import Report
from benchmarks.slow_disk import compiler

_CLIENTS: Final = (1, 8, 32)
_SECONDS: Final = 1.5
_ROUNDS: Final = 4
_STATE: Final = (
    b'{"capabilities":["text"],"config":{},"context_window":128000,"input_per_1k":"0.0025","is_enabled":true,'
)
_BATCH: Final = 100


def measure_append(data: Database, report: Report) -> None:
    """Measure commands a second at 1, 8 and 32 clients, and events a second in batches of 100; then on a slow disk."""
    _measure(data, report, "")
    if compiler() is None:
        report.add("append on a disk of 1 ms: there is no C compiler", 0, "commands/s")
        return
    with database(is_slow=True) as slow:
        _measure(slow, report, ", disk of 1 ms")


def _measure(data: Database, report: Report, where: str) -> None:
    library = _library_recorder(data)
    with writing_pool(data.app_url, size=max(_CLIENTS)) as pool, _hinting(data) as hint:
        ours = LedgerRecorder(pool, scope=_nobody, projector=projected)
        organizations = [_organization_with_provider(ours) for _ in range(max(_CLIENTS))]

        def plain(events: int) -> Callable[[int], None]:
            return lambda _: _ignored(library.insert_events(_plain_events(events)))

        def whole(events: int) -> Callable[[int], None]:
            def write(number: int) -> None:
                organization = organizations[number]
                ours.insert_events(_model_events(organization, events), append=_append(organization[0]))
                hint(organization[0])

            return write

        for clients in _CLIENTS:
            reference, measured = _rates(plain(1), whole(1), clients)
            known = ("library's recorder", reference)
            report.add(f"append, {clients} clients{where}", measured, "commands/s", reference=known)
        reference, measured = _rates(plain(_BATCH), whole(_BATCH), 1)
        known = ("library's recorder", _BATCH * reference)
        report.add(f"append in batches of 100{where}", _BATCH * measured, "events/s", reference=known)


def _nobody() -> Append:
    raise LookupError("every append of a benchmark names its organization")


def _ignored(_: object) -> None:
    """Do nothing."""


def _rates(reference: Callable[[int], None], measured: Callable[[int], None], clients: int) -> tuple[float, float]:
    """Return calls a second of both, measured in turns."""
    counts = [0, 0]
    with ThreadPoolExecutor(clients) as executor:
        for turn in range(-2, 2 * _ROUNDS):
            deadline = time.perf_counter() + _SECONDS
            write = (reference, measured)[turn % 2]
            count = sum(
                executor.map(
                    lambda number, write=write, deadline=deadline: _calls(write, number, deadline), range(clients)
                )
            )
            # The first turn of each makes connections and fills caches.
            counts[turn % 2] += count if turn >= 0 else 0
    return counts[0] / _ROUNDS / _SECONDS, counts[1] / _ROUNDS / _SECONDS


def _calls(write: Callable[[int], None], number: int, deadline: float) -> int:
    count = 0
    while time.perf_counter() < deadline:
        write(number)
        count += 1
    return count


@contextmanager
def _hinting(data: Database) -> Iterator[Callable[[UUID], None]]:
    """Give what hints that an organization's log has grown, as the service does after each append."""
    grown: set[UUID] = set()
    is_over = Event()

    async def hint() -> None:
        async with reading_pool(data.app_url, size=1) as pool:
            hints = PostgresHints(pool.connection)
            while not is_over.is_set():
                while grown:
                    hints.grown(grown.pop())
                await asyncio.sleep(0.02)
            await hints.close()

    with ThreadPoolExecutor(1) as executor:
        hinting = executor.submit(asyncio.run, hint())
        try:
            yield grown.add
        finally:
            is_over.set()
            hinting.result()


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


def _model_events(organization: tuple[UUID, UUID], count: int) -> list[StoredEvent]:
    return [_model_event(organization[1]) for _ in range(count)]


def _model_event(provider_id: UUID) -> StoredEvent:
    model_id = uuid4()
    state = (
        _STATE
        + (
            f'"lifecycle":null,"max_tokens":16384,"model_id":"{model_id}","name":"gpt-4o","originator_topic":"model",'
            f'"output_per_1k":"0.01","price_as_of":null,"price_source":"manual","provider_id":"{provider_id}",'
            '"retires_on":null,"sources":{},"type":"multimodal","version":null}'
        ).encode()
    )
    return StoredEvent(model_id, 1, "model.registered", state)


def _plain_events(count: int) -> list[StoredEvent]:
    return [StoredEvent(uuid4(), 1, "model.registered", _STATE * 3) for _ in range(count)]


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
        pool_size=max(_CLIENTS),
        max_overflow=0,
    )
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    return recorder
