"""Runs statements that see one organization only."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from adapters.database_errors import reachable
from application.caller import current_caller
from application.errors import Unavailable
from application.turns import Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    import psycopg
    from psycopg.sql import Composed

    from adapters.postgres.connection_pools import AnyPool

    Statement = bytes | Composed

LONG_PATIENCE_SECONDS: Final = 30.0
"""For statements that may themselves take seconds."""

_PATIENCE_SECONDS: Final = 8.0
# A server that is well ends a statement sooner (roles.sql). One that has stopped, with its connections open, ends none.
_LONGEST_SECONDS: Final = 30.0
# What they are made into Python's values in is some 2 ms, in which the event loop does nothing else.
_ROWS_AT_ONCE: Final = 50
_SCOPE: Final = b"SELECT set_config('app.organization_id', %s, true)"


class Tenant:
    """Runs statements for the current caller's organization, each group of them in one round trip.

    On an autocommit connection a pipeline is one implicit transaction, and the setting lasts as long as it.
    """

    def __init__(
        self, pool: AnyPool, *, at_once: int | None = None, patience_seconds: float = _PATIENCE_SECONDS
    ) -> None:
        """An organization has at most so many of the connections, by default all but one, which is left for the others.

        More of its statements wait, for so long at most.
        """
        self._pool = pool
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
        with reachable():
            async with self._turns.of(organization_id), self._pool.connection() as connection:
                async with _answer_in_time(), connection.pipeline():
                    await connection.execute(_SCOPE, (str(organization_id),), prepare=True)
                    cursors = [
                        await connection.execute(
                            statement, {**parameters, "organization_id": organization_id}, prepare=True, binary=True
                        )
                        for statement, parameters in statements
                    ]
                return [await _fetched(cursor) for cursor in cursors]


@asynccontextmanager
async def _answer_in_time() -> AsyncIterator[None]:
    """End the block when the server has not answered for long, and its connection with it.

    Raises:
        Unavailable: it has not.
    """
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            yield
    except TimeoutError as error:
        raise Unavailable from error


async def _fetched(cursor: psycopg.AsyncCursor[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    if not cursor.description:
        return []
    rows = await cursor.fetchmany(_ROWS_AT_ONCE)
    while len(rows) < cursor.rowcount:
        await asyncio.sleep(0)
        rows += await cursor.fetchmany(_ROWS_AT_ONCE)
    return rows
