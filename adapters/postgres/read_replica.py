"""Reads of lists that a replica answers where it can; the primary does in every other case."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.sql import SQL

from adapters.postgres.connection_pools import ANSWERS_OR_ENDS, AnyPool
from adapters.postgres.tenant_statements import PATIENCE_SECONDS, Statement, Tenant
from adapters.sql import statements
from application.caller import current_caller
from application.errors import Unavailable
from application.read_replica import ReadReplica, ReplicaReading

Query = tuple[Statement, Mapping[str, Any]]
Results = list[list[tuple[Any, ...]]]

_SQL: Final = statements("adapters.postgres", "read_replica.sql")
_POSITION: Final = SQL(_SQL["position"]).format()
# In all 0.3 s: usually a replica is some milliseconds behind.
_PAUSES: Final = (0.01, 0.02, 0.04, 0.08, 0.15)


class ReplicatedTenant(Tenant):
    """Queries the replica if it has what the caller has seen, waiting a little for that, and otherwise the primary.

    Nobody waits for a replica that is lost meanwhile, and no error of it reaches anybody.
    """

    def __init__(
        self,
        pool: AnyPool,
        primary: Tenant,
        replica: ReadReplica,
        *,
        at_once: int | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
        rests: bool = False,
    ) -> None:
        super().__init__(pool, at_once=at_once, patience_seconds=patience_seconds, rests=rests)
        self._primary = primary
        self._replica = replica
        self._queries: set[asyncio.Task[Results | None]] = set()

    async def results(self, *statements: Query) -> Results:
        caller = current_caller()
        if self._replica.may_answer(caller.organization_id, caller.seen_position):
            found = await self._of_replica(statements, caller.seen_position or 0)
            if found is not None:
                self._replica.answered["replica"] += 1
                return found
        self._replica.answered["primary"] += 1
        return await self._primary.results(*statements)

    async def _of_replica(self, asked: tuple[Query, ...], seen_position: int) -> Results | None:
        """Return the results, none if the replica does not have them, or is lost before it has answered."""
        query = asyncio.create_task(self._query(asked, seen_position))
        # A server that has stopped does not receive a cancellation either, so nobody waits for that.
        self._queries.add(query)
        query.add_done_callback(self._queries.discard)
        lost = asyncio.create_task(self._replica.lost.wait())
        try:
            await asyncio.wait({query, lost}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            lost.cancel()
            if not query.done():
                query.cancel()
        return query.result() if query.done() else None

    async def _query(self, asked: tuple[Query, ...], seen_position: int) -> Results | None:
        try:
            # The position comes first: what is read after it is at least as new.
            position, *found = await super().results((_POSITION, {}), *asked)
            if position[0][0] >= seen_position:
                return found
            for pause in _PAUSES:
                await asyncio.sleep(pause)
                [[position_now]] = (await super().results((_POSITION, {})))[0]
                if position_now >= seen_position:
                    return await super().results(*asked)
        except Unavailable as error:
            if _is_loss(error.__cause__):
                self._replica.note_problem("has broken off its connections")
        except psycopg.Error:
            # It may not have a migration yet that the primary has.
            return None
        return None


class PostgresReplicaProbe:
    """Implements `application.read_replica.ReplicaProbe`, over a connection of its own to the replica."""

    def __init__(self, url: str, primary: AnyPool) -> None:
        self._url = url
        self._primary = primary
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def read(self) -> ReplicaReading:
        ours, written = await self._of_primary()
        with _answering():
            if self._connection is None or self._connection.closed:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, application_name="modelbook replica watch", **ANSWERS_OR_ENDS
                )
            row = await (await self._connection.execute(_SQL["replica"])).fetchone()
        if row is None:
            raise Unavailable
        return ReplicaReading(
            is_replica=row[1], is_ours=ours is None or ours == row[0], written=written, replayed=row[2]
        )

    async def close(self) -> None:
        """Close its connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _of_primary(self) -> tuple[int | None, int | None]:
        try:
            with _answering():
                async with self._primary.connection() as connection:
                    row = await (await connection.execute(_SQL["primary"])).fetchone()
        except Unavailable:
            return None, None
        return (None, None) if row is None else (row[0], row[1])


@contextmanager
def _answering() -> Iterator[None]:
    """Translate every error: a server whose position may not be queried counts as unavailable.

    Raises:
        Unavailable: it cannot be reached, or does not report it.
    """
    try:
        yield
    except psycopg.Error as error:
        raise Unavailable from error


def _is_loss(cause: BaseException | None) -> bool:
    """Return whether the connection was lost, or none could be had: no statement was refused, or the server ends."""
    return isinstance(cause, psycopg.OperationalError) and (cause.sqlstate is None or cause.sqlstate.startswith("57P"))
