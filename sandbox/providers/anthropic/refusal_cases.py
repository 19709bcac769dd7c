"""Anthropic's error responses, from its error reference, its SDK's types and bodies in public threads."""

from collections.abc import Mapping

from sandbox.json_fields import JsonObject
from sandbox.parsed_request import Operation
from sandbox.refusal_cases import BAD_GATEWAY, GENERATING, RefusalCase

#: Counting tokens is free, but shows the credit problem.
_BILLED: frozenset[Operation] = frozenset({"chat", "stream", "count"})
_LIMIT_MESSAGE = "Number of requests has exceeded your rate limit."


def error(message: str, kind: str, details: Mapping[str, str] | None = None) -> JsonObject:
    """The envelope; the request's id is filled in when it is sent."""
    facts: JsonObject = {"type": kind, "message": message, **({"details": dict(details)} if details else {})}
    return {"type": "error", "error": facts, "request_id": "{request_id}"}


def _limited(summary: str, headers: Mapping[str, str]) -> RefusalCase:
    return RefusalCase(summary=summary, status=429, body=error(_LIMIT_MESSAGE, "rate_limit_error"), headers=headers)


def _spent(summary: str, message: str, code: str) -> RefusalCase:
    body = error(message, "rate_limit_error", {"error_code": code})
    return RefusalCase(summary=summary, status=429, body=body, operations=GENERATING)


CASES: dict[str, RefusalCase] = {
    "no_key": RefusalCase(
        summary="no key was sent", status=401, body=error("x-api-key header is required", "authentication_error")
    ),
    "bad_key": RefusalCase(summary="wrong key", status=401, body=error("invalid x-api-key", "authentication_error")),
    "no_credit": RefusalCase(
        summary="no credit left: a 400, also when counting tokens",
        status=400,
        body=error(
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or "
            "purchase credits.",
            "invalid_request_error",
        ),
        operations=_BILLED,
    ),
    "billing": RefusalCase(
        summary="a problem with the payment",
        status=402,
        body=error("There is an issue with your billing or payment information.", "billing_error"),
        operations=_BILLED,
    ),
    "permission_denied": RefusalCase(
        summary="the key may not do this",
        status=403,
        body=error("Your API key does not have permission to use the specified resource.", "permission_error"),
    ),
    "region_blocked": RefusalCase(
        summary="country or address not served; the envelope lacks its type",
        status=403,
        body={"error": {"type": "forbidden", "message": "Request not allowed"}},
    ),
    "suspended": RefusalCase(
        summary="the organization was disabled",
        status=403,
        body=error("This organization has been disabled.", "permission_error"),
    ),
    "spend_limit": _spent(
        "the month's spend limit; a retry is no use",
        "You have reached your organization's monthly API usage limit.",
        "enforced_spend_limit_reached",
    ),
    "contract_spend_limit": _spent(
        "the contract's spend limit; a retry is no use",
        "Your organization has reached the spend limit of its contract.",
        "contract_spend_limit_reached",
    ),
    "rate_limited": _limited("too many requests, retry-after in seconds", {"retry-after": "2"}),
    "rate_limited_date": _limited("the same with retry-after as an HTTP date", {"retry-after": "{http_date}"}),
    "rate_limited_ms": _limited("the same with retry-after-ms", {"retry-after-ms": "1500", "x-should-retry": "true"}),
    "rate_limited_no_wait": _limited("the same without a hint how long to wait", {}),
    "request_too_large": RefusalCase(
        summary="more than 32 MB, refused by the proxy in front",
        status=413,
        body=error("Request exceeds the maximum allowed number of bytes.", "request_too_large"),
        operations=GENERATING,
    ),
    "context_length": RefusalCase(
        summary="the prompt is too long",
        status=400,
        body=error("prompt is too long: 208310 tokens > 200000 maximum", "invalid_request_error"),
        operations=GENERATING,
    ),
    "conflict": RefusalCase(
        summary="409",
        status=409,
        body=error("The request conflicts with the current state of the resource.", "conflict_error"),
        operations=GENERATING,
    ),
    "server_error": RefusalCase(summary="500", status=500, body=error("Internal server error", "api_error")),
    "timeout": RefusalCase(
        summary="504",
        status=504,
        body=error("Request timed out. Please try again.", "timeout_error"),
    ),
    "overloaded": RefusalCase(
        summary="529, to be tried again",
        status=529,
        body={"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
        headers={"x-should-retry": "true"},
    ),
    "overloaded_mid_stream": RefusalCase(
        summary="overloaded after the stream has begun with 200",
        status=200,
        body={"type": "error", "error": {"details": None, "type": "overloaded_error", "message": "Overloaded"}},
        operations=frozenset({"stream"}),
        in_stream=True,
    ),
    "bad_gateway": BAD_GATEWAY,
}
