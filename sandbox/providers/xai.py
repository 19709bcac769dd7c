"""xAI: three lists of models with prices, errors that are plain strings, and 400 for a wrong key."""

from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import SimulatedModel
from sandbox.model_reply import ModelReply
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, RequestRefused
from sandbox.providers.openai_compatible.base_provider import compatible_provider
from sandbox.providers.openai_compatible.chat_endpoint import chat_endpoint
from sandbox.providers.openai_compatible.chat_options import ChatOptions, plain_usage
from sandbox.providers.simulated_provider import Route
from sandbox.refusal_cases import GENERATING, RefusalCase, mask

_PREFIX = "xai-sandbox-"
_ARGUMENT = "Client specified an invalid argument"
_PERMISSION = "The caller does not have permission to execute the specified operation"
_EXHAUSTED = "Some resource has been exhausted"
_BARE = ("id", "created", "object", "owned_by")
_BAD_KEY = "Incorrect API key provided: {key}. You can obtain an API key from https://console.x.ai."


def _shape(status: int, message: str, _kind: str, code: str | None) -> JsonObject:
    """The error is a string, and the code a sentence."""
    sentences = {404: "Some requested entity was not found", 429: _EXHAUSTED, 500: "Internal error"}
    return {"code": code or sentences.get(status, _ARGUMENT), "error": message}


def _list_models(call: ApiCall) -> ProviderResponse:
    """Bare entries, as OpenAI's."""
    entries = [{name: model.entry[name] for name in _BARE} for model in call.models()]
    return ProviderResponse(body={"object": "list", "data": entries})


def _list_language_models(call: ApiCall) -> ProviderResponse:
    return ProviderResponse(body={"models": [model.entry for model in call.models() if model.kind == "chat"]})


def _list_image_models(call: ApiCall) -> ProviderResponse:
    return ProviderResponse(body={"models": [model.entry for model in call.models() if model.kind == "image"]})


def _list_video_models(call: ApiCall) -> ProviderResponse:
    return ProviderResponse(body={"models": [model.entry for model in call.models() if model.kind == "video"]})


def _show_key(call: ApiCall) -> ProviderResponse:
    blocked = call.key == _PREFIX + "suspended"
    return ProviderResponse(
        body={
            "redacted_api_key": mask(call.key),
            "user_id": "5a9db0c5-0000-4000-8000-000000000002",
            "name": "Sandbox key",
            "create_time": "2026-01-01T00:00:00Z",
            "modify_time": "2026-01-01T00:00:00Z",
            "modified_by": "5a9db0c5-0000-4000-8000-000000000002",
            "team_id": "5a9db0c5-0000-4000-8000-000000000003",
            "acls": ["api-key:model:*", "api-key:endpoint:*"],
            "api_key_id": "5a9db0c5-0000-4000-8000-000000000004",
            "team_blocked": False,
            "api_key_blocked": blocked,
            "api_key_disabled": False,
        }
    )


def _usage(reply: ModelReply, model: SimulatedModel) -> JsonObject:
    """The counts, with the reasoning beside the completion: only the total has both."""
    return {
        **plain_usage(reply, model),
        "completion_tokens": reply.text_tokens,
        "prompt_tokens_details": {
            "text_tokens": reply.input_tokens - reply.image_tokens,
            "audio_tokens": 0,
            "image_tokens": reply.image_tokens,
            "cached_tokens": reply.cached_tokens,
        },
        "completion_tokens_details": {"reasoning_tokens": reply.thinking_tokens, "audio_tokens": 0},
        "num_sources_used": 0,
    }


def _unknown_model(name: str) -> RequestRefused:
    message = f"The model {name} does not exist or your team does not have access to it."
    return RequestRefused(404, message)


_OPTIONS = ChatOptions(
    usage=_usage,
    completion_id=lambda call: call.token(32),
    completion_fields=lambda _call, _model: {"system_fingerprint": "fp_898ae9f31c"},
    chunk_fields=lambda _call, _model: {"system_fingerprint": "fp_898ae9f31c"},
    choice_fields=lambda _finish: {},
    message_fields={"refusal": None},
    thoughts_field="reasoning_content",
    unknown_model=_unknown_model,
)

XAI = compatible_provider(
    _shape,
    name="xai",
    endpoint="/xai/v1",
    routes=(
        Route(method="GET", path="/v1/models", operation="list", handle=_list_models),
        Route(method="GET", path="/v1/language-models", operation="list", handle=_list_language_models),
        Route(method="GET", path="/v1/image-generation-models", operation="list", handle=_list_image_models),
        Route(method="GET", path="/v1/video-generation-models", operation="list", handle=_list_video_models),
        Route(method="GET", path="/v1/api-key", operation="account", handle=_show_key),
        Route(method="POST", path="/v1/chat/completions", operation="chat", handle=chat_endpoint(_OPTIONS)),
    ),
    cases={
        "no_key": RefusalCase(summary="no key was sent", status=400, body=_shape(400, _BAD_KEY, "", None)),
        "bad_key": RefusalCase(summary="wrong key: a 400", status=400, body=_shape(400, _BAD_KEY, "", None)),
        "permission_denied": RefusalCase(
            summary="the key's access list does not allow it",
            status=403,
            body=_shape(403, "The API key does not have permission to use this endpoint.", "", _PERMISSION),
        ),
        "suspended": RefusalCase(
            summary="the key was blocked; its own endpoint reports it",
            status=403,
            body=_shape(403, "The API key is currently blocked.", "", _PERMISSION),
            operations=frozenset({"list", "chat", "stream"}),
        ),
        "no_credit": RefusalCase(
            summary="no credit left",
            status=429,
            body=_shape(
                429,
                "Your team has either used all available credits or reached its monthly spending limit. To continue "
                "making API requests, please purchase more credits or raise your spending limit.",
                "",
                _EXHAUSTED,
            ),
            operations=GENERATING,
        ),
    },
    key_prefix=_PREFIX,
)
