"""What holds for the connections of every pool."""

import pytest

from adapters.postgres.connection_pools import (
    AnyPool,
    AnyThreadPool,
    administrators_pool,
    long_reading_pool,
    reading_pool,
    replica_pool,
    writing_pool,
)

URL = "postgresql://nobody@127.0.0.1:1/none"


def all_pools() -> list[AnyPool | AnyThreadPool]:
    return [
        reading_pool(URL),
        long_reading_pool(URL),
        replica_pool(URL, size=2),
        administrators_pool(URL, size=1, application_name="test"),
        writing_pool(URL),
    ]


@pytest.mark.parametrize("kind", range(5))
async def test_a_host_that_is_gone_without_a_word_is_noticed_within_some_ten_seconds(kind: int) -> None:
    given = all_pools()[kind].kwargs
    assert isinstance(given, dict)
    assert given["keepalives_idle"] + given["keepalives_interval"] * given["keepalives_count"] <= 12
    assert (given["tcp_user_timeout"], given["connect_timeout"]) == (10_000, 5)
