"""OpenAI: models without a page, chat completions, responses, embeddings, headers."""

from sandbox.call import Call
from sandbox.catalogue import Model, Row, load_catalogue
from sandbox.json_types import JsonObject
from sandbox.providers.openai.cases import CASES
from sandbox.providers.openai.rules import read_chat_thinking
from sandbox.providers.openai_shape.accent import Accent, plain_usage
from sandbox.providers.openai_shape.chat import chat
from sandbox.providers.openai_shape.embeddings import create_embeddings
from sandbox.providers.openai_shape.errors import refuse
from sandbox.providers.openai_shape.listing import get_model, list_models
from sandbox.providers.openai_shape.reading import refuse_json_without_word
from sandbox.providers.provider import Provider, Route, bearer_key
from sandbox.providers.responses.view import count_input_tokens, create_response, error_frame, not_kept
from sandbox.reply import Reply


def make_model(row: Row) -> Model:
    """A model of OpenAI's list, which says next to nothing about it."""
    model_id = str(row["id"])
    entry: JsonObject = {
        "id": model_id,
        "object": "model",
        "created": row["created"],
        "owned_by": row["owned_by"],
        "shutdown_date": row.get("shutdown_date"),
    }
    return Model(
        id=model_id,
        entry=entry,
        kind=str(row.get("kind", "chat")),
        vision=row.get("vision") is True,
        reasoning=row.get("reasoning") is True,
        snapshot=str(row.get("snapshot", model_id)),
    )


def usage(reply: Reply, model: Model) -> JsonObject:
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


def rate_limit_headers(call: Call) -> dict[str, str]:
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


def _headers(call: Call) -> dict[str, str]:
    return {
        "x-request-id": call.request_id,
        "openai-processing-ms": "12",
        "openai-version": "2020-10-01",
        "openai-organization": "org-sandbox",
        "openai-project": "proj_sandbox",
        **rate_limit_headers(call),
    }


ACCENT = Accent(
    usage=usage,
    completion_id=lambda call: f"chatcmpl-{call.token(29)}",
    completion_fields=lambda _call, _model: {"service_tier": "default", "system_fingerprint": "fp_5a9db0ccba"},
    chunk_fields=lambda _call, _model: {"service_tier": "default", "system_fingerprint": "fp_5a9db0ccba"},
    message_fields={"refusal": None, "annotations": []},
    obfuscated=True,
    thinking=read_chat_thinking,
    check=refuse_json_without_word,
)

OPENAI = Provider(
    name="openai",
    root="/openai",
    endpoint="/openai/v1",
    routes=(
        Route(method="GET", path="/v1/models", operation="list", handle=list_models),
        Route(method="GET", path="/v1/models/{model:.+}", operation="get", handle=get_model),
        Route(method="POST", path="/v1/chat/completions", operation="chat", handle=chat(ACCENT)),
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
