"""Groq: times in the usage, a field of its own in the chunks, and a service tier that OpenAI's types do not know."""

from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import ModelReply
from sandbox.parsed_request import ApiCall
from sandbox.providers.openai.provider import rate_limit_headers
from sandbox.providers.openai_compatible.base_provider import compatible_provider
from sandbox.providers.openai_compatible.chat_endpoint import chat_endpoint
from sandbox.providers.openai_compatible.chat_options import ChatOptions, plain_usage
from sandbox.providers.openai_compatible.list_models import get_model, list_models
from sandbox.providers.simulated_provider import Route
from sandbox.refusal_cases import RefusalCase


def _shape(_status: int, message: str, kind: str, code: str | None) -> JsonObject:
    """Like OpenAI's, without `param`, and without `code` when there is none."""
    return {"error": {"message": message, "type": kind, **({"code": code} if code else {})}}


def _usage(reply: ModelReply, model: SimulatedModel) -> JsonObject:
    """The counts and the seconds of each part."""
    return {
        "queue_time": 0.0123,
        "prompt_time": 0.0045,
        "completion_time": 0.0211,
        "total_time": 0.0256,
        **plain_usage(reply, model),
        **({"completion_tokens_details": {"reasoning_tokens": reply.thinking_tokens}} if model.reasoning else {}),
    }


def _edge(call: ApiCall, usage: JsonObject | None) -> JsonObject:
    return {"x_groq": {"id": call.request_id, **({"usage": usage} if usage else {})}}


def _completion_fields(call: ApiCall, _model: SimulatedModel) -> JsonObject:
    return {
        "service_tier": "on_demand",
        "system_fingerprint": "fp_992318f10a",
        "usage_breakdown": None,
        "x_groq": {"id": call.request_id, "seed": 1},
    }


def _headers(call: ApiCall) -> dict[str, str]:
    return {"x-request-id": call.request_id, "x-groq-region": "sandbox", **rate_limit_headers(call)}


_OPTIONS = ChatOptions(
    usage=_usage,
    completion_fields=_completion_fields,
    chunk_fields=lambda _call, _model: {"system_fingerprint": "fp_992318f10a"},
    edge_fields=_edge,
    thoughts_field="reasoning",
)

GROQ = compatible_provider(
    _shape,
    name="groq",
    endpoint="/groq/openai/v1",
    routes=(
        Route(method="GET", path="/openai/v1/models", operation="list", handle=list_models),
        Route(method="GET", path="/openai/v1/models/{model:.+}", operation="get", handle=get_model),
        Route(method="POST", path="/openai/v1/chat/completions", operation="chat", handle=chat_endpoint(_OPTIONS)),
    ),
    cases={
        "suspended": RefusalCase(
            summary="the organization was restricted",
            status=400,
            body=_shape(
                400,
                "Organization has been restricted. Please reach out to support if you believe this was in error.",
                "invalid_request_error",
                "organization_restricted",
            ),
        ),
        "rate_limited": RefusalCase(
            summary="too many tokens a minute; the wait in the header and in the message",
            status=429,
            body=_shape(
                429,
                "Rate limit reached for model `{model}` in organization `org_sandbox` on tokens per minute (TPM): "
                "Limit 12000, Used 11900, Requested 500. Please try again in {try_again}.",
                "tokens",
                "rate_limit_exceeded",
            ),
            headers={"retry-after": "2"},
        ),
    },
    key_prefix="gsk_sandbox_",
    headers=_headers,
)
