"""Hints are few, and nobody depends on them."""

from collections import Counter
from itertools import takewhile
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.postgres import log_growth_hints
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.log_growth_hints import PostgresHints
from tests.databases import Connect, Database


async def test_hints_of_many_changes_are_few(hints: PostgresHints, connect: Connect, organization_id: UUID) -> None:
    """At most one of an organization in 20 ms: a thousand changes at once are one or two hints."""
    listener = connect()
    listener.execute("LISTEN modelbook_log")
    other = uuid4()
    for _ in range(1_000):
        hints.grown(organization_id)
        hints.grown(other)
    await hints.close()
    connect().execute("NOTIFY modelbook_log, 'the last one'")
    payloads = (hint.payload for hint in listener.notifies(timeout=30))
    heard = Counter(takewhile(lambda payload: payload != "the last one", payloads))
    assert heard == {str(organization_id): 1, str(other): 1}


async def test_a_hint_that_cannot_be_sent_is_lost_without_a_word(database: Database, organization_id: UUID) -> None:
    pool = reading_pool(database.app_url, size=1)
    hints = PostgresHints(pool.connection)
    async with pool:
        pass
    hints.grown(organization_id)
    await hints.close()


async def test_whoever_writes_all_the_time_delays_nobody_elses_hint(
    hints: PostgresHints, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_growth_hints, "_PAUSE_OF_ONE_SECONDS", 0.3)
    busy, other = uuid4(), uuid4()
    heard: list[UUID] = []
    async with await psycopg.AsyncConnection.connect(database.app_url, autocommit=True) as connection:
        await connection.execute("LISTEN modelbook_log")
        hints.grown(busy)
        async for hint in connection.notifies(timeout=10, stop_after=3):
            heard.append(UUID(hint.payload))
            if len(heard) == 1:
                hints.grown(busy)
                hints.grown(other)
    assert heard == [busy, other, busy]
