"""What running a prompt takes and answers over HTTP."""

from uuid import uuid4

import pytest

from application.ports.provider_gateway import UpstreamFailure
from entrypoints.http.authorization import Role
from tests.builders import a_price
from tests.contract.http.prompts.prompt_routes import GENERATE, post
from tests.fakes.generation import completed
from tests.http_service import Service, a_token
from tests.prompt_setup import PromptSetup, a_failure, an_account

OVERLOADED = {
    "outcome": "overloaded",
    "message": "The provider answered: overloaded.",
    "upstreamStatus": 529,
    "upstreamRequestId": "r1",
    "waitMs": 0.0,
}
SUCCEEDED = {
    "outcome": "ok",
    "message": None,
    "upstreamStatus": None,
    "upstreamRequestId": "upstream-1",
    "waitMs": 500.0,
}


async def test_the_answer_shows_everything_about_itself(setup: PromptSetup, service: Service) -> None:
    model = setup.model("gpt-x", name="Ours", price=a_price("0.00015", "0.0006"))
    setup.generation.plays("gpt-x", a_failure("overloaded", http_status=529, upstream_request_id="r1"))
    setup.generation.plays("gpt-x", completed("Hello."))
    reply = await post(service, GENERATE, {"modelId": str(model.id), "prompt": "Say hello."})
    assert reply.status == 200
    document = reply.document
    assert b'"costUsd":0.0000045,' in reply.content
    timings = [document.pop("latencyMs"), *(attempt.pop("latencyMs") for attempt in document["attempts"])]
    assert all(isinstance(value, float | int) and value >= 0 for value in timings)
    named = {"providerId": str(setup.account.id), "providerModelId": "gpt-x"}
    assert document == {
        "text": "Hello.",
        "toolCalls": [],
        "reasoning": None,
        "refusal": None,
        "parts": [{"type": "text", "text": "Hello."}],
        "ignoredFields": [],
        "model": {"id": str(model.id), **named, "name": "Ours"},
        "answeredBy": "snapshot-1",
        "finishReason": "stop",
        "usage": {
            "inputTokens": 10,
            "outputTokens": 5,
            "cachedInputTokens": None,
            "cacheWriteTokens": None,
            "cacheWrite1hTokens": None,
            "reasoningTokens": None,
            "audioInputTokens": None,
            "audioOutputTokens": None,
        },
        "costUsd": 0.0000045,
        "costUnknownReason": None,
        "costUnknownDetail": None,
        "costSource": "manual",
        "costParts": [
            {"kind": "input", "tokens": 10, "costUsd": 0.0000015},
            {"kind": "output", "tokens": 5, "costUsd": 0.000003},
        ],
        "upstreamRequestId": "upstream-1",
        "attempts": [
            {"modelId": str(model.id), **named, **OVERLOADED},
            {"modelId": str(model.id), **named, **SUCCEEDED},
        ],
    }


async def test_a_cost_that_is_not_known_is_null_with_a_reason(setup: PromptSetup, service: Service) -> None:
    model = setup.model(price=None)
    reply = await post(service, GENERATE, {"modelId": str(model.id), "prompt": "Hi"})
    assert (reply.document["costUsd"], reply.document["costUnknownReason"]) == (None, "price-unknown")


async def test_a_need_is_met_by_the_model_that_fits(setup: PromptSetup, service: Service) -> None:
    setup.model("dear", price=a_price("0.5", "0.5"))
    setup.model("small", context_window=1000, price=a_price("0.0001", "0.0001"))
    setup.model("fit", capabilities=frozenset({"function_calling"}))
    need = {
        "type": "language",
        "capabilities": ["function_calling"],
        "maxCostPer1kTokens": 0.01,
        "minContextWindow": 8000,
        "strategy": "cheapest",
    }
    reply = await post(service, GENERATE, {"need": need, "prompt": "Hi"})
    assert reply.document["model"]["providerModelId"] == "fit"


async def test_viewers_choose_but_do_not_run(setup: PromptSetup, service: Service) -> None:
    setup.model()
    viewer = a_token(Role.VIEWER)
    assert (await service.ask("POST", "/api/ai/select", token=viewer, json={})).status == 200
    assert (await service.ask("POST", GENERATE, token=viewer, json={"prompt": "Hi"})).status == 403


async def test_a_model_that_is_not_there_is_not_found(service: Service) -> None:
    for wanted in ({"modelId": str(uuid4())}, {"providerModelId": "gpt-x"}):
        reply = await post(service, GENERATE, {**wanted, "prompt": "Hi"})
        assert (reply.status, reply.document["code"]) == (404, "model-not-found")


async def test_a_model_out_of_use_is_refused_with_the_reasons(setup: PromptSetup, service: Service) -> None:
    account = an_account(name="Away", is_enabled=False)
    model = setup.model("gpt-x", of=account, is_enabled=False)
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
            "weight": 1.0,
            "share": None,
            "coolDown": None,
            "rules": [
                {"rule": "disabled", "detail": "The model is disabled."},
                {"rule": "provider-disabled", "detail": "Its provider Away is disabled."},
            ],
        }
    ]


async def test_a_need_that_nothing_meets_is_refused_with_the_reasons(setup: PromptSetup, service: Service) -> None:
    setup.model(price=None)
    reply = await post(service, GENERATE, {"need": {"maxCostPer1kTokens": 1}, "prompt": "Hi"})
    assert (reply.status, reply.document["code"]) == (422, "no-model-fits")
    assert reply.document["candidates"][0]["rules"] == [{"rule": "cost", "detail": "Its cost is not known."}]


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
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
    setup: PromptSetup, service: Service, error: UpstreamFailure, status: int, retry_after: str | None
) -> None:
    model = setup.model("gpt-x")
    setup.generation.plays("gpt-x", error)
    reply = await post(service, GENERATE, {"modelId": str(model.id), "prompt": "Hi"})
    assert (reply.status, reply.document["category"]) == (status, error.failure.category)
    assert reply.headers.get("Retry-After") == retry_after
    assert [attempt["outcome"] for attempt in reply.document["attempts"]] == [error.failure.category]


async def test_neither_prompts_nor_answers_are_logged(setup: PromptSetup, service: Service) -> None:
    setup.model("gpt-x")
    setup.generation.plays("gpt-x", completed("The moon is made of cheese."))
    setup.generation.plays("gpt-x", a_failure())
    for _ in range(2):
        await post(service, GENERATE, {"prompt": "What is the moon made of?"})
    written = repr(service.log.capture.entries)
    assert "moon" not in written
    assert GENERATE in written
