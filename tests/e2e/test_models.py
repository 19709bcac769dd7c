"""Models over the API: registered, shown, replaced, patched, removed."""

from uuid import UUID, uuid4

import pytest

from entrypoints.http.authorization import Role
from tests.e2e.api_client import AUDIT, MODELS, Api, Document, a_model, path_of

FIELDS = {
    "id",
    "organizationId",
    "providerId",
    "modelId",
    "name",
    "version",
    "type",
    "capabilities",
    "config",
    "costPer1kTokens",
    "pricing",
    "contextWindow",
    "maxTokens",
    "lifecycle",
    "retiresOn",
    "isEnabled",
    "isUsable",
    "unusableBecause",
    "sources",
    "createdAt",
    "updatedAt",
    "revision",
}

GIVEN = {
    "name": "Our model",
    "version": "2026-01",
    "type": "language",
    "capabilities": ["streaming", "function_calling"],
    "config": {"temperature": 0.25, "stop": ["a", "b"], "metadata": {"deep": [1, None, True]}},
    "contextWindow": 128_000,
    "maxTokens": 4_096,
    "isEnabled": False,
}


async def test_a_new_model_is_answered_with_all_its_fields(api: Api) -> None:
    provider = await api.provider()
    reply = await api.post(MODELS, a_model(provider, modelId="our-model", **GIVEN))
    model = reply.document
    assert reply.status == 201
    assert model.keys() == FIELDS
    assert reply.headers["Location"] == f"{MODELS}/{UUID(model['id'])}"
    assert reply.revision == model["revision"] == 1
    assert reply.position > 0
    expected = {
        **GIVEN,
        "organizationId": str(api.organization_id),
        "providerId": provider["id"],
        "modelId": "our-model",
        "capabilities": ["function_calling", "streaming"],
        "costPer1kTokens": None,
        "pricing": None,
    }
    assert {name: model[name] for name in expected} == expected
    assert set(model["sources"].values()) == {"manual"}
    assert (await api.of(Role.VIEWER).get(path_of(model))) == model


async def test_what_nobody_knows_stays_open(api: Api) -> None:
    model = await api.model(await api.provider(), modelId="a-model-nobody-knows")
    open_fields = ("version", "costPer1kTokens", "pricing", "contextWindow", "maxTokens", "lifecycle", "retiresOn")
    assert [model[field] for field in open_fields] == [None] * 7
    assert (model["name"], model["type"], model["capabilities"]) == ("a-model-nobody-knows", "unknown", [])
    assert (model["config"], model["isEnabled"], model["sources"]) == ({}, True, {})


async def test_a_model_is_registered_once_for_each_provider(api: Api) -> None:
    provider, other = await api.provider(), await api.provider()
    await api.model(provider, modelId="gpt-x")
    reply = await api.post(MODELS, a_model(provider, modelId="gpt-x"))
    assert (reply.status, reply.document["code"], reply.pointers) == (409, "model-already-registered", ["/modelId"])
    await api.model(other, modelId="gpt-x")
    await api.model(provider, modelId="GPT-X")


async def test_a_model_needs_a_provider_of_the_organization(api: Api) -> None:
    elsewhere = await api.elsewhere().provider()
    for provider_id in (elsewhere["id"], str(uuid4())):
        reply = await api.post(MODELS, {"providerId": provider_id, "modelId": "gpt-x"})
        assert (reply.status, reply.document["code"]) == (404, "provider-not-found")


async def test_put_replaces_everything_that_can_be_written(api: Api) -> None:
    model = await api.model(await api.provider(), **GIVEN, costPer1kTokens=0.5)
    reply = await api.put(path_of(model), {"name": "Another", "config": {"metadata": {"team": 7}}})
    assert reply.status == 200
    expected: Document = {
        "name": "Another",
        "version": None,
        "type": "unknown",
        "capabilities": [],
        "config": {"metadata": {"team": 7}},
        "costPer1kTokens": None,
        "pricing": None,
        "contextWindow": None,
        "maxTokens": None,
        "isEnabled": True,
    }
    assert {name: reply.document[name] for name in expected} == expected
    assert reply.revision == reply.document["revision"] > 1
    assert await api.get(path_of(model)) == reply.document


async def test_put_of_what_was_read_changes_nothing(api: Api) -> None:
    model = await api.model(await api.provider(), modelId="gpt-4o")
    body = {
        name: model[name]
        for name in ("name", "version", "type", "capabilities", "config", "contextWindow", "maxTokens", "isEnabled")
    }
    body["costPer1kTokens"] = float(model["costPer1kTokens"])
    body["pricing"] = {name: float(model["pricing"][name]) for name in ("inputPer1kTokens", "outputPer1kTokens")}
    reply = await api.put(path_of(model), body)
    assert (reply.status, reply.document) == (200, model)


async def test_a_model_of_a_disabled_provider_cannot_be_used_and_says_why(api: Api) -> None:
    provider = await api.provider()
    model = await api.model(provider)
    other = await api.model(await api.provider())
    await api.patch(path_of(provider), {"isEnabled": False})
    shown = await api.get(path_of(model))
    assert (shown["isEnabled"], shown["isUsable"], shown["unusableBecause"]) == (True, False, "provider-disabled")
    lists = [(await api.get(MODELS, usable=usable, includeTotal=True)) for usable in ("true", "false")]
    assert [[row["id"] for row in page["data"]] for page in lists] == [[other["id"]], [model["id"]]]
    assert [page["pagination"]["total"] for page in lists] == [1, 1]


async def test_patch_leaves_alone_what_it_does_not_mention(api: Api) -> None:
    model = await api.model(await api.provider(), **GIVEN, costPer1kTokens=0.5)
    reply = await api.patch(path_of(model), {"isEnabled": True})
    assert reply.document == model | {
        "isEnabled": True,
        "isUsable": True,
        "unusableBecause": None,
        "revision": 2,
        "updatedAt": reply.document["updatedAt"],
    }


@pytest.mark.parametrize(
    ("patch", "config"),
    [
        ({"metadata": {"b": None}}, {"metadata": {"c": 2}, "stop": ["."]}),
        ({"metadata": {"e": {"f": 3}}}, {"metadata": {"b": 1, "c": 2, "e": {"f": 3}}, "stop": ["."]}),
        ({"metadata": None}, {"stop": ["."]}),
        ({"stop": "END", "weight": 0.5}, {"metadata": {"b": 1, "c": 2}, "stop": "END", "weight": 0.5}),
        ({"metadata": {"c": {"y": None, "z": 1}}}, {"metadata": {"b": 1, "c": {"z": 1}}, "stop": ["."]}),
        ({"unknown": None, "stop": None}, {"metadata": {"b": 1, "c": 2}}),
        (None, {}),
    ],
)
async def test_patch_merges_the_configuration_at_every_depth(api: Api, patch: object, config: object) -> None:
    model = await api.model(await api.provider(), config={"metadata": {"b": 1, "c": 2}, "stop": ["."]})
    reply = await api.patch(path_of(model), {"config": patch})
    assert (reply.status, reply.document["config"]) == (200, config)


@pytest.mark.parametrize("field", ["version", "contextWindow", "maxTokens", "costPer1kTokens", "pricing"])
async def test_null_makes_a_value_unknown(api: Api, field: str) -> None:
    model = await api.model(await api.provider(), **GIVEN, costPer1kTokens=0.5)
    assert model[field] is not None
    reply = await api.patch(path_of(model), {field: None})
    assert (reply.status, reply.document[field]) == (200, None)


async def test_a_change_that_changes_nothing_is_no_event(api: Api) -> None:
    model = await api.model(await api.provider(), **GIVEN)
    reply = await api.patch(path_of(model), {**GIVEN, "capabilities": ["function_calling", "streaming"]})
    assert (reply.status, reply.revision) == (200, 1)
    assert len(await api.rows(f"{path_of(model)}/history")) == 1


async def test_one_request_may_be_several_events(api: Api) -> None:
    model = await api.model(await api.provider(), **GIVEN)
    reply = await api.patch(path_of(model), {"name": "New", "isEnabled": True, "costPer1kTokens": 1, "maxTokens": 5})
    assert reply.revision == reply.document["revision"] == 5
    answer = await api.rows(f"{path_of(model)}/history")
    assert len({event["commandId"] for event in answer[:4]}) == 1
    assert {event["type"] for event in answer[:4]} == {
        "model.renamed",
        "model.enabled",
        "model.price-changed",
        "model.limits-changed",
    }


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_model_keeps_its_provider_and_its_providers_id(api: Api, method: str) -> None:
    provider, other = await api.provider(), await api.provider()
    model = await api.model(provider, modelId="gpt-x")
    same = {"providerId": provider["id"], "modelId": "gpt-x"}
    assert (await api.ask(method, path_of(model), same)).status == 200
    for change in ({"providerId": other["id"]}, {"modelId": "gpt-y"}):
        reply = await api.ask(method, path_of(model), same | change)
        assert (reply.status, reply.document["code"]) == (422, "model-identity-fixed")
        assert reply.pointers == [f"/{next(iter(change))}"]


async def test_a_deleted_model_is_gone_and_can_be_registered_again(api: Api) -> None:
    provider = await api.provider()
    model = await api.model(provider, modelId="gpt-x")
    reply = await api.delete(path_of(model))
    assert (reply.status, reply.text, reply.revision) == (204, "", 2)
    for method in ("GET", "DELETE"):
        assert (await api.ask(method, path_of(model))).document["code"] == "model-not-found"
    again = await api.model(provider, modelId="gpt-x")
    assert again["id"] != model["id"]
    assert [event["type"] for event in await api.rows(AUDIT, aggregateId=model["id"])] == [
        "model.removed",
        "model.registered",
    ]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_what_is_not_there_is_not_found(api: Api, method: str) -> None:
    reply = await api.ask(method, f"{MODELS}/{uuid4()}", {} if method in {"PUT", "PATCH"} else ...)
    assert (reply.status, reply.document["code"]) == (404, "model-not-found")
