"""Access keys as programs and administrators use them."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from application.access_keys.key_text import hint_of, parse_key, text_of
from entrypoints.http.authorization import Role
from sandbox.server import Sandbox
from tests.e2e.api_client import AUDIT, KEYS, MODELS, Api, Document, without_secret
from tests.e2e.running_service import RunningService
from tests.e2e.sandbox_models import HELLO, registered

CHAT = {"model": "chat-latest", "messages": [{"role": "user", "content": "Hello there"}]}
_TABLES = "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def path_of(key: Document) -> str:
    return f"{KEYS}/{key['id']}"


async def status_with(api: Api, secret: str, path: str = "/v1/models") -> int:
    return (await replace(api, token=secret).ask("GET", path)).status


async def test_a_secret_key_is_shown_once(api: Api) -> None:
    reply = await api.post(
        KEYS,
        {
            "name": "Search",
            "labels": {"team": "search", "application": "shop"},
            "limits": {"requestsPerMinute": 600, "concurrent": 8},
            "budget": {"usd": 12.5, "period": "month"},
        },
    )
    key = reply.document
    assert (reply.status, reply.headers["Location"], reply.revision) == (201, path_of(key), 1)
    parsed = parse_key(key["secret"])
    assert parsed is not None
    assert (str(parsed.organization_id), str(parsed.key_id)) == (str(api.organization_id), key["id"])
    assert (key["hint"], key["scope"], key["isEnabled"]) == (hint_of(key["secret"]), "run", True)
    assert key["limits"] == {"requestsPerMinute": 600, "tokensPerMinute": None, "concurrent": 8}
    assert {name: key["budget"][name] for name in ("period", "spentUsd")} == {"period": "month", "spentUsd": 0}
    assert (key["modelIds"], key["providerIds"], key["expiresAt"], key["lastUsedAt"]) == (None, None, None, None)
    assert key["createdBy"] == "user-1"
    assert await api.get(path_of(key)) == without_secret(key)
    assert await api.rows(KEYS) == [without_secret(key)]
    assert await api.of(Role.VIEWER).rows(KEYS, q="sea", scope="run", enabled=True) == [without_secret(key)]
    assert await api.rows(KEYS, enabled=False) == []


async def test_a_key_opens_the_compatible_apis_in_each_of_the_three_headers(api: Api, sandbox: Sandbox) -> None:
    await registered(api, sandbox)
    secret = (await api.access_key())["secret"]
    nobody = replace(api, token=None)
    for headers in ({"Authorization": f"Bearer {secret}"}, {"x-api-key": secret}, {"api-key": secret}):
        reply = await nobody.ask("POST", "/v1/chat/completions", CHAT, headers=headers)
        assert reply.document["choices"][0]["message"]["content"] == HELLO
        generated = await nobody.ask("POST", "/api/ai/select", {"need": {"type": "language"}}, headers=headers)
        assert generated.status == 200
    message = await nobody.ask("POST", "/v1/messages", {**CHAT, "max_tokens": 9}, headers={"x-api-key": secret})
    assert message.status == 200
    both = {"Authorization": f"Bearer {secret}", "x-api-key": (await api.access_key())["secret"]}
    assert (await nobody.ask("GET", "/v1/models", headers=both)).status == 401
    ignored = {"Authorization": f"Bearer {api.token}", "x-api-key": "of something else"}
    assert (await nobody.ask("GET", MODELS, headers=ignored)).status == 200


async def test_what_is_no_accepted_key_is_refused_alike(api: Api) -> None:
    key = await api.access_key()
    secret = key["secret"]
    organization_id = api.organization_id or uuid4()
    revoked = await api.access_key()
    assert (await api.delete(path_of(revoked))).status == 204
    details = set()
    for text in (
        revoked["secret"],
        text_of(organization_id, uuid4(), b"a" * 32),
        text_of(uuid4(), uuid4(), b"a" * 32),
        text_of(organization_id, UUID(key["id"]), b"a" * 32),
    ):
        reply = await replace(api, token=text).ask("GET", MODELS)
        assert (reply.status, reply.document["code"]) == (401, "not-authenticated")
        details.add(reply.document["detail"])
    assert len(details) == 1
    broken = await replace(api, token=f"{secret[:-1]}{'A' if secret[-1] != 'A' else 'B'}").ask("GET", MODELS)
    assert (broken.status, "not complete" in broken.document["detail"]) == (401, True)
    openai = await replace(api, token=revoked["secret"]).ask("GET", "/v1/models")
    assert (openai.status, openai.document["error"]["code"]) == (401, "invalid_api_key")


async def test_a_key_is_disabled_and_expires(api: Api) -> None:
    key = await api.access_key()
    secret = key["secret"]
    assert await status_with(api, secret) == 200
    assert (await api.patch(path_of(key), {"isEnabled": False})).document["isEnabled"] is False
    refused = await replace(api, token=secret).ask("GET", MODELS)
    assert (refused.status, "disabled" in refused.document["detail"]) == (401, True)
    await api.patch(path_of(key), {"isEnabled": True, "expiresAt": soon(0.4)})
    assert await status_with(api, secret) == 200
    await asyncio.sleep(0.5)
    refused = await replace(api, token=secret).ask("GET", MODELS)
    assert (refused.status, "expired" in refused.document["detail"]) == (401, True)
    await api.patch(path_of(key), {"expiresAt": None})
    assert await status_with(api, secret) == 200
    passed = await api.patch(path_of(key), {"expiresAt": soon(-5)})
    assert (passed.status, passed.document["code"], passed.pointers) == (422, "expiry-passed", ["/expiresAt"])


async def test_a_merge_patch_changes_what_it_names(api: Api) -> None:
    key = await api.access_key(labels={"team": "search"}, limits={"concurrent": 8}, budget={"usd": 5, "period": "day"})
    changed = await api.patch(
        path_of(key),
        {"name": "Renamed", "labels": {"application": "shop", "team": None}, "limits": {"tokensPerMinute": 1000}},
    )
    assert changed.document["labels"] == {"application": "shop"}
    assert changed.document["limits"] == {"requestsPerMinute": None, "tokensPerMinute": 1000, "concurrent": 8}
    assert changed.document["budget"]["usd"] == 5
    lifted = await api.patch(path_of(key), {"limits": {"concurrent": None}, "budget": None, "labels": None})
    assert (lifted.document["limits"]["concurrent"], lifted.document["budget"], lifted.document["labels"]) == (
        None,
        None,
        {},
    )
    stale = await api.patch(path_of(key), {"name": "Late"}, if_match='"1"')
    assert stale.status == 412
    history = await api.rows(f"{path_of(key)}/history")
    assert [event["type"].removeprefix("access-key.") for event in history] == [
        "labels-changed",
        "budget-changed",
        "limits-changed",
        "labels-changed",
        "limits-changed",
        "renamed",
        "issued",
    ]
    assert history[1]["changes"] == [{"field": "budget", "before": {"usd": 5, "period": "day"}, "after": None}]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"labels": {"owner": "ann@example.org"}}, "/labels"),
        ({"name": "Key of ann@example.org"}, "/name"),
        ({"labels": {"Team": "x"}}, "/labels/Team"),
        ({"scope": "admin"}, "/scope"),
        ({"role": "admin"}, "/role"),
        ({"secret": "mine"}, "/secret"),
        ({"budget": {"usd": 0, "period": "day"}}, "/budget/usd"),
        ({"budget": {"usd": 1, "period": "year"}}, "/budget/period"),
        ({"limits": {"concurrent": 0}}, "/limits/concurrent"),
        ({"modelIds": []}, "/modelIds"),
        ({"modelIds": [str(uuid4())]}, "/modelIds/0"),
        ({"providerIds": [str(uuid4())]}, "/providerIds/0"),
    ],
)
async def test_what_a_key_cannot_have_is_refused_with_its_place(api: Api, body: Document, pointer: str) -> None:
    refused = await api.post(KEYS, {"name": "Key", **body})
    assert (refused.status, refused.pointers) == (422, [pointer]), refused.text


async def test_the_scope_is_for_life(api: Api) -> None:
    key = await api.access_key()
    assert (await api.patch(path_of(key), {"scope": "manage"})).pointers == ["/scope"]


async def test_the_text_of_a_key_is_refused_where_the_log_would_keep_it(api: Api) -> None:
    secret = (await api.access_key())["secret"]
    assert (await api.post(KEYS, {"name": f"Key {secret}"})).status == 422
    assert (await api.post(KEYS, {"name": "Key", "labels": {"team": secret}})).status == 422
    reasoned = await api.post(KEYS, {"name": "Key"}, x_change_reason=f"It was {secret}")
    assert reasoned.status == 422


async def test_what_a_key_does_is_recorded_as_its_doing(api: Api) -> None:
    key = await api.access_key(scope="manage")
    provider = await api.provider()
    manager = replace(api, token=key["secret"])
    await manager.model(provider)
    [event] = await api.rows(AUDIT, actor=key["id"])
    assert event["type"] == "model.registered"


async def test_the_calls_of_a_key_are_counted_under_it_and_its_labels(api: Api, sandbox: Sandbox) -> None:
    await registered(api, sandbox)
    key = await api.access_key(labels={"team": "search"})
    for caller in (replace(api, token=key["secret"]), replace(api, token=key["secret"]), api):
        assert (await caller.post("/v1/chat/completions", CHAT)).status == 200
    for path in (f"{path_of(key)}/usage", "/api/ai/usage"):
        query = {} if "keys" in path else {"label": "team:search"}
        await until_counted(api, path, 2, **query)
    logged = (await api.rows("/api/ai/requests", key=key["id"]))[0]
    assert (logged["accessKeyId"], logged["actor"], logged["labels"]) == (key["id"], key["id"], {"team": "search"})
    await api.delete(path_of(key))
    assert (await api.get(f"{path_of(key)}/usage"))["totals"]["requests"] == 2


async def until_counted(api: Api, path: str, requests: int, **query: object) -> None:
    async with asyncio.timeout(30):
        while (await api.get(path, **query))["totals"]["requests"] != requests:  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.03)


async def test_a_key_uses_the_models_that_it_may_use_alone(api: Api, sandbox: Sandbox) -> None:
    one = await registered(api, sandbox)
    other = await registered(api, sandbox, "anthropic")
    of_model = await api.with_key(modelIds=[one.model["id"]])
    of_provider = await api.with_key(providerIds=[other.provider["id"]])
    of_both = await api.with_key(modelIds=[one.model["id"]], providerIds=[other.provider["id"]])
    names = {"chat-latest", "claude-haiku-4-5"}
    for key, allowed in ((of_model, {"chat-latest"}), (of_provider, {"claude-haiku-4-5"}), (of_both, names)):
        listed = {each["id"] for each in (await key.get("/v1/models"))["data"]}
        assert listed & names == allowed
        for name in names:
            expected = 200 if name in allowed else 404
            assert (await key.post("/v1/chat/completions", {**CHAT, "model": name})).status == expected
            assert (await key.ask("GET", f"/v1/models/{name}")).status == expected
    needed = await of_provider.post("/api/ai/select", {"need": {"type": "language"}})
    assert {each["modelId"] for each in needed.document["candidates"]} == {other.model["id"]}
    body = {"modelId": other.model["id"], "prompt": "Hi"}
    assert (await of_model.post("/api/ai/generate", body)).status == 404
    # Nor does it get the answer that somebody else had from such a model.
    assert (await api.post("/api/ai/generate", body, idempotency_key="job-1")).status == 200
    repeated = await of_model.post("/api/ai/generate", body, idempotency_key="job-1")
    assert (repeated.status, repeated.document["code"]) == (422, "idempotency-key-reused")


async def test_a_rotation_leaves_the_old_secret_its_grace_and_no_older_one(api: Api) -> None:
    key = await api.access_key()
    first = key["secret"]
    second = (await api.post(f"{path_of(key)}/rotate", {"graceSeconds": 60})).document
    assert second["previousSecretUntil"] is not None
    assert [await status_with(api, each) for each in (first, second["secret"])] == [200, 200]
    third = (await api.post(f"{path_of(key)}/rotate", {"graceSeconds": 60})).document
    assert [await status_with(api, each["secret"]) for each in (key, second, third)] == [401, 200, 200]
    last = (await api.post(f"{path_of(key)}/rotate", {})).document
    assert [await status_with(api, each["secret"]) for each in (second, third, last)] == [401, 401, 200]
    assert (last["hint"], last["previousSecretUntil"]) == (hint_of(last["secret"]), None)
    short = (await api.post(f"{path_of(key)}/rotate", {"graceSeconds": 1})).document
    assert await status_with(api, last["secret"]) == 200
    await asyncio.sleep(1.1)
    assert [await status_with(api, each["secret"]) for each in (last, short)] == [401, 200]


async def test_no_request_fails_while_a_key_is_rotated(api: Api) -> None:
    key = await api.access_key()
    secret = key["secret"]
    statuses: list[int] = []
    is_over = asyncio.Event()

    async def ask() -> None:
        while not is_over.is_set():
            statuses.append(await status_with(api, secret))

    asking = [asyncio.create_task(ask()) for _ in range(8)]
    for _ in range(10):
        secret = (await api.post(f"{path_of(key)}/rotate", {"graceSeconds": 60})).document["secret"]
        await asyncio.sleep(0.02)
    is_over.set()
    await asyncio.gather(*asking)
    assert (set(statuses), len(statuses) > 50) == ({200}, True)


async def test_a_repeated_answer_is_without_the_secret(api: Api) -> None:
    made = [await api.post(KEYS, {"name": "Once"}, idempotency_key="once") for _ in range(2)]
    assert [reply.status for reply in made] == [201, 201]
    assert made[1].headers["Idempotency-Replayed"] == "true"
    assert made[1].document == {**made[0].document, "secret": None}
    path = f"{path_of(made[0].document)}/rotate"
    rotated = [await api.post(path, {}, idempotency_key="twice") for _ in range(2)]
    assert rotated[1].document == {**rotated[0].document, "secret": None}
    assert [await status_with(api, reply.document["secret"]) for reply in (made[0], rotated[0])] == [401, 200]


async def test_the_secret_is_found_in_no_table(api: Api, service: RunningService, sandbox: Sandbox) -> None:
    await registered(api, sandbox)
    key = (await api.post(KEYS, {"name": "Canary"}, idempotency_key="canary")).document
    rotated = (await api.post(f"{path_of(key)}/rotate", {"graceSeconds": 60}, idempotency_key="rotation")).document
    for text in (key["secret"], rotated["secret"]):
        program = replace(api, token=text)
        assert (await program.post("/v1/chat/completions", CHAT)).status == 200
        assert (await program.post(KEYS, {"name": text})).status == 403
        # A refusal quotes the path, and names of fields; of a repetition's it is not kept.
        for path, body in ((f"{KEYS}/{text}/rotate", {}), ("/api/ai/generate", {text: 1})):
            assert (await api.post(path, body, idempotency_key=f"refused {path[:20]}")).status == 422
    await service.container.access_key_uses().flush()
    found = []
    with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
        for (table,) in owner.execute(_TABLES).fetchall():
            for text in (key["secret"], rotated["secret"]):
                secret = text.split("_")[2]
                for form in (secret[:12], secret.encode()[:12].hex()):
                    statement = sql.SQL("SELECT 1 FROM {} t WHERE t::text LIKE %s LIMIT 1").format(
                        sql.Identifier(table)
                    )
                    found += owner.execute(statement, (f"%{form}%",)).fetchall()
        held = owner.execute("SELECT count(*) FROM access_key_secrets WHERE key_id = %s", (key["id"],)).fetchone()
        assert (found, held) == ([], (2,))
        assert (await api.get(path_of(key)))["lastUsedAt"] is not None
        await api.delete(path_of(key))
        for table in ("access_key_secrets", "access_key_uses"):
            statement = sql.SQL("SELECT count(*) FROM {} WHERE key_id = %s").format(sql.Identifier(table))
            assert owner.execute(statement, (key["id"],)).fetchone() == (0,)


async def test_a_row_that_was_put_back_opens_nothing(api: Api, service: RunningService) -> None:
    key = await api.access_key()
    with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        kept = owner.execute("SELECT * FROM access_key_secrets WHERE key_id = %s", (key["id"],)).fetchone()
        rotated = (await api.post(f"{path_of(key)}/rotate", {})).document
        owner.execute("INSERT INTO access_key_secrets VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING", kept)
        assert [await status_with(api, each["secret"]) for each in (key, rotated)] == [401, 200]
        await api.delete(path_of(key))
        owner.execute("INSERT INTO access_key_secrets VALUES (%s, %s, %s, %s)", kept)
    assert await status_with(api, key["secret"]) == 401


async def test_a_key_of_one_organization_sees_nothing_of_another(api: Api) -> None:
    other = api.elsewhere()
    provider = await other.provider()
    model = await other.model(provider)
    theirs = await other.access_key()
    stranger = await api.with_key(scope="manage")
    for path in (f"{MODELS}/{model['id']}", f"/api/ai/providers/{provider['id']}", path_of(theirs)):
        assert (await stranger.ask("GET", path)).status == 404
        assert (await stranger.ask("GET", path, query={"organizationId": other.organization_id})).status == 403
    assert await stranger.rows(MODELS) == []
    assert (await stranger.get("/v1/models"))["data"] == []


async def test_keys_go_with_their_organization(api: Api) -> None:
    platform = api.of(None, actor="operator-1", is_platform_admin=True)
    key: Any = await api.access_key()
    await api.provider()
    assert (await platform.delete(f"/api/admin/organizations/{api.organization_id}")).status == 204
    assert await status_with(api, key["secret"]) == 401
    assert [event["type"] for event in await api.rows(AUDIT)][:2] == ["organization.removed", "organization.registered"]
    assert "access-key.revoked" in {event["type"] for event in await api.rows(AUDIT)}
