"""All organizations, read on the administrators' login."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from psycopg.sql import SQL

from adapters.database_errors import reachable
from adapters.postgres.connection_pools import AnyPool
from adapters.sql import statements
from application.ports.organization_list import ListedOrganization

_SQL: Final = {
    name: SQL(text).format().as_bytes()
    for name, text in statements("adapters.postgres", "organization_list.sql").items()
}


class PostgresOrganizationList:
    """Implements the port."""

    def __init__(self, pool: AnyPool) -> None:
        self._pool = pool

    async def page(
        self, *, sought: str | None, after: tuple[str, UUID] | None, limit: int
    ) -> Sequence[ListedOrganization]:
        place, after_id = after or (None, None)
        parameters = {"sought": sought, "after_place": place, "after_id": after_id, "limit": limit}
        with reachable():
            async with self._pool.connection() as connection:
                rows = await (await connection.execute(_SQL["page"], parameters)).fetchall()
        return [
            ListedOrganization(
                id=row[0],
                name=row[1],
                quotas=row[2],
                events=row[3],
                last_event_at=row[4],
                is_removed=row[5],
                order=row[6],
            )
            for row in rows
        ]

    async def count(self, sought: str | None) -> int:
        with reachable():
            async with self._pool.connection() as connection:
                rows = await (await connection.execute(_SQL["count"], {"sought": sought})).fetchall()
        [(count,)] = rows
        return int(count)
