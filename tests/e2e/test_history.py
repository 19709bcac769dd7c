"""Who changed what, when, and from what to what."""

from datetime import datetime
from uuid import UUID, uuid4

import pytest

from entrypoints.http.authorization import Role
from tests.e2e.api_client import BULK, MODELS, PROVIDERS, Api, Document, path_of

EVENT_FIELDS = {
    "sequence",
    "position",
    "aggregateId",
    "revision",
    "type",
    "actor",
    "actorName",
    "at",
    "commandId",
    "requestId",
    "reason",
    "hash",
    "changes",
}


def changes(event: Document) -> dict[str, tuple[object, object]]:
    return {change["field"]: (change["before"], change["after"]) for change in event["changes"]}


async def test_each_event_shows_who_when_and_in_which_request(api: Api) -> None:
    anna, boris = api.of(Role.ADMIN, actor="anna"), api.of(Role.ADMIN, actor="boris")
    provider = await anna.provider()
    reply = await boris.patch(
        path_of(provider), {"name": "Renamed"}, x_request_id="request-of-boris", x_change_reason="Typo"
    )
    renamed, registered = await api.rows(f"{path_of(provider)}/history")
    assert renamed.keys() == EVENT_FIELDS
    assert (renamed["actor"], registered["actor"]) == ("boris", "anna")
    assert (renamed["requestId"], renamed["reason"], registered["reason"]) == ("request-of-boris", "Typo", None)
    assert reply.headers["X-Request-Id"] == "request-of-boris"
    assert (renamed["type"], registered["type"]) == ("provider.renamed", "provider.registered")
    assert (renamed["revision"], registered["revision"]) == (2, 1)
    assert renamed["position"] == reply.position > registered["position"]
    assert (renamed["sequence"], registered["sequence"]) == (2, 1)
    assert renamed["aggregateId"] == provider["id"]
    assert datetime.fromisoformat(renamed["at"]) == datetime.fromisoformat(reply.document["updatedAt"])
    assert datetime.fromisoformat(registered["at"]) == datetime.fromisoformat(provider["createdAt"])
    assert UUID(renamed["commandId"]) != UUID(registered["commandId"])
    assert len(bytes.fromhex(renamed["hash"])) == 32


async def a_providers_life(api: Api) -> list[Document]:
    """Return the events of a provider that everything has happened to, oldest first."""
    provider = await api.provider(name="Old", apiKey="sk-the-key-of-a-provider-7890")
    path = path_of(provider)
    await api.patch(path, {"name": "New"})
    await api.patch(path, {"settings": {"organization": "org-1"}})
    await api.patch(path, {"endpoint": "https://api.example.com/v1", "apiKey": "sk-the-key-of-a-provider-2222"})
    await api.patch(path, {"isEnabled": False})
    await api.patch(path, {"apiKey": None})
    await api.delete(path)
    return list(reversed(await api.rows(f"{path}/history", limit=2)))


async def test_a_providers_history_has_the_differences_of_every_field(api: Api) -> None:
    answer = await a_providers_life(api)
    assert [event["type"].removeprefix("provider.") for event in answer] == [
        "registered",
        "renamed",
        "settings-changed",
        "endpoint-changed",
        "credential-replaced",
        "disabled",
        "credential-removed",
        "removed",
    ]
    assert changes(answer[0]) == {
        "name": (None, "Old"),
        "providerType": (None, "openai"),
        "endpoint": (None, "https://api.openai.com/v1"),
        "settings": (None, {}),
        "isEnabled": (None, True),
        "apiKey": (None, {"hint": "…7890", "version": 1}),
        "extraHeaders": (None, []),
        "healthStatus": (None, "unknown"),
    }
    assert [changes(event) for event in answer[1:7]] == [
        {"name": ("Old", "New")},
        {"settings": ({}, {"organization": "org-1"})},
        {"endpoint": ("https://api.openai.com/v1", "https://api.example.com/v1")},
        {"apiKey": ({"hint": "…7890", "version": 1}, {"hint": "…2222", "version": 2})},
        {"isEnabled": (True, False)},
        {"apiKey": ({"hint": "…2222", "version": 2}, None)},
    ]
    assert changes(answer[7]) == {
        "name": ("New", None),
        "providerType": ("openai", None),
        "endpoint": ("https://api.example.com/v1", None),
        "settings": ({"organization": "org-1"}, None),
        "isEnabled": (False, None),
        "extraHeaders": ([], None),
        "healthStatus": ("unknown", None),
    }


async def test_a_models_history_has_exact_prices(api: Api) -> None:
    model = await api.model(await api.provider(), name="Old", costPer1kTokens=0.1)
    path = path_of(model)
    await api.patch(path, {"pricing": {"outputPer1kTokens": 0.30}})
    await api.patch(path, {"costPer1kTokens": None})
    unknown, dearer, _ = await api.rows(f"{path}/history")
    before, after = changes(dearer)["pricing"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert (str(before["outputPer1kTokens"]), str(after["outputPer1kTokens"])) == ("0.1", "0.3")
    assert set(changes(dearer)) == {"pricing"}
    assert changes(unknown)["pricing"] == (after, None)
    assert str(changes(unknown)["costPer1kTokens"][0]) == "0.1"


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
async def test_a_history_is_paged(api: Api, limit: int) -> None:
    model = await api.model(await api.provider())
    for number in range(6):
        await api.patch(path_of(model), {"name": f"Name {number}"})
    answer = await api.rows(f"{path_of(model)}/history", limit=limit)
    assert [event["revision"] for event in answer] == [7, 6, 5, 4, 3, 2, 1]


async def test_there_is_no_history_of_what_never_was(api: Api) -> None:
    for collection, code in ((PROVIDERS, "provider-not-found"), (MODELS, "model-not-found")):
        reply = await api.ask("GET", f"{collection}/{uuid4()}/history")
        assert (reply.status, reply.document["code"]) == (404, code)


@pytest.mark.parametrize("reason", ["Prüfung", "cost \u2013 too high", "价格变更", "Смена"])
async def test_a_reason_in_any_language_stays_with_the_event(api: Api, reason: str) -> None:
    provider = await api.provider(reason=reason)
    path = path_of(provider)
    assert (await api.patch(path, {"isEnabled": False, "reason": reason})).status == 200
    assert (await api.patch(path, {"isEnabled": True}, X_Change_Reason=reason)).status == 200
    reverted = await api.post(f"{path}/revert", {"toRevision": 2, "reason": reason})
    assert reverted.status == 200, reverted.text
    model = await api.model(provider, reason=reason)
    bulk = await api.post(BULK, {"operations": [{"op": "disable", "id": model["id"]}], "reason": reason})
    assert bulk.status == 200, bulk.text
    assert (await api.ask("DELETE", path_of(model), {"reason": reason})).status == 204
    for aggregate, events in ((path, 4), (path_of(model), 3)):
        assert [event["reason"] for event in await api.rows(f"{aggregate}/history")] == [reason] * events


async def test_one_operation_of_many_has_no_reason_of_its_own(api: Api) -> None:
    model = await api.model(await api.provider())
    refused = await api.post(BULK, {"operations": [{"op": "disable", "id": model["id"], "reason": "x"}]})
    assert (refused.status, refused.pointers) == (422, ["/operations/0/reason"])
