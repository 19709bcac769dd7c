"""What running a prompt takes and answers over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from application.ports.generation import ImagePart, Message, TextPart
from entrypoints.http.principal import Role
from tests.builders import a_price
from tests.contract.http.prompting import GENERATE, a_desk, post, routes_of
from tests.fakes.generation import generated
from tests.http_service import a_token
from tests.prompts import a_failure, an_account

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from application.ports.generation import GenerationRequest
    from application.ports.provider_gateway import UpstreamFailure
    from tests.http_service import Service
    from tests.prompts import Desk

IMAGE = {"mediaType": "image/png", "data": "aGVsbG8="}


@pytest.fixture
def desk() -> Desk:
    return a_desk()


@pytest.fixture
async def service(desk: Desk, serve: Callable[..., Awaitable[Service]]) -> Service:
    return await serve(*routes_of(desk))


def asked(desk: Desk) -> GenerationRequest:
    return desk.generation.calls[-1].request


async def test_the_answer_tells_everything_about_itself(desk: Desk, service: Service) -> None:
    model = desk.model("gpt-x", name="Ours", price=a_price("0.00015", "0.0006"))
    desk.generation.plays("gpt-x", a_failure("overloaded", http_status=529, upstream_request_id="r1"))
    desk.generation.plays("gpt-x", generated("Hello."))
    reply = await post(service, GENERATE, {"modelId": str(model.id), "prompt": "Say hello."})
    assert reply.status == 200
    document = reply.document
    assert b'"costUsd":0.0000045,' in reply.content
    timings = [document.pop("latencyMs"), *(attempt.pop("latencyMs") for attempt in document["attempts"])]
    assert all(isinstance(value, float | int) and value >= 0 for value in timings)
    named = {"providerId": str(desk.account.id), "providerModelId": "gpt-x"}
    assert document == {
        "text": "Hello.",
        "model": {"id": str(model.id), **named, "name": "Ours"},
        "answeredBy": "snapshot-1",
        "finishReason": "stop",
        "usage": {"inputTokens": 10, "outputTokens": 5, "cachedInputTokens": None, "reasoningTokens": None},
        "costUsd": 0.0000045,
        "costUnknownReason": None,
        "upstreamRequestId": "upstream-1",
        "attempts": [
            {
                "modelId": str(model.id),
                **named,
                "outcome": "overloaded",
                "message": "The provider says: overloaded.",
                "upstreamStatus": 529,
                "upstreamRequestId": "r1",
                "waitMs": 0.0,
            },
            {
                "modelId": str(model.id),
                **named,
                "outcome": "ok",
                "message": None,
                "upstreamStatus": None,
                "upstreamRequestId": "upstream-1",
                "waitMs": 500.0,
            },
        ],
    }


async def test_a_cost_that_is_not_known_is_null_with_a_reason(desk: Desk, service: Service) -> None:
    model = desk.model(price=None)
    reply = await post(service, GENERATE, {"modelId": str(model.id), "prompt": "Hi"})
    assert (reply.document["costUsd"], reply.document["costUnknownReason"]) == (None, "price-unknown")


async def test_a_conversation_with_images_reaches_the_model_as_it_was_written(desk: Desk, service: Service) -> None:
    model = desk.model("gpt-x")
    body = {
        "providerModelId": "gpt-x",
        "providerId": str(desk.account.id),
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is it?"},
                    {"type": "image", **IMAGE, "detail": "low"},
                    {"type": "image", "url": "https://example.com/a.png"},
                ],
            },
            {"role": "assistant", "content": "A dot."},
            {"role": "user", "content": "Sure?"},
        ],
        "config": {"temperature": 0.25, "topP": 1, "maxTokens": 99_999, "stop": ["END"]},
        "deadlineSeconds": 1.5,
    }
    reply = await post(service, GENERATE, body)
    assert (reply.status, reply.document["model"]["id"]) == (200, str(model.id))
    assert asked(desk).messages == (
        Message(role="system", parts=(TextPart("Be brief."),)),
        Message(
            role="user",
            parts=(
                TextPart("What is it?"),
                ImagePart(media_type="image/png", data="aGVsbG8=", detail="low"),
                ImagePart(url="https://example.com/a.png"),
            ),
        ),
        Message(role="assistant", parts=(TextPart("A dot."),)),
        Message(role="user", parts=(TextPart("Sure?"),)),
    )
    request = asked(desk)
    assert (request.temperature, request.top_p, request.max_tokens, request.stop) == (0.25, 1.0, 4096, ("END",))
    assert request.deadline_seconds == 1.5


async def test_one_turn_can_be_written_shortly(desk: Desk, service: Service) -> None:
    desk.model(type="multimodal", capabilities=frozenset({"vision"}))
    reply = await post(service, GENERATE, {"prompt": "What is it?", "images": [IMAGE]})
    assert reply.status == 200
    parts = (TextPart("What is it?"), ImagePart(media_type="image/png", data="aGVsbG8="))
    assert asked(desk).messages == (Message(role="user", parts=parts),)


async def test_a_need_is_met_by_the_model_that_fits(desk: Desk, service: Service) -> None:
    desk.model("dear", price=a_price("0.5", "0.5"))
    desk.model("small", context_window=1000, price=a_price("0.0001", "0.0001"))
    desk.model("fit", capabilities=frozenset({"function_calling"}))
    need = {
        "type": "language",
        "capabilities": ["function_calling"],
        "maxCostPer1kTokens": 0.01,
        "minContextWindow": 8000,
        "strategy": "cheapest",
    }
    reply = await post(service, GENERATE, {"need": need, "prompt": "Hi"})
    assert reply.document["model"]["providerModelId"] == "fit"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"modelId": "x"}, "/modelId"),
        ({"modelId": str(uuid4()), "need": {}}, ""),
        ({"modelId": str(uuid4()), "providerModelId": "m"}, ""),
        ({"providerId": str(uuid4())}, ""),
        ({"need": {"type": "novel"}}, "/need/type"),
        ({"need": {"strategy": "random"}}, "/need/strategy"),
        ({"need": {"maxCost": 1}}, "/need/maxCost"),
        ({"prompt": None}, ""),
        ({"prompt": ""}, "/prompt"),
        ({"messages": [{"role": "user", "content": "Hi"}]}, ""),
        ({"prompt": ..., "messages": []}, "/messages"),
        ({"prompt": ..., "messages": [{"role": "system", "content": "Hi"}]}, "/messages"),
        ({"prompt": ..., "messages": [{"role": "tool", "content": "Hi"}]}, "/messages/0/role"),
        ({"prompt": ..., "messages": [{"role": "user", "content": []}]}, "/messages/0/content"),
        ({"prompt": ..., "messages": [{"role": "user", "content": [{"type": "sound"}]}]}, "/messages/0/content/0"),
        (
            {"prompt": ..., "messages": [{"role": "assistant", "content": [{"type": "image", **IMAGE}]}]},
            "/messages/0",
        ),
        ({"images": [{"mediaType": "image/png"}]}, "/images/0"),
        ({"images": [{**IMAGE, "url": "https://example.com/a.png"}]}, "/images/0"),
        ({"images": [{"data": "aGVsbG8="}]}, "/images/0"),
        ({"images": [{**IMAGE, "data": "no base64!"}]}, "/images/0/data"),
        ({"images": [{**IMAGE, "mediaType": "image/tiff"}]}, "/images/0/mediaType"),
        ({"images": [{"url": "http://example.com/a.png"}]}, "/images/0/url"),
        ({"images": [{"url": "file:///etc/passwd"}]}, "/images/0/url"),
        ({"prompt": ..., "messages": [{"role": "user", "content": "Hi"}], "images": [IMAGE]}, ""),
        ({"config": {"temperature": 2.5}}, "/config/temperature"),
        ({"config": {"temperature": "0.5"}}, "/config/temperature"),
        ({"config": {"maxTokens": 0}}, "/config/maxTokens"),
        ({"config": {"stop": [""]}}, "/config/stop/0"),
        ({"config": {"top_p": 0.5}}, "/config/top_p"),
        ({"deadlineSeconds": 0}, "/deadlineSeconds"),
        ({"deadlineSeconds": 601}, "/deadlineSeconds"),
        ({"stream": "yes"}, "/stream"),
        ({"apiKey": "sk-1"}, "/apiKey"),
    ],
)
async def test_what_cannot_be_meant_is_refused_where_it_stands(
    desk: Desk, service: Service, change: dict[str, Any], pointer: str
) -> None:
    desk.model()
    body = {name: value for name, value in ({"prompt": "Hi"} | change).items() if value is not ...}
    reply = await post(service, GENERATE, body)
    assert reply.status == 422, reply.document
    pointers = [error["pointer"] for error in reply.document["errors"]]
    assert any(found.startswith(pointer) for found in pointers), pointers
    assert desk.generation.calls == []


async def test_a_body_may_have_twenty_mebibytes_and_no_more(desk: Desk, service: Service) -> None:
    desk.model(type="vision")
    small = {"prompt": "Hi", "images": [{**IMAGE, "data": "A" * (19 * 1024 * 1024)}]}
    large = {"prompt": "Hi", "images": [{**IMAGE, "data": "A" * (20 * 1024 * 1024)}]}
    assert (await post(service, GENERATE, small)).status == 200
    reply = await post(service, GENERATE, large)
    assert (reply.status, reply.document["largestBody"]) == (413, 20 * 1024 * 1024)


async def test_an_idempotency_key_is_refused(desk: Desk, service: Service) -> None:
    desk.model()
    reply = await service.ask(
        "POST", GENERATE, token=a_token(), json={"prompt": "Hi"}, headers={"Idempotency-Key": "k"}
    )
    assert (reply.status, reply.document["code"]) == (422, "not-replayable")
    assert desk.generation.calls == []


async def test_viewers_choose_but_do_not_run(desk: Desk, service: Service) -> None:
    desk.model()
    viewer = a_token(Role.VIEWER)
    assert (await service.ask("POST", "/api/ai/select", token=viewer, json={})).status == 200
    assert (await service.ask("POST", GENERATE, token=viewer, json={"prompt": "Hi"})).status == 403


async def test_a_model_that_is_not_there_is_not_found(service: Service) -> None:
    for wanted in ({"modelId": str(uuid4())}, {"providerModelId": "gpt-x"}):
        reply = await post(service, GENERATE, {**wanted, "prompt": "Hi"})
        assert (reply.status, reply.document["code"]) == (404, "model-not-found")


async def test_a_model_out_of_use_is_refused_with_the_reasons(desk: Desk, service: Service) -> None:
    account = an_account(name="Away", is_enabled=False)
    model = desk.model("gpt-x", of=account, is_enabled=False)
    reply = await post(service, GENERATE, {"modelId": str(model.id), "prompt": "Hi"})
    assert (reply.status, reply.document["code"]) == (409, "model-out-of-use")
    assert "The model is disabled. Its provider Away is disabled." in reply.document["detail"]
    assert reply.document["candidates"] == [
        {
            "modelId": str(model.id),
            "providerId": str(account.id),
            "providerModelId": "gpt-x",
            "name": "A model",
            "kept": False,
            "rank": None,
            "rules": [
                {"rule": "disabled", "detail": "The model is disabled."},
                {"rule": "provider-disabled", "detail": "Its provider Away is disabled."},
            ],
        }
    ]


async def test_a_need_that_nothing_meets_is_refused_with_the_reasons(desk: Desk, service: Service) -> None:
    desk.model(price=None)
    reply = await post(service, GENERATE, {"need": {"maxCostPer1kTokens": 1}, "prompt": "Hi"})
    assert (reply.status, reply.document["code"]) == (422, "no-model-fits")
    assert reply.document["candidates"][0]["rules"] == [{"rule": "cost", "detail": "Its cost is not known."}]


@pytest.mark.parametrize(
    ("failure", "status", "retry_after"),
    [
        (a_failure("rate_limited", retry_after_seconds=70.0), 503, "70"),
        (a_failure("overloaded", retry_after_seconds=99.0), 503, "99"),
        (a_failure("timeout", is_retryable=False), 504, None),
        (a_failure("auth_invalid"), 502, None),
        (a_failure("billing_exhausted"), 502, None),
        (a_failure("provider_error", is_retryable=False), 502, None),
        (a_failure("bad_request"), 422, None),
    ],
)
async def test_a_failed_prompt_says_what_failed_and_how_often(
    desk: Desk, service: Service, failure: UpstreamFailure, status: int, retry_after: str | None
) -> None:
    model = desk.model("gpt-x")
    desk.generation.plays("gpt-x", failure)
    reply = await post(service, GENERATE, {"modelId": str(model.id), "prompt": "Hi"})
    assert (reply.status, reply.document["category"]) == (status, failure.category)
    assert reply.headers.get("Retry-After") == retry_after
    assert [attempt["outcome"] for attempt in reply.document["attempts"]] == [failure.category]


async def test_neither_prompts_nor_answers_are_logged(desk: Desk, service: Service) -> None:
    desk.model("gpt-x")
    desk.generation.plays("gpt-x", generated("The moon is made of cheese."))
    desk.generation.plays("gpt-x", a_failure())
    for _ in range(2):
        await post(service, GENERATE, {"prompt": "What is the moon made of?"})
    written = repr(service.log.capture.entries)
    assert "moon" not in written
    assert GENERATE in written


async def test_a_choice_is_explained(desk: Desk, service: Service) -> None:
    cheap = desk.model("cheap", name="Cheap", price=a_price("0.001", "0.002"))
    dear = desk.model("dear", name="Dear", price=a_price("0.1", "0.2"))
    off = desk.model("off", name="Off", is_enabled=False)
    reply = await post(service, "/api/ai/select", {"need": {"strategy": "cheapest"}})
    assert reply.document["selected"] == {
        "id": str(cheap.id),
        "providerId": str(desk.account.id),
        "providerModelId": "cheap",
        "name": "Cheap",
    }
    told = {entry["modelId"]: entry for entry in reply.document["candidates"]}
    assert [(told[str(each.id)]["kept"], told[str(each.id)]["rank"]) for each in (cheap, dear, off)] == [
        (True, 1),
        (True, 2),
        (False, None),
    ]
    assert told[str(cheap.id)]["rules"] == [
        {"rule": "cheapest", "detail": "0.003 USD per 1,000 tokens read and 1,000 written."}
    ]
    assert told[str(off.id)]["rules"] == [{"rule": "disabled", "detail": "The model is disabled."}]
    assert desk.generation.calls == []


async def test_a_choice_that_leads_nowhere_is_no_error(desk: Desk, service: Service) -> None:
    off, blind = desk.model(is_enabled=False), desk.model()
    reply = await post(service, "/api/ai/select", {"modelId": str(off.id)})
    assert (reply.status, reply.document["selected"]) == (200, None)
    seeing = await post(service, "/api/ai/select", {"modelId": str(blind.id), "hasImages": True})
    rules = [rule["rule"] for rule in seeing.document["candidates"][0]["rules"]]
    assert (seeing.document["candidates"][0]["kept"], rules) == (True, ["images", "asked-for"])


async def test_figures_of_use_are_reported(desk: Desk, service: Service) -> None:
    model = desk.model("gpt-x", price=a_price("0.001", "0.001"))
    for _ in range(2):
        await post(service, GENERATE, {"modelId": str(model.id), "prompt": "Hi"})
    reply = await service.ask("GET", "/api/ai/usage?groupBy=model&from=2026-11-20&to=2026-11-23", token=a_token())
    (group,) = reply.document["data"]
    assert (group["modelId"], group["providerModelId"], group["day"]) == (str(model.id), "gpt-x", None)
    assert Decimal(str(group["costUsd"])) == Decimal("0.00003")
    totals = reply.document["totals"]
    assert (totals["requests"], totals["succeeded"], totals["outcomes"]) == (2, 2, {"ok": 2})
    assert (totals["inputTokens"], totals["outputTokens"], totals["unknownCostRequests"]) == (20, 10, 0)
    assert (reply.document["from"], reply.document["to"], reply.document["isCut"]) == (
        "2026-11-20",
        "2026-11-23",
        False,
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ("2026-10-25", "2026-11-23")),
        ("?from=2026-11-01", ("2026-11-01", "2026-11-23")),
        ("?to=2026-01-31", ("2026-01-02", "2026-01-31")),
        ("?from=2027-01-01", ("2027-01-01", "2027-01-01")),
    ],
)
async def test_days_that_are_left_out_are_the_last_thirty(service: Service, query: str, shown: tuple[str, str]) -> None:
    reply = await service.ask("GET", f"/api/ai/usage{query}", token=a_token())
    assert (reply.document["from"], reply.document["to"]) == shown
    assert reply.document["totals"]["averageLatencyMs"] is None


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2026-11-23&to=2026-11-22", "?from"),
        ("from=2020-01-01&to=2026-11-22", "?from"),
        ("from=yesterday", "?from"),
        ("to=2026-02-30", "?to"),
        ("groupBy=person", "?groupBy"),
        ("modelId=7", "?modelId"),
        ("group=day", "?group"),
    ],
)
async def test_a_report_that_cannot_be_meant_is_refused(service: Service, query: str, pointer: str) -> None:
    reply = await service.ask("GET", f"/api/ai/usage?{query}", token=a_token())
    assert (reply.status, reply.document["errors"][0]["pointer"]) == (422, pointer)
