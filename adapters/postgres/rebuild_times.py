"""Reads when projections were last rebuilt."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from adapters.database_errors import reachable
from adapters.postgres.connection_pools import AnyPool
from adapters.sql import statements

_SQL: Final = statements("adapters.postgres", "rebuild_times.sql")


class PostgresRebuildTimes:
    """Reads them over connections of the administrators' login."""

    def __init__(self, pool: AnyPool) -> None:
        self._pool = pool

    async def read(self) -> Mapping[str, datetime]:
        """Return the times by the names of the projections; one that never was rebuilt is left out.

        Raises:
            Unavailable: the database cannot be reached.
        """
        with reachable():
            async with self._pool.connection() as connection:
                return dict(await (await connection.execute(_SQL["rebuild_times"])).fetchall())
