"""Whole answers of each provider, in one shape, and what is refused or makes no sense."""

from typing import Any, Final

import pytest

from application.ports.outbound_http import FailureCategory, OutboundFailure
from application.ports.provider_gateway import UpstreamFailure
from application.prompts.completion import TokenUsage
from tests.unit.providers.prompted_providers import Prompted, a_prompt, path_of, prompted_at
from tests.unit.providers.sample_lists import BASE, KEY


def a_completion(content: object = "Hello.", reason: str | None = "stop", **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    message = {"role": "assistant", "content": content, "refusal": None, "annotations": []}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-4o-2024-11-20",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
        "service_tier": "on_demand",
        **fields,
    }


def a_message_of_anthropic(*content: dict[str, Any], reason: str | None = "end_turn") -> dict[str, Any]:
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5-20251001",
        "content": list(content),
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 4},
    }


def content_of_google(*parts: dict[str, Any], reason: str | None = "STOP") -> dict[str, Any]:
    content = {"role": "model", **({"parts": list(parts)} if parts else {})}
    return {
        "candidates": [{"content": content, "finishReason": reason, "index": 0, "avgLogprobs": -0.2}],
        "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 6, "totalTokenCount": 11},
        "modelVersion": "gemini-2.5-flash",
        "responseId": "r-1",
    }


HELLO: Final = {"type": "text", "text": "Hello."}
THOUGHT: Final = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}


@pytest.mark.parametrize(
    ("provider_type", "answer", "text", "reason"),
    [
        ("openai", a_completion(), "Hello.", "stop"),
        ("openai", a_completion("", "length"), "", "length"),
        ("openai", a_completion(None, "tool_calls"), "", "tool_calls"),
        ("openai", a_completion(None, "function_call"), "", "tool_calls"),
        ("openai", a_completion("Hel", "content_filter"), "Hel", "content_filter"),
        ("openai", a_completion("Hello.", "something_new"), "Hello.", "other"),
        ("openai", a_completion("Hello.", None), "Hello.", "other"),
        ("azure_openai", a_completion(), "Hello.", "stop"),
        ("openai_compatible", a_completion([THOUGHT, HELLO, {"type": "text", "text": "!"}]), "Hello.!", "stop"),
        ("openai_compatible", a_completion("Hello.", "eos"), "Hello.", "stop"),
        ("openai_compatible", a_completion("Hello.", "model_length"), "Hello.", "length"),
        ("anthropic", a_message_of_anthropic(HELLO), "Hello.", "stop"),
        ("anthropic", a_message_of_anthropic(THOUGHT, HELLO, HELLO), "Hello.Hello.", "stop"),
        ("anthropic", a_message_of_anthropic(HELLO, reason="stop_sequence"), "Hello.", "stop"),
        ("anthropic", a_message_of_anthropic(HELLO, reason="max_tokens"), "Hello.", "length"),
        ("anthropic", a_message_of_anthropic(HELLO, reason="model_context_window_exceeded"), "Hello.", "length"),
        ("anthropic", a_message_of_anthropic(reason="refusal"), "", "content_filter"),
        ("anthropic", a_message_of_anthropic({"type": "tool_use", "name": "x"}, reason="tool_use"), "", "tool_calls"),
        ("anthropic", a_message_of_anthropic(HELLO, reason="pause_turn"), "Hello.", "other"),
        ("anthropic", a_message_of_anthropic(reason=None), "", "other"),
        ("google", content_of_google({"text": "Hel"}, {"text": "lo."}), "Hello.", "stop"),
        ("google", content_of_google({"text": "Hm.", "thought": True}, {"text": "Hello."}), "Hello.", "stop"),
        ("google", content_of_google(reason="MAX_TOKENS"), "", "length"),
        ("google", content_of_google({"text": "Hel"}, reason="SAFETY"), "Hel", "content_filter"),
        ("google", content_of_google(reason="RECITATION"), "", "content_filter"),
        ("google", content_of_google({"text": "Hello."}, reason="FINISH_REASON_UNSPECIFIED"), "Hello.", "other"),
        ("google", {"promptFeedback": {"blockReason": "SAFETY"}}, "", "content_filter"),
        ("google", {"candidates": [], "modelVersion": "m"}, "", "other"),
    ],
)
async def test_an_answer_is_read(provider_type: str, answer: object, text: str, reason: str) -> None:
    completion = await Prompted(provider_type).completed(answer)
    assert (completion.text, completion.finish_reason) == (text, reason)


async def test_a_refusal_of_the_model_is_its_answer() -> None:
    answer = a_completion(None)
    answer["choices"][0]["message"]["refusal"] = "I cannot help."
    completion = await Prompted("openai").completed(answer)
    assert (completion.text, completion.finish_reason) == ("I cannot help.", "content_filter")


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 0, "total_tokens": 3}, TokenUsage(input_tokens=3, output_tokens=0)),
        (
            {
                "prompt_tokens": 32,
                "completion_tokens": 9,
                "total_tokens": 41,
                "completion_tokens_details": {"reasoning_tokens": 7},
            },
            TokenUsage(input_tokens=32, output_tokens=9, reasoning_tokens=7),
        ),
        (
            {
                "prompt_tokens": 32,
                "completion_tokens": 9,
                "total_tokens": 135,
                "completion_tokens_details": {"reasoning_tokens": 94},
            },
            TokenUsage(input_tokens=32, output_tokens=103, reasoning_tokens=94),
        ),
        ({"prompt_tokens": -1, "completion_tokens": "9", "total_tokens": True}, TokenUsage()),
        (None, TokenUsage()),
        ([], TokenUsage()),
    ],
)
async def test_tokens_of_a_completion_are_counted(usage: object, expected: TokenUsage) -> None:
    assert (await Prompted("openai").completed(a_completion(usage=usage))).usage == expected


async def test_what_answered_is_reported_with_its_request() -> None:
    completion = await Prompted("openai").completed(a_completion(), headers={"x-request-id": "req_9"})
    assert (completion.answered_by, completion.upstream_request_id) == ("gpt-4o-2024-11-20", "req_9")
    without = await Prompted("openai").completed(a_completion())
    assert without.upstream_request_id == "chatcmpl-1"


@pytest.mark.parametrize(
    ("header", "preset"), [("mistral-correlation-id", "mistral"), ("x-ds-trace-id", "deepseek"), ("cf-ray", "together")]
)
async def test_the_requests_id_is_found_under_the_providers_name(header: str, preset: str) -> None:
    completion = await Prompted("openai_compatible", preset=preset).completed(a_completion(), headers={header: "id-7"})
    assert completion.upstream_request_id == "id-7"


@pytest.mark.parametrize("provider_type", ["openai", "anthropic", "google", "azure_openai", "openai_compatible"])
@pytest.mark.parametrize(
    ("body", "category"),
    [
        (b"<html>Sign in</html>", "unexpected_body"),
        (b'{"choices": ', "unexpected_body"),
        (b"", "unexpected_body"),
        (b"[]", "unexpected_body"),
        (b"{}", "unexpected_body"),
        (b'{"choices": [], "content": "x", "candidates": {}}', "unexpected_body"),
        (b'{"choices": [{"message": "Hello"}]}', "unexpected_body"),
        (b'{"error": {"message": "Sorry", "type": "server_error"}}', "provider_error"),
        (b'{"error": {"message": "Sorry", "code": 503}}', "overloaded"),
        (b'{"error": "Sorry"}', "provider_error"),
    ],
)
async def test_a_success_that_is_no_answer_is_a_failure(provider_type: str, body: bytes, category: str) -> None:
    with pytest.raises(UpstreamFailure) as error:
        await Prompted(provider_type).completed(body)
    assert error.value.failure.category == category
    assert error.value.failure.http_status == 200
    assert "Sorry" not in f"{error.value}{error.value.failure.hint}"


@pytest.mark.parametrize(
    ("provider", "answer", "category"),
    [
        ("deepseek", a_completion("Hel", "insufficient_system_resource"), "overloaded"),
        ("google", content_of_google(reason="MALFORMED_FUNCTION_CALL"), "provider_error"),
    ],
)
async def test_an_answer_that_the_provider_broke_off_is_a_failure(provider: str, answer: object, category: str) -> None:
    with pytest.raises(UpstreamFailure) as error:
        await prompted_at(provider).completed(answer)
    assert (error.value.failure.category, error.value.failure.is_retryable) == (category, True)


@pytest.mark.parametrize(
    ("category", "broke_off", "is_retryable"),
    [
        ("unreachable", False, True),
        ("timeout", False, True),
        ("tls", False, False),
        ("endpoint_refused", False, False),
        ("unexpected_body", False, False),
        ("unexpected_body", True, True),
    ],
)
async def test_a_silence_is_a_failure_and_says_whether_a_repeat_may_help(
    category: FailureCategory, broke_off: bool, is_retryable: bool
) -> None:
    prompted = Prompted("openai")
    url = BASE + path_of(prompted.connection, "model-1", stream=False)
    prompted.outbound.fail("POST", url, OutboundFailure(category, "It went wrong.", broke_off=broke_off))
    with pytest.raises(UpstreamFailure) as error:
        await prompted.completed({})
    assert (error.value.failure.category, error.value.failure.is_retryable) == (category, is_retryable)
    assert error.value.failure.hint


async def test_a_key_that_no_header_can_hold_is_not_sent() -> None:
    prompted = Prompted("openai", key="sk 12345678")
    with pytest.raises(UpstreamFailure) as error:
        await prompted.completed(a_completion())
    assert error.value.failure.category == "auth_invalid"
    with pytest.raises(UpstreamFailure):
        await prompted.streamed()
    assert prompted.outbound.requests == []


async def test_a_key_that_comes_back_goes_no_further() -> None:
    answer = a_completion(f"Your key is {KEY}.", model=KEY, id=KEY[:20])
    completion = await Prompted("openai").completed(answer, headers={"x-request-id": KEY})
    assert KEY not in f"{completion.text}{completion.answered_by}{completion!r}"
    assert completion.upstream_request_id is None


async def test_an_unknown_type_runs_nothing() -> None:
    prompted = Prompted("palm")
    with pytest.raises(UpstreamFailure, match="no such provider type"):
        await prompted.gateway.generate(prompted.connection, a_prompt())
    with pytest.raises(UpstreamFailure, match="no such provider type"):
        async with prompted.gateway.stream(prompted.connection, a_prompt()):
            raise AssertionError("there is no stream")


async def test_no_representation_shows_an_answer() -> None:
    completion = await Prompted("openai").completed(a_completion("a secret"))
    assert "secret" not in repr(completion)
