"""OpenRouter: a public model list, a page about the key, and streams that begin with comments."""

from decimal import Decimal

from sandbox.json_fields import JsonObject, list_at, object_at, text_at
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import ModelReply
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, RequestRefused
from sandbox.providers.openai_compatible.base_provider import compatible_provider
from sandbox.providers.openai_compatible.chat_endpoint import chat_endpoint
from sandbox.providers.openai_compatible.chat_options import ChatOptions, plain_usage
from sandbox.providers.openai_compatible.embeddings_endpoint import create_embeddings
from sandbox.providers.simulated_provider import Route
from sandbox.refusal_cases import GENERATING, RefusalCase, mask

_PREFIX = "sk-or-v1-sandbox-"
_COMMENT = b": OPENROUTER PROCESSING\n\n"


def _shape(status: int, message: str, _kind: str, _code: str | None) -> JsonObject:
    """The code is a number, the HTTP status."""
    return {"error": {"message": message, "code": status}}


def _list_models(call: ApiCall) -> ProviderResponse:
    """Models that write text, or those with the modalities requested."""
    asked = call.query.get("output_modalities", "text").split(",")
    return ProviderResponse(
        body={"data": [model.entry for model in call.models() if "all" in asked or _writes(model, asked)]}
    )


def _list_embedding_models(call: ApiCall) -> ProviderResponse:
    return ProviderResponse(body={"data": [model.entry for model in call.models() if _writes(model, ["embeddings"])]})


def _writes(model: SimulatedModel, modalities: list[str]) -> bool:
    return not set(modalities).isdisjoint(
        map(str, list_at(object_at(model.entry, "architecture"), "output_modalities"))
    )


def _show_key(call: ApiCall) -> ProviderResponse:
    broke = call.key == _PREFIX + "no-credit"
    usage = 100 if broke else 25.5
    data: JsonObject = {
        "label": mask(call.key),
        "limit": 100,
        "limit_remaining": 100 - usage,
        "limit_reset": "monthly",
        "usage": usage,
        "usage_daily": 0.5,
        "usage_weekly": 4.25,
        "usage_monthly": usage,
        "is_free_tier": False,
        "is_management_key": False,
        "is_provisioning_key": False,
        "include_byok_in_limit": False,
        "byok_usage": 0,
        "byok_usage_daily": 0,
        "byok_usage_weekly": 0,
        "byok_usage_monthly": 0,
        "creator_user_id": "user_sandbox",
        "expires_at": "2027-12-31T23:59:59Z",
        "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated and safe to ignore."},
    }
    return ProviderResponse(body={"data": data})


def _usage(reply: ModelReply, model: SimulatedModel) -> JsonObject:
    prompt, completion = _costs(reply, model)
    cost = prompt + completion
    return {
        **plain_usage(reply, model),
        "cost": float(cost),
        "is_byok": False,
        "prompt_tokens_details": {
            "cached_tokens": reply.cached_tokens,
            "cache_write_tokens": reply.written_tokens,
            "audio_tokens": reply.audio_tokens,
            "video_tokens": 0,
        },
        "cost_details": {
            "upstream_inference_cost": float(cost),
            "upstream_inference_prompt_cost": float(prompt),
            "upstream_inference_completions_cost": float(completion),
        },
        "completion_tokens_details": {
            "reasoning_tokens": reply.thinking_tokens,
            "image_tokens": 0,
            "audio_tokens": 0,
        },
    }


def _costs(reply: ModelReply, model: SimulatedModel) -> tuple[Decimal, Decimal]:
    """US dollars for the input and for the output; a router's price of -1 counts as nothing."""
    pricing = object_at(model.entry, "pricing")
    prices = [max(Decimal(text_at(pricing, name) or "0"), Decimal(0)) for name in ("prompt", "completion")]
    return prices[0] * reply.input_tokens, prices[1] * reply.output_tokens


def _unknown_model(name: str) -> RequestRefused:
    return RequestRefused(400, f"{name} is not a valid model ID")


_OPTIONS = ChatOptions(
    usage=_usage,
    completion_id=lambda call: f"gen-{int(call.now)}-{call.token(20)}",
    completion_fields=lambda _call, _model: {"provider": "Sandbox", "system_fingerprint": None},
    chunk_fields=lambda _call, _model: {"provider": "Sandbox"},
    choice_fields=lambda finish: {"logprobs": None, "native_finish_reason": finish},
    message_fields={"refusal": None},
    delta_fields={"role": "assistant"},
    opening=(_COMMENT, _COMMENT),
    thoughts_field="reasoning",
    thoughts_in_details=True,
    usage_always=True,
    role_chunk=False,
    unknown_model=_unknown_model,
)

_UPSTREAM_LIMIT: JsonObject = {
    "error": {
        "code": 429,
        "message": "Provider returned error",
        "metadata": {
            "provider_name": "Sandbox",
            "raw": "{model} is temporarily rate-limited upstream. Please retry shortly, or add your own key to "
            "accumulate your rate limits: https://openrouter.ai/settings/integrations",
        },
    },
    "user_id": "user_sandbox",
}
_FLAGGED: JsonObject = {
    "error": {
        "code": 403,
        "message": "Your chosen model requires moderation and your input was flagged",
        "metadata": {"reasons": ["violence"], "flagged_input": "…", "provider_name": "Sandbox"},
    }
}

OPENROUTER = compatible_provider(
    _shape,
    name="openrouter",
    endpoint="/openrouter/api/v1",
    routes=(
        Route(method="GET", path="/api/v1/models", operation="list", handle=_list_models),
        Route(method="GET", path="/api/v1/embeddings/models", operation="list", handle=_list_embedding_models),
        # This list is the key's own, so the key counts.
        Route(method="GET", path="/api/v1/models/user", operation="get", handle=_list_models),
        Route(method="GET", path="/api/v1/key", operation="account", handle=_show_key),
        Route(method="POST", path="/api/v1/chat/completions", operation="chat", handle=chat_endpoint(_OPTIONS)),
        Route(method="POST", path="/api/v1/embeddings", operation="embed", handle=create_embeddings),
    ),
    cases={
        "no_key": RefusalCase(
            summary="no key was sent", status=401, body=_shape(401, "No auth credentials found", "", None)
        ),
        "bad_key": RefusalCase(
            summary="wrong key; the list of models is answered all the same",
            status=401,
            body=_shape(401, "User not found.", "", None),
        ),
        "no_credit": RefusalCase(
            summary="no credit left",
            status=402,
            body=_shape(402, "Insufficient credits. Add more using https://openrouter.ai/settings/credits", "", None),
            operations=GENERATING,
        ),
        "moderated": RefusalCase(summary="the input was flagged", status=403, body=_FLAGGED, operations=GENERATING),
        "timeout": RefusalCase(summary="408", status=408, body=_shape(408, "Request timed out", "", None)),
        "rate_limited": RefusalCase(
            summary="too many requests, refused by the provider behind it",
            status=429,
            body=_UPSTREAM_LIMIT,
            headers={"x-ratelimit-limit": "20", "x-ratelimit-remaining": "0"},
        ),
    },
    key_prefix=_PREFIX,
    public=frozenset({"list"}),
)
