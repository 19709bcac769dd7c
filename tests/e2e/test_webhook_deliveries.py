"""What receivers of webhooks get, when, and what becomes of messages that they do not take."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest
from standardwebhooks import WebhookVerificationError

from entrypoints.http.authorization import Role
from tests.e2e.api_client import AUDIT, Api, Document, path_of
from tests.e2e.running_service import RunningService
from tests.e2e.test_webhooks import path_of as webhook_path
from tests.e2e.test_webhooks import registered
from tests.e2e.webhook_receiver import Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def deliveries(api: Api, webhook: Document, count: int, **query: object) -> list[Document]:
    """Return the webhook's deliveries as soon as there are so many."""
    async with asyncio.timeout(20):
        while len(rows := await api.rows(f"{webhook_path(webhook)}/deliveries", **query)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return rows


async def switched_off(api: Api, webhook: Document) -> Document:
    """Return the webhook as soon as it is disabled."""
    async with asyncio.timeout(20):
        while (shown := await api.get(webhook_path(webhook)))["isEnabled"]:  # noqa: ASYNC110 - over there
            await asyncio.sleep(0.05)
    return shown  # type: ignore[no-any-return]


def at_once(service: RunningService, webhook: Document, *, failing_for: timedelta = timedelta()) -> None:
    """Let the time pass until the next attempt, and as if the message had failed for so long.

    Whoever delivers looks for what is due at every hint that a log has grown.
    """
    with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
        owner.execute(
            "UPDATE webhook_cursors SET next_attempt_at = now(), failing_since = failing_since - %s"
            " WHERE webhook_id = %s RETURNING pg_notify('modelbook_log', organization_id::text)",
            (failing_for, webhook["id"]),
        )


async def test_messages_come_in_order_signed_and_once(api: Api, receiver: Receiver) -> None:
    webhook = await registered(api, url=f"{receiver.url}/a/b?c=d", topics=["provider.*", "model.registered"])
    provider = await api.provider(name="OpenAI EU")
    model = await api.model(provider)
    assert (await api.patch(path_of(model), {"name": "Not told"})).status == 200
    renamed = await api.patch(path_of(provider), {"name": "OpenAI, Europe"}, x_change_reason="A merger")
    assert renamed.status == 200
    messages = await receiver.has(3)
    assert receiver.types == ["provider.registered", "model.registered", "provider.renamed"]
    assert {message.path for message in messages} == {"/a/b?c=d"}
    assert len({message.id for message in messages}) == 3
    for message in messages:
        assert message.is_signed_with(webhook["secret"])
        with pytest.raises(WebhookVerificationError):
            message.is_signed_with(f"whsec_{'A' * 43}=")
    data = messages[2].document["data"]
    assert (data["aggregateId"], data["name"], data["reason"]) == (provider["id"], "OpenAI, Europe", "A merger")
    assert (data["facts"], data["actor"], data["position"]) == ({"name": "OpenAI, Europe"}, "user-1", renamed.position)
    told = await deliveries(api.of(Role.VIEWER), webhook, 3)
    assert [row["id"] for row in told] == [message.id for message in messages[::-1]]
    assert {(row["status"], row["attempts"], row["responseStatus"]) for row in told} == {("delivered", 1, 204)}
    page = await api.get(f"{webhook_path(webhook)}/deliveries", limit=2, includeTotal=True, status="delivered")
    assert (len(page["data"]), page["pagination"]["total"], page["pagination"]["hasMore"]) == (2, 3, True)


async def test_a_rotated_secret_and_the_one_before_it_sign(api: Api, receiver: Receiver) -> None:
    webhook = await registered(api, url=receiver.url)
    rotated = (await api.post(f"{webhook_path(webhook)}/rotate", {"graceSeconds": 3600})).document
    await api.provider()
    [message] = await receiver.has(1)
    assert message.is_signed_with(webhook["secret"])
    assert message.is_signed_with(rotated["secret"])
    again = (await api.post(f"{webhook_path(webhook)}/rotate", {})).document
    await api.provider()
    message = (await receiver.has(2))[1]
    assert message.is_signed_with(again["secret"])
    for old in (webhook, rotated):
        with pytest.raises(WebhookVerificationError):
            message.is_signed_with(old["secret"])


async def test_slack_gets_a_sentence(api: Api, receiver: Receiver) -> None:
    await registered(api, url=receiver.url, format="slack", topics=["model.price-changed"])
    model = await api.model(await api.provider(), name="<!channel> & co")
    changed = await api.patch(path_of(model), {"pricing": {"inputPer1kTokens": 0.002, "outputPer1kTokens": 0.01}})
    assert changed.status == 200
    [message] = await receiver.has(1)
    assert message.document == {
        "text": "The price of Model “&lt;!channel&gt; &amp; co” is now 0.002 USD for 1,000 input tokens and 0.01 USD"
        " for 1,000 output tokens."
    }


async def test_a_test_shows_how_it_ended(api: Api, receiver: Receiver) -> None:
    webhook = await registered(api, url=receiver.url, isEnabled=False)
    tested = await api.post(f"{webhook_path(webhook)}/test")
    assert (tested.status, tested.document["delivered"], tested.document["responseStatus"]) == (200, True, 204)
    [message] = receiver.received
    assert (message.document["type"], message.is_signed_with(webhook["secret"])) == ("webhook.test", True)
    receiver.status = 302
    receiver.headers = {"Location": "https://elsewhere.example.com/secret"}
    failed = (await api.post(f"{webhook_path(webhook)}/test")).document
    assert (failed["delivered"], failed["failure"]) == (False, "The receiver answered with status 302.")
    rows = await deliveries(api, webhook, 2)
    assert [(row["type"], row["status"], row["position"]) for row in rows] == [
        ("webhook.test", "failed", None),
        ("webhook.test", "delivered", None),
    ]
    closed = await registered(api, url="http://127.0.0.1:9/", isEnabled=False)
    nobody = (await api.post(f"{webhook_path(closed)}/test")).document
    assert (nobody["delivered"], nobody["responseStatus"]) == (False, None)


async def test_what_fails_is_repeated_and_holds_back_what_follows(
    api: Api, receiver: Receiver, service: RunningService
) -> None:
    webhook = await registered(api, url=receiver.url)
    receiver.status = 500
    await api.provider(name="First")
    await api.provider(name="Second")
    await deliveries(api, webhook, 1, status="retrying")
    shown = await api.get(webhook_path(webhook))
    assert None not in (shown["failingSince"], shown["nextAttemptAt"])
    at_once(service, webhook)
    while (await deliveries(api, webhook, 1, status="retrying"))[0]["attempts"] < 2:  # noqa: ASYNC110 - over there
        await asyncio.sleep(0.05)
    receiver.status = 200
    at_once(service, webhook)
    messages = await receiver.has(4)
    assert [message.document["data"]["name"] for message in messages] == ["First"] * 3 + ["Second"]
    assert len({message.id for message in messages}) == 2
    rows = await deliveries(api, webhook, 2, status="delivered")
    assert [row["attempts"] for row in rows] == [1, 3]
    assert (await api.get(webhook_path(webhook)))["failingSince"] is None


async def test_after_a_day_a_webhook_is_switched_off(api: Api, receiver: Receiver, service: RunningService) -> None:
    webhook = await registered(api, url=receiver.url)
    receiver.status = 503
    provider = await api.provider()
    await deliveries(api, webhook, 1, status="retrying")
    at_once(service, webhook, failing_for=timedelta(hours=24))
    [row] = await deliveries(api, webhook, 1, status="failed")
    assert (row["attempts"], row["failure"], row["nextAttemptAt"]) == (
        2,
        "The receiver answered with status 503.",
        None,
    )
    shown = await switched_off(api, webhook)
    assert shown["switchedOffBecause"] == "The receiver answered with status 503."
    [event] = await api.rows(AUDIT, type="webhook.switched-off")
    assert (event["actor"], event["facts"]["attempts"]) == ("system:webhooks", 2)
    await api.patch(path_of(provider), {"name": "Not told"})
    receiver.status = 200
    enabled = (await api.patch(webhook_path(webhook), {"isEnabled": True})).document
    assert (enabled["switchedOffBecause"], enabled["failingSince"]) == (None, None)
    await api.patch(path_of(provider), {"name": "Told again"})
    assert (await receiver.has(3))[2].document["data"]["facts"] == {"name": "Told again"}


async def test_a_receiver_that_is_gone_gets_no_more_messages(api: Api, receiver: Receiver) -> None:
    webhook = await registered(api, url=receiver.url)
    receiver.status = 410
    await api.provider()
    await deliveries(api, webhook, 1, status="failed")
    assert (await switched_off(api, webhook))["switchedOffBecause"] == "The receiver answered with status 410."


async def test_a_silent_receiver_holds_up_nobody_else(api: Api, receiver: Receiver) -> None:
    async with receiving() as silent:
        silent.is_silent = True
        for number in range(5):
            await registered(api, url=silent.url, name=f"Silent {number}")
        neighbour = api.elsewhere()
        await registered(neighbour, url=receiver.url)
        await api.provider()
        await silent.has(4)
        await neighbour.provider()
        await receiver.has(1)
        # No more than the share of an organization is under way.
        assert len(silent.received) == 4
