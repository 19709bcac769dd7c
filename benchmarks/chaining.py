"""What the hash chain costs of an append: the same appends where the database computes no hash, in turn."""

import time
from collections.abc import Callable
from statistics import median
from typing import Final
from uuid import UUID, uuid4

import psycopg
from psycopg.sql import SQL

from adapters.event_store.inline_projections import projected
from adapters.event_store.recorder import LedgerRecorder
from adapters.postgres.connection_pools import writing_pool
from benchmarks.environment import Database
from benchmarks.report import Report
from benchmarks.stories import append, model_events, nobody, provider_event

_ROUNDS: Final = 8
_SECONDS: Final = 1.0
_BATCH: Final = 100
_DEFINITION: Final = (
    "SELECT pg_get_functiondef(oid), pg_get_function_arguments(oid) FROM pg_proc WHERE proname = 'linked_hash'"
)
_NO_HASH: Final = (
    "CREATE OR REPLACE FUNCTION linked_hash({}) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE RETURN previous_hash"
)


def measure_chaining(data: Database, report: Report) -> None:
    """Measure the time of an append, of one event and of a hundred, with the chain and without it."""
    for count, unit in ((1, "one event"), (_BATCH, f"{_BATCH} events")):
        with_chain, without = _milliseconds(data, count)
        report.add(f"append of {unit}, chained", with_chain, "ms", reference=("not chained", without))
        report.add(f"append of {unit}: part of the chain", 100 * (with_chain - without) / with_chain, "%")


def _milliseconds(data: Database, count: int) -> tuple[float, float]:
    """Return what an append takes with and without the chain: medians of rounds that take turns."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    with psycopg.connect(data.owner_url, autocommit=True) as owner:
        row = owner.execute(_DEFINITION).fetchone()
        assert row is not None
        chained, unchained = row[0], SQL(_NO_HASH).format(SQL(row[1])).as_string()
        for number in range(2 * _ROUNDS):
            is_chained = number % 2 == 0
            owner.execute((chained if is_chained else unchained).encode())
            taken[is_chained].append(_round(data, count))
        owner.execute(chained.encode())
    return median(taken[True]), median(taken[False])


def _round(data: Database, count: int) -> float:
    """Return the median of the milliseconds that appends of so many events take one client."""
    with writing_pool(data.app_url, size=1) as pool:
        recorder = LedgerRecorder(pool, scope=nobody, projector=projected)
        organization_id, provider_id = uuid4(), uuid4()
        recorder.insert_events([provider_event(provider_id)], append=append(organization_id))
        return 1000 * _median_seconds(lambda: _write(recorder, organization_id, provider_id, count))


def _write(recorder: LedgerRecorder, organization_id: UUID, provider_id: UUID, count: int) -> None:
    events = [model_events(provider_id)[0] for _ in range(count)]
    recorder.insert_events(events, append=append(organization_id))


def _median_seconds(work: Callable[[], None]) -> float:
    taken = []
    end = time.perf_counter() + _SECONDS
    while (begun := time.perf_counter()) < end:
        work()
        taken.append(time.perf_counter() - begun)
    return median(taken[len(taken) // 10 :])
