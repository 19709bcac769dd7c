"""Many changes of models in one request: all or none, or each for itself."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.api_client import AUDIT, BULK, MODELS, Api, Document, Reply, a_model, path_of


def create(provider: Document, **fields: object) -> Document:
    return {"op": "create", **a_model(provider, **fields)}


def on(model: Document, op: str, **fields: object) -> Document:
    return {"op": op, "id": model["id"], **fields}


async def send(api: Api, *operations: Document, atomic: bool | None = None, **headers: str) -> Reply:
    body: dict[str, Any] = {"operations": operations}
    return await api.post(BULK, body if atomic is None else body | {"atomic": atomic}, **headers)


def statuses(reply: Reply) -> list[int]:
    assert reply.status == 200, reply.text
    assert [result["index"] for result in reply.document["results"]] == list(range(len(reply.document["results"])))
    return [result["status"] for result in reply.document["results"]]


async def test_every_kind_of_operation_in_one_transaction(api: Api) -> None:
    provider = await api.provider()
    changed, enabled, disabled, deleted = [
        await api.model(provider, isEnabled=number != 1, config={"temperature": 1, "weight": 2}) for number in range(4)
    ]
    reply = await send(
        api,
        create(provider, modelId="new", name="New", costPer1kTokens=0.25),
        on(changed, "update", name="Changed", config={"temperature": None}, revision=1),
        on(enabled, "enable"),
        on(disabled, "disable"),
        on(deleted, "delete"),
    )
    assert statuses(reply) == [201, 200, 200, 200, 204]
    body = reply.document
    assert (body["atomic"], body["succeeded"], body["failed"]) == (True, 5, 0)
    assert [result["op"] for result in body["results"]] == ["create", "update", "enable", "disable", "delete"]
    assert "model" not in body["results"][4]
    for result in body["results"][:4]:
        assert await api.get(f"{MODELS}/{result['id']}") == result["model"]
        assert result["revision"] == result["model"]["revision"]
    assert body["results"][1]["model"]["config"] == {"weight": 2}
    assert [result["model"]["isEnabled"] for result in body["results"][:4]] == [True, True, True, False]
    events = [event for event in await api.rows(AUDIT) if event["commandId"] == (await api.rows(AUDIT))[0]["commandId"]]
    assert len(events) == 6
    assert max(event["position"] for event in events) == reply.position


async def test_none_is_done_when_one_cannot_be(api: Api) -> None:
    provider = await api.provider()
    model = await api.model(provider, modelId="taken")
    reply = await send(
        api,
        create(provider, modelId="fine"),
        create(provider, modelId="taken"),
        on(model, "update", name="Changed"),
        on({"id": str(uuid4())}, "delete"),
        on(model, "update", name="Changed", revision=7),
        create({"id": str(uuid4())}),
    )
    assert (reply.status, reply.document["code"]) == (422, "bulk-refused")
    assert [(error["pointer"], error["code"]) for error in reply.document["errors"]] == [
        ("/operations/1", "model-already-registered"),
        ("/operations/3", "model-not-found"),
        ("/operations/4", "stale-revision"),
        ("/operations/5", "provider-not-found"),
    ]
    assert [row["id"] for row in await api.rows(MODELS)] == [model["id"]]
    assert (await api.get(path_of(model)))["revision"] == 1


async def test_each_for_itself_where_that_is_requested(api: Api) -> None:
    provider = await api.provider()
    model = await api.model(provider, modelId="taken")
    reply = await send(
        api,
        create(provider, modelId="fine"),
        create(provider, modelId="taken"),
        on(model, "update", name="Changed"),
        on({"id": str(uuid4())}, "enable"),
        on(model, "disable", revision=1),
        create({"id": str(uuid4())}),
        on(model, "update", name="  "),
        atomic=False,
    )
    assert statuses(reply) == [201, 409, 200, 404, 412, 404, 422]
    assert (reply.document["succeeded"], reply.document["failed"]) == (2, 5)
    codes = [result["error"]["code"] for result in reply.document["results"] if "error" in result]
    assert codes == [
        "model-already-registered",
        "model-not-found",
        "stale-revision",
        "provider-not-found",
        "invalid-value",
    ]
    assert {row["name"] for row in await api.rows(MODELS)} == {"fine", "Changed"}


@pytest.mark.parametrize("atomic", [True, False])
async def test_a_model_is_created_once_within_a_batch(api: Api, atomic: bool) -> None:
    provider = await api.provider()
    twice = [create(provider, modelId="twice", name=name) for name in ("First", "Second")]
    reply = await send(api, *twice, atomic=atomic)
    if atomic:
        assert (reply.status, reply.pointers) == (422, ["/operations/1"])
        assert await api.rows(MODELS) == []
    else:
        assert statuses(reply) == [201, 409]
        assert [row["name"] for row in await api.rows(MODELS)] == ["First"]


async def test_operations_see_what_those_before_them_did(api: Api) -> None:
    provider = await api.provider()
    model = await api.model(provider, modelId="m")
    reply = await send(
        api, on(model, "update", name="A"), on(model, "update", version="2"), on(model, "delete"), atomic=True
    )
    assert statuses(reply) == [200, 200, 204]
    assert await api.rows(MODELS) == []
    types = [event["type"] for event in await api.rows(AUDIT, aggregateId=model["id"])]
    assert types == ["model.removed", "model.reconfigured", "model.renamed", "model.registered"]


async def test_nothing_can_be_done_to_what_was_deleted_before(api: Api) -> None:
    model = await api.model(await api.provider())
    reply = await send(api, on(model, "delete"), on(model, "update", name="A"), on(model, "delete"), atomic=False)
    assert statuses(reply) == [204, 404, 404]


async def test_a_model_can_be_deleted_and_registered_again(api: Api) -> None:
    provider = await api.provider()
    model = await api.model(provider, modelId="m")
    reply = await send(api, on(model, "delete"), create(provider, modelId="m", name="Anew"))
    assert statuses(reply) == [204, 201]
    assert [(row["modelId"], row["name"]) for row in await api.rows(MODELS)] == [("m", "Anew")]


async def test_what_changes_nothing_is_no_event(api: Api) -> None:
    model = await api.model(await api.provider())
    reply = await send(api, on(model, "enable"), on(model, "update"))
    assert statuses(reply) == [200, 200]
    assert reply.document["results"][0]["revision"] == 1
    assert len(await api.rows(AUDIT, aggregateId=model["id"])) == 1


async def test_a_thousand_operations_are_one_request(api: Api) -> None:
    provider = await api.provider()
    reply = await send(api, *(create(provider, modelId=f"m{number:04}") for number in range(1000)))
    assert statuses(reply) == [201] * 1000
    models = [result["model"] for result in reply.document["results"]]
    assert [model["modelId"] for model in models] == [f"m{number:04}" for number in range(1000)]
    mixed = [on(model, ("disable", "delete", "update")[number % 3]) for number, model in enumerate(models)]
    changed = await send(api, *({**part, "name": "N"} if part["op"] == "update" else part for part in mixed))
    assert (changed.document["succeeded"], changed.document["failed"]) == (1000, 0)
    page = await api.get(MODELS, includeTotal=True, enabled=False, limit=1)
    assert page["pagination"]["total"] == 334
    assert (await api.get(MODELS, includeTotal=True, limit=1))["pagination"]["total"] == 667


async def test_there_are_1_to_1000_operations(api: Api) -> None:
    provider = await api.provider()
    for number in (0, 1001):
        reply = await send(api, *(create(provider) for _ in range(number)))
        assert (reply.status, reply.pointers) == (422, ["/operations"])
    assert await api.rows(MODELS) == []


@pytest.mark.parametrize(
    ("operation", "pointer"),
    [
        ({"op": "rename", "id": str(uuid4())}, "/operations/1"),
        ({"id": str(uuid4())}, "/operations/1"),
        ({"op": "create", "modelId": "m"}, "/operations/1/providerId"),
        ({"op": "update", "name": "N"}, "/operations/1/id"),
        ({"op": "delete", "id": "7"}, "/operations/1/id"),
        ({"op": "delete", "id": str(uuid4()), "name": "N"}, "/operations/1/name"),
        ({"op": "update", "id": str(uuid4()), "organizationId": str(uuid4())}, "/operations/1/organizationId"),
        ({"op": "update", "id": str(uuid4()), "costPer1kTokens": -1}, "/operations/1/costPer1kTokens"),
        ({"op": "disable", "id": str(uuid4()), "revision": 0}, "/operations/1/revision"),
        ("delete", "/operations/1"),
    ],
)
async def test_a_malformed_operation_is_pointed_at(api: Api, operation: object, pointer: str) -> None:
    body = {"operations": [create(await api.provider()), operation], "atomic": False}
    reply = await api.post(BULK, body)
    assert (reply.status, reply.pointers) == (422, [pointer])
    assert "rename" not in reply.text
    assert await api.rows(MODELS) == []


async def test_of_several_at_once_none_is_in_the_way_of_another(api: Api) -> None:
    provider = await api.provider()
    models = [await api.model(provider) for _ in range(3)]
    replies = await asyncio.gather(
        *(
            send(api, *(on(model, "update", name=f"Name {number}") for model in models), atomic=number % 2 == 0)
            for number in range(6)
        )
    )
    assert [statuses(reply) for reply in replies] == [[200] * 3] * 6
    assert {(await api.get(path_of(model)))["revision"] for model in models} == {7}


async def test_models_of_other_organizations_are_not_there(api: Api) -> None:
    other = api.elsewhere()
    provider = await other.provider()
    model = await other.model(provider)
    own = await api.model(await api.provider())
    reply = await send(api, on(model, "delete"), create(provider), on(own, "disable"), atomic=False)
    assert statuses(reply) == [404, 404, 200]
    assert await other.get(path_of(model)) == model
