"""Prompts from end to end: through the API, Postgres and the real adapters to the sandbox, and back."""

import asyncio
from contextlib import suppress

import pytest

from sandbox.server import Sandbox
from tests.contract.sandbox.sandbox_client import CHAT_MODELS, PNG_TEXT
from tests.e2e.api_client import PROVIDERS, Api, Document, path_of
from tests.e2e.running_service import RunningService
from tests.e2e.sandbox_models import GENERATE, HELLO, MODELS, SEEN, USAGE, events, registered, run
from tests.e2e.wait_until import until

IMAGES = [{"mediaType": "image/png", "data": PNG_TEXT}]
everywhere = pytest.mark.parametrize("provider", MODELS)


@everywhere
async def test_a_prompt_is_answered_with_tokens_cost_and_the_snapshot(
    api: Api, sandbox: Sandbox, provider: str
) -> None:
    of = await registered(api, sandbox, provider)
    reply = await run(api, of)
    document = reply.document
    assert (reply.status, document["text"], document["finishReason"]) == (200, HELLO, "stop")
    assert document["model"]["id"] == of.model["id"]
    assert document["answeredBy"].startswith(MODELS[provider])
    usage, pricing = document["usage"], of.model["pricing"]
    exact = (
        pricing["inputPer1kTokens"] * usage["inputTokens"] + pricing["outputPer1kTokens"] * usage["outputTokens"]
    ) / 1000
    assert document["costUsd"] == exact
    assert document["attempts"][0]["upstreamRequestId"]


async def test_calls_are_counted_in_the_figures_of_the_service(api: Api, sandbox: Sandbox) -> None:
    works = await registered(api, sandbox)
    refuses = await registered(api, sandbox, key="no_credit")
    before = await figures(api)
    answers = [(await run(api, works)).document, events(await run(api, works, stream=True))[-1][1]]
    assert (await run(api, refuses)).status == 502
    after = await figures(api)
    grown = {name: value - before.get(name, 0.0) for name, value in after.items() if "openai" in name}
    assert grown['modelbook_prompt_calls_total{outcome="ok",provider_type="openai"}'] == 2
    assert grown['modelbook_prompt_calls_total{outcome="billing_exhausted",provider_type="openai"}'] == 1
    assert grown['modelbook_prompt_call_seconds_count{provider_type="openai"}'] == 2
    for direction in ("input", "output"):
        tokens = sum(answer["usage"][f"{direction}Tokens"] for answer in answers)
        assert grown[f'modelbook_prompt_tokens_total{{direction="{direction}",provider_type="openai"}}'] == tokens


async def figures(api: Api) -> dict[str, float]:
    """Return what Prometheus would read."""
    lines = (await api.ask("GET", "/metrics")).text.splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


@everywhere
async def test_an_image_is_seen(api: Api, sandbox: Sandbox, provider: str) -> None:
    of = await registered(api, sandbox, provider)
    reply = await run(api, of, "What is it?", images=IMAGES)
    assert (reply.status, reply.document["text"]) == (200, SEEN)


@everywhere
async def test_a_stream_has_one_shape_whoever_answers(api: Api, sandbox: Sandbox, provider: str) -> None:
    of = await registered(api, sandbox, provider)
    *deltas, (last, done) = events(await run(api, of, stream=True))
    assert {name for name, _ in deltas} == {"delta"}
    assert len(deltas) > 1
    assert "".join(data["text"] for _, data in deltas) == HELLO
    whole = (await run(api, of)).document
    assert (last, done.keys()) == ("done", whole.keys() - {"text"})
    assert {name: done[name] for name in ("finishReason", "answeredBy", "usage", "costUsd")} == {
        name: float(whole[name]) if name == "costUsd" else whole[name]
        for name in ("finishReason", "answeredBy", "usage", "costUsd")
    }


@everywhere
async def test_what_the_config_says_reaches_the_provider(api: Api, sandbox: Sandbox, provider: str) -> None:
    config = {"temperature": 0.5, "maxTokens": 2, "systemPrompt": "Be brief."}
    of = await registered(api, sandbox, provider, model_id=CHAT_MODELS[provider], config=config)
    reply = await run(api, of)
    assert (reply.document["text"], reply.document["finishReason"]) == ("You said", "length")
    sent = str(sandbox.requests[-1].json)
    assert "Be brief." in sent
    assert "'temperature': 0.5" in sent


@everywhere
async def test_a_busy_provider_is_asked_again(api: Api, sandbox: Sandbox, provider: str) -> None:
    of = await registered(api, sandbox, provider)
    sandbox.faults.add(kind="rate_limited", provider=provider, operation="chat", times=1, retry_after_ms=50)
    reply = await run(api, of)
    assert [attempt["outcome"] for attempt in reply.document["attempts"]] == ["rate_limited", "ok"]
    assert reply.document["attempts"][1]["waitMs"] >= 50


@pytest.mark.parametrize("streamed", [True, False])
async def test_another_provider_answers_in_place_of_one_that_cannot(api: Api, sandbox: Sandbox, streamed: bool) -> None:
    spent = await registered(api, sandbox, "openai", key="insufficient_quota", config={"preference": 1})
    await registered(api, sandbox, "anthropic", config={"preference": 2})
    body = {"need": {"strategy": "preferred"}, "prompt": "Hello there", "stream": streamed}
    reply = await api.post(GENERATE, body)
    document = events(reply)[-1][1] if streamed else reply.document
    assert [attempt["outcome"] for attempt in document["attempts"]] == ["billing_exhausted", "ok"]
    assert document["attempts"][0]["modelId"] == spent.model["id"]
    assert document["model"]["providerModelId"] == MODELS["anthropic"]


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_bad_key_is_reported_once_and_never_shown(api: Api, sandbox: Sandbox, streamed: bool) -> None:
    of = await registered(api, sandbox, "openai", key="bad_key")
    reply = await run(api, of, stream=streamed)
    assert (reply.status, reply.document["category"], len(reply.document["attempts"])) == (502, "auth_invalid", 1)
    assert sandbox.key("openai", "bad_key") not in reply.text


async def test_an_error_in_the_middle_of_a_stream_is_an_event(api: Api, sandbox: Sandbox) -> None:
    of = await registered(api, sandbox, "anthropic")
    sandbox.faults.add(kind="error_event", provider="anthropic", operation="stream", times=1, after=4)
    reply = await run(api, of, stream=True)
    assert reply.status == 200
    assert [name for name, _ in events(reply)][-1] == "error"
    assert events(reply)[-1][1]["retryable"] is True


async def test_the_deadline_holds_whatever_the_provider_does(api: Api, sandbox: Sandbox) -> None:
    of = await registered(api, sandbox)
    sandbox.faults.add(kind="hang", provider="openai", operation="chat")
    loop = asyncio.get_running_loop()
    began = loop.time()
    reply = await run(api, of, deadlineSeconds=0.3)
    assert (reply.status, reply.document["category"]) == (504, "timeout")
    assert 0.25 < loop.time() - began < 2
    await until(lambda: sandbox.requests[-1].ending == "disconnected")


@pytest.mark.parametrize(("kind", "streamed"), [("hang", False), ("hang", True), ("hang_mid_stream", True)])
async def test_a_client_that_disconnects_ends_the_call_at_the_provider(
    api: Api, sandbox: Sandbox, kind: str, streamed: bool
) -> None:
    of = await registered(api, sandbox)
    sandbox.faults.add(kind=kind, provider="openai", operation="stream" if streamed else "chat")
    asking = asyncio.create_task(run(api, of, stream=streamed))
    await until(lambda: any(request.operation in {"chat", "stream"} for request in sandbox.requests))
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking
    await until(lambda: sandbox.requests[-1].ending == "disconnected", seconds=2)
    assert (await _settled_usage(api, 1))["totals"]["outcomes"] == {"cancelled": 1}


async def test_use_is_counted_for_the_organization_and_stays_when_the_model_goes(api: Api, sandbox: Sandbox) -> None:
    of = await registered(api, sandbox)
    answers = [(await run(api, of)).document for _ in range(3)]
    other = api.elsewhere()
    await run(other, await registered(other, sandbox))
    assert (await api.delete(path_of(of.model))).status == 204
    report = await _settled_usage(api, 3, groupBy="model")
    (group,) = report["data"]
    assert (group["modelId"], group["providerModelId"]) == (of.model["id"], "chat-latest")
    assert (group["requests"], group["succeeded"]) == (3, 3)
    assert group["costUsd"] == sum(answer["costUsd"] for answer in answers)
    assert group["outputTokens"] == sum(answer["usage"]["outputTokens"] for answer in answers)


async def _settled_usage(api: Api, requests: int, **query: object) -> Document:
    """The report, as soon as it knows of so many calls."""
    report: Document = {}
    for _ in range(250):
        report = await api.get(USAGE, **query)
        if report["totals"]["requests"] == requests:
            break
        await asyncio.sleep(0.02)
    assert report["totals"]["requests"] == requests
    return report


async def test_every_change_counts_for_the_very_next_prompt(api: Api, sandbox: Sandbox) -> None:
    of = await registered(api, sandbox)
    assert (await run(api, of)).status == 200
    for path, on, off in (
        (path_of(of.model), {"isEnabled": True}, {"isEnabled": False}),
        (path_of(of.provider), {"isEnabled": True}, {"isEnabled": False}),
    ):
        assert (await api.patch(path, off)).status == 200
        assert (await run(api, of)).status == 409
        assert (await api.patch(path, on)).status == 200
        assert (await run(api, of)).status == 200
    await api.patch(path_of(of.provider), {"apiKey": sandbox.key("openai", "bad_key")})
    assert (await run(api, of)).document["category"] == "auth_invalid"
    await api.patch(path_of(of.provider), {"apiKey": sandbox.key("openai")})
    await api.patch(path_of(of.model), {"config": {"maxTokens": 2}})
    assert (await run(api, of)).document["text"] == "You said"
    assert (await api.delete(path_of(of.provider), cascade=True)).status == 204
    assert (await run(api, of)).status == 404


async def test_no_connection_to_the_database_is_held_while_a_provider_is_called(
    service: RunningService, api: Api, sandbox: Sandbox
) -> None:
    of = await registered(api, sandbox)
    sandbox.faults.add(kind="hold", provider="openai", operation="chat")
    running = [asyncio.create_task(run(api, of)) for _ in range(20)]
    await until(lambda: sum(request.operation == "chat" for request in sandbox.requests) == 20)
    assert service.container.reading_pool().get_stats()["pool_max"] < 20
    listed = await asyncio.wait_for(api.get(PROVIDERS), 0.5)
    assert len(listed["data"]) == 1
    sandbox.faults.clear()
    assert {reply.status for reply in await asyncio.gather(*running)} == {200}


async def test_a_prompt_to_another_organizations_model_finds_nothing(api: Api, sandbox: Sandbox) -> None:
    other = api.elsewhere()
    of = await registered(other, sandbox)
    sandbox.requests.clear()
    assert (await run(api, of)).status == 404
    assert (await api.post(GENERATE, {"providerModelId": "chat-latest", "prompt": "Hi"})).status == 404
    choice = (await api.post("/api/ai/select", {})).document
    assert choice == {"selected": None, "candidates": [], "candidateCount": 0, "droppedBy": {}}
    assert list(sandbox.requests) == []
