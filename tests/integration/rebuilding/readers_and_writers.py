"""People who read and write while an administrator works, and who notice anything that is wrong."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import orjson

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.resource_documents import PostgresModelDocuments
from adapters.postgres.tenant_statements import Tenant as TenantConnection
from application.ports.resource_documents import ModelFilter, PageRequest
from tests.builders import acting
from tests.databases import Database
from tests.integration.rebuilding.conftest import Tenant

Names = dict[str, str]
"""The names of an organization's models by their ids."""

EVERYTHING = PageRequest(limit=200)


@dataclass
class Load:
    """What was done and seen; `wrong` tells of everything that should not have been."""

    writes: int = 0
    reads: int = 0
    longest_read_seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


@dataclass
class _TenantClient:
    """One organization's writer, and readers who know which states there can be at any time."""

    tenant: Tenant
    documents: PostgresModelDocuments
    load: Load
    states: list[Names] = field(default_factory=list)
    acknowledged: int = 0

    async def listed(self) -> Names:
        with acting(self.tenant.organization_id):
            page = await self.documents.page(ModelFilter(), EVERYTHING)
        return {row["id"]: row["name"] for row in orjson.loads(b"[" + (page.joined or b"") + b"]")}

    async def write(self) -> None:
        number = self.load.writes
        after = dict(self.states[-1])
        match number % 4:
            case 0:
                # Known before it is requested, because a reader may see it before the writer hears of it.
                model_id = await self._registered(after)
            case 1 if len(self.tenant.model_ids) > 3:
                model_id = await self._removed(after)
            case _:
                model_id = await self._renamed(after, f"Name {number}")
        self.acknowledged = len(self.states) - 1
        self.load.writes += 1
        seen = await self.listed()
        if seen != self.states[-1]:
            self.load.wrong.append(f"write {number} of {model_id} is not read: {_between(seen, self.states[-1])}")

    async def read(self) -> None:
        first = self.acknowledged
        begin = time.perf_counter()
        seen = await self.listed()
        self.load.longest_read_seconds = max(self.load.longest_read_seconds, time.perf_counter() - begin)
        self.load.reads += 1
        if seen not in self.states[first:]:
            self.load.wrong.append(f"a read shows no state there was: {_between(seen, self.states[-1])}")

    async def _registered(self, after: Names) -> UUID:
        model = self.tenant.new_model()
        self.states.append(after | {str(model.id): model.name})
        await self.tenant.save(model)
        self.tenant.model_ids.append(model.id)
        return model.id

    async def _removed(self, after: Names) -> UUID:
        model_id = self.tenant.model_ids.pop()
        del after[str(model_id)]
        self.states.append(after)
        await self.tenant.remove(model_id)
        return model_id

    async def _renamed(self, after: Names, name: str) -> UUID:
        self.states.append(after | {str(self.tenant.model_ids[0]): name})
        await self.tenant.rename(0, name)
        return self.tenant.model_ids[0]


def _between(seen: Names, expected: Names) -> str:
    odd = {model_id for model_id in seen.keys() | expected.keys() if seen.get(model_id) != expected.get(model_id)}
    return f"{len(seen)} rows, {len(expected)} expected, of which {len(odd)} differ"


@asynccontextmanager
async def under_load(database: Database, tenants: Sequence[Tenant]) -> AsyncIterator[Load]:
    """Write and read for these organizations while the block runs, over connections with prepared statements."""
    load, over = Load(), asyncio.Event()
    async with reading_pool(database.app_url) as pool:
        documents = PostgresModelDocuments(TenantConnection(pool))
        setups = [_TenantClient(tenant, documents, load) for tenant in tenants]
        for setup in setups:
            setup.states.append(await setup.listed())

        async def until_over(setup: _TenantClient, *, writes: bool) -> None:
            while not over.is_set():
                await (setup.write() if writes else setup.read())

        people = [asyncio.create_task(until_over(setup, writes=writes)) for setup in setups for writes in (True, False)]
        try:
            yield load
        finally:
            over.set()
            # Nobody's request may fail: an error is raised here.
            await asyncio.gather(*people)
