"""Runs statements that see one organization only."""

import asyncio
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.sql import Composed

from adapters.database_errors import reachable
from adapters.postgres.connection_pools import AnyPool
from application.caller import current_caller
from application.run_in_thread import release_after, rest_after_much
from application.turns import Turns

Statement = bytes | Composed

LONG_PATIENCE_SECONDS: Final = 30.0
"""For statements that may themselves take seconds."""

PATIENCE_SECONDS: Final = 8.0
# A server that is well ends a statement sooner (roles.sql). One that has stopped, with its connections open, ends none.
_LONGEST_SECONDS: Final = 30.0
# What they are made into Python's values in is some 2 ms, in which the event loop does nothing else.
_ROWS_AT_ONCE: Final = 50
# Of each second. What a person looks at takes less.
_UNRESTED_SECONDS: Final = 0.05
_SCOPE: Final = b"SELECT set_config('app.organization_id', %s, true)"


class Tenant:
    """Runs statements for the current caller's organization, each group of them in one round trip.

    On an autocommit connection a pipeline is one implicit transaction, and the setting lasts as long as it.
    """

    def __init__(
        self,
        pool: AnyPool,
        *,
        at_once: int | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
        rests: bool = False,
    ) -> None:
        """An organization has at most so many of the connections, by default all but one, which is left for the others.

        More of its statements wait, for so long at most. Where it `rests`, those of an organization that has had more
        than 50 ms of a second also wait after each group of statements, four times as long as that took, while the
        process works for other organizations too: the database has its processors for them.
        """
        self._pool = pool
        self._rests = rests
        self._turns = Turns(at_once or max(pool.max_size - 1, 1), patience_seconds=patience_seconds)

    async def ping(self) -> None:
        """Check that the database answers.

        Raises:
            Unavailable: it does not answer.
        """
        with reachable():
            async with self._pool.connection() as connection:
                await connection.execute(b"SELECT 1")

    async def rows(self, statement: Statement, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return the rows of one statement. It gets the parameter `organization_id`.

        Raises:
            Unavailable: the database cannot be reached.
        """
        return (await self.results((statement, parameters)))[0]

    async def results(self, *statements: tuple[Statement, Mapping[str, Any]]) -> list[list[tuple[Any, ...]]]:
        """Return the rows of each statement, all run in one transaction and one round trip.

        Raises:
            Unavailable: the database cannot be reached.
        """
        organization_id = current_caller().organization_id
        turn, rest = self._turns.of(organization_id), 0.0
        with reachable():
            await turn.acquire()
            try:
                async with self._pool.connection() as connection:
                    started = perf_counter()
                    try:
                        return await _results(connection, organization_id, statements)
                    finally:
                        if self._rests:
                            rest = rest_after_much(organization_id, turn, started, _UNRESTED_SECONDS)
            finally:
                release_after(turn, rest)


async def _results(
    connection: psycopg.AsyncConnection[tuple[Any, ...]],
    organization_id: UUID,
    statements: Sequence[tuple[Statement, Mapping[str, Any]]],
) -> list[list[tuple[Any, ...]]]:
    with _answered_in_time(connection):
        async with connection.pipeline():
            await connection.execute(_SCOPE, (str(organization_id),), prepare=True)
            cursors = [
                await connection.execute(
                    statement, {**parameters, "organization_id": organization_id}, prepare=True, binary=True
                )
                for statement, parameters in statements
            ]
    return [await _fetched(cursor) for cursor in cursors]


@contextmanager
def _answered_in_time(connection: psycopg.AsyncConnection[Any]) -> Iterator[None]:
    """Cut the connection when the server has not answered for long, which is an error as on any that is lost.

    To cancel the statement takes such a server another ten seconds.
    """
    cutting = asyncio.get_running_loop().call_later(_LONGEST_SECONDS, _cut, connection)
    try:
        yield
    finally:
        cutting.cancel()


def _cut(connection: psycopg.AsyncConnection[Any]) -> None:
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


async def _fetched(cursor: psycopg.AsyncCursor[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    if not cursor.description:
        return []
    rows = await cursor.fetchmany(_ROWS_AT_ONCE)
    while len(rows) < cursor.rowcount:
        await asyncio.sleep(0)
        rows += await cursor.fetchmany(_ROWS_AT_ONCE)
    return rows
