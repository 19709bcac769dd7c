"""A budget holds across processes, though one of them is killed: by the provider's own record of what it charged."""

import asyncio
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal

import aiohttp
import psycopg

from sandbox.recorded_requests import RecordedRequest
from sandbox.server import Sandbox
from tests.e2e.api_client import Api
from tests.e2e.processes import serving
from tests.e2e.running_service import RunningService
from tests.e2e.sandbox_models import registered
from tests.e2e.test_discovery_processes import settings_of

# USD per 1,000 tokens, read and written.
READ, WRITTEN = Decimal("0.0025"), Decimal("0.01")
BUDGET = Decimal("0.2")
CALLS, LONGEST_ANSWER = 200, 400
# What an answer of so many tokens costs, and a little more for the question.
DEAREST = WRITTEN * LONGEST_ANSWER / 1000 + READ * 100 / 1000
REFUSED = {"rate_limit_exceeded", "insufficient_quota"}


def charged(requests: list[RecordedRequest]) -> Decimal:
    """Return what the provider has charged, by its own record."""
    bills = [request.billed for request in requests if request.billed is not None]
    return sum((bill["inputTokens"] * READ + bill["outputTokens"] * WRITTEN for bill in bills), Decimal(0)) / 1000


async def ask(api: Api, words: int) -> str:
    """Return what became of a call: `ok`, the code that refuses it, or `lost`."""
    content = f"Hello sandbox:words={words}"
    body = {"model": "chat-latest", "messages": [{"role": "user", "content": content}], "max_tokens": LONGEST_ANSWER}
    try:
        reply = await api.post("/v1/chat/completions", body)
    except aiohttp.ClientError:
        return "lost"
    return "ok" if reply.status == 200 else str(reply.document["error"]["code"])


async def test_no_more_is_spent_than_the_budget_and_the_calls_under_way(
    api: Api, sandbox: Sandbox, service: RunningService
) -> None:
    pricing = {"inputPer1kTokens": float(READ), "outputPer1kTokens": float(WRITTEN)}
    await registered(api, sandbox, pricing=pricing)
    key = await api.access_key(budget={"usd": float(BUDGET), "period": "month"})
    sandbox.requests.clear()
    sandbox.faults.add(kind="delay", provider="openai", seconds=0.3)
    with ExitStack() as stack:
        running = [stack.enter_context(serving("serve", "--port", "0", **settings_of(service))) for _ in range(3)]
        urls = [(await asyncio.to_thread(each.ready))["url"] for each in running]
        programs = [replace(api, url=url, token=key["secret"]) for url in urls]
        words = [1 + number * 7 % 300 for number in range(CALLS)]
        asking = [asyncio.create_task(ask(programs[number % 3], count)) for number, count in enumerate(words)]
        async with asyncio.timeout(30):
            while len(sandbox.requests) < 10:  # noqa: ASYNC110 - the sandbox counts for itself
                await asyncio.sleep(0.01)
        await asyncio.to_thread(running[2].kill)
        outcomes = await asyncio.gather(*asking)
        assert outcomes.count("lost") > 0
        assert outcomes.count("ok") > 10
        assert set(outcomes) <= {"ok", "lost", *REFUSED}
        # The other two continue until there is nothing left.
        for _ in range(20):
            outcomes = await asyncio.gather(*[ask(programs[number % 2], 250) for number in range(20)])
            if set(outcomes) <= REFUSED:
                break
        assert set(outcomes) <= REFUSED
    spent = charged(list(sandbox.requests))
    # At each process's last call there may be less left than it costs.
    assert spent <= BUDGET + 3 * DEAREST
    assert spent > BUDGET / 2
    with psycopg.connect(service.database.owner_url) as owner:
        row = owner.execute(
            "SELECT (SELECT sum(spent_usd) FROM budget_spending WHERE subject_id = %(id)s)"
            " + coalesce((SELECT sum(leased_usd) FROM budget_leases WHERE subject_id = %(id)s), 0)",
            {"id": key["id"]},
        ).fetchone()
    assert row is not None
    # What the killed process has spent and not reported is within its part, which counts as spent.
    assert spent <= row[0] <= BUDGET + 3 * DEAREST
