"""Organizations that share a pooler's connections see nothing of each other."""

import asyncio
from itertools import cycle

from tests.e2e.api_client import MODELS, PROVIDERS, Api, Document, path_of

REQUESTS = 600
AT_ONCE = 24
# No divisor in common with the four kinds of requests: each does all of them.
TENANTS = 7


async def test_tenants_stay_apart_over_hundreds_of_interleaved_requests(api: Api) -> None:
    tenants = [api.elsewhere() for _ in range(TENANTS)]
    providers = [await tenant.provider(name=str(tenant.organization_id)) for tenant in tenants]
    strangers = providers[1:] + providers[:1]
    turns = cycle(zip(tenants, providers, strangers, strict=True))
    places = asyncio.Semaphore(AT_ONCE)
    written = dict.fromkeys((str(tenant.organization_id) for tenant in tenants), 0)

    async def ask(number: int, tenant: Api, own: Document, foreign: Document) -> None:
        async with places:
            if number % 4 == 0:
                await tenant.model(own, name=str(tenant.organization_id))
                written[str(tenant.organization_id)] += 1
            elif number % 4 == 1:
                page = await tenant.get(MODELS, limit=5)
                assert {row["organizationId"] for row in page["data"]} <= {str(tenant.organization_id)}
            elif number % 4 == 2:
                assert [row["name"] for row in (await tenant.get(PROVIDERS))["data"]] == [str(tenant.organization_id)]
            else:
                assert (await tenant.ask("GET", path_of(foreign))).status == 404

    async with asyncio.TaskGroup() as tasks:
        for number in range(REQUESTS):
            tasks.create_task(ask(number, *next(turns)))
    for tenant in tenants:
        rows = await tenant.rows(MODELS, limit=200)
        assert [row["name"] for row in rows] == [str(tenant.organization_id)] * written[str(tenant.organization_id)]
    assert sum(written.values()) == REQUESTS / 4
