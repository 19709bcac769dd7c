"""llama.cpp's server: one loaded model under two keys, whose id may be a path of Windows; any name is accepted."""

from sandbox.json_fields import JsonObject
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, ProviderStream, RequestRefused
from sandbox.providers.openai_compatible.base_provider import compatible_provider
from sandbox.providers.openai_compatible.chat_endpoint import answer_chat
from sandbox.providers.openai_compatible.chat_options import ChatOptions
from sandbox.providers.simulated_provider import Route
from sandbox.refusal_cases import RefusalCase

_OPTIONS = ChatOptions(
    completion_id=lambda call: f"chatcmpl-{call.token(32)}",
    completion_fields=lambda _call, _model: {
        "system_fingerprint": "b11009-sandbox",
        "timings": {"prompt_n": 8, "prompt_ms": 4.5, "predicted_n": 12, "predicted_ms": 21.0},
    },
    chunk_fields=lambda _call, _model: {"system_fingerprint": "b11009-sandbox"},
    choice_fields=lambda _finish: {},
)


def _shape(status: int, message: str, kind: str, _code: str | None) -> JsonObject:
    return {"error": {"code": status, "message": message, "type": kind}}


def _list_models(call: ApiCall) -> ProviderResponse:
    """The model in OpenAI's words and in Ollama's."""
    models = call.models()
    own = [{"name": model.id, "model": model.id, "capabilities": ["completion", "multimodal"]} for model in models]
    return ProviderResponse(body={"models": own, "object": "list", "data": [model.entry for model in models]})


def _chat(call: ApiCall) -> ProviderResponse | ProviderStream:
    models = call.catalogue.models()
    if not models:
        raise RequestRefused(503, "Loading model", kind="unavailable_error")
    return answer_chat(call, models[0], _OPTIONS)


def _health(_call: ApiCall) -> ProviderResponse:
    return ProviderResponse(body={"status": "ok"})


LLAMACPP = compatible_provider(
    _shape,
    name="llamacpp",
    endpoint="/llamacpp/v1",
    routes=(
        Route(method="GET", path="/health", operation="health", handle=_health),
        Route(method="GET", path="/v1/health", operation="health", handle=_health),
        Route(method="GET", path="/v1/models", operation="list", handle=_list_models),
        Route(method="POST", path="/v1/chat/completions", operation="chat", handle=_chat),
    ),
    cases={
        "bad_key": RefusalCase(
            summary="the server was started with another key",
            status=401,
            body=_shape(401, "Invalid API Key", "authentication_error", None),
        ),
        "loading": RefusalCase(
            summary="the model is still being loaded",
            status=503,
            body=_shape(503, "Loading model", "unavailable_error", None),
        ),
    },
    key_prefix="sandbox-llamacpp-",
    headers=lambda _call: {"Server": "llama.cpp"},
    requires_key=False,
)
