"""Two processes run prompts on three models of one name: one hangs, one fails every second time, one is slow."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from aiohttp import web

from tests.e2e.api_client import Api, Document, path_of
from tests.e2e.processes import serving
from tests.e2e.request_log import logged
from tests.e2e.running_service import RunningService
from tests.e2e.test_discovery_processes import settings_of

PROMPTS = 160
AT_ONCE = 16
SELECT = "/api/ai/select"
NAME = "shared-model"
PRICES = {"inputPer1kTokens": 0.003, "outputPer1kTokens": 0.011}
# Three tokens read and one written.
COST = Decimal("0.000020")


@dataclass(slots=True)
class Upstreams:
    """A server that plays three providers of Chat Completions under one roof."""

    url: str = ""
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    calls: dict[str, int] = field(default_factory=lambda: {"hangs": 0, "fails": 0, "slow": 0})
    answered: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        kind = request.match_info["kind"]
        if request.method == "GET":
            # An engine that is stuck still lists its models.
            return web.json_response({"object": "list", "data": [{"id": NAME, "object": "model"}]})
        self.calls[kind] += 1
        number = self.calls[kind]
        asked = await request.json()
        if kind == "hangs":
            await self.is_over.wait()
        if kind == "fails" and number % 2:
            return web.json_response({"error": {"message": "The server had an error."}}, status=500)
        if kind == "slow":
            await asyncio.sleep(0.2)
        self.answered += 1
        if not asked.get("stream"):
            message = {"role": "assistant", "content": kind}
            return web.json_response(_completion("chat.completion", message=message, finish_reason="stop"))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        chunk = "chat.completion.chunk"
        for document in (
            _completion(chunk, delta={"role": "assistant", "content": kind}, finish_reason=None),
            _completion(chunk, delta={}, finish_reason="stop"),
        ):
            await response.write(b"data: " + json.dumps(document).encode() + b"\n\n")
        await response.write(b"data: [DONE]\n\n")
        return response


def _completion(kind: str, **choice: Any) -> dict[str, Any]:  # noqa: ANN401 - the fields of a choice
    usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
    return {"id": "1", "object": kind, "created": 1, "model": NAME, "choices": [{"index": 0, **choice}], "usage": usage}


@asynccontextmanager
async def upstreams() -> AsyncIterator[Upstreams]:
    played = Upstreams()
    app = web.Application()
    app.router.add_route("*", "/{kind}/{rest:.*}", played.answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    played.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield played
    finally:
        played.is_over.set()
        await runner.cleanup()


async def registered(api: Api, played: Upstreams, kind: str, **config: object) -> Document:
    endpoint = f"{played.url}/{kind}"
    provider = await api.provider(name=kind, providerType="openai_compatible", endpoint=endpoint, apiKey="sk-x-1234567")
    model: Document = await api.model(provider, modelId=NAME, name=kind, type="language", config=config, pricing=PRICES)
    return model


async def ask(api: Api, number: int) -> tuple[int, str]:
    """Run a prompt, streamed or not; return the status and who has answered."""
    body = {"providerModelId": NAME, "prompt": "Hi", "stream": number % 2 == 0}
    reply = await api.ask("POST", "/api/ai/generate", body)
    if not body["stream"]:
        return reply.status, reply.document.get("text", reply.text)
    return reply.status, "error" if "event: error" in reply.text else "streamed"


async def cool_down(api: Api, model: Document) -> Any:  # noqa: ANN401 - null or an object
    choice = await api.post(SELECT, {"modelId": model["id"]})
    return choice.document["candidates"][0]["coolDown"]


async def test_no_prompt_fails_that_some_model_could_answer(api: Api, service: RunningService) -> None:
    async with upstreams() as played:
        allowed = f"{settings_of(service)['EGRESS_ALLOW']},{played.url.removeprefix('http://')}"
        settings = settings_of(service) | {"EGRESS_ALLOW": allowed}
        with ExitStack() as stack:
            processes = [stack.enter_context(serving("serve", "--port", "0", **settings)) for _ in range(2)]
            apis = [replace(api, url=(await asyncio.to_thread(each.ready))["url"]) for each in processes]
            hangs = await registered(apis[0], played, "hangs", firstByteSeconds=0.5)
            for kind in ("fails", "slow"):
                await registered(apis[0], played, kind)
            numbers = iter(range(PROMPTS))
            answers = await asyncio.gather(*(_caller(apis, numbers) for _ in range(AT_ONCE)))
            answered = [answer for each in answers for answer in each]
            assert {status for status, _ in answered} == {200}, answered
            assert {who for _, who in answered} <= {"fails", "slow", "streamed"}
            assert len(answered) == PROMPTS
            # What hangs was asked by those that came before anybody knew, and then by one now and then.
            assert played.calls["hangs"] <= 2 * AT_ONCE
            assert played.calls["fails"] > 0
            assert played.calls["slow"] > 0
            await _counted_as_charged(apis[1], played)
            await _found_by_one_and_known_to_both(apis, hangs)
            for each in processes:
                # How they end is no matter here.
                await asyncio.to_thread(each.kill)


async def _caller(apis: list[Api], numbers: Iterator[int]) -> list[tuple[int, str]]:
    return [await ask(apis[number // 2 % 2], number) for number in numbers]


async def _counted_as_charged(api: Api, played: Upstreams) -> None:
    """What the providers have answered is what usage and the request log say, to the last digit."""
    rows = await logged(api, at_least=PROMPTS)
    totals = (await api.get("/api/ai/usage"))["totals"]
    assert len(rows) == totals["succeeded"] == played.answered == PROMPTS
    assert totals["requests"] == sum(played.calls.values())
    assert totals["costUsd"] == sum(row["costUsd"] for row in rows) == PROMPTS * COST
    # What a call that hung has cost, nobody knows.
    assert totals["unknownCostRequests"] == played.calls["hangs"]


async def _found_by_one_and_known_to_both(apis: list[Api], hangs: Document) -> None:
    """A new key makes a new beginning; then one process alone finds that the model still hangs."""
    await apis[0].patch(f"/api/ai/providers/{hangs['providerId']}", {"apiKey": "sk-y-7654321"})
    assert [await cool_down(api, hangs) for api in apis[:1]] == [None]
    await apis[0].patch(path_of(hangs), {"config": {"firstByteSeconds": 0.2, "preference": 1}})
    assert (await ask(apis[0], 1))[0] == 200
    found = await cool_down(apis[0], hangs)
    assert found["reason"] == "timeout"

    for _ in range(200):
        if await cool_down(apis[1], hangs) is not None:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("The other process has not heard of it within 10 s.")
