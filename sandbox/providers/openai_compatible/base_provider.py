"""Shared parts of OpenAI-compatible providers, parametrised by their error format."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from sandbox.model_catalogue import Row, SimulatedModel, load_catalogue
from sandbox.parsed_request import ApiCall, Operation
from sandbox.provider_responses import ProviderResponse, RequestRefused
from sandbox.providers.openai_compatible.error_envelope import error_frame
from sandbox.providers.simulated_provider import UNKNOWN_URL, FindKey, Route, SimulatedProvider, bearer_key
from sandbox.refusal_cases import BAD_GATEWAY, RefusalCase, fill_placeholders

#: Writes an error's body from status, message, type and code.
Shape: TypeAlias = Callable[[int, str, str, str | None], object]


def request_id_header(call: ApiCall) -> dict[str, str]:
    """The one header that nearly every server sends."""
    return {"x-request-id": call.request_id}


def compatible_provider(
    shape: Shape,
    *,
    name: str,
    endpoint: str,
    routes: Sequence[Route],
    cases: Mapping[str, RefusalCase],
    key_prefix: str,
    headers: Callable[[ApiCall], dict[str, str]] = request_id_header,
    find_key: FindKey = bearer_key,
    not_found: str = UNKNOWN_URL,
    requires_key: bool = True,
    public: frozenset[Operation] = frozenset(),
) -> SimulatedProvider:
    """Return a provider whose errors have this shape, with the cases that every server has besides its own."""
    return SimulatedProvider(
        name=name,
        endpoint=endpoint,
        routes=routes,
        cases={**common_cases(shape), **cases},
        key_prefix=key_prefix,
        find_key=find_key,
        catalogue=lambda: load_catalogue(name, make_model),
        refuse=refusal(shape),
        error_frame=error_frame,
        headers=headers,
        not_found=not_found,
        requires_key=requires_key,
        public=public,
    )


def common_cases(shape: Shape) -> dict[str, RefusalCase]:
    """Return the refusal cases that every server has."""
    limited = shape(429, "Rate limit reached. Please try again in {try_again}.", "rate_limit_error", None)
    overloaded = shape(503, "The service is overloaded. Please try again later.", "service_unavailable", None)

    def rate_limited(summary: str, headers: Mapping[str, str]) -> RefusalCase:
        return RefusalCase(summary=summary, status=429, body=limited, headers=headers)

    return {
        "no_key": RefusalCase(summary="no key was sent", status=401, body=_unauthorized(shape)),
        "bad_key": RefusalCase(summary="wrong key", status=401, body=_unauthorized(shape)),
        "rate_limited": rate_limited("too many requests, retry-after in seconds", {"retry-after": "2"}),
        "rate_limited_date": rate_limited("the same, retry-after as an HTTP date", {"retry-after": "{http_date}"}),
        "rate_limited_no_wait": rate_limited("the same without a hint how long to wait", {}),
        "overloaded": RefusalCase(summary="overloaded", status=503, body=overloaded, headers={"retry-after": "3"}),
        "overloaded_mid_stream": RefusalCase(
            summary="overloaded after the stream has begun with 200",
            status=200,
            body=overloaded,
            operations=frozenset({"stream"}),
            in_stream=True,
        ),
        "server_error": RefusalCase(
            summary="500", status=500, body=shape(500, "Internal server error", "server_error", None)
        ),
        "bad_gateway": BAD_GATEWAY,
    }


def refusal(shape: Shape) -> Callable[[RequestRefused, ApiCall], ProviderResponse]:
    """Return a function that renders a refusal in the given error format."""

    def refuse(refused: RequestRefused, call: ApiCall) -> ProviderResponse:
        body = shape(refused.status, refused.message, refused.kind, refused.code)
        return ProviderResponse(body=fill_placeholders(body, {"request_id": call.request_id}), status=refused.status)

    return refuse


def make_model(row: Row) -> SimulatedModel:
    """Return the model of a row: its list entry, and `plays` for its behaviour."""
    model_id = str(row["id"])
    plays = row.get("plays")
    behaviour: Mapping[str, object] = plays if isinstance(plays, dict) else {}
    aliases = behaviour.get("aliases")
    return SimulatedModel(
        id=model_id,
        entry={name: value for name, value in row.items() if name != "plays"},
        kind=str(behaviour.get("kind", "chat")),
        vision=behaviour.get("vision") is True,
        reasoning=behaviour.get("reasoning") is True,
        snapshot=str(behaviour.get("snapshot", model_id)),
        aliases=tuple(map(str, aliases)) if isinstance(aliases, list) else (),
    )


def _unauthorized(shape: Shape) -> object:
    return shape(401, "Invalid API key", "invalid_request_error", "invalid_api_key")
