"""Providers over the API: made, shown, replaced, patched."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from entrypoints.http.authorization import Role
from tests.e2e.api_client import PROVIDERS, Api, a_provider, path_of

FIELDS = {
    "id",
    "organizationId",
    "name",
    "providerType",
    "endpoint",
    "settings",
    "isEnabled",
    "apiKey",
    "extraHeaders",
    "healthStatus",
    "lastHealthCheck",
    "createdAt",
    "updatedAt",
    "revision",
}


async def test_a_new_provider_is_answered_with_all_its_fields(api: Api) -> None:
    reply = await api.post(
        PROVIDERS,
        a_provider(
            name="OpenAI", apiKey="sk-proj-abcdefghijklmnop", settings={"organization": "org-1"}, isEnabled=False
        ),
    )
    provider = reply.document
    assert reply.status == 201
    assert provider.keys() == FIELDS
    assert reply.headers["Location"] == f"{PROVIDERS}/{UUID(provider['id'])}"
    assert reply.revision == provider["revision"] == 1
    assert reply.position > 0
    now = datetime.now(UTC)
    for moment in (provider["createdAt"], provider["updatedAt"], provider["apiKey"].pop("setAt")):
        assert abs(datetime.fromisoformat(moment) - now) < timedelta(minutes=1)
    assert provider | {"id": 0, "createdAt": 0, "updatedAt": 0} == {
        "id": 0,
        "organizationId": str(api.organization_id),
        "name": "OpenAI",
        "providerType": "openai",
        "endpoint": "https://api.openai.com/v1",
        "settings": {"organization": "org-1"},
        "isEnabled": False,
        "apiKey": {"hint": "…mnop", "version": 1},
        "extraHeaders": [],
        "healthStatus": "unknown",
        "lastHealthCheck": None,
        "createdAt": 0,
        "updatedAt": 0,
        "revision": 1,
    }


async def test_what_was_made_can_be_read_at_once(api: Api) -> None:
    provider = await api.provider()
    reply = await api.of(Role.VIEWER).ask("GET", path_of(provider))
    assert reply.document == provider
    assert reply.revision == 1


async def test_only_the_name_and_the_type_are_needed(api: Api) -> None:
    provider = (await api.post(PROVIDERS, {"name": "Bare", "providerType": "anthropic"})).document
    assert provider["endpoint"] == "https://api.anthropic.com"
    assert (provider["apiKey"], provider["settings"], provider["isEnabled"]) == (None, {}, True)


@pytest.mark.parametrize(
    ("provider_type", "endpoint"),
    [("openai", "https://api.openai.com/v1"), ("google", "https://generativelanguage.googleapis.com")],
)
async def test_a_type_has_an_endpoint_of_its_own(api: Api, provider_type: str, endpoint: str) -> None:
    assert (await api.provider(providerType=provider_type, endpoint=...))["endpoint"] == endpoint


@pytest.mark.parametrize("name", ["OpenAI", "openai", " OPENAI "])
async def test_a_name_is_used_once_whatever_its_case(api: Api, name: str) -> None:
    await api.provider(name="OpenAI")
    reply = await api.post(PROVIDERS, a_provider(name=name))
    assert (reply.status, reply.document["code"], reply.pointers) == (409, "provider-name-taken", ["/name"])


async def test_another_organization_may_use_the_name(api: Api) -> None:
    await api.provider(name="OpenAI")
    await api.elsewhere().provider(name="OpenAI")


async def test_a_name_becomes_free_when_its_provider_goes(api: Api) -> None:
    await api.delete(path_of(await api.provider(name="OpenAI")))
    await api.provider(name="OpenAI")


async def test_put_replaces_all_but_the_key(api: Api) -> None:
    provider = await api.provider(name="Old", settings={"organization": "org-1"}, isEnabled=False)
    reply = await api.put(path_of(provider), {"name": "New", "providerType": "openai"})
    assert reply.status == 200
    assert reply.revision == reply.document["revision"] > 1
    changed = {"name": "New", "settings": {}, "isEnabled": True}
    assert reply.document == provider | changed | {
        "revision": reply.revision,
        "updatedAt": reply.document["updatedAt"],
    }
    assert reply.document["updatedAt"] > provider["updatedAt"]
    assert await api.get(path_of(provider)) == reply.document


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_null_key_removes_the_key(api: Api, method: str) -> None:
    provider = await api.provider()
    reply = await api.ask(method, path_of(provider), {"name": provider["name"], "apiKey": None})
    assert (reply.status, reply.document["apiKey"]) == (200, None)
    assert await api.get(path_of(provider)) == reply.document
    story = await api.rows(f"{path_of(provider)}/history")
    assert "provider.credential-removed" in {entry["type"] for entry in story}


async def test_put_of_what_is_there_changes_nothing(api: Api) -> None:
    provider = await api.provider(settings={"organization": "org-1"})
    body = {name: provider[name] for name in ("name", "providerType", "endpoint", "settings", "isEnabled")}
    reply = await api.put(path_of(provider), body)
    assert (reply.status, reply.document) == (200, provider)
    assert len(await api.rows(f"{path_of(provider)}/history")) == 1


async def test_put_needs_a_name(api: Api) -> None:
    provider = await api.provider()
    reply = await api.put(path_of(provider), {"providerType": "openai"})
    assert (reply.status, reply.pointers) == (422, ["/name"])


async def test_patch_leaves_alone_what_it_does_not_mention(api: Api) -> None:
    provider = await api.provider(settings={"organization": "org-1"})
    reply = await api.patch(path_of(provider), {"name": "New"})
    assert reply.document == provider | {
        "name": "New",
        "revision": 2,
        "updatedAt": reply.document["updatedAt"],
    }


@pytest.mark.parametrize(
    ("patch", "settings"),
    [
        ({"organization": "org-2"}, {"organization": "org-2", "project": "proj_1"}),
        ({"organization": None}, {"project": "proj_1"}),
        ({"unset": None}, {"organization": "org-1", "project": "proj_1"}),
        ({}, {"organization": "org-1", "project": "proj_1"}),
        (None, {}),
    ],
)
async def test_patch_merges_settings(api: Api, patch: object, settings: object) -> None:
    provider = await api.provider(settings={"organization": "org-1", "project": "proj_1"})
    reply = await api.patch(path_of(provider), {"settings": patch})
    assert (reply.status, reply.document["settings"]) == (200, settings)


async def test_patch_understands_its_own_content_type(api: Api) -> None:
    provider = await api.provider()
    reply = await api.patch(path_of(provider), {"isEnabled": False}, content_type="application/merge-patch+json")
    assert (reply.status, reply.document["isEnabled"]) == (200, False)


async def test_patch_with_null_removes_the_key(api: Api) -> None:
    provider = await api.provider()
    reply = await api.patch(path_of(provider), {"apiKey": None})
    assert (reply.status, reply.document["apiKey"]) == (200, None)


async def test_a_new_key_has_a_new_version_and_hint(api: Api) -> None:
    provider = await api.provider(apiKey="sk-the-first-of-the-keys-0001")
    path = path_of(provider)
    second = (await api.patch(path, {"apiKey": "sk-the-second-of-the-keys-0002"})).document["apiKey"]
    assert (second["hint"], second["version"]) == ("…0002", 2)
    assert second["setAt"] > provider["apiKey"]["setAt"]
    await api.patch(path, {"apiKey": None})
    third = (await api.put(path, {"name": "P", "apiKey": "sk-the-third-of-the-keys-0003"})).document["apiKey"]
    assert (third["hint"], third["version"]) == ("…0003", 3)


@pytest.mark.parametrize("field", ["name", "providerType", "isEnabled"])
async def test_patch_does_not_empty_what_cannot_be_empty(api: Api, field: str) -> None:
    provider = await api.provider()
    reply = await api.patch(path_of(provider), {field: None})
    assert (reply.status, reply.pointers) == (422, [f"/{field}"])


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_provider_keeps_its_type(api: Api, method: str) -> None:
    provider = await api.provider()
    reply = await api.ask(method, path_of(provider), {"name": "P", "providerType": "anthropic"})
    assert (reply.status, reply.document["code"], reply.pointers) == (422, "provider-type-fixed", ["/providerType"])


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_what_is_not_there_is_not_found(api: Api, method: str) -> None:
    body = {"name": "P"} if method in {"PUT", "PATCH"} else ...
    reply = await api.ask(method, f"{PROVIDERS}/{uuid4()}", body)
    assert (reply.status, reply.document["code"]) == (404, "provider-not-found")


async def test_an_id_of_a_model_is_not_one_of_a_provider(api: Api) -> None:
    model = await api.model(await api.provider())
    assert (await api.ask("GET", f"{PROVIDERS}/{model['id']}")).status == 404
    assert (await api.patch(f"{PROVIDERS}/{model['id']}", {"name": "P"})).status == 404
    assert (await api.ask("GET", f"{PROVIDERS}/{model['id']}/history")).status == 404
