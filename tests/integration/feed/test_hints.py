"""Hints are few, and nobody depends on them."""

from collections import Counter
from itertools import takewhile
from uuid import UUID, uuid4

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
