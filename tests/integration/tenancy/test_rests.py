"""Who has the database work for long rests while the process works for others."""

import asyncio
from typing import Final
from uuid import UUID, uuid4

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.tenant_statements import Tenant
from application.loop_time import loop_time
from tests.builders import acting
from tests.databases import Database

_LONG: Final = b"SELECT pg_sleep(0.25)"
_SHORT: Final = b"SELECT 1"


class Order:
    """Notes whose statements are done, one after the other."""

    def __init__(self, tenant: Tenant) -> None:
        self.done: list[str] = []
        self._tenant = tenant

    async def run(self, name: str, organization_id: UUID, statement: bytes) -> None:
        with acting(organization_id):
            await self._tenant.rows(statement, {})
        self.done.append(name)


async def test_after_long_statements_the_next_of_the_organization_waits_beside_others(database: Database) -> None:
    much, little = uuid4(), uuid4()
    async with reading_pool(database.app_url, size=1) as pool:
        order = Order(Tenant(pool, at_once=1, rests=True))
        await loop_time().run(little, asyncio.sleep(0))
        long = asyncio.create_task(order.run("long", much, _LONG))
        await asyncio.sleep(0)
        following = asyncio.create_task(order.run("next", much, _SHORT))
        await long
        await order.run("other", little, _SHORT)
        await following
    assert order.done == ["long", "other", "next"]


async def test_whoever_is_alone_waits_for_nothing(database: Database) -> None:
    much = uuid4()
    async with reading_pool(database.app_url, size=1) as pool:
        order = Order(Tenant(pool, at_once=1, rests=True))
        long = asyncio.create_task(order.run("long", much, _LONG))
        await asyncio.sleep(0)
        following = asyncio.create_task(order.run("next", much, _SHORT))
        await long
        for _ in range(3):
            # Only a rest would keep it from being done before these.
            await order.run("other", uuid4(), _SHORT)
        await following
    assert order.done[:2] == ["long", "next"]
