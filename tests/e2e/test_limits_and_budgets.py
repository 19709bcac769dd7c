"""Limits and budgets of access keys and organizations, as programs meet them in each API."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import anthropic
import openai
import pytest

from application.bounds.quotas import QUOTAS
from sandbox.server import Sandbox
from tests.e2e.api_client import AUDIT, KEYS, Api, Reply
from tests.e2e.sandbox_models import registered
from tests.e2e.wait_until import until

CHAT = {"model": "chat-latest", "messages": [{"role": "user", "content": "Hello there"}], "max_tokens": 50}
ASKED = {
    "/v1/chat/completions": CHAT,
    "/v1/responses": {"model": "chat-latest", "input": "Hello there"},
    "/v1/messages": CHAT,
    "/v1/embeddings": {"model": "text-embedding-3-small", "input": "Hello there"},
    "/api/ai/generate": {"providerModelId": "chat-latest", "prompt": "Hello there"},
    "/api/ai/embed": {"providerModelId": "text-embedding-3-small", "texts": ["Hello there"]},
}
BUDGET = "/api/ai/budget"


@pytest.fixture
async def models(api: Api, sandbox: Sandbox) -> None:
    of = await registered(api, sandbox)
    await api.model(of.provider, modelId="text-embedding-3-small", type="embedding")


def code_of(path: str, reply: Reply) -> tuple[int, Any, Any]:
    """Return the status, the type and the code, as each API has them."""
    document = reply.document
    if path.startswith("/api"):
        return reply.status, None, document["code"]
    error = document["error"]
    return reply.status, error["type"], error.get("code")


@pytest.mark.usefixtures("models")
async def test_too_many_requests_are_refused_in_each_api_in_its_words(api: Api) -> None:
    program = await api.with_key(limits={"requestsPerMinute": len(ASKED)})
    allowed = [await program.post(path, body) for path, body in ASKED.items()]
    assert [reply.status for reply in allowed] == [200] * len(ASKED), [reply.text for reply in allowed]
    for path, body in ASKED.items():
        refused = await program.post(path, body)
        assert code_of(path, refused) == {
            "/v1/messages": (429, "rate_limit_error", None),
            "/api/ai/generate": (429, None, "rate-limited"),
            "/api/ai/embed": (429, None, "rate-limited"),
        }.get(path, (429, "rate_limit_error", "rate_limit_exceeded"))
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert "This access key has used up its limit of requests: 6 a minute" in refused.text
    # Lists of models cost nobody anything.
    assert (await program.ask("GET", "/v1/models")).status == 200
    assert (await api.post("/v1/chat/completions", CHAT)).status == 200


@pytest.mark.usefixtures("models")
async def test_tokens_count_when_a_call_has_ended(api: Api) -> None:
    program = await api.with_key(limits={"tokensPerMinute": 5})
    assert (await program.post("/v1/chat/completions", CHAT)).status == 200
    refused = await program.post("/v1/chat/completions", CHAT)
    assert (refused.status, "tokens: 5 a minute" in refused.text) == (429, True)


@pytest.mark.usefixtures("models")
async def test_no_more_prompts_at_once_than_may(api: Api, sandbox: Sandbox) -> None:
    key = await api.access_key(limits={"concurrent": 2})
    program = replace(api, token=key["secret"])
    sandbox.faults.add(kind="hold", provider="openai")
    asked = [asyncio.create_task(program.post("/v1/chat/completions", CHAT)) for _ in range(5)]
    await until(lambda: sum(each.done() for each in asked) >= 3)
    refused = [each.result() for each in asked if each.done()]
    assert [reply.status for reply in refused] == [429] * 3
    assert {reply.headers["Retry-After"] for reply in refused} == {"1"}
    assert all("prompts: 2 at the same time" in reply.text for reply in refused)
    sandbox.faults.clear()
    assert sorted(reply.status for reply in await asyncio.gather(*asked)) == [200, 200, 429, 429, 429]
    assert (await program.post("/v1/chat/completions", CHAT)).status == 200
    # A stream counts until it has ended, however it ends.
    for _ in range(4):
        streamed = await program.post("/v1/chat/completions", {**CHAT, "stream": True})
        assert streamed.status == 200


@pytest.mark.usefixtures("models")
async def test_an_organizations_limits_hold_for_all_its_members_and_keys(api: Api) -> None:
    platform = api.of(None, actor="operator-1", is_platform_admin=True)
    path = f"/api/admin/organizations/{api.organization_id}/quotas"
    limits = {"requestsPerMinute": 3, "tokensPerMinute": 100_000, "concurrent": 4}
    assert (await platform.put(path, limits)).document == limits
    callers = [api, await api.with_key(), await api.with_key(), api]
    statuses = [(await caller.post("/v1/chat/completions", CHAT)).status for caller in callers]
    assert statuses == [200, 200, 200, 429]
    refused = await api.post("/v1/chat/completions", CHAT)
    assert "Your organization has used up its limit of requests: 3 a minute" in refused.text
    quotas = await api.get("/api/ai/quotas")
    assert quotas.keys() == QUOTAS.keys()
    shown = ("requestsPerMinute", "concurrent", "requestsUnderWay", "providers", "models", "followers")
    assert {name: (quotas[name]["limit"], quotas[name]["used"]) for name in shown} == {
        "requestsPerMinute": (3, 3),
        "concurrent": (4, 0),
        "requestsUnderWay": (400, 1),
        "providers": (1_000, 1),
        "models": (100_000, 2),
        "followers": (100, 0),
    }
    assert quotas["requestsPerSecond"]["limit"] == 500
    assert quotas["tokensPerMinute"]["used"] > 0
    assert 0 <= quotas["requestsPerMinute"]["resetsAfterSeconds"] <= 60
    assert (await platform.put(path, {})).document == dict.fromkeys(limits)
    assert (await api.post("/v1/chat/completions", CHAT)).status == 200
    more = {"models": 7, "requestsPerSecond": 0, "tests": 1}
    changed = await platform.put(path, {**more, "providers": None})
    assert changed.document == {**dict.fromkeys(limits), **more}
    # What is null is the installation's, and 0 is no limit.
    assert (await platform.put(path, {**more, "tests": -1})).status == 422
    assert (await platform.put(path, {"looks": 1})).status == 422
    quotas = await api.get("/api/ai/quotas")
    assert {name: quotas[name]["limit"] for name in (*more, "providers")} == {
        "models": 7,
        "requestsPerSecond": None,
        "tests": 1,
        "providers": 1_000,
    }
    elsewhere = await api.elsewhere().get("/api/ai/quotas")
    assert elsewhere["requestsPerMinute"] == {"limit": None, "used": None, "resetsAfterSeconds": None}
    assert elsewhere["concurrent"] == {"limit": 200, "used": 0, "resetsAfterSeconds": None}


@pytest.mark.usefixtures("models")
async def test_a_spent_budget_is_refused_in_each_api_in_its_words(api: Api) -> None:
    key = await api.access_key(budget={"usd": 0.000001, "period": "day"})
    program = replace(api, token=key["secret"])
    assert (await program.post("/v1/chat/completions", CHAT)).status == 200
    for path, body in ASKED.items():
        refused = await program.post(path, body)
        assert code_of(path, refused) == {
            "/v1/messages": (402, "billing_error", None),
            "/api/ai/generate": (429, None, "budget-exceeded"),
            "/api/ai/embed": (429, None, "budget-exceeded"),
        }.get(path, (429, "insufficient_quota", "insufficient_quota"))
        assert 1 <= int(refused.headers["Retry-After"]) <= 24 * 3600
        assert "has spent its budget of 0.000001 USD a day. It opens again at" in refused.text
        assert refused.headers.get("x-should-retry") == (None if path.startswith("/api") else "false")
    refused = await program.post("/api/ai/generate", ASKED["/api/ai/generate"])
    assert (refused.document["period"], refused.document["budgetUsd"]) == ("day", Decimal("0.000001"))
    midnight = datetime.fromisoformat(refused.document["resetsAt"])
    assert (midnight > datetime.now(UTC), midnight.hour, midnight.minute) == (True, 0, 0)
    # Others have budgets of their own, or none.
    assert (await api.post("/v1/chat/completions", CHAT)).status == 200
    await api.patch(f"{KEYS}/{key['id']}", {"budget": {"usd": 5, "period": "day"}})
    assert (await program.post("/v1/chat/completions", CHAT)).status == 200


@pytest.mark.usefixtures("models")
async def test_a_budget_is_enough_for_embeddings_alone_and_refuses_them_when_it_is_spent(api: Api) -> None:
    for path in ("/v1/embeddings", "/api/ai/embed"):
        program = await api.with_key(budget={"usd": 0.000001, "period": "day"})
        assert (await program.post(path, ASKED[path])).status == 200
        asked: Any = ASKED[path]
        large = {**asked, ("input" if path.startswith("/v1") else "texts"): ["Hello there"] * 100}
        assert (await program.post(path, large)).status == 200
        assert (await program.post(path, ASKED[path])).status == 429


@pytest.mark.usefixtures("models")
async def test_clients_do_not_repeat_what_a_budget_refuses(api: Api) -> None:
    program = await api.with_key(budget={"usd": 0.000001, "period": "total"})
    assert (await program.post("/v1/chat/completions", CHAT)).status == 200
    messages: Any = CHAT["messages"]
    async with openai.AsyncOpenAI(base_url=f"{api.url}/v1", api_key=program.token, max_retries=5) as client:
        with pytest.raises(openai.RateLimitError) as refused:
            await client.chat.completions.create(model="chat-latest", messages=messages)
    assert refused.value.code == "insufficient_quota"
    assert "It is not renewed" in str(refused.value)
    async with anthropic.AsyncAnthropic(base_url=api.url, api_key=program.token, max_retries=5) as other:
        with pytest.raises(anthropic.APIStatusError) as billing:
            await other.messages.create(model="chat-latest", messages=messages, max_tokens=50)
    assert billing.value.status_code == 402
    # Those above, one each.
    await _until_logged(api, "budget-exceeded", 2)


@pytest.mark.usefixtures("models")
async def test_an_organizations_budget_counts_what_all_spend(api: Api) -> None:
    none = {"usd": None, "period": None, "spentUsd": None, "resetsAt": None}
    assert await api.get(BUDGET) == none
    written = await api.put(BUDGET, {"usd": 100, "period": "month"})
    assert (written.document["usd"], written.document["period"], written.document["spentUsd"]) == (100, "month", 0)
    key = await api.access_key(budget={"usd": 7, "period": "total"})
    for caller in (api, replace(api, token=key["secret"])):
        assert (await caller.post("/v1/chat/completions", CHAT)).status == 200
    spent = await _until_spent(api, BUDGET, None, 2)
    of_key = await _until_spent(api, f"{KEYS}/{key['id']}", "budget", 1)
    await api.access_key(name="Unspent", budget={"usd": 7, "period": "day"})
    await api.access_key(name="Unbound")
    for sort, order in (("-budgetUsed", [key["name"], "Unspent"]), ("budgetUsed", ["Unspent", key["name"]])):
        assert [row["name"] for row in await api.rows(KEYS, sort=sort, limit=1)] == [*order, "Unbound"]
    usage = await api.get("/api/ai/usage")
    assert (spent, of_key) == (usage["totals"]["costUsd"], usage["totals"]["costUsd"] / 2)
    assert (await api.get(BUDGET))["resetsAt"] is not None
    assert (await api.get(f"{KEYS}/{key['id']}"))["budget"]["resetsAt"] is None
    assert (await api.put(BUDGET, {"usd": 0.000001, "period": "month"})).status == 200
    refused = await api.post("/v1/chat/completions", CHAT)
    assert (refused.status, "Your organization has spent its budget" in refused.text) == (429, True)
    assert (await api.put(BUDGET, {})).document == none
    assert (await api.post("/v1/chat/completions", CHAT)).status == 200
    assert (await api.put(BUDGET, {"usd": 0.1 + 0.2, "period": "month"})).document["usd"] == Decimal("0.3")
    assert (await api.put(BUDGET, {"usd": 1e-9, "period": "month"})).status == 422
    assert (await api.put(BUDGET, {"usd": 5})).status == 422
    stale = await api.put(BUDGET, {"usd": 5, "period": "day"}, if_match='"1"')
    assert stale.status == 412


@pytest.mark.usefixtures("models")
async def test_thresholds_are_events_once(api: Api) -> None:
    key = await api.access_key(budget={"usd": 0.000001, "period": "month"})
    assert (await replace(api, token=key["secret"]).post("/v1/chat/completions", CHAT)).status == 200
    async with asyncio.timeout(30):
        while len(events := await api.rows(AUDIT, type="access-key.budget-threshold-reached")) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.03)
    assert {event["facts"]["percent"] for event in events} == {50, 80, 100}
    assert {(event["actor"], event["aggregateId"]) for event in events} == {("system:budgets", key["id"])}


async def test_a_model_without_a_price_counts_as_the_dearest_one(api: Api, sandbox: Sandbox) -> None:
    of = await registered(api, sandbox)
    await api.model(of.provider, modelId="mystery", type="language")
    key = await api.access_key(budget={"usd": 5, "period": "day"})
    program = replace(api, token=key["secret"])
    reply = await program.post("/v1/chat/completions", {**CHAT, "model": "mystery"})
    assert reply.status in {200, 404, 502}
    alone = api.elsewhere()
    lonely = await registered(alone, sandbox, model_id="mystery-2", type="language")
    refused = await (await alone.with_key(budget={"usd": 5, "period": "day"})).post(
        "/api/ai/generate", {"modelId": lonely.model["id"], "prompt": "Hello"}
    )
    assert (refused.status, refused.document["code"]) == (409, "cost-unknown")


async def _until_spent(api: Api, path: str, member: str | None, calls: int) -> Decimal:
    """Wait until the spending of so many calls is reported, and return it."""
    cost = (await _until_counted(api, 2))["totals"]["costUsd"] / 2
    async with asyncio.timeout(30):
        while True:
            document = await api.get(path)
            spent: Decimal = (document if member is None else document[member])["spentUsd"]
            if spent == cost * calls:
                return spent
            await asyncio.sleep(0.03)


async def _until_counted(api: Api, requests: int) -> Any:  # noqa: ANN401 - a document
    async with asyncio.timeout(30):
        while (report := await api.get("/api/ai/usage"))["totals"]["requests"] < requests:  # noqa: ASYNC110
            await asyncio.sleep(0.03)
    return report


async def _until_logged(api: Api, outcome: str, count: int) -> None:
    async with asyncio.timeout(30):
        while len([row for row in await api.rows("/api/ai/requests") if row["outcome"] == outcome]) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.03)
