"""The database's clock and the heads of all organizations' logs, for an administrator's login."""

from typing import Final

from adapters.database_errors import reachable
from adapters.postgres.connection_pools import AnyPool
from adapters.sql import statements
from application.errors import Unavailable
from application.ports.log_clock import ClockReading

_SQL: Final = statements("adapters.postgres", "log_clock.sql")


class PostgresLogClock:
    """Implements `application.ports.log_clock.LogClock` on a pool of the administrators' login."""

    def __init__(self, pool: AnyPool) -> None:
        self._pool = pool

    async def read(self) -> ClockReading:
        with reachable():
            async with self._pool.connection() as connection:
                row = await (await connection.execute(_SQL["read"])).fetchone()
        if row is None:
            raise Unavailable
        return ClockReading(now=row[0], organizations_ahead=row[1], seconds_ahead=row[2])
