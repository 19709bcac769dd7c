"""What several organizations are called, for a member of all of them."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from psycopg.sql import SQL

from adapters.database_errors import reachable
from adapters.postgres.connection_pools import AnyPool
from adapters.sql import statements

_SQL: Final = statements("adapters.postgres", "organization_names.sql")
_SCOPE: Final = SQL(_SQL["scope"]).format().as_bytes()
_NAME: Final = SQL(_SQL["name"]).format().as_bytes()
_IDS: Final = SQL(_SQL["ids"]).format().as_bytes()


class PostgresOrganizationNames:
    """Reads one organization after the other, each alone, in one round trip."""

    def __init__(self, pool: AnyPool) -> None:
        self._pool = pool

    async def names(self, organization_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        if not organization_ids:
            return {}
        with reachable():
            async with self._pool.connection() as connection:
                cursors = {}
                async with connection.pipeline():
                    for organization_id in organization_ids:
                        parameters = {"organization_id": organization_id}
                        await connection.execute(_SCOPE, parameters, prepare=True)
                        cursors[organization_id] = await connection.execute(_NAME, parameters, prepare=True)
                rows = {organization_id: await cursor.fetchone() for organization_id, cursor in cursors.items()}
        return {organization_id: row[0] for organization_id, row in rows.items() if row and row[0] is not None}


class PostgresOrganizationsByName:
    """Finds organizations by their names, on the administrators' login."""

    def __init__(self, pool: AnyPool) -> None:
        self._pool = pool

    async def ids(self, name: str) -> Sequence[UUID]:
        """Return the ids of those that are called so, at most 10.

        Raises:
            Unavailable: the database cannot be reached.
        """
        with reachable():
            async with self._pool.connection() as connection:
                rows = await (await connection.execute(_IDS, {"name": name})).fetchall()
        return [row[0] for row in rows]
