"""The request log over HTTP: every API, every ending, filters, pages and CSV."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import a_price
from tests.contract.http.prompts.prompt_routes import CHAT, GENERATE, MESSAGES, RESPONSES, post
from tests.http_service import OTHER_ORGANIZATION, Service, a_token
from tests.prompt_setup import PromptSetup, a_failure

REQUESTS = "/api/ai/requests"
ASKED = [{"role": "user", "content": "Hi"}]


async def logged(service: Service, query: str = "") -> list[dict[str, Any]]:
    reply = await service.ask("GET", f"{REQUESTS}{query}", token=a_token())
    assert reply.status == 200, reply.content
    rows: list[dict[str, Any]] = reply.document["data"]
    return rows


async def test_each_api_is_logged(setup: PromptSetup, service: Service) -> None:
    model = setup.model("gpt-x", price=a_price("0.001", "0.001"))
    setup.generation.tokens["gpt-x"] = 42
    vectors = setup.model("vectors", type="embedding", capabilities=frozenset({"embeddings"}))
    asked = {"model": "gpt-x", "max_tokens": 9, "messages": ASKED}
    for path, body in (
        (GENERATE, {"modelId": str(model.id), "prompt": "Hi"}),
        (GENERATE, {"modelId": str(model.id), "prompt": "Hi", "stream": True}),
        (CHAT, asked),
        (CHAT, asked | {"stream": True}),
        (MESSAGES, asked),
        (RESPONSES, {"model": "gpt-x", "input": "Hi"}),
        (f"{MESSAGES}/count_tokens", asked),
        ("/v1/embeddings", {"model": "vectors", "input": "Hi"}),
        ("/api/ai/embed", {"modelId": str(vectors.id), "texts": ["Hi"]}),
    ):
        reply = await post(service, path, body)
        assert reply.status == 200, (path, reply.content)
        row = (await logged(service))[0]
        operation = {"/v1/embeddings": "embedding", "/api/ai/embed": "embedding"}.get(path, "prompt")
        expected = "count_tokens" if path.endswith("count_tokens") else operation
        assert (row["door"], row["operation"], row["outcome"]) == (path, expected, "ok")
        assert row["isStreamed"] is bool(body.get("stream"))
        assert (row["firstByteMs"] is None) is not row["isStreamed"]
        assert row["requestId"] == reply.headers["X-Request-Id"]
        assert row["modelAsked"] == body.get("modelId", body.get("model"))
        answered = vectors if operation == "embedding" else model
        assert (row["modelId"], row["providerModelId"]) == (str(answered.id), answered.model_id)
        assert (row["actor"], row["accessKeyId"], row["labels"]) == ("user-1", None, {})
        assert [attempt["outcome"] for attempt in row["attempts"]] == ["ok"]
    usage = (await service.ask("GET", "/api/ai/usage?groupBy=model", token=a_token())).document
    rows = await logged(service, "?limit=200")
    used = [row for row in rows if row["operation"] != "count_tokens"]
    assert usage["totals"]["requests"] == sum(row["attemptCount"] for row in used) == 8
    assert Decimal(str(usage["totals"]["costUsd"])) == sum(Decimal(str(row["costUsd"])) for row in rows)


async def test_what_failed_is_logged_with_each_attempt(setup: PromptSetup, service: Service) -> None:
    first, second = setup.model("a", name="same"), setup.model("b", name="same")
    refused = a_failure("overloaded", is_retryable=False, http_status=529, upstream_request_id="req_1")
    setup.generation.plays("a", refused)
    setup.generation.plays("b", a_failure("auth_invalid", is_retryable=False, http_status=401))
    await post(service, CHAT, {"model": "same", "messages": ASKED})
    await post(service, CHAT, {"model": "nowhere", "messages": ASKED})
    await post(service, CHAT, {"model": "sk-proj-0123456789abcdefghij", "messages": ASKED})
    hidden, missing, failed = await logged(service)
    assert (missing["outcome"], missing["modelAsked"], missing["attempts"]) == ("model-not-found", "nowhere", [])
    assert (missing["modelId"], missing["costUsd"]) == (None, 0)
    assert (hidden["outcome"], hidden["modelAsked"]) == ("model-not-found", None)
    assert {attempt["modelId"] for attempt in failed["attempts"]} == {str(first.id), str(second.id)}
    found = {
        (each["outcome"], each["upstreamStatus"], each["upstreamRequestId"], each["costUsd"])
        for each in failed["attempts"]
    }
    assert found == {("overloaded", 529, "req_1", 0), ("auth_invalid", 401, None, 0)}
    assert failed["outcome"] in {"overloaded", "auth_invalid"}
    assert [row["requestId"] for row in await logged(service, "?outcome=model-not-found")] == [
        hidden["requestId"],
        missing["requestId"],
    ]
    assert "The provider answered" not in str(failed)


async def test_pages_filters_and_totals(setup: PromptSetup, service: Service) -> None:
    model = setup.model("gpt-x")
    for _ in range(5):
        await post(service, GENERATE, {"modelId": str(model.id), "prompt": "Hi"})
    seen: list[str] = []
    query = "?limit=2&includeTotal=true"
    while True:
        page = (await service.ask("GET", f"{REQUESTS}{query}", token=a_token())).document
        assert page["pagination"]["total"] == 5
        seen += [row["id"] for row in page["data"]]
        if not page["pagination"]["hasMore"]:
            break
        query = f"?limit=2&includeTotal=true&cursor={page['pagination']['nextCursor']}"
    assert len(set(seen)) == len(seen) == 5
    for good in (f"model={model.id}", "model=gpt-x", f"provider={setup.account.id}", "actor=user-1", "outcome=ok"):
        assert len(await logged(service, f"?{good}")) == 5, good
    for bad in ("model=other", f"key={model.id}", "actor=maria", "outcome=timeout", "label=team:red", "q=none"):
        assert await logged(service, f"?{bad}") == [], bad
    other = a_token(organization_id=OTHER_ORGANIZATION)
    assert (await service.ask("GET", REQUESTS, token=other)).document["data"] == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("label=team", "?label"), ("from=yesterday", "?from"), ("provider=7", "?provider"), ("format=xml", "?format")],
)
async def test_a_query_that_cannot_be_meant_is_refused(service: Service, query: str, pointer: str) -> None:
    reply = await service.ask("GET", f"{REQUESTS}?{query}", token=a_token())
    assert (reply.status, reply.document["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize(
    ("query", "accept", "is_csv"),
    [
        ("?format=csv", "application/json", True),
        ("", "text/csv", True),
        ("", "text/csv;q=0.9", True),
        ("?format=json", "text/csv", False),
        ("", "*/*", False),
        ("", "application/json, text/csv", False),
    ],
)
@pytest.mark.parametrize("path", [REQUESTS, "/api/ai/usage"])
async def test_csv_comes_where_it_is_requested(
    service: Service, path: str, query: str, accept: str, is_csv: bool
) -> None:
    reply = await service.ask("GET", f"{path}{query}", token=a_token(), headers={"Accept": accept})
    assert reply.headers["Content-Type"].startswith("text/csv" if is_csv else "application/json")


async def test_csv_has_every_call_and_no_formula(setup: PromptSetup, service: Service) -> None:
    setup.model("gpt-x", price=a_price("0.001", "0.001"))
    for model in ("gpt-x", "=1+1", "@SUM(A1)"):
        await post(service, CHAT, {"model": model, "messages": ASKED})
    reply = await service.ask("GET", f"{REQUESTS}?format=csv", token=a_token())
    rows = list(csv.DictReader(io.StringIO(reply.content.decode(), newline="")))
    assert [row["modelAsked"] for row in rows] == ["'@SUM(A1)", "'=1+1", "gpt-x"]
    answered = rows[-1]
    (shown,) = await logged(service, "?model=gpt-x")
    for column in ("id", "requestId", "actor", "door", "modelId", "outcome", "providerModelId", "endedAt"):
        assert answered[column] == shown[column]
    assert Decimal(answered["costUsd"]) == Decimal(str(shown["costUsd"]))
    assert int(answered["inputTokens"]) == shown["usage"]["inputTokens"]
    assert reply.headers["Content-Disposition"] == 'attachment; filename="requests.csv"'
    head = await service.ask("HEAD", f"{REQUESTS}?format=csv", token=a_token())
    assert (head.status, head.content) == (200, b"")


async def test_usage_is_grouped_by_several_and_comes_as_csv(setup: PromptSetup, service: Service) -> None:
    setup.model("gpt-x", price=a_price("0.001", "0.001"))
    for _ in range(2):
        await post(service, CHAT, {"model": "gpt-x", "messages": ASKED})
    path = "/api/ai/usage?groupBy=model,actor&groupBy=label:team&groupBy=day"
    document = (await service.ask("GET", path, token=a_token())).document
    (group,) = document["data"]
    assert document["groupBy"] == "model,actor,label:team,day"
    assert (group["providerModelId"], group["actor"], group["labels"]) == ("gpt-x", "user-1", {"team": None})
    assert (group["day"], group["hour"], group["accessKeyId"], group["requests"]) == ("2026-11-23", None, None, 2)
    reply = await service.ask("GET", f"{path}&format=csv", token=a_token())
    (row,) = csv.DictReader(io.StringIO(reply.content.decode(), newline=""))
    named = (row["day"], row["providerModelId"], row["actor"], row["label:team"])
    assert named == ("2026-11-23", "gpt-x", "user-1", "")
    assert (row["requests"], Decimal(row["costUsd"])) == ("2", Decimal(str(group["costUsd"])))


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("groupBy=model,person", "?groupBy"),
        ("groupBy=label:", "?groupBy"),
        ("groupBy=hour&from=2026-10-01&to=2026-11-01", "?from"),
    ],
)
async def test_a_grouping_that_cannot_be_meant_is_refused(service: Service, query: str, pointer: str) -> None:
    reply = await service.ask("GET", f"/api/ai/usage?{query}", token=a_token())
    assert (reply.status, reply.document["errors"][0]["pointer"]) == (422, pointer)
