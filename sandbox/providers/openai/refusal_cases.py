"""OpenAI's error responses, from its error reference and from bodies in public threads."""

from collections.abc import Mapping

from sandbox.providers.openai_compatible.error_envelope import error
from sandbox.refusal_cases import BAD_GATEWAY, GENERATING, RefusalCase

_REQUEST = "invalid_request_error"
_QUOTA = (
    "You exceeded your current quota, please check your plan and billing details. For more information on this error, "
    "read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."
)
_SCOPES = (
    "You have insufficient permissions for this operation. Missing scopes: {scope}. Check that you have the correct "
    "role in your organization (Reader, Writer, Owner) and project (Member, Owner), and if you're using a restricted "
    "API key, that it has the necessary scopes."
)
_RATE = (
    "Rate limit reached for {model} in organization org-sandbox on tokens per min (TPM): Limit 30000, Used 29937, "
    "Requested 385. Please try again in {try_again}. Visit https://platform.openai.com/account/rate-limits to learn "
    "more."
)
_TOO_LARGE = (
    "Request too large for {model} in organization org-sandbox on tokens per min (TPM): Limit 30000, Requested 60125. "
    "The input or output tokens must be reduced in order to run successfully. Visit "
    "https://platform.openai.com/account/rate-limits to learn more."
)
_TOO_LONG = error(
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce "
    "the length of the messages.",
    _REQUEST,
    "context_length_exceeded",
    "messages",
)
_RATE_LIMITED = error(_RATE, "tokens", "rate_limit_exceeded")


def _spent(summary: str, message: str, code: str) -> RefusalCase:
    """Billing refusals share status and type; a retry is no use."""
    return RefusalCase(
        summary=summary, status=429, body=error(message, "insufficient_quota", code), operations=GENERATING
    )


def _limited(summary: str, headers: Mapping[str, str]) -> RefusalCase:
    return RefusalCase(summary=summary, status=429, body=_RATE_LIMITED, headers=headers)


CASES: dict[str, RefusalCase] = {
    "no_key": RefusalCase(
        summary="no key was sent",
        status=401,
        body=error(
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer "
            "auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from "
            "https://platform.openai.com/account/api-keys.",
            _REQUEST,
        ),
    ),
    "bad_key": RefusalCase(
        summary="wrong key; the message repeats it masked",
        status=401,
        body=error(
            "Incorrect API key provided: {key}. You can find your API key at "
            "https://platform.openai.com/account/api-keys.",
            _REQUEST,
            "invalid_api_key",
        ),
    ),
    "missing_scopes": RefusalCase(
        summary="right key, restricted: it may chat but not list",
        status=401,
        body=error(_SCOPES.replace("{scope}", "api.model.read"), _REQUEST),
        operations=frozenset({"list", "get"}),
    ),
    "missing_scopes_chat": RefusalCase(
        summary="right key, restricted: it may list but not chat",
        status=401,
        body=error(_SCOPES.replace("{scope}", "model.request"), _REQUEST),
        operations=GENERATING,
    ),
    "missing_scopes_403": RefusalCase(
        summary="the same as missing_scopes with status 403, as others saw it",
        status=403,
        body=error(_SCOPES.replace("{scope}", "api.model.read"), _REQUEST),
        operations=frozenset({"list", "get"}),
    ),
    "ip_not_allowed": RefusalCase(
        summary="the caller's address is not on the project's list",
        status=401,
        body=error("Your IP address is not authorized to make requests to this API.", _REQUEST, "ip_not_authorized"),
    ),
    "region_blocked": RefusalCase(
        summary="country not supported",
        status=403,
        body=error(
            "Country, region, or territory not supported", "request_forbidden", "unsupported_country_region_territory"
        ),
    ),
    "insufficient_quota": _spent("no money left, old code", _QUOTA, "insufficient_quota"),
    "no_credit": _spent(
        "prepaid credit used up",
        "Your organization has no prepaid credits remaining.",
        "credit_balance_exhausted",
    ),
    "organization_spend_limit": _spent(
        "the organization's own spend limit",
        "Your organization has reached its spend limit.",
        "organization_spend_limit_exceeded",
    ),
    "spend_limit": _spent(
        "the project's spend limit", "Your project has reached its spend limit.", "project_spend_limit_exceeded"
    ),
    "usage_limit": _spent(
        "the organization's usage limit",
        "Your organization has reached its approved usage limit.",
        "organization_usage_limit_exceeded",
    ),
    "rate_limited": _limited("too many tokens a minute; the wait is in the message only", {}),
    "rate_limited_seconds": _limited("the same with retry-after in seconds", {"retry-after": "2"}),
    "rate_limited_date": _limited("the same with retry-after as an HTTP date", {"retry-after": "{http_date}"}),
    "rate_limited_ms": _limited(
        "the same with retry-after-ms", {"retry-after-ms": "644", "retry-after": "1", "x-should-retry": "true"}
    ),
    "request_too_large": RefusalCase(
        summary="larger than the whole minute's tokens; a retry is no use",
        status=429,
        body=error(_TOO_LARGE, "tokens", "rate_limit_exceeded"),
        operations=GENERATING,
    ),
    "slow_down": RefusalCase(
        summary="traffic rose too fast",
        status=429,
        body=error("Please slow down your requests and increase them gradually.", "rate_limit_error", "slow_down"),
        headers={"retry-after": "5"},
        operations=GENERATING,
    ),
    "overloaded": RefusalCase(
        summary="the model is overloaded",
        status=503,
        body=error(
            "The requested model is currently overloaded. Please try again later.",
            "service_unavailable_error",
            "server_is_overloaded",
        ),
        headers={"retry-after": "3"},
    ),
    "overloaded_mid_stream": RefusalCase(
        summary="overloaded after the stream has begun with 200",
        status=200,
        body=error("The server is overloaded.", "service_unavailable_error", "server_is_overloaded"),
        operations=frozenset({"stream"}),
        in_stream=True,
    ),
    "context_length": RefusalCase(summary="the prompt is too long", status=400, body=_TOO_LONG, operations=GENERATING),
    "context_length_mid_stream": RefusalCase(
        summary="the same after the stream has begun with 200",
        status=200,
        body=_TOO_LONG,
        operations=frozenset({"stream"}),
        in_stream=True,
    ),
    "server_error": RefusalCase(
        summary="500",
        status=500,
        body=error(
            "The server had an error while processing your request. Sorry about that! (request ID {request_id})",
            "server_error",
        ),
    ),
    "bad_gateway": BAD_GATEWAY,
}
