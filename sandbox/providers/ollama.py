"""Ollama: its own routes, whose errors are strings, and OpenAI's format beside them."""

from sandbox.json_fields import JsonObject, object_at, text_at
from sandbox.model_catalogue import Row, SimulatedModel, load_catalogue
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, RequestRefused
from sandbox.providers.openai_compatible.base_provider import common_cases, make_model
from sandbox.providers.openai_compatible.chat_endpoint import chat_endpoint
from sandbox.providers.openai_compatible.chat_options import ChatOptions
from sandbox.providers.openai_compatible.embeddings_endpoint import create_embeddings
from sandbox.providers.openai_compatible.error_envelope import error, error_frame
from sandbox.providers.simulated_provider import Route, SimulatedProvider, bearer_key

#: Reported by `/api/show`, not by the list.
_SHOWN_ONLY = ("architecture", "context_length", "parameter_count", "capabilities")


def _make_model(row: Row) -> SimulatedModel:
    """A model is also known without its tag when that is `latest`."""
    plays = {**object_at(row, "plays"), "aliases": [str(row["id"]).removesuffix(":latest")]}
    return make_model({**row, "plays": plays})


def _list_tags(call: ApiCall) -> ProviderResponse:
    return ProviderResponse(body={"models": [_tag(model) for model in call.models()]})


def _tag(model: SimulatedModel) -> JsonObject:
    fields = {name: value for name, value in model.entry.items() if name not in {"id", *_SHOWN_ONLY}}
    return {"name": model.id, "model": model.id, **fields}


def _show(call: ApiCall) -> ProviderResponse:
    body = call.json()
    name = text_at(body, "model") or text_at(body, "name")
    model = call.catalogue.find(name)
    if model is None:
        raise RequestRefused(404, f"model '{name}' not found")
    architecture = text_at(model.entry, "architecture")
    return ProviderResponse(
        body={
            "modelfile": "# Modelfile",
            "parameters": 'stop "<|eot_id|>"',
            "template": "{{ .Prompt }}",
            "details": model.entry["details"],
            "model_info": {
                "general.architecture": architecture,
                "general.parameter_count": model.entry["parameter_count"],
                f"{architecture}.context_length": model.entry["context_length"],
                f"{architecture}.embedding_length": 4096,
            },
            "capabilities": model.entry["capabilities"],
            "modified_at": model.entry["modified_at"],
        }
    )


def _list_openai_models(call: ApiCall) -> ProviderResponse:
    data = [
        {"id": model.id, "object": "model", "created": 1_778_577_243, "owned_by": "library"} for model in call.models()
    ]
    return ProviderResponse(body={"object": "list", "data": data})


def _refuse(refused: RequestRefused, call: ApiCall) -> ProviderResponse:
    """A string on Ollama's own routes, OpenAI's envelope on the others."""
    body: object = {"error": refused.message}
    if "/v1/" in call.path:
        body = error(refused.message, "not_found_error" if refused.kind == "model" else "api_error")
    return ProviderResponse(body=body, status=refused.status)


def _unknown_model(name: str) -> RequestRefused:
    return RequestRefused(404, f"model '{name}' not found", kind="model")


def _string(_status: int, message: str, _kind: str, _code: str | None) -> JsonObject:
    return {"error": message}


OLLAMA = SimulatedProvider(
    name="ollama",
    endpoint="/ollama",
    routes=(
        Route(
            method="GET",
            path="/",
            operation="health",
            handle=lambda _call: ProviderResponse(body="Ollama is running", content_type="text/plain"),
        ),
        Route(
            method="GET",
            path="/api/version",
            operation="health",
            handle=lambda _call: ProviderResponse(body={"version": "0.12.6"}),
        ),
        Route(method="GET", path="/api/tags", operation="list", handle=_list_tags),
        Route(method="POST", path="/api/show", operation="get", handle=_show),
        Route(method="GET", path="/v1/models", operation="list", handle=_list_openai_models),
        Route(
            method="POST",
            path="/v1/chat/completions",
            operation="chat",
            handle=chat_endpoint(
                ChatOptions(
                    completion_fields=lambda _call, _model: {"system_fingerprint": "fp_ollama"},
                    chunk_fields=lambda _call, _model: {"system_fingerprint": "fp_ollama"},
                    choice_fields=lambda _finish: {},
                    thoughts_field="reasoning",
                    unknown_model=_unknown_model,
                )
            ),
        ),
        Route(method="POST", path="/v1/embeddings", operation="embed", handle=create_embeddings),
    ),
    cases=common_cases(_string),
    key_prefix="sandbox-ollama-",
    find_key=bearer_key,
    catalogue=lambda: load_catalogue("ollama", _make_model),
    refuse=_refuse,
    error_frame=error_frame,
    headers=lambda _call: {},
    requires_key=False,
    not_found="404 page not found",
)
