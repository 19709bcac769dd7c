"""Known error responses of providers, as data. A magic key or a fault triggers each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from sandbox.parsed_request import ApiCall, Operation
from sandbox.provider_responses import ProviderResponse

EVERYWHERE: frozenset[Operation] = frozenset({"list", "get", "chat", "stream", "embed", "count", "account"})
#: Operations that cost money; a list or an account page does not show that there is none left.
GENERATING: frozenset[Operation] = frozenset({"chat", "stream", "embed"})

BAD_GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    "<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalCase:
    """A known error response of a provider.

    Strings of `body` and `headers` may hold {key}, {model}, {request_id}, {http_date} (30 seconds from now),
    {timestamp} (the same in RFC 3339), {try_again} and {retry_delay}.
    """

    summary: str
    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Operations that it affects. For the others, the key works.
    operations: frozenset[Operation] = EVERYWHERE
    content_type: str = "application/json"
    #: Whether it is an event inside a stream that began with status 200.
    in_stream: bool = False


BAD_GATEWAY = RefusalCase(
    summary="a proxy's HTML page instead of JSON",
    status=502,
    body=BAD_GATEWAY_PAGE,
    content_type="text/html",
)


def refusal_response(case: RefusalCase, call: ApiCall, waits: Mapping[str, str] | None = None) -> ProviderResponse:
    """Return the error response to this call; `waits` replaces {try_again} and {retry_delay}."""
    facts = _facts(call) | dict(waits or {})
    headers = {name: _fill_text(value, facts) for name, value in case.headers.items()}
    return ProviderResponse(
        body=fill_placeholders(case.body, facts), status=case.status, headers=headers, content_type=case.content_type
    )


def fill_placeholders(value: object, facts: Mapping[str, str]) -> object:
    """Return the JSON value with the placeholders in its strings filled in."""
    if isinstance(value, str):
        return _fill_text(value, facts)
    if isinstance(value, dict):
        return {name: fill_placeholders(each, facts) for name, each in value.items()}
    if isinstance(value, list):
        return [fill_placeholders(each, facts) for each in value]
    return value


def mask(key: str | None) -> str:
    """Return the key masked as in providers' error messages: the first characters, stars, the last four."""
    if not key:
        return "''"
    return key[:8] + "*" * max(4, len(key) - 12) + key[-4:]


def _facts(call: ApiCall) -> dict[str, str]:
    soon = datetime.fromtimestamp(call.now, UTC) + timedelta(seconds=30)
    return {
        "key": mask(call.key),
        "model": call.requested_model() or "gpt-4o",
        "request_id": call.request_id,
        "http_date": format_datetime(soon, usegmt=True),
        "timestamp": soon.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "try_again": "644ms",
        "retry_delay": "47s",
    }


def _fill_text(text: str, facts: Mapping[str, str]) -> str:
    for name, value in facts.items():
        text = text.replace("{" + name + "}", value)
    return text
