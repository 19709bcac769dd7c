"""Projections, verified and rebuilt over HTTP."""

from typing import Any

import psycopg

from tests.e2e.administration.jobs import PROJECTIONS, ended
from tests.e2e.api_client import MODELS, PROVIDERS, Api, Document, path_of


def _spoil(owner: psycopg.Connection[tuple[Any, ...]], model: Document) -> Document:
    """Make a row differ from the log, and return how that is reported."""
    owner.execute("UPDATE ai_models SET name = 'Wrong' WHERE id = %s", (model["id"],))
    return {"organizationId": model["organizationId"], "id": model["id"], "kind": "different", "fields": ["name"]}


def _differing(job: Document) -> dict[str, list[Document]]:
    """Return the rows that a job names, by projection, where there are any."""
    return {
        each["name"]: each["differences"]["first"] for each in job["result"]["data"] if each["differences"]["count"]
    }


async def test_a_projection_is_verified_and_rebuilt(
    api: Api, admin: Api, owner: psycopg.Connection[tuple[Any, ...]]
) -> None:
    model = await api.model(await api.provider())
    difference = _spoil(owner, model)
    job = await ended(admin, await admin.post(f"{PROJECTIONS}/ai_models/verify"))
    facts = (job["kind"], job["projection"], job["state"], job["requestedBy"])
    assert facts == ("verify", "ai_models", "succeeded", "platform-1")
    assert _differing(job) == {"ai_models": [difference]}
    body = {"organizationId": str(api.organization_id)}
    job = await ended(admin, await admin.post(f"{PROJECTIONS}/ai_models/rebuild", body, x_change_reason="It was wrong"))
    assert (job["kind"], job["state"], job["organizationId"]) == ("rebuild", "succeeded", str(api.organization_id))
    assert (job["reason"], job["result"]["organizations"]) == ("It was wrong", 1)
    assert _differing(job) == {"ai_models": [difference]}
    assert (await api.get(f"{MODELS}/{model['id']}"))["name"] == model["name"]


async def test_all_projections_are_rebuilt_at_once(
    api: Api, admin: Api, owner: psycopg.Connection[tuple[Any, ...]]
) -> None:
    model = await api.model(await api.provider())
    difference = _spoil(owner, model)
    job = await ended(admin, await admin.post(f"{PROJECTIONS}/all/rebuild"))
    assert (job["kind"], job["projection"], job["state"], job["step"]) == ("rebuild", None, "succeeded", "rebuild")
    assert (job["done"], _differing(job)) == (job["total"], {"ai_models": [difference]})
    assert (await api.get(f"{MODELS}/{model['id']}"))["name"] == model["name"]
    statuses = (await admin.get(PROJECTIONS))["data"]
    assert [each["name"] for each in statuses] == [
        "organizations",
        "ai_providers",
        "ai_models",
        "access_keys",
        "webhooks",
        "members",
    ]
    assert all(each["rebuiltAt"] >= job["startedAt"] for each in statuses)
    assert {each["position"] for each in statuses} == {job["total"]}
    job = await ended(admin, await admin.post(f"{PROJECTIONS}/all/verify"))
    assert (_differing(job), job["result"]["unchanged"]) == ({}, job["result"]["organizations"] - 1)
    assert {each["proved"] for each in (await admin.get(PROJECTIONS))["data"]} == {job["result"]["organizations"]}
    body = {"full": True, "organizationId": str(api.organization_id)}
    job = await ended(admin, await admin.post(f"{PROJECTIONS}/all/verify", body))
    assert (job["result"]["unchanged"], job["result"]["organizations"]) == (0, 1)


async def test_the_past_is_answered_after_any_number_of_rebuilds(api: Api, admin: Api) -> None:
    provider = await api.provider()
    model = await api.model(provider)
    assert (await api.patch(path_of(model), {"name": "Now"})).status == 200
    then = model["createdAt"]
    for _ in range(3):
        await ended(admin, await admin.post(f"{PROJECTIONS}/all/rebuild"))
        for query in ({"asOf": then}, {"atRevision": 1}):
            for thing in (provider, model):
                reply = await api.ask("GET", path_of(thing), query=query)
                assert (reply.status, reply.document["name"]) == (200, thing["name"]), reply.text
        for path in (MODELS, PROVIDERS):
            assert (await api.ask("GET", path, query={"asOf": then})).status == 200
