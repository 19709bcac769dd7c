"""vLLM: the served model reports its context length, and health is at the root of the server."""

from sandbox.json_fields import JsonObject
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, RequestRefused
from sandbox.providers.openai_compatible.base_provider import compatible_provider
from sandbox.providers.openai_compatible.chat_endpoint import chat_endpoint
from sandbox.providers.openai_compatible.chat_options import ChatOptions
from sandbox.providers.openai_compatible.embeddings_endpoint import create_embeddings
from sandbox.providers.openai_compatible.list_models import get_model, list_models
from sandbox.providers.simulated_provider import Route
from sandbox.refusal_cases import RefusalCase

_KINDS = {400: "BadRequestError", 404: "NotFoundError", 500: "InternalServerError"}


def _shape(status: int, message: str, kind: str, _code: str | None) -> JsonObject:
    """The code is a number, the HTTP status."""
    return {"error": {"message": message, "type": _KINDS.get(status, kind), "param": None, "code": status}}


def _unknown_model(name: str) -> RequestRefused:
    return RequestRefused(404, f"The model `{name}` does not exist.")


def _health(_call: ApiCall) -> ProviderResponse:
    """Nothing but the status."""
    return ProviderResponse(body="")


VLLM = compatible_provider(
    _shape,
    name="vllm",
    endpoint="/vllm/v1",
    routes=(
        Route(method="GET", path="/health", operation="health", handle=_health),
        Route(
            method="GET",
            path="/version",
            operation="health",
            handle=lambda _call: ProviderResponse(body={"version": "0.12.0"}),
        ),
        Route(method="GET", path="/v1/models", operation="list", handle=list_models),
        Route(method="GET", path="/v1/models/{model:.+}", operation="get", handle=get_model),
        Route(
            method="POST",
            path="/v1/chat/completions",
            operation="chat",
            handle=chat_endpoint(
                ChatOptions(
                    message_fields={"reasoning_content": None, "tool_calls": []},
                    choice_fields=lambda _finish: {"logprobs": None, "stop_reason": None},
                    completion_fields=lambda _call, _model: {"prompt_logprobs": None},
                    unknown_model=_unknown_model,
                )
            ),
        ),
        Route(method="POST", path="/v1/embeddings", operation="embed", handle=create_embeddings),
    ),
    cases={
        "bad_key": RefusalCase(
            summary="the server was started with another key", status=401, body={"error": "Unauthorized"}
        ),
    },
    key_prefix="sandbox-vllm-",
    headers=lambda _call: {},
    requires_key=False,
)
