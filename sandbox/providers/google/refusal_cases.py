"""The Gemini API's error responses, from its error pages and from bodies in public threads."""

from collections.abc import Mapping

from sandbox.json_fields import JsonObject
from sandbox.refusal_cases import BAD_GATEWAY, GENERATING, RefusalCase

_SERVICE = "generativelanguage.googleapis.com"
_LIST_METHOD = "google.ai.generativelanguage.v1beta.ModelService.ListModels"
_PROJECT = "projects/100000000001"
_ACTIVATION = f"https://console.developers.google.com/apis/api/{_SERVICE}/overview?project=100000000001"
_QUOTA = (
    "You exceeded your current quota, please check your plan and billing details. For more information on this error, "
    "head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: "
    "https://ai.dev/rate-limit. \n* Quota exceeded for metric: {metric}, limit: 10, model: {model}\n"
    "Please retry in {retry_delay}."
)
_REQUESTS = f"{_SERVICE}/generate_content_free_tier_requests"


def error(code: int, message: str, status: str, details: list[JsonObject] | None = None) -> JsonObject:
    """The envelope of every Google API."""
    facts: JsonObject = {"code": code, "message": message, "status": status}
    return {"error": {**facts, "details": details} if details else facts}


def reason(name: str, metadata: Mapping[str, str]) -> JsonObject:
    """The machine-readable reason; its metadata always names the service."""
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": name,
        "domain": "googleapis.com",
        "metadata": {"service": _SERVICE, **metadata},
    }


def _help(text: str, address: str) -> JsonObject:
    return {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"description": text, "url": address}]}


def _invalid_key(summary: str, message: str) -> RefusalCase:
    localized: JsonObject = {
        "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
        "locale": "en-US",
        "message": message,
    }
    details = [reason("API_KEY_INVALID", {}), localized]
    return RefusalCase(summary=summary, status=400, body=error(400, message, "INVALID_ARGUMENT", details))


def _denied(summary: str, message: str, details: list[JsonObject] | None = None) -> RefusalCase:
    return RefusalCase(summary=summary, status=403, body=error(403, message, "PERMISSION_DENIED", details))


def _over_quota(summary: str, quota_id: str) -> RefusalCase:
    violation = {
        "quotaMetric": _REQUESTS,
        "quotaId": quota_id,
        "quotaDimensions": {"location": "global", "model": "{model}"},
    }
    details: list[JsonObject] = [
        _help("Learn more about Gemini API quotas", "https://ai.google.dev/gemini-api/docs/rate-limits"),
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "{retry_delay}"},
    ]
    message = _QUOTA.replace("{metric}", _REQUESTS)
    return RefusalCase(
        summary=summary,
        status=429,
        body=error(429, message, "RESOURCE_EXHAUSTED", details),
    )


CASES: dict[str, RefusalCase] = {
    "no_key": _denied(
        "no key was sent",
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or "
        "other form of API consumer identity to call this API.",
    ),
    "bad_key": _invalid_key("wrong key: a 400", "API key not valid. Please pass a valid API key."),
    "key_not_found": _invalid_key("unknown key: a 400", "API Key not found. Please pass a valid API key."),
    "key_expired": _invalid_key("expired key: a 400", "API key expired. Please renew the API key."),
    "region_blocked": RefusalCase(
        summary="country not served: a 400",
        status=400,
        body=error(400, "User location is not supported for the API use.", "FAILED_PRECONDITION"),
    ),
    "no_credit": RefusalCase(
        summary="prepaid credit used up",
        status=402,
        body=error(402, "Your prepaid credit balance is depleted.", "RESOURCE_EXHAUSTED"),
        operations=GENERATING,
    ),
    "service_disabled": _denied(
        "the API is not switched on in the project",
        "Generative Language API has not been used in project 100000000001 before or it is disabled. Enable it by "
        f"visiting {_ACTIVATION} then retry. If you enabled this API recently, wait a few minutes for the action to "
        "propagate to our systems and retry.",
        [
            _help("Google developers console API activation", _ACTIVATION),
            reason("SERVICE_DISABLED", {"consumer": _PROJECT}),
        ],
    ),
    "key_restricted": _denied(
        "the key is restricted to other APIs",
        f"Requests to this API {_SERVICE} method {_LIST_METHOD} are blocked.",
        [reason("API_KEY_SERVICE_BLOCKED", {"consumer": _PROJECT, "apiName": _SERVICE, "methodName": _LIST_METHOD})],
    ),
    "key_restricted_referrer": _denied(
        "the key is restricted to web pages",
        "Requests from referer <empty> are blocked.",
        [reason("API_KEY_HTTP_REFERRER_BLOCKED", {"consumer": _PROJECT})],
    ),
    "key_restricted_address": _denied(
        "the key is restricted to other addresses",
        "The provided API key has an IP address restriction. The originating IP address of the call (127.0.0.1) "
        "violates this restriction.",
        [reason("API_KEY_IP_ADDRESS_BLOCKED", {"consumer": _PROJECT})],
    ),
    "key_leaked": _denied(
        "the key was found in public",
        "Your API key was reported as leaked. Please use another API key.",
    ),
    "suspended": _denied(
        "the project was suspended",
        "Permission denied: Consumer 'api_key:{key}' has been suspended.",
        [reason("CONSUMER_SUSPENDED", {"consumer": _PROJECT, "containerInfo": "api_key:{key}"})],
    ),
    "rate_limited": _over_quota(
        "too many requests a minute; the wait is in RetryInfo", "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"
    ),
    "daily_quota": _over_quota(
        "too many requests a day; a retry is no use", "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
    ),
    "server_error": RefusalCase(
        summary="500",
        status=500,
        body=error(
            500,
            "An internal error has occurred. Please retry or report in "
            "https://developers.generativeai.google/guide/troubleshooting",
            "INTERNAL",
        ),
    ),
    "context_length": RefusalCase(
        summary="the prompt is too long",
        status=400,
        body=error(
            400,
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            "INVALID_ARGUMENT",
        ),
        operations=GENERATING,
    ),
    "overloaded": RefusalCase(
        summary="the model is overloaded",
        status=503,
        body=error(503, "The model is overloaded. Please try again later.", "UNAVAILABLE"),
    ),
    "timeout": RefusalCase(
        summary="504",
        status=504,
        body=error(504, "Deadline expired before operation could complete.", "DEADLINE_EXCEEDED"),
        operations=GENERATING,
    ),
    "overloaded_mid_stream": RefusalCase(
        summary="overloaded after the stream has begun with 200",
        status=200,
        body=error(503, "The model is overloaded. Please try again later.", "UNAVAILABLE"),
        operations=frozenset({"stream"}),
        in_stream=True,
    ),
    "bad_gateway": BAD_GATEWAY,
}
