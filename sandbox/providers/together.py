"""Together: the list of models is a bare array."""

from sandbox.json_fields import JsonObject
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse
from sandbox.providers.openai_compatible.base_provider import compatible_provider
from sandbox.providers.openai_compatible.chat_endpoint import chat_endpoint
from sandbox.providers.openai_compatible.chat_options import ChatOptions
from sandbox.providers.openai_compatible.embeddings_endpoint import create_embeddings
from sandbox.providers.openai_compatible.error_envelope import error
from sandbox.providers.simulated_provider import Route
from sandbox.refusal_cases import GENERATING, RefusalCase

_INVALID_KEY = "Invalid API key provided. You can find your API key at https://api.together.ai/settings/api-keys."


def _shape(_status: int, message: str, kind: str, code: str | None) -> JsonObject:
    return {"id": "{request_id}", **error(message, kind, code)}


def _list_models(call: ApiCall) -> ProviderResponse:
    return ProviderResponse(body=[model.entry for model in call.models()])


TOGETHER = compatible_provider(
    _shape,
    name="together",
    endpoint="/together/v1",
    routes=(
        Route(method="GET", path="/v1/models", operation="list", handle=_list_models),
        Route(
            method="POST",
            path="/v1/chat/completions",
            operation="chat",
            handle=chat_endpoint(ChatOptions(usage_always=True)),
        ),
        Route(method="POST", path="/v1/embeddings", operation="embed", handle=create_embeddings),
    ),
    cases={
        "bad_key": RefusalCase(
            summary="wrong key",
            status=401,
            body=_shape(401, _INVALID_KEY, "invalid_request_error", "invalid_api_key"),
        ),
        "no_credit": RefusalCase(
            summary="no credit left",
            status=402,
            body=_shape(402, "Credit limit exceeded, please add credits to continue.", "credit_limit", None),
            operations=GENERATING,
        ),
    },
    key_prefix="tgp_v1_sandbox_",
)
