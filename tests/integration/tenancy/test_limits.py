"""No statement of one tenant holds a connection, or the others up, without end."""

from datetime import timedelta

from adapters.postgres.connection_pools import reading_pool, writing_pool
from tests.databases import Database

LIMITS = (
    "SELECT name, setting::int * interval '1 millisecond' FROM pg_settings WHERE name IN"
    " ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')"
)


def assert_limited(rows: list[tuple[str, timedelta]]) -> None:
    assert len(rows) == 3
    for name, limit in rows:
        assert timedelta(0) < limit <= timedelta(seconds=15), name


async def test_every_connection_for_reading_is_limited(database: Database) -> None:
    async with reading_pool(database.app_url) as pool, pool.connection() as connection:
        assert_limited(await (await connection.execute(LIMITS)).fetchall())


def test_every_connection_for_writing_is_limited(database: Database) -> None:
    with writing_pool(database.app_url) as pool, pool.connection() as connection:
        assert_limited(connection.execute(LIMITS).fetchall())
