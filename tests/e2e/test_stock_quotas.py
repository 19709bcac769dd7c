"""How many providers and models an organization may have, whichever way they are made."""

from uuid import uuid4

from sandbox.server import Sandbox
from tests.e2e.api_client import MODELS, PROVIDERS, Api, Reply, a_model, a_provider, path_of
from tests.e2e.sandbox_providers import imported
from tests.e2e.test_bulk import create, on, send, statuses


def refused(reply: Reply, what: str) -> None:
    assert (reply.status, reply.document["code"]) == (409, "quota-reached"), reply.text
    assert what in reply.document["detail"]


async def test_no_more_providers_and_models_are_made_than_there_may_be(api: Api, sandbox: Sandbox) -> None:
    platform = api.of(None, actor="operator-1", is_platform_admin=True)
    path = f"/api/admin/organizations/{api.organization_id}/quotas"
    await platform.put(path, {"providers": 2, "models": 3})
    openai = await api.provider(endpoint=sandbox.endpoint("openai"), apiKey=sandbox.key("openai"))
    key = {"Idempotency-Key": str(uuid4())}
    last = await api.post(PROVIDERS, a_provider(name="Another"), **key)
    assert last.status == 201
    refused(await api.post(PROVIDERS, a_provider(name="A third")), "may have 2 providers")
    # A repetition makes no more of them, also where its answer was not kept.
    assert (await api.post(PROVIDERS, a_provider(name="Another"), **key)).status == 201
    first = await api.model(openai, modelId="one")
    refused(
        await send(api, *(create(openai, modelId=f"bulk-{number}") for number in range(3))), "may have 3 registered"
    )
    mixed = await send(
        api,
        *(create(openai, modelId=f"bulk-{number}") for number in range(4)),
        on(first, "update", name="Changed"),
        atomic=False,
    )
    assert sorted(statuses(mixed)) == [200, 201, 201, 409, 409]
    codes = {result["error"]["code"] for result in mixed.document["results"] if result["status"] == 409}
    assert codes == {"quota-reached"}
    refused(await api.post(MODELS, a_model(openai, modelId="four")), "may have 3 registered models")
    refused(await imported(api, openai), "may have 3 registered models")
    # Whoever removes one has room for another, and so has whoever may have more.
    assert (await api.delete(path_of(first))).status == 204
    assert (await api.post(MODELS, a_model(openai, modelId="four"))).status == 201
    await platform.put(path, {"models": 0})
    assert (await imported(api, openai)).status == 200
    used = await api.get("/api/ai/quotas")
    assert used["models"]["limit"] is None
    assert used["models"]["used"] > 3
    assert used["providers"] == {"limit": 1_000, "used": 2, "resetsAfterSeconds": None}
