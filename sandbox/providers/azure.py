"""Azure OpenAI: base models and deployments are two lists, and the API version decides what there is."""

import re
from collections.abc import Mapping

from sandbox.json_fields import JsonObject
from sandbox.model_catalogue import SimulatedModel
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse, ProviderStream, RequestRefused
from sandbox.providers.openai.provider import usage
from sandbox.providers.openai.reasoning_rules import read_chat_thinking
from sandbox.providers.openai_compatible.base_provider import compatible_provider
from sandbox.providers.openai_compatible.chat_endpoint import answer_chat
from sandbox.providers.openai_compatible.chat_options import ChatOptions
from sandbox.providers.openai_compatible.completion import frame
from sandbox.providers.openai_compatible.embeddings_endpoint import answer_embeddings
from sandbox.providers.openai_compatible.read_request import refuse_json_without_word
from sandbox.providers.openai_responses.responses_endpoint import create_response
from sandbox.providers.simulated_provider import Route
from sandbox.refusal_cases import GENERATING, RefusalCase

#: The only version whose data plane lists deployments; Microsoft removed it in the next one.
DEPLOYMENTS_VERSION = "2023-03-15-preview"
_VERSION = re.compile(r"20\d\d-\d\d-\d\d(-preview)?")
_SAFE = {name: {"filtered": False, "severity": "safe"} for name in ("hate", "self_harm", "sexual", "violence")}


def _shape(status: int, message: str, _kind: str, code: str | None) -> JsonObject:
    return {"error": {"code": code or str(status), "message": message}}


def _list_models(call: ApiCall) -> ProviderResponse:
    """The region's base models, which are not what is deployed."""
    _require_version(call)
    return _listed([model.entry for model in call.models() if model.entry["object"] == "model"])


def _list_deployments(call: ApiCall) -> ProviderResponse:
    if call.query.get("api-version") != DEPLOYMENTS_VERSION:
        raise _not_found()
    return _listed([model.entry for model in call.models() if model.entry["object"] == "deployment"])


def _chat(call: ApiCall) -> ProviderResponse | ProviderStream:
    _require_version(call)
    deployment = _find_deployment(call, call.parameters["model"])
    if deployment.kind != "chat":
        message = "The chatCompletion operation does not work with the specified model. Please choose different model."
        raise RequestRefused(400, message, code="OperationNotSupported")
    return answer_chat(call, deployment, _OPTIONS)


def _responses(call: ApiCall) -> ProviderResponse | ProviderStream:
    """Here the deployment is named in the body."""
    return create_response(call, lambda call: _find_deployment(call, call.requested_model()))


def _embeddings(call: ApiCall) -> ProviderResponse:
    _require_version(call)
    deployment = _find_deployment(call, call.parameters["model"])
    if "embedding" not in deployment.kind:
        message = "The embeddings operation does not work with the specified model. Please choose different model."
        raise RequestRefused(400, message, code="OperationNotSupported")
    return answer_embeddings(call, deployment)


def _find_deployment(call: ApiCall, name: str) -> SimulatedModel:
    deployment = call.catalogue.find(name)
    if deployment is None or deployment.entry["object"] != "deployment":
        message = (
            "The API deployment for this resource does not exist. If you created the deployment within the last 5 "
            "minutes, please wait a moment and try again."
        )
        raise RequestRefused(404, message, code="DeploymentNotFound")
    return deployment


def _listed(entries: list[JsonObject]) -> ProviderResponse:
    return ProviderResponse(body={"data": entries, "object": "list"})


def _require_version(call: ApiCall) -> None:
    if not _VERSION.fullmatch(call.query.get("api-version", "")):
        raise _not_found()


def _not_found() -> RequestRefused:
    return RequestRefused(404, "Resource not found", code="404")


def _find_key(headers: Mapping[str, str], _query: Mapping[str, str]) -> str | None:
    return headers.get("api-key") or None


def _headers(call: ApiCall) -> dict[str, str]:
    headers = {"apim-request-id": call.token(32), "x-request-id": call.request_id, "x-ms-region": "Sandbox"}
    if call.operation in {"chat", "stream"}:
        headers |= {"x-ratelimit-remaining-requests": "249", "x-ratelimit-remaining-tokens": "249984"}
    return headers


_DENIED = _shape(
    401,
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
    "active subscription and use a correct regional API endpoint for your resource.",
    "",
    "401",
)
_LIMITED = _shape(
    429,
    "Requests to the ChatCompletions_Create Operation have exceeded call rate limit of your current pricing tier. "
    "Please retry after 2 seconds.",
    "",
    "429",
)

_FILTERED = {
    "error": {
        "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. "
        "Please modify your prompt and retry.",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": {**_SAFE, "violence": {"filtered": True, "severity": "high"}},
        },
    }
}

_OPTIONS = ChatOptions(
    usage=usage,
    completion_id=lambda call: f"chatcmpl-{call.token(29)}",
    completion_fields=lambda _call, _model: {
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": _SAFE}],
        "system_fingerprint": "fp_5a9db0ccba",
    },
    chunk_fields=lambda _call, _model: {"system_fingerprint": "fp_5a9db0ccba"},
    choice_fields=lambda _finish: {"logprobs": None, "content_filter_results": _SAFE},
    message_fields={"refusal": None, "annotations": []},
    # The first event has no choice and no id: it has the content filter's result for the prompt.
    opening=(
        frame(
            {
                "choices": [],
                "created": 0,
                "id": "",
                "model": "",
                "object": "",
                "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": _SAFE}],
            }
        ),
    ),
    obfuscated=True,
    thinking=read_chat_thinking,
    check=refuse_json_without_word,
)

AZURE = compatible_provider(
    _shape,
    name="azure",
    endpoint="/azure",
    routes=(
        Route(method="GET", path="/openai/models", operation="list", handle=_list_models),
        Route(method="GET", path="/openai/deployments", operation="list", handle=_list_deployments),
        Route(method="POST", path="/openai/deployments/{model}/chat/completions", operation="chat", handle=_chat),
        Route(method="POST", path="/openai/deployments/{model}/embeddings", operation="embed", handle=_embeddings),
        Route(method="POST", path="/openai/responses", operation="chat", handle=_responses),
        Route(method="POST", path="/openai/v1/responses", operation="chat", handle=_responses),
    ),
    cases={
        "no_key": RefusalCase(summary="no key was sent", status=401, body=_DENIED),
        "bad_key": RefusalCase(summary="wrong key or wrong region", status=401, body=_DENIED),
        "rate_limited": RefusalCase(
            summary="too many requests, retry-after in seconds",
            status=429,
            body=_LIMITED,
            headers={"retry-after": "2", "retry-after-ms": "2000"},
        ),
        "filtered": RefusalCase(
            summary="the content filter refuses the prompt", status=400, body=_FILTERED, operations=GENERATING
        ),
        "network_denied": RefusalCase(
            summary="the caller's address is not allowed by the resource's network rules",
            status=403,
            body=_shape(403, "Access denied due to Virtual Network/Firewall rules.", "", "AccessDenied"),
        ),
    },
    key_prefix="sandbox-azure-",
    find_key=_find_key,
    headers=_headers,
    not_found="Resource not found",
)
