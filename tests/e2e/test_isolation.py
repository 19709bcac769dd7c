"""Organizations at work at the same time never see anything of each other."""

import asyncio
from uuid import UUID

from entrypoints.http.authorization import Role
from sandbox.server import Sandbox
from tests.e2e.api_client import AUDIT, BULK, MODELS, PROVIDERS, Api, Document, a_model, path_of

ROUNDS = 3


async def everything(api: Api, mark: str) -> None:
    """Read all there is to read and find nothing but what bears the organization's mark."""
    lists = await asyncio.gather(
        api.rows(PROVIDERS, limit=7),
        api.rows(MODELS, limit=7),
        api.rows(MODELS, q="name", sort="-createdAt"),
        api.rows(AUDIT, limit=50),
        api.get("/api/ai/models/discover"),
    )
    for row in [*lists[0], *lists[1], *lists[2]]:
        assert row["name"].startswith(mark)
        assert UUID(row["organizationId"]) == api.organization_id
    assert {event["actor"] for event in lists[3]} == {mark}
    assert {offer["providerId"] for offer in lists[4]["providers"]} <= {row["id"] for row in lists[0]}


async def work(api: Api, mark: str, endpoint: str, key: str) -> list[Document]:
    """Write and read for a while."""
    kept = []
    for number in range(ROUNDS):
        provider = await api.provider(name=f"{mark} name {number}", endpoint=endpoint, apiKey=key)
        operations = [{"op": "create", **a_model(provider, name=f"{mark} name {n}")} for n in range(5)]
        reply = await api.post(BULK, {"operations": operations})
        assert reply.status == 200
        model = reply.document["results"][0]["model"]
        await api.patch(path_of(model), {"name": f"{mark} renamed {number}"})
        history = await api.rows(f"{path_of(model)}/history")
        assert {event["actor"] for event in history} == {mark}
        await everything(api, mark)
        if number % 3:
            await api.delete(path_of(provider), cascade=True)
        else:
            kept.append(provider)
    return kept


async def test_organizations_at_work_at_the_same_time_see_their_own_alone(api: Api, sandbox: Sandbox) -> None:
    people = [api.elsewhere() for _ in range(4)]
    marks = [f"org{number}" for number in range(4)]
    callers = [person.of(Role.ADMIN, actor=mark) for person, mark in zip(people, marks, strict=True)]
    endpoint, key = sandbox.endpoint("openai"), sandbox.key("openai")
    kept = await asyncio.gather(
        *(work(caller, mark, endpoint, key) for caller, mark in zip(callers, marks, strict=True))
    )
    for caller, mark, providers in zip(callers, marks, kept, strict=True):
        await everything(caller, mark)
        assert {row["id"] for row in await caller.rows(PROVIDERS)} == {provider["id"] for provider in providers}
        sequences = [event["sequence"] for event in await caller.rows(AUDIT)]
        assert sequences == list(range(len(sequences), 0, -1))
