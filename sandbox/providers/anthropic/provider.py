"""Anthropic: routes, keys in either header, rate limit headers."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sandbox.model_catalogue import load_catalogue
from sandbox.parsed_request import ApiCall
from sandbox.provider_responses import ProviderResponse
from sandbox.providers.anthropic.list_models import get_model, list_models
from sandbox.providers.anthropic.messages_endpoint import (
    count_message_tokens,
    create_message,
    error_frame,
    refuse,
)
from sandbox.providers.anthropic.model_entries import make_model
from sandbox.providers.anthropic.read_request import check_version
from sandbox.providers.anthropic.refusal_cases import CASES
from sandbox.providers.simulated_provider import Route, SimulatedProvider, bearer_key

_LIMITS = {"requests": 1_000, "tokens": 96_000, "input-tokens": 80_000, "output-tokens": 16_000}


def _find_key(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """`x-api-key`, or the Bearer that Anthropic's SDK sends since version 2."""
    return headers.get("x-api-key") or bearer_key(headers, query)


def _versioned(handle: Callable[[ApiCall], ProviderResponse]) -> Callable[[ApiCall], ProviderResponse]:
    def checked(call: ApiCall) -> ProviderResponse:
        check_version(call)
        return handle(call)

    return checked


def _headers(call: ApiCall) -> dict[str, str]:
    headers = {
        "request-id": call.request_id,
        "anthropic-organization-id": "5a9db0c5-0000-4000-8000-000000000001",
        "x-envoy-upstream-service-time": "9",
    }
    if call.operation in {"chat", "stream"}:
        reset = datetime.fromtimestamp(call.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for name, limit in _LIMITS.items():
            remaining = limit - call.number % limit if name == "requests" else limit
            headers[f"anthropic-ratelimit-{name}-limit"] = str(limit)
            headers[f"anthropic-ratelimit-{name}-remaining"] = str(remaining)
            headers[f"anthropic-ratelimit-{name}-reset"] = reset
    return headers


ANTHROPIC = SimulatedProvider(
    name="anthropic",
    endpoint="/anthropic",
    routes=(
        Route(method="GET", path="/v1/models", operation="list", handle=_versioned(list_models)),
        Route(method="GET", path="/v1/models/{model}", operation="get", handle=_versioned(get_model)),
        Route(method="POST", path="/v1/messages", operation="chat", handle=create_message),
        Route(method="POST", path="/v1/messages/count_tokens", operation="count", handle=count_message_tokens),
    ),
    cases=CASES,
    key_prefix="sk-ant-api03-sandbox-",
    find_key=_find_key,
    catalogue=lambda: load_catalogue("anthropic", make_model),
    refuse=refuse,
    error_frame=error_frame,
    headers=_headers,
    not_found="Not Found",
    page_parameters=frozenset({"after_id", "before_id"}),
)
