"""A prompt that is too long, or that a content filter refuses, is known as such, before a stream and in it."""

from typing import Any, Final

import pytest

from application.ports.provider_gateway import UpstreamFailure
from tests.unit.providers.prompted_providers import Prompted, events, failure_of, prompted_at
from tests.unit.providers.test_prompt_refusals import of_anthropic, of_google, of_openai, refused

PRESETS: Final = {"azure_openai": "azure"}
"""Types by the name that `prompted_at` has for them."""


def of_azure(**inner: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    message = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
    return {"error": {"message": message, "type": None, "param": "prompt", "status": 400, **inner}}


def of_a_router(raw: str) -> dict[str, Any]:
    metadata = {"raw": raw, "provider_name": "Somebody"}
    return {"error": {"message": "Provider returned error", "code": 400, "metadata": metadata}}


TOO_LONG: Final = [
    (
        "openai",
        of_openai(
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
            "context_length_exceeded",
            "messages",
        ),
        (8192, 9000),
    ),
    (
        "openai",
        of_openai("Your input exceeds the context window of this model. Please adjust your input and try again."),
        None,
    ),
    ("azure_openai", of_openai("Too many.", "context_length_exceeded", "messages"), None),
    ("anthropic", of_anthropic("prompt is too long: 208310 tokens > 200000 maximum"), (200_000, 208_310)),
    (
        "anthropic",
        of_anthropic("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease one"),
        (200_000, 210_000),
    ),
    (
        "google",
        of_google("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
        (1_048_576, 1_200_000),
    ),
    (
        "vllm",
        {
            "object": "error",
            "message": "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens "
            "(4000 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.",
            "type": "BadRequestError",
            "code": 400,
        },
        (4096, 5000),
    ),
    ("groq", of_openai("Please reduce the length of the messages or completion.", "context_length_exceeded"), None),
    (
        "openrouter",
        {
            "error": {
                "code": 400,
                "message": "This endpoint's maximum context length is 131072 tokens. However, you requested about "
                "150000 tokens (149000 of text input, 1000 in the output).",
            }
        },
        (131_072, 150_000),
    ),
    ("openrouter", of_a_router('{"message":"prompt is too long: 9 tokens > 8 maximum"}'), (8, 9)),
    (
        "mistral",
        {
            "object": "error",
            "message": "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
        },
        (32_768, 40_000),
    ),
    (
        "xai",
        {"code": "x", "error": "This model's maximum prompt length is 131072 but the request contains 150000 tokens."},
        (131_072, 150_000),
    ),
    (
        "llamacpp",
        {
            "error": {
                "code": 400,
                "message": "request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it",
                "type": "exceed_context_size_error",
            }
        },
        (8192, 9000),
    ),
]
FILTERED: Final = [
    ("azure_openai", of_azure(code="content_filter")),
    ("azure_openai", of_azure(code="400", innererror={"code": "ResponsibleAIPolicyViolation"}, message="No.")),
    ("openai", of_openai("Invalid prompt: your prompt was flagged as potentially violating our usage policy.")),
    ("openai", of_openai("Your request was rejected as a result of our safety system.", "moderation_blocked")),
    ("anthropic", of_anthropic("Output blocked by content filtering policy")),
    ("deepseek", of_openai("Content Exists Risk")),
    ("openrouter", of_a_router('{"message":"Your input was flagged"}')),
]


def read_as(error: UpstreamFailure) -> tuple[int | None, int | None] | None:
    context = error.failure.context
    return (context.limit, context.used) if context else None


@pytest.mark.parametrize(("provider", "body", "tokens"), TOO_LONG)
async def test_a_prompt_that_is_too_long_is_known_with_its_tokens(
    provider: str, body: object, tokens: tuple[int, int] | None
) -> None:
    error = await refused(provider, 400, body)
    assert (error.failure.category, read_as(error)) == ("context_length_exceeded", tokens)
    error = await failure_of(prompted_at(PRESETS.get(provider, provider)), events(body))
    assert (error.failure.category, read_as(error), error.failure.is_retryable) == (
        "context_length_exceeded",
        tokens,
        False,
    )


@pytest.mark.parametrize(("provider", "body"), FILTERED)
async def test_what_a_content_filter_refuses_is_known(provider: str, body: object) -> None:
    assert (await refused(provider, 400, body)).failure.category == "content_filter"
    error = await failure_of(prompted_at(PRESETS.get(provider, provider)), events(body))
    assert (error.failure.category, error.failure.is_retryable) == ("content_filter", False)


async def test_a_limit_of_tokens_a_minute_is_no_limit_of_the_context() -> None:
    body = of_openai("Request too large for gpt-4o on tokens per min (TPM). reduce the length of the messages")
    prompted = Prompted("openai")
    with pytest.raises(UpstreamFailure) as error:
        await prompted.completed(body, status=429)
    assert error.value.failure.category == "rate_limited"
