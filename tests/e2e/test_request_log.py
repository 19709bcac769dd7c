"""What the request log says, what usage adds up and what the providers have charged are one and the same."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from entrypoints.http.authorization import Role
from sandbox.server import Sandbox
from tests.e2e.api_client import Api, Document, a_token
from tests.e2e.conftest import DataDirs
from tests.e2e.processes import serving
from tests.e2e.request_log import REQUESTS, logged
from tests.e2e.sandbox_models import GENERATE, USAGE, Registered, registered, run

# USD per 1,000 tokens, read and written.
PRICES = {
    "chat-latest": ("0.0025", "0.01"),
    "claude-haiku-4-5": ("0.001", "0.005"),
    "gemini-2.5-flash": ("0.0003", "0.0025"),
}
PROVIDERS = {"openai": "chat-latest", "anthropic": "claude-haiku-4-5", "google": "gemini-2.5-flash"}
EMBEDDING, DEFECTIVE = "text-embedding-3-small", "gpt-4o-mini"
VECTOR_PRICE = ("0.00002", "0")
ROUNDS = 20
KINDS = ("inputTokens", "outputTokens", "cachedInputTokens", "reasoningTokens")


def priced(prices: tuple[str, str]) -> dict[str, Any]:
    """The field of a new model that gives it these prices, in USD per 1,000 tokens read and written."""
    return {"pricing": {"inputPer1kTokens": float(prices[0]), "outputPer1kTokens": float(prices[1])}}


class Traffic:
    """Prompts and texts in every API, to every provider; some are refused, and some break off."""

    def __init__(self, api: Api, sandbox: Sandbox) -> None:
        self.api = api
        self.sandbox = sandbox
        self.sent = 0
        self.models: dict[str, Registered] = {}
        self.key: Document = {}

    async def register(self) -> None:
        for provider, model_id in PROVIDERS.items():
            self.models[model_id] = await registered(
                self.api, self.sandbox, provider, model_id=model_id, **priced(PRICES[model_id])
            )
        account = self.models["chat-latest"].provider
        for model_id, prices in ((EMBEDDING, VECTOR_PRICE), (DEFECTIVE, ("1", "1"))):
            await self.api.model(account, modelId=model_id, **priced(prices))
        self.key = await self.api.access_key(labels={"team": "search"})
        self.poor = await registered(self.api, self.sandbox, "openai", key="no_credit", **priced(PRICES["chat-latest"]))

    def round(self, number: int) -> list[tuple[str, dict[str, Any]]]:
        """One request in each API, another model in each."""
        words = f"Say it {'again ' * (number % 7)}"
        chat: dict[str, Any] = {"messages": [{"role": "user", "content": words}], "max_tokens": 40}
        names = list(PRICES)
        here = [names[(number + shift) % len(names)] for shift in range(len(names))]
        return [
            ("/v1/chat/completions", {**chat, "model": here[0], "stream": number % 2 == 0}),
            ("/v1/chat/completions", {**chat, "model": here[1]}),
            ("/v1/messages", {**chat, "model": here[1], "stream": number % 3 == 0}),
            ("/v1/responses", {"model": here[2], "input": words, "stream": number % 2 == 1}),
            (GENERATE, {"providerModelId": here[2], "prompt": words, "stream": number % 3 == 1}),
            ("/v1/embeddings", {"model": EMBEDDING, "input": [words, "x"]}),
            ("/api/ai/embed", {"providerModelId": EMBEDDING, "texts": [words]}),
            ("/v1/messages/count_tokens", {**chat, "model": "claude-haiku-4-5"}),
            (GENERATE, {"modelId": self.poor.model["id"], "prompt": words}),
            ("/v1/chat/completions", {**chat, "model": "no such model"}),
        ]

    async def send(self, path: str, body: dict[str, Any]) -> int:
        self.sent += 1
        by_key = replace(self.api, token=self.key["secret"])
        return (await (by_key if self.sent % 2 else self.api).post(path, body)).status

    async def run(self) -> list[int]:
        """Send all of them, 16 at a time, and return the statuses."""
        waiting = [each for number in range(ROUNDS) for each in self.round(number)]
        statuses: list[int] = []

        async def client() -> None:
            while waiting:
                statuses.append(await self.send(*waiting.pop()))

        await asyncio.gather(*(client() for _ in range(16)))
        return statuses

    async def break_off(self) -> None:
        """Let streams break off in the middle, some because of the provider and some because of the client."""
        chat = {"model": DEFECTIVE, "messages": [{"role": "user", "content": "sandbox:words=300"}], "stream": True}
        self.sandbox.faults.add(kind="error_event", provider="openai", operation="stream", times=3, after=3)
        for _ in range(3):
            await self.send("/v1/chat/completions", chat)
        self.sandbox.faults.add(kind="slow_stream", provider="openai", operation="stream", times=2, seconds=0.2)
        for _ in range(2):
            self.sent += 1
            headers = {"Authorization": f"Bearer {self.api.token}"}
            url = f"{self.api.url}/v1/chat/completions"
            async with self.api.session.post(url, json=chat, headers=headers) as reply:
                await reply.content.readany()
                reply.close()


def cost_of(tokens: Mapping[str, int], model_id: str) -> Decimal:
    prices = PRICES.get(model_id, VECTOR_PRICE)
    read, written = Decimal(prices[0]) / 1000, Decimal(prices[1]) / 1000
    return tokens["inputTokens"] * read + tokens["outputTokens"] * written


def figures(rows: list[Document]) -> dict[str, Any]:
    """What usage should say, from the rows of the log."""
    used = [row for row in rows if row["operation"] != "count_tokens"]
    calls = [attempt for row in used for attempt in row["attempts"] if attempt["wasCalled"]]
    return {
        "requests": len(calls),
        "succeeded": sum(call["outcome"] == "ok" for call in calls),
        "unknownCostRequests": sum(call["costUsd"] is None for call in calls),
        "costUsd": sum((row["costUsd"] or Decimal(0) for row in used), Decimal(0)),
        **{kind: sum(row["usage"][kind] or 0 for row in used) for kind in KINDS},
    }


async def test_log_usage_and_the_providers_bills_are_equal_to_the_cent(api: Api, sandbox: Sandbox) -> None:
    traffic = Traffic(api, sandbox)
    await traffic.register()
    sandbox.requests.clear()
    await traffic.break_off()
    for provider in ("anthropic", "google", "openai"):
        sandbox.faults.add(kind="rate_limited", provider=provider, operation="chat", times=5, retry_after_ms=20)
    statuses = await traffic.run()
    assert statuses.count(200) > ROUNDS * 7
    rows = await logged(api, at_least=traffic.sent)
    assert len(rows) == traffic.sent == ROUNDS * 10 + 5
    assert len({row["id"] for row in rows}) == len(rows)
    charged = [each for each in sandbox.requests if each.operation in {"chat", "stream", "embed"}]
    totals = (await api.get(USAGE, groupBy="model"))["totals"]
    expected = figures(rows)
    assert {name: totals[name] for name in expected} == expected
    assert totals["requests"] == len(charged)
    # What a provider charges for a stream that broke off, nobody says: these costs are not known.
    whole = [each for each in charged if each.billed is not None and model_of(each) != DEFECTIVE]
    bill = sum((cost_of(each.billed or {}, model_of(each)) for each in whole), Decimal(0))
    assert totals["costUsd"] == bill > 0
    assert totals["unknownCostRequests"] == 5
    by_outcome = Counter(row["outcome"] for row in rows)
    assert by_outcome["cancelled"] == 2
    assert by_outcome["model-not-found"] == ROUNDS
    assert by_outcome["billing_exhausted"] > 0
    assert by_outcome["ok"] == statuses.count(200)
    assert max(row["attemptCount"] for row in rows) > 1
    assert {row["isStreamed"] for row in rows if row["firstByteMs"] is not None} == {True}
    by_key = [row for row in rows if row["accessKeyId"] == traffic.key["id"]]
    assert len(by_key) > ROUNDS * 4
    assert {(row["actor"], row["labels"].get("team")) for row in by_key} == {(traffic.key["id"], "search")}
    for query in ({"groupBy": "key"}, {"groupBy": "label:team"}):
        groups = (await api.get(USAGE, **query))["data"]
        (of_key,) = [each for each in groups if each["accessKeyId"] or (each["labels"] or {}).get("team")]
        assert {name: of_key[name] for name in expected} == figures(by_key), query
    assert len(await api.rows(REQUESTS, key=traffic.key["id"], label="team:search", limit=200)) == len(by_key)
    for query in ({"groupBy": "day"}, {"groupBy": "hour,provider"}, {"groupBy": "actor,model"}, {"groupBy": "key"}):
        report = await api.get(USAGE, **query)
        assert report["totals"] == totals, query
        assert sum(group["costUsd"] for group in report["data"]) == totals["costUsd"], query


def model_of(request: Any) -> str:  # noqa: ANN401 - a recorded request
    """The model that the request names in its body or, as Google has it, in its path."""
    named = (request.json or {}).get("model")
    return str(named) if named else request.path.rpartition("/")[2].partition(":")[0]


async def test_a_kill_loses_at_most_a_second(data_dirs: DataDirs, session: aiohttp.ClientSession) -> None:
    async with Sandbox() as sandbox:
        with data_dirs.fresh() as data_dir:
            settings = {"DATA_DIR": str(data_dir), "EGRESS_ALLOW": sandbox.url.removeprefix("http://")}
            answered: dict[str, float] = {}
            with serving("serve", "--port", "0", **settings) as running:
                api = api_at(session, (await asyncio.to_thread(running.ready))["url"], data_dir)
                of = await registered(api, sandbox, **priced(PRICES["chat-latest"]))
                clients = [asyncio.create_task(prompts(api, of, answered)) for _ in range(4)]
                await asyncio.sleep(2.5)
                killed_at = time.monotonic()
                await asyncio.to_thread(running.kill)
                for client in clients:
                    client.cancel()
                await asyncio.wait(clients)
            with serving("serve", "--port", "0", **settings) as running:
                url = (await asyncio.to_thread(running.ready))["url"]
                again = Api(session, url, api.organization_id, api.token, api.secret)
                rows = await logged(again, at_least=1)
                totals = (await again.get(USAGE))["totals"]
            ids = [row["requestId"] for row in rows]
            assert len(set(ids)) == len(ids)
            # A second is promised; another one is for the machine that runs the tests.
            missing = [killed_at - at for request_id, at in answered.items() if request_id not in set(ids)]
            assert len(answered) > 20
            assert [seconds for seconds in missing if seconds > 2.0] == []
            expected = figures(rows)
            assert {name: totals[name] for name in expected} == expected


async def prompts(api: Api, of: Registered, answered: dict[str, float]) -> None:
    """Ask again and again, until the service is gone, and note when each was answered."""
    with suppress(aiohttp.ClientError, OSError):
        while True:
            reply = await run(api, of)
            answered[reply.headers["X-Request-Id"]] = time.monotonic()


def api_at(session: aiohttp.ClientSession, url: str, data_dir: Path) -> Api:
    organization_id, secret = uuid4(), (data_dir / "jwt-secret").read_text().strip()
    return Api(session, url, organization_id, a_token(organization_id, Role.ADMIN, secret=secret), secret)
