"""The register that checkpoints are made from, and the election of the process that writes them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.database_errors import reachable
from adapters.sql import statements
from application.verification.checkpoint_storage import NewestCheckpoint
from application.verification.checkpoints import HeadLeaf

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_SQL: Final = statements("adapters.postgres", "checkpoint_election.sql")
_RETRY_SECONDS: Final = 1.0
_HEADS: Final = 5_000
_SEEN: Final = 1_000
# Whoever leads finds out within some seconds that the server is gone, and the server that the leader is.
_KEEPALIVE: Final[dict[str, Any]] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_OPTIONS: Final = (
    "-c timezone=UTC -c statement_timeout=60s -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2"
    " -c tcp_keepalives_count=3 -c tcp_user_timeout=10000"
)


class SessionRegister:
    """Implements `application.verification.checkpoint_storage.CheckpointRegister` in one administrator's session."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def newest(self) -> NewestCheckpoint | None:
        rows = await self._rows("newest", {})
        return NewestCheckpoint(number=rows[0][0], hash=rows[0][1], sink=rows[0][2]) if rows else None

    async def changed_heads(self) -> Sequence[HeadLeaf]:
        return [HeadLeaf(*row) for row in await self._rows("changed_heads", {})]

    async def all_heads(self) -> Sequence[HeadLeaf]:
        heads: list[HeadLeaf] = []
        rows: list[tuple[Any, ...]] = []
        while not heads or len(rows) == _HEADS:
            after = heads[-1].organization_id if heads else UUID(int=0)
            rows = await self._rows("heads", {"after": after, "limit": _HEADS})
            if not rows:
                break
            heads += [HeadLeaf(*row) for row in rows]
        return heads

    async def hashes(self, places: Sequence[tuple[UUID, int]]) -> Sequence[bytes | None]:
        organizations, sequences = [place[0] for place in places], [place[1] for place in places]
        rows = await self._rows("hashes", {"organizations": organizations, "sequences": sequences})
        return [row[0] for row in rows]

    async def record(self, newest: NewestCheckpoint, seen: Sequence[HeadLeaf]) -> None:
        parameters = {"number": newest.number, "hash": newest.hash, "sink": newest.sink}
        with reachable():
            async with self._connection.pipeline():
                await self._connection.execute(_SQL["record"], parameters, prepare=True)
                await self._see(seen[:_SEEN])
            # Each part is a transaction of its own: whoever appends to one of these heads waits for some milliseconds.
            for start in range(_SEEN, len(seen), _SEEN):
                await self._see(seen[start : start + _SEEN])

    async def _see(self, heads: Sequence[HeadLeaf]) -> None:
        organizations, sequences = [head.organization_id for head in heads], [head.org_sequence for head in heads]
        parameters = {"organizations": organizations, "sequences": sequences}
        await self._connection.execute(_SQL["seen"], parameters, prepare=True)

    async def _rows(self, name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        with reachable():
            return await (await self._connection.execute(_SQL[name], parameters, prepare=True)).fetchall()


class CheckpointElection:
    """Elects one process on all hosts to write checkpoints, for as long as its session lives."""

    def __init__(self, url: str) -> None:
        self._url = url

    @asynccontextmanager
    async def session(self) -> AsyncIterator[SessionRegister]:
        """Yield the register, whether or not this process is elected.

        Raises:
            Unavailable: the database cannot be reached.
        """
        async with self._connected() as connection:
            yield SessionRegister(connection)

    @asynccontextmanager
    async def leadership(
        self, may_stand: Callable[[SessionRegister], Awaitable[None]]
    ) -> AsyncIterator[SessionRegister]:
        """Wait for the election and lead during the block. After its loss, the register is `Unavailable`.

        `may_stand` is called before each attempt; an error that it raises ends the wait.
        """
        async with self._connected() as connection:
            register = SessionRegister(connection)
            await may_stand(register)
            while not await _is_elected(connection):
                await asyncio.sleep(_RETRY_SECONDS)
                await may_stand(register)
            yield register

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        with reachable():
            connection = await psycopg.AsyncConnection.connect(
                self._url,
                autocommit=True,
                connect_timeout=5,
                options=_OPTIONS,
                application_name="modelbook checkpoints",
                **_KEEPALIVE,
            )
        try:
            yield connection
        finally:
            await connection.close()


async def _is_elected(connection: Connection) -> bool:
    with reachable():
        row = await (await connection.execute(_SQL["won"])).fetchone()
    return row is not None and bool(row[0])
