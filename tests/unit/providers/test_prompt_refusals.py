"""What a provider refuses about a prompt is explained in words that help, with the provider's own beside them."""

from typing import Any, Final

import orjson
import pytest

from application.ports.provider_gateway import UpstreamFailure
from tests.unit.providers.prompted_providers import Prompted, events, failure_of
from tests.unit.providers.sample_lists import BASE, KEY


async def refused(provider: str, status: int, body: object) -> UpstreamFailure:
    is_type = provider in {"openai", "anthropic", "google", "azure_openai", "openai_compatible"}
    prompted = Prompted(provider) if is_type else Prompted("openai_compatible", preset=provider)
    with pytest.raises(UpstreamFailure) as error:
        await prompted.completed(body, status=status)
    assert error.value.failure.category in {"bad_request", "not_found", "content_filter", "context_length_exceeded"}
    assert not error.value.failure.is_retryable
    assert error.value.failure.http_status == status
    return error.value


def of_openai(message: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def of_anthropic(message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": "invalid_request_error", "message": message}}


def of_google(message: str) -> dict[str, Any]:
    return {"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}


def of_mistral(field: str) -> dict[str, Any]:
    detail = [{"type": "extra_forbidden", "loc": ["body", field], "msg": "Extra inputs are not permitted"}]
    return {"object": "error", "message": {"detail": detail}, "type": "invalid_request_error", "code": None}


UNSUPPORTED: Final = "Unsupported parameter: '{0}' is not supported with this model."
BOTH: Final = "`temperature` and `top_p` cannot both be specified for this model. Please use only one."


@pytest.mark.parametrize(
    ("provider", "status", "body", "names"),
    [
        ("openai", 400, of_openai(UNSUPPORTED.format("top_p"), "unsupported_parameter", "top_p"), "topP"),
        ("openai", 400, of_openai(UNSUPPORTED.format("stop"), "unsupported_parameter", "stop"), "stop"),
        (
            "openai",
            400,
            of_openai("Unsupported value: 'temperature' does not support 0.2.", "unsupported_value", "temperature"),
            "temperature",
        ),
        (
            "azure_openai",
            400,
            of_openai(UNSUPPORTED.format("max_tokens") + " Use 'max_completion_tokens' instead.", None, "max_tokens"),
            "maxTokens",
        ),
        ("azure_openai", 400, of_openai("Unrecognized request argument supplied: max_completion_tokens"), "maxTokens"),
        ("openai", 400, of_openai("max_tokens is too large: 20000.", "invalid_value", "max_tokens"), "maxTokens"),
        ("anthropic", 400, of_anthropic("temperature: Extra inputs are not permitted"), "temperature"),
        ("anthropic", 400, of_anthropic("max_tokens: 9000 > 4096, which is the maximum"), "maxTokens"),
        ("anthropic", 400, of_anthropic(BOTH), "temperature and topP"),
        ("google", 400, of_google("* generation_config.max_output_tokens: must be positive"), "maxTokens"),
        ("google", 400, of_google("Invalid value at 'generation_config.topP'"), "topP"),
        ("mistral", 422, of_mistral("temperature"), "temperature"),
        ("mistral", 422, of_mistral("max_completion_tokens"), "maxTokens"),
        ("vllm", 422, {"detail": [{"loc": ["body", "top_p"], "msg": "too large", "type": "value_error"}]}, "topP"),
    ],
)
async def test_the_parameter_that_is_refused_is_named(provider: str, status: int, body: object, names: str) -> None:
    error = await refused(provider, status, body)
    assert f" does not accept {names} as sent, with this model." in error.message
    assert (
        error.failure.hint
        == f"Leave {names} out of the prompt and of the model's config, or choose what the model allows."
    )


@pytest.mark.parametrize(
    ("provider", "status", "body", "says"),
    [
        ("openai", 400, of_openai("Too long", "context_length_exceeded", "messages"), "longer than"),
        ("openai", 400, of_openai("This model's maximum context length is 8192 tokens. max_tokens"), "longer than"),
        ("anthropic", 400, of_anthropic("prompt is too long: 210000 tokens > 200000 maximum"), "longer than"),
        (
            "anthropic",
            400,
            of_anthropic("input length and `max_tokens` exceed context limit: 1 + 2 > 3"),
            "longer than",
        ),
        ("google", 400, of_google("The input token count (9) exceeds the maximum number of tokens"), "longer than"),
        (
            "openai",
            400,
            of_openai("Invalid content type. image_url is only supported by certain models."),
            "take images",
        ),
        ("deepseek", 400, of_openai("messages[1]: unknown variant `image_url`, expected `text`"), "take images"),
        (
            "anthropic",
            400,
            of_anthropic("messages.0.content.1: this model does not support image input"),
            "take images",
        ),
        ("google", 400, of_google("Image input modality is not enabled for gemma-3"), "take images"),
        (
            "openai",
            400,
            of_openai("You uploaded an unsupported image.", "invalid_image_format"),
            "cannot read an image",
        ),
        ("anthropic", 400, of_anthropic("messages.0.content.0.image.source.base64: ?"), "cannot read an image"),
        ("google", 400, of_google("Unable to process input image. Please retry or report."), "cannot read an image"),
        ("ollama", 400, {"error": "illegal base64 data at input byte 4"}, "cannot read an image"),
        ("openai", 404, of_openai("This is not a chat model and thus not supported."), "does not answer prompts"),
        (
            "azure_openai",
            400,
            of_openai("The chatCompletion operation does not work with the specified model."),
            "prompts",
        ),
        ("azure_openai", 400, of_openai("Filtered.", "content_filter", "prompt"), "content filter"),
        ("openrouter", 403, {"error": {"code": 403, "message": "your input was flagged"}}, "content filter"),
        ("xai", 403, {"code": "x", "error": "Content violates usage guidelines."}, "content filter"),
        ("openai", 400, of_openai("Something else."), "does not accept the prompt as it is"),
        ("openai", 400, of_openai("Do not stop here."), "does not accept the prompt as it is"),
        ("anthropic", 400, of_anthropic("messages: at least one message is required"), "as it is"),
        ("openai_compatible", 404, {"detail": "Not Found"}, "has no such model, or runs no prompts at this address"),
        ("openai_compatible", 405, b"", "runs no prompts at this address"),
        ("openai", 404, of_openai("Unknown URL"), "runs no prompts at this address"),
        ("openai", 404, of_openai("No such model", "model_not_found"), "has no such model, or this key may not use it"),
    ],
)
async def test_what_is_wrong_with_a_prompt_is_reported(provider: str, status: int, body: object, says: str) -> None:
    error = await refused(provider, status, body)
    assert says in error.message
    assert error.failure.hint


async def test_nothing_of_the_refusal_is_repeated_in_our_own_words() -> None:
    secret = "my diary says that"
    for message in (f"temperature {secret}", f"prompt is too long {secret}", f"image.source {secret}", secret):
        error = await refused("openai", 400, of_openai(message, param=secret))
        assert secret not in f"{error.message}{error.failure.hint}"
        assert secret in (error.failure.upstream_message or "")


WORDS: Final = "Invalid schema for function 'f': 'x' is not valid."
OTHER_KEY: Final = "gsk_" + "a1B2" * 13


@pytest.mark.parametrize(
    ("provider", "status", "body", "says"),
    [
        ("openai", 400, of_openai(WORDS), WORDS),
        ("openai", 404, of_openai(WORDS, "model_not_found"), WORDS),
        ("anthropic", 400, of_anthropic(WORDS), WORDS),
        ("google", 400, of_google(WORDS), WORDS),
        ("mistral", 422, of_mistral("top_k"), "Extra inputs are not permitted"),
        ("xai", 400, {"code": "x", "error": WORDS}, WORDS),
        ("openai_compatible", 422, {"detail": [{"loc": ["body", "n"], "msg": WORDS}]}, WORDS),
        ("openai_compatible", 400, {"object": "error", "message": WORDS, "code": 400}, WORDS),
        (
            "openrouter",
            400,
            {"error": {"code": 400, "message": "Provider returned error", "metadata": {"raw": WORDS}}},
            f"Provider returned error {WORDS}",
        ),
        ("openai", 400, of_openai("One\nline\tof \u0007 it."), "One line of it."),
        ("openai", 400, of_openai(f"Bad: {KEY}, {OTHER_KEY}."), "Bad: [redacted], [redacted]."),
        ("openai", 400, of_openai(f"Bad: {KEY[:12]}***."), "Bad: [redacted]***."),
        ("openai", 400, of_openai("é" * 700), "é" * 499 + "…"),
        ("openai", 400, {"error": {"type": "invalid_request_error"}}, None),
        ("openai", 400, b"<html>no</html>", None),
        ("openai", 400, b"Bad gateway at 10.0.0.1", None),
    ],
)
async def test_the_providers_own_sentence_is_reported_without_secrets(
    provider: str, status: int, body: object, says: str | None
) -> None:
    is_type = provider in {"openai", "anthropic", "google", "openai_compatible"}
    prompted = Prompted(provider) if is_type else Prompted("openai_compatible", preset=provider)
    for call in (prompted.completed(body, status=status), prompted.streamed(_content(body), status=status)):
        with pytest.raises(UpstreamFailure) as error:
            await call
        assert error.value.failure.upstream_message == says


async def test_the_providers_own_sentence_is_reported_in_mid_stream_too() -> None:
    error = await failure_of(Prompted("openai"), events({"error": {"message": WORDS, "type": "server_error"}}))
    assert error.failure.upstream_message == WORDS


async def test_a_test_of_the_connection_repeats_nothing() -> None:
    prompted = Prompted("openai")
    prompted.outbound.answer("GET", f"{BASE}/models", orjson.dumps(of_openai(WORDS)), status=400)
    assert WORDS not in str(await prompted.gateway.probe(prompted.connection))
    with pytest.raises(UpstreamFailure) as error:
        await prompted.gateway.list_models(prompted.connection)
    assert error.value.failure.upstream_message is None


def _content(body: object) -> bytes:
    return body if isinstance(body, bytes) else orjson.dumps(body)


@pytest.mark.parametrize(
    "message",
    [
        "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false.",
        "File cfile_1 not found on container cntr_1.",
        "Vector store with id ['vs_1'] not found.",
    ],
)
async def test_what_a_prompt_names_in_vain_is_its_own_mistake(message: str) -> None:
    """Another model is not asked, and nobody takes it for a failure of this one."""
    error = await refused("openai", 404, of_openai(message))
    assert error.failure.category == "bad_request"


async def test_a_path_that_is_not_there_is_no_mistake_of_a_prompt() -> None:
    for message in ("Not found", "Invalid URL (POST /v1/chat)", "File not on this server"):
        assert (await refused("openai", 404, of_openai(message))).failure.category == "not_found"
