"""An organization that is removed leaves its log, closed and verifiable, and nothing else."""

from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from entrypoints.http.authorization import Role
from sandbox.server import Sandbox
from tests.e2e.api_client import AUDIT, MODELS, PROVIDERS, WEBHOOKS, Api, a_provider, path_of
from tests.e2e.request_log import logged
from tests.e2e.running_service import RunningService
from tests.e2e.test_webhooks import registered

_HOLDING = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
KEPT = {"events", "organization_heads"}


def _held(service: RunningService, organization_id: UUID) -> set[str]:
    """Return the tables in which anything of the organization is held."""
    with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
        columns = {row[0]: "organization_id" for row in owner.execute(_HOLDING)} | {"organizations": "id"}
        return {
            table
            for table, column in columns.items()
            if owner.execute(
                sql.SQL("SELECT 1 FROM {} WHERE {} = %s LIMIT 1").format(sql.Identifier(table), sql.Identifier(column)),
                (organization_id,),
            ).fetchone()
        }


@pytest.fixture
def platform(api: Api) -> Api:
    return api.of(None, actor="operator-1", is_platform_admin=True)


async def _a_life(api: Api, sandbox: Sandbox) -> None:
    """Leave something in as many tables as an organization can."""
    provider = await api.provider(endpoint=f"{sandbox.url}/openai/v1", apiKey="sk-a-key-that-must-not-stay-1234")
    for number in range(3):
        await api.model(provider, name=f"Model {number}")
    await api.post(f"{path_of(provider)}/test", idempotency_key="once")
    await api.ask("GET", f"{path_of(provider)}/models")
    await api.provider()
    await api.post("/v1/chat/completions", {"model": "nobody", "messages": [{"role": "user", "content": "Hi"}]})
    await logged(api, at_least=1)
    assert (await (await api.with_key()).ask("GET", "/v1/models")).status == 200
    await registered(api, url="http://127.0.0.1:9/", isEnabled=False)
    await api.post(f"{WEBHOOKS}/{(await api.rows(WEBHOOKS))[0]['id']}/test")


async def test_all_is_forgotten_but_the_log(api: Api, platform: Api, service: RunningService, sandbox: Sandbox) -> None:
    await _a_life(api, sandbox)
    await service.container.access_key_uses().flush()
    before = _held(service, api.organization_id or uuid4())
    assert {"ai_providers", "ai_models", "provider_credentials", "provider_checks", "idempotency_keys"} <= before
    assert {"request_log", "access_keys", "access_key_secrets", "access_key_uses"} <= before
    assert {"webhooks", "webhook_cursors", "webhook_deliveries"} <= before
    path = f"/api/admin/organizations/{api.organization_id}"
    gone = await platform.delete(path, x_change_reason="They left")
    assert gone.status == 204, gone.text
    assert _held(service, api.organization_id or uuid4()) == KEPT
    again = await platform.delete(path)
    assert again.status == 204
    events = await api.rows(AUDIT)
    assert [event["type"] for event in events[:9]] == [
        "organization.removed",
        "organization.registered",
        *["provider.removed"] * 2,
        "webhook.removed",
        "access-key.revoked",
        *["model.removed"] * 3,
    ]
    assert {event["actor"] for event in events[:9]} == {"operator-1"}
    assert {event["reason"] for event in events[:9]} == {"They left"}
    assert gone.position == events[0]["position"]
    proof = await api.get(f"{AUDIT}/verify")
    assert (proof["intact"], proof["events"]) == (True, len(events))
    assert (await api.get(PROVIDERS))["data"] == []
    export = (await api.ask("GET", f"{AUDIT}/export")).text
    assert "must-not-stay" not in export


async def test_nothing_can_be_written_any_more(api: Api, platform: Api) -> None:
    provider = await api.provider()
    named = await platform.put(f"/api/admin/organizations/{api.organization_id}", {"name": "Acme"})
    assert named.status == 200
    await platform.delete(f"/api/admin/organizations/{api.organization_id}")
    refused = [
        await api.post(PROVIDERS, a_provider()),
        await platform.put(f"/api/admin/organizations/{api.organization_id}", {"name": "Acme again"}),
    ]
    for reply in refused:
        assert (reply.status, reply.document["code"]) == (410, "organization-removed")
    assert (await api.patch(path_of(provider), {"name": "Late"})).status == 404
    assert (await api.post(f"{path_of(provider)}/revert", {"toRevision": 1})).status == 404
    assert (await api.get(f"{path_of(provider)}/history"))["data"][0]["type"] == "provider.removed"
    before = (await api.get(AUDIT))["data"][0]["sequence"]
    assert (await api.get(f"{AUDIT}/verify"))["events"] == before


async def test_many_models_go_in_parts(api: Api, platform: Api) -> None:
    provider = await api.provider()
    for _ in range(2):
        operations = [{"op": "create", "providerId": provider["id"], "modelId": f"m-{uuid4()}"} for _ in range(700)]
        assert (await api.post(f"{MODELS}/bulk", {"operations": operations})).status == 200
    assert (await platform.delete(f"/api/admin/organizations/{api.organization_id}")).status == 204
    page = await api.get(AUDIT, type="model.removed", includeTotal=True, limit=1)
    assert page["pagination"]["total"] == 1400
    commands = {event["commandId"] for event in await api.rows(AUDIT, type="model.removed", limit=200)}
    assert len(commands) == 2


async def test_who_was_never_there_cannot_be_removed(api: Api, platform: Api) -> None:
    path = f"/api/admin/organizations/{api.organization_id}"
    missing = await platform.delete(path)
    assert (missing.status, missing.document["code"]) == (404, "organization-not-found")
    await api.provider()
    assert (await api.of(Role.ADMIN).delete(path)).status == 403
    assert (await api.get(PROVIDERS))["data"] != []


async def test_operators_list_organizations_by_name(api: Api, platform: Api) -> None:
    mark = uuid4().hex
    ids = [api.organization_id, *(uuid4() for _ in range(2))]
    for organization_id, name in zip(ids, ("beta", "Alpha", "gamma"), strict=True):
        path = f"/api/admin/organizations/{organization_id}"
        assert (await platform.put(path, {"name": f"{name} {mark}"})).status == 200
    quotas = await platform.put(f"/api/admin/organizations/{ids[1]}/quotas", {"models": 7})
    assert quotas.status == 200
    await platform.delete(f"/api/admin/organizations/{ids[2]}")
    pages = [
        page async for page in platform.pages("/api/admin/organizations", q=mark.upper(), limit=1, includeTotal=True)
    ]
    found = [row for page in pages for row in page["data"]]
    assert [row["name"].partition(" ")[0] for row in found] == ["Alpha", "beta"]
    assert (found[0]["quotas"], found[0]["events"], found[0]["isRemoved"]) == ({"models": 7}, 2, False)
    assert {page["pagination"]["total"] for page in pages} == {2}
    [gone] = await platform.rows("/api/admin/organizations", q=str(ids[2]))
    assert (gone["name"], gone["isRemoved"]) == (None, True)
