"""The servers that other tests trust behave as those tests suppose."""

from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from tests.postgres_server import PostgresServer


def _ask(uri: str, question: LiteralString) -> object:
    with psycopg.connect(uri) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def test_the_shared_server_does_not_wait_for_the_disk(postgres_server: str) -> None:
    assert _ask(postgres_server, "SHOW fsync") == "off"


def test_a_started_server_is_durable(start_postgres: Callable[[], PostgresServer]) -> None:
    server = start_postgres()
    assert _ask(server.uri, "SHOW fsync") == "on"
    assert _ask(server.uri, "SHOW synchronous_commit") == "on"


def test_a_killed_server_drops_its_connections_and_keeps_what_was_committed(
    start_postgres: Callable[[], PostgresServer],
) -> None:
    server = start_postgres()
    with psycopg.connect(server.uri, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (42)")
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.uri)
    server.start()
    assert _ask(server.uri, "SELECT n FROM kept") == 42


def test_a_server_leaves_nothing_behind() -> None:
    with PostgresServer() as server:
        directory = Path(str(_ask(server.uri, "SHOW data_directory")))
        assert directory.exists()
    assert not directory.parent.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.uri)
