"""Webhooks as administrators keep them, and what receivers get."""

import psycopg

from entrypoints.http.authorization import Role
from tests.e2e.api_client import AUDIT, WEBHOOKS, Api, Document, without_secret
from tests.e2e.running_service import RunningService

SECRET_PATH = "/services/T00000000/B00000000/abcdefghijklmnop"
SLACK = f"https://hooks.slack.com{SECRET_PATH}"


def path_of(webhook: Document) -> str:
    return f"{WEBHOOKS}/{webhook['id']}"


async def registered(api: Api, **changes: object) -> Document:
    """Register a webhook and return it, with its secret."""
    reply = await api.post(WEBHOOKS, {"name": "On-call", "url": SLACK, "topics": ["provider.*"], **changes})
    assert reply.status == 201, reply.text
    webhook: Document = reply.document
    return webhook


async def test_a_secret_is_shown_once_and_an_address_never(api: Api, service: RunningService) -> None:
    webhook = await registered(api, format="slack")
    assert (webhook["host"], webhook["topics"], webhook["format"]) == ("hooks.slack.com", ["provider.*"], "slack")
    assert webhook["secret"].startswith("whsec_")
    assert webhook["secretHint"] == f"…{webhook['secret'].rstrip('=')[-4:]}"
    assert await api.get(path_of(webhook)) == without_secret(webhook)
    assert await api.of(Role.VIEWER).rows(WEBHOOKS, q="slack", enabled=True) == [without_secret(webhook)]
    assert await api.rows(WEBHOOKS, enabled=False) == []
    rotated = (await api.post(f"{path_of(webhook)}/rotate", {"graceSeconds": 3600})).document
    assert (rotated["secret"] != webhook["secret"], rotated["previousSecretUntil"] is not None) == (True, True)
    moved = await api.patch(path_of(webhook), {"url": "https://alerts.example.com/a?key=AIza000000000000000000000000"})
    assert (moved.document["host"], moved.document["secretHint"]) == ("alerts.example.com", rotated["secretHint"])
    audited = (await api.ask("GET", f"{AUDIT}/export")).text
    with psycopg.connect(service.database.owner_url) as owner:
        [[dumped]] = owner.execute("SELECT string_agg(w::text, '') FROM webhooks w").fetchall()
        sealed = b"".join(row[0] for row in owner.execute("SELECT ciphertext FROM provider_credentials"))
    for secret in (webhook["secret"], rotated["secret"], SECRET_PATH, "AIza0000"):
        assert secret not in audited + dumped
        assert secret.encode() not in sealed
    assert [event["type"] for event in await api.rows(AUDIT, aggregateId=webhook["id"])] == [
        "webhook.address-replaced",
        "webhook.secret-rotated",
        "webhook.registered",
    ]
    history = (await api.get(f"{path_of(webhook)}/history"))["data"]
    assert history[0]["changes"] == [{"field": "host", "before": "hooks.slack.com", "after": "alerts.example.com"}]
    assert (await api.get(f"{AUDIT}/verify"))["intact"] is True


async def test_a_repeated_answer_is_without_the_secret(api: Api) -> None:
    body = {"name": "On-call", "url": SLACK, "topics": ["*"]}
    first = await api.post(WEBHOOKS, body, idempotency_key="once")
    again = await api.post(WEBHOOKS, body, idempotency_key="once")
    assert (again.status, again.document["id"], again.document["secret"]) == (201, first.document["id"], None)


async def test_what_is_not_allowed_is_pointed_to(api: Api) -> None:
    for wrong, pointer in (
        ({"url": "http://alerts.example.com/"}, "/url"),
        ({"url": "https://10.0.0.1/"}, "/url"),
        ({"url": "https://user:word@alerts.example.com/"}, "/url"),
        ({"topics": ["provider.exploded"]}, "/topics/0"),
        ({"topics": ["nobody.*"]}, "/topics/0"),
        ({"name": SLACK}, "/name"),
    ):
        reply = await api.post(WEBHOOKS, {"name": "W", "url": SLACK, "topics": ["*"], **wrong})
        assert (reply.status, reply.pointers) == (422, [pointer]), reply.text
        assert SECRET_PATH not in reply.text


async def test_there_are_only_so_many(api: Api) -> None:
    for number in range(20):
        await registered(api, name=f"W{number}")
    reply = await api.post(WEBHOOKS, {"name": "One more", "url": SLACK, "topics": ["*"]})
    assert (reply.status, reply.document["code"]) == (409, "too-many-webhooks")
    assert (await api.delete(path_of((await api.rows(WEBHOOKS))[0]))).status == 204
    await registered(api, name="One more")


async def test_a_removed_webhook_leaves_nothing_but_its_history(api: Api, service: RunningService) -> None:
    webhook = await registered(api)
    assert (await api.delete(path_of(webhook))).status == 204
    assert (await api.ask("GET", path_of(webhook))).status == 404
    with psycopg.connect(service.database.owner_url) as owner:
        counts = owner.execute(
            "SELECT (SELECT count(*) FROM webhooks WHERE organization_id = %(id)s),"
            " (SELECT count(*) FROM webhook_cursors WHERE organization_id = %(id)s),"
            " (SELECT count(*) FROM provider_credentials WHERE organization_id = %(id)s)",
            {"id": api.organization_id},
        ).fetchone()
    assert counts == (0, 0, 0)
    assert (await api.get(f"{AUDIT}/verify"))["intact"] is True
