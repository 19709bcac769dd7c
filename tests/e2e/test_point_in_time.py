"""What was, and the way back to it, over the API."""

from typing import Any

import pytest

from entrypoints.http.authorization import Role
from tests.e2e.api_client import AUDIT, MODELS, PROVIDERS, Api, path_of

NEVER = "2020-01-01T00:00:00Z"
FAR_AWAY = "2999-01-01T00:00:00Z"


async def _renamed(api: Api, thing: dict[str, Any], name: str) -> dict[str, Any]:
    reply = await api.patch(path_of(thing), {"name": name})
    assert reply.status == 200, reply.text
    document: dict[str, Any] = reply.document
    return document


async def test_a_provider_is_shown_as_it_was(api: Api) -> None:
    first = await api.provider(name="First")
    second = await _renamed(api, first, "Second")
    path = path_of(first)
    assert await api.get(path, atRevision=1) == first
    assert await api.get(path, asOf=first["updatedAt"]) == first
    assert await api.get(path, atRevision=2) == await api.get(path, asOf=FAR_AWAY) == second == await api.get(path)
    assert (await api.ask("GET", path, query={"atRevision": 1})).revision == 1


@pytest.mark.parametrize(
    ("query", "status", "text"),
    [
        ({"asOf": NEVER}, 404, "did not exist then"),
        ({"atRevision": 2}, 404, "there is no revision 2"),
        ({"asOf": NEVER, "atRevision": 1}, 422, "not both"),
        ({"asOf": "yesterday"}, 422, "RFC 3339"),
        ({"atRevision": 0}, 422, "greater than or equal to 1"),
    ],
)
async def test_a_moment_that_cannot_be_shown_is_refused_clearly(
    api: Api, query: dict[str, object], status: int, text: str
) -> None:
    model = await api.model(await api.provider())
    reply = await api.ask("GET", path_of(model), query=query)
    assert reply.status == status
    assert text in reply.text


async def test_a_list_is_filtered_sorted_and_paged_as_it_was(api: Api) -> None:
    provider = await api.provider()
    models = [await api.model(provider, name=f"Model {number}", isEnabled=number != 2) for number in range(5)]
    before = await api.rows(MODELS)
    for model in models[:3]:
        await api.delete(path_of(model))
    await _renamed(api, models[3], "A model")
    then = models[-1]["createdAt"]
    assert await api.rows(MODELS, asOf=then) == before
    assert await api.rows(MODELS, asOf=then, limit=2, sort="-name") == before[::-1]
    assert [row["name"] for row in await api.rows(MODELS, asOf=then, enabled="false")] == ["Model 2"]
    page = await api.get(MODELS, asOf=then, q="model 1", includeTotal="true")
    assert ([row["id"] for row in page["data"]], page["pagination"]["total"]) == ([models[1]["id"]], 1)
    assert await api.rows(MODELS, asOf=FAR_AWAY) == await api.rows(MODELS)
    assert await api.rows(PROVIDERS, asOf=NEVER) == []
    assert await api.rows(PROVIDERS, asOf=then) == [provider]
    cursor = (await api.get(MODELS, asOf=then, limit=1))["pagination"]["nextCursor"]
    assert (await api.ask("GET", MODELS, query={"limit": 1, "cursor": cursor})).status == 400


async def test_a_provider_goes_back_but_not_to_its_earlier_key(api: Api) -> None:
    first = await api.provider(name="First", endpoint="https://one.example.com/v1")
    moved = await api.patch(
        path_of(first), {"name": "Second", "endpoint": "https://two.example.com/v1", "apiKey": "sk-another-key-5678"}
    )
    revert = f"{path_of(first)}/revert"
    refused = await api.post(revert, {"toRevision": 1})
    assert (refused.status, refused.document["code"]) == (422, "credential-required")
    assert refused.pointers == ["/apiKey"]
    stale = await api.post(revert, {"toRevision": 1, "apiKey": "sk-a-third-key-of-the-tests-9999"}, if_match='"1"')
    assert stale.status == 412
    reply = await api.post(
        revert, {"toRevision": 1, "apiKey": "sk-a-third-key-of-the-tests-9999"}, if_match=moved.headers["ETag"]
    )
    assert reply.status == 200, reply.text
    shown = reply.document
    assert (shown["name"], shown["endpoint"]) == ("First", "https://one.example.com/v1")
    assert (shown["apiKey"]["hint"], shown["apiKey"]["version"]) == ("…9999", 3)
    again = await api.post(revert, {"toRevision": 1})
    assert (again.status, again.revision) == (200, shown["revision"])


async def test_going_back_is_recorded_with_actor_and_reason(api: Api) -> None:
    model = await api.model(await api.provider(), name="First")
    await _renamed(api, model, "Second")
    editor = api.of(Role.EDITOR, actor="editor-7")
    headers = {"x_change_reason": "The first name was right", "idempotency_key": "back"}
    first = await editor.post(f"{path_of(model)}/revert", {"toRevision": 1}, **headers)
    replayed = await editor.post(f"{path_of(model)}/revert", {"toRevision": 1}, **headers)
    assert first.status == replayed.status == 200
    assert replayed.headers["Idempotency-Replayed"] == "true"
    assert first.document == replayed.document
    [newest, *_] = (await api.get(f"{path_of(model)}/history"))["data"]
    assert (newest["actor"], newest["reason"]) == ("editor-7", "The first name was right")
    changes = {change["field"]: (change["before"], change["after"]) for change in newest["changes"]}
    assert changes["name"] == ("Second", "First")
    [found] = await api.rows(AUDIT, actor="editor-7")
    assert (found["reason"], found["type"], found["facts"]) == (
        "The first name was right",
        "model.renamed",
        {"name": "First", "sources": {"name": "manual"}},
    )


async def test_viewers_do_not_go_back_and_nobody_brings_back_what_was_removed(api: Api) -> None:
    model = await api.model(await api.provider())
    path = f"{path_of(model)}/revert"
    assert (await api.of(Role.VIEWER).post(path, {"toRevision": 1})).status == 403
    assert (await api.elsewhere().post(path, {"toRevision": 1})).status == 404
    assert (await api.post(path, {"toRevision": 9})).status == 422
    await api.delete(path_of(model))
    gone = await api.post(path, {"toRevision": 1})
    assert (gone.status, gone.document["code"]) == (404, "model-not-found")
