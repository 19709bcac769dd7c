"""OpenAI: models without a page, chat completions, responses, embeddings, headers."""

from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import Row, SimulatedModel, load_catalogue
from sandbox.model_reply import ModelReply
from sandbox.parsed_request import ApiCall
from sandbox.providers.openai.reasoning_rules import read_chat_thinking
from sandbox.providers.openai.refusal_cases import CASES
from sandbox.providers.openai_compatible.chat_endpoint import chat_endpoint
from sandbox.providers.openai_compatible.chat_options import ChatOptions, plain_usage
from sandbox.providers.openai_compatible.embeddings_endpoint import create_embeddings
from sandbox.providers.openai_compatible.error_envelope import refuse
from sandbox.providers.openai_compatible.list_models import get_model, list_models
from sandbox.providers.openai_compatible.read_request import refuse_json_without_word
from sandbox.providers.openai_responses.responses_endpoint import (
    count_input_tokens,
    create_response,
    error_frame,
    not_kept,
)
from sandbox.providers.simulated_provider import Route, SimulatedProvider, bearer_key


def make_model(row: Row) -> SimulatedModel:
    """A model of OpenAI's list, which says next to nothing about it."""
    model_id = str(row["id"])
    entry: JsonObject = {
        "id": model_id,
        "object": "model",
        "created": row["created"],
        "owned_by": row["owned_by"],
        "shutdown_date": row.get("shutdown_date"),
    }
    return SimulatedModel(
        id=model_id,
        entry=entry,
        kind=str(row.get("kind", "chat")),
        vision=row.get("vision") is True,
        reasoning=row.get("reasoning") is True,
        snapshot=str(row.get("snapshot", model_id)),
    )


def usage(reply: ModelReply, model: SimulatedModel) -> JsonObject:
    """The counts with both details."""
    return {
        **plain_usage(reply, model),
        "prompt_tokens_details": {
            "cached_tokens": reply.cached_tokens,
            "audio_tokens": reply.audio_tokens,
            "cache_write_tokens": reply.written_tokens,
        },
        "completion_tokens_details": {
            "reasoning_tokens": reply.thinking_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def rate_limit_headers(call: ApiCall) -> dict[str, str]:
    """What is left of the minute, on calls that generate; the resets are durations."""
    if call.operation not in {"chat", "stream"}:
        return {}
    return {
        "x-ratelimit-limit-requests": "5000",
        "x-ratelimit-limit-tokens": "160000",
        "x-ratelimit-remaining-requests": str(5_000 - call.number % 5_000),
        "x-ratelimit-remaining-tokens": "159976",
        "x-ratelimit-reset-requests": "12ms",
        "x-ratelimit-reset-tokens": "6m0s",
    }


def _headers(call: ApiCall) -> dict[str, str]:
    return {
        "x-request-id": call.request_id,
        "openai-processing-ms": "12",
        "openai-version": "2020-10-01",
        "openai-organization": "org-sandbox",
        "openai-project": "proj_sandbox",
        **rate_limit_headers(call),
    }


OPTIONS = ChatOptions(
    usage=usage,
    completion_id=lambda call: f"chatcmpl-{call.token(29)}",
    completion_fields=lambda _call, _model: {"service_tier": "default", "system_fingerprint": "fp_5a9db0ccba"},
    chunk_fields=lambda _call, _model: {"service_tier": "default", "system_fingerprint": "fp_5a9db0ccba"},
    message_fields={"refusal": None, "annotations": []},
    obfuscated=True,
    thinking=read_chat_thinking,
    check=refuse_json_without_word,
)

OPENAI = SimulatedProvider(
    name="openai",
    endpoint="/openai/v1",
    routes=(
        Route(method="GET", path="/v1/models", operation="list", handle=list_models),
        Route(method="GET", path="/v1/models/{model:.+}", operation="get", handle=get_model),
        Route(method="POST", path="/v1/chat/completions", operation="chat", handle=chat_endpoint(OPTIONS)),
        Route(method="POST", path="/v1/responses", operation="chat", handle=create_response),
        Route(method="POST", path="/v1/responses/input_tokens", operation="count", handle=count_input_tokens),
        Route(method="*", path="/v1/responses/{response}", operation="get", handle=not_kept),
        Route(method="POST", path="/v1/embeddings", operation="embed", handle=create_embeddings),
    ),
    cases=CASES,
    key_prefix="sk-proj-sandbox-",
    find_key=bearer_key,
    catalogue=lambda: load_catalogue("openai", make_model),
    refuse=refuse,
    error_frame=error_frame,
    headers=_headers,
)
