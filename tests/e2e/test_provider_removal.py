"""Removing providers, with and without their models."""

import psycopg

from tests.e2e.api_client import AUDIT, MODELS, PROVIDERS, Api, path_of
from tests.e2e.running_service import RunningService


async def test_an_unused_provider_is_deleted(api: Api) -> None:
    provider = await api.provider()
    reply = await api.delete(path_of(provider))
    assert (reply.status, reply.text, reply.revision) == (204, "", 2)
    assert reply.position > 0
    for method in ("GET", "DELETE"):
        assert (await api.ask(method, path_of(provider))).document["code"] == "provider-not-found"
    assert (await api.patch(path_of(provider), {"name": "Again"})).status == 404
    assert await api.rows(PROVIDERS) == []


async def test_delete_names_the_models_that_depend_on_it(api: Api) -> None:
    provider = await api.provider()
    models = [await api.model(provider, modelId=f"gpt-{number}", name=f"GPT {number}") for number in range(3)]
    reply = await api.delete(path_of(provider))
    assert (reply.status, reply.document["code"]) == (409, "provider-has-models")
    assert "cascade" in reply.document["detail"]
    assert reply.document["dependants"] == [
        {"id": model["id"], "modelId": model["modelId"], "name": model["name"]} for model in models
    ]
    assert reply.document["dependantCount"] == 3
    assert (await api.get(path_of(provider)))["revision"] == 1


async def test_of_many_models_the_first_hundred_are_named(api: Api) -> None:
    provider = await api.provider()
    operations = [
        {"op": "create", "providerId": provider["id"], "modelId": f"gpt-{number}", "name": f"GPT {number:03}"}
        for number in range(120)
    ]
    assert (await api.post(f"{MODELS}/bulk", {"operations": operations})).status == 200
    reply = await api.delete(path_of(provider))
    assert (reply.status, reply.document["dependantCount"]) == (409, 120)
    assert [each["name"] for each in reply.document["dependants"]] == [f"GPT {number:03}" for number in range(100)]


async def test_cascade_takes_models_and_key_in_one_transaction(api: Api, service: RunningService) -> None:
    provider, other = await api.provider(), await api.provider()
    models = [await api.model(provider) for _ in range(3)]
    kept = await api.model(other)
    reply = await api.delete(path_of(provider), cascade=True)
    assert reply.status == 204
    assert [row["id"] for row in await api.rows(MODELS)] == [kept["id"]]
    events = [event for event in await api.rows(AUDIT) if event["type"].endswith(".removed")]
    assert {event["aggregateId"] for event in events} == {provider["id"], *(model["id"] for model in models)}
    assert len({event["commandId"] for event in events}) == 1
    assert max(event["position"] for event in events) == reply.position
    with psycopg.connect(service.database.owner_url) as owner:
        held = owner.execute(
            "SELECT provider_id::text FROM provider_credentials WHERE organization_id = %s", (api.organization_id,)
        ).fetchall()
    assert held == [(other["id"],)]


async def test_cascade_is_true_or_false(api: Api) -> None:
    provider = await api.provider()
    reply = await api.ask("DELETE", path_of(provider), query={"cascade": "yes"})
    assert (reply.status, reply.pointers) == (422, ["?cascade"])
