"""How the Gemini API refuses: 400 for a bad key, 403 for a good one, so the reason counts and not the status.

From Google's error reference and bodies that users pasted into public threads (openai-scala-client#109,
gemini-cli#25198, gemini-balance#328, continue#12781, continue#10513, python-genai#2044).
"""

import re
from dataclasses import replace
from typing import Final

from adapters.providers.error_mapping import error_kinds
from adapters.providers.error_mapping.error_rule import ErrorRule, ProviderRules

_LEAKED: Final = replace(
    error_kinds.BAD_KEY,
    message="{label} has shut the key off, because it was reported as leaked.",
    hint="Make a new key, and find out where the old one was published.",
)
_DISABLED: Final = replace(
    error_kinds.KEY_RESTRICTED,
    message="{label} knows the key, but the Generative Language API is not enabled in its project.",
    hint="Enable the Generative Language API in the Google Cloud console and wait a few minutes.",
)
_BLOCKED: Final = frozenset(
    {
        "api_key_service_blocked",
        "api_key_http_referrer_blocked",
        "api_key_ip_address_blocked",
        "api_key_android_app_blocked",
        "api_key_ios_app_blocked",
    }
)

GOOGLE: Final = ProviderRules(
    label="Google Gemini",
    rules=(
        ErrorRule(error_kinds.BAD_KEY, codes={"api_key_invalid", "api_key_expired"}),
        ErrorRule(
            error_kinds.BAD_KEY,
            statuses={400, 401, 403},
            message=re.compile(r"api key (?:not valid|not found|expired)"),
        ),
        ErrorRule(
            error_kinds.REGION_BLOCKED, codes={"failed_precondition"}, message=re.compile(r"location is not supported")
        ),
        ErrorRule(_LEAKED, message=re.compile(r"reported as leaked")),
        ErrorRule(_DISABLED, codes={"service_disabled"}),
        ErrorRule(error_kinds.KEY_RESTRICTED, codes=_BLOCKED),
        ErrorRule(error_kinds.ACCOUNT_CLOSED, codes={"consumer_suspended"}),
        ErrorRule(error_kinds.ACCOUNT_CLOSED, message=re.compile(r"consumer .{0,200}has been suspended")),
        ErrorRule(error_kinds.NO_KEY, message=re.compile(r"unregistered callers")),
        ErrorRule(error_kinds.CREDIT_EXHAUSTED, statuses={402}),
        ErrorRule(error_kinds.CREDIT_EXHAUSTED, codes={"billing_disabled"}),
        ErrorRule(error_kinds.DAILY_LIMIT_EXHAUSTED, statuses={429}, quota=re.compile(r"PerDay")),
        # Google's word for a body that is too large is the one for too many requests.
        ErrorRule(error_kinds.TOO_LARGE, statuses={413}),
        ErrorRule(error_kinds.RATE_LIMITED, codes={"resource_exhausted"}),
        ErrorRule(error_kinds.NO_SUCH_MODEL, codes={"not_found"}, message=re.compile(r"^models/.{1,200} is not found")),
        ErrorRule(error_kinds.OVERLOADED, codes={"unavailable"}),
        ErrorRule(error_kinds.TIMED_OUT, codes={"deadline_exceeded"}),
        ErrorRule(error_kinds.PROVIDER_ERROR, codes={"internal"}),
    ),
)
