"""Mistral: every model once per alias, and one answer for a bad key and for a spent quota."""

from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import ModelReply
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import RequestRefused
from sandbox.providers.openai_compatible.base_provider import compatible_provider
from sandbox.providers.openai_compatible.chat_endpoint import chat_endpoint
from sandbox.providers.openai_compatible.chat_options import ChatOptions, plain_usage
from sandbox.providers.openai_compatible.embeddings_endpoint import create_embeddings
from sandbox.providers.openai_compatible.list_models import get_model, list_models
from sandbox.providers.simulated_provider import Route
from sandbox.refusal_cases import RefusalCase

_UNAUTHORIZED = {"detail": "Unauthorized"}


def _shape(_status: int, message: str, kind: str, code: str | None) -> JsonObject:
    """No envelope; the code is a number in a string."""
    return {"object": "error", "message": message, "type": kind, "param": None, "code": code}


def _usage(reply: ModelReply, model: SimulatedModel) -> JsonObject:
    return {**plain_usage(reply, model), "num_cached_tokens": reply.cached_tokens}


def _unknown_model(name: str) -> RequestRefused:
    return RequestRefused(400, f"Invalid model: {name}", kind="invalid_model", code="1500")


def _headers(call: ApiCall) -> dict[str, str]:
    return {"mistral-correlation-id": call.token(32), "x-envoy-upstream-service-time": "9"}


_OPTIONS = ChatOptions(
    usage=_usage,
    completion_id=lambda call: call.token(32),
    choice_fields=lambda _finish: {},
    message_fields={"tool_calls": None},
    thoughts_in_content=True,
    usage_on_last_choice=True,
    unknown_model=_unknown_model,
)

MISTRAL = compatible_provider(
    _shape,
    name="mistral",
    endpoint="/mistral/v1",
    routes=(
        Route(method="GET", path="/v1/models", operation="list", handle=list_models),
        Route(method="GET", path="/v1/models/{model:.+}", operation="get", handle=get_model),
        Route(method="POST", path="/v1/chat/completions", operation="chat", handle=chat_endpoint(_OPTIONS)),
        Route(method="POST", path="/v1/embeddings", operation="embed", handle=create_embeddings),
    ),
    cases={
        "no_key": RefusalCase(summary="no key was sent", status=401, body=_UNAUTHORIZED),
        "bad_key": RefusalCase(summary="wrong key", status=401, body=_UNAUTHORIZED),
        "insufficient_quota": RefusalCase(
            summary="quota used up: to the byte the answer to a wrong key", status=401, body=_UNAUTHORIZED
        ),
        "old_gateway": RefusalCase(
            summary="wrong key, as older gateways report it",
            status=401,
            body={"message": "Unauthorized", "request_id": "{request_id}"},
        ),
        "rate_limited": RefusalCase(
            summary="too many requests",
            status=429,
            body=_shape(429, "Rate limit exceeded", "rate_limited", "1300"),
        ),
    },
    key_prefix="sandbox-mistral-",
    headers=_headers,
)
