"""How the Gemini API refuses: 400 for a bad key, 403 for a good one, so the reason counts and not the status.

From Google's error reference and bodies that users pasted into public threads (openai-scala-client#109,
gemini-cli#25198, gemini-balance#328, continue#12781, continue#10513, python-genai#2044).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from adapters.providers.verdicts import meanings
from adapters.providers.verdicts.rules import Dialect, Rule

_LEAKED: Final = replace(
    meanings.BAD_KEY,
    says="{label} has shut the key off, because it was reported as leaked.",
    hint="Make a new key, and find out where the old one was published.",
)
_DISABLED: Final = replace(
    meanings.KEY_RESTRICTED,
    says="{label} knows the key, but the Generative Language API is not enabled in its project.",
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

GOOGLE: Final = Dialect(
    label="Google Gemini",
    rules=(
        Rule(verdict=meanings.BAD_KEY, codes=frozenset({"api_key_invalid", "api_key_expired"})),
        Rule(
            verdict=meanings.BAD_KEY,
            statuses=frozenset({400, 401, 403}),
            message=re.compile(r"api key (?:not valid|not found|expired)"),
        ),
        Rule(
            verdict=meanings.REGION_BLOCKED,
            codes=frozenset({"failed_precondition"}),
            message=re.compile(r"location is not supported"),
        ),
        Rule(verdict=_LEAKED, message=re.compile(r"reported as leaked")),
        Rule(verdict=_DISABLED, codes=frozenset({"service_disabled"})),
        Rule(verdict=meanings.KEY_RESTRICTED, codes=_BLOCKED),
        Rule(verdict=meanings.ACCOUNT_CLOSED, codes=frozenset({"consumer_suspended"})),
        Rule(verdict=meanings.ACCOUNT_CLOSED, message=re.compile(r"consumer .{0,200}has been suspended")),
        Rule(verdict=meanings.NO_KEY, message=re.compile(r"unregistered callers")),
        Rule(verdict=meanings.SPENT, statuses=frozenset({402})),
        Rule(verdict=meanings.SPENT, codes=frozenset({"billing_disabled"})),
        Rule(verdict=meanings.DAY_SPENT, statuses=frozenset({429}), quota=re.compile(r"PerDay")),
        Rule(verdict=meanings.RATE_LIMITED, codes=frozenset({"resource_exhausted"})),
        Rule(
            verdict=meanings.NO_SUCH_MODEL,
            codes=frozenset({"not_found"}),
            message=re.compile(r"^models/.{1,200} is not found"),
        ),
        Rule(verdict=meanings.OVERLOADED, codes=frozenset({"unavailable"})),
        Rule(verdict=meanings.OUT_OF_TIME, codes=frozenset({"deadline_exceeded"})),
        Rule(verdict=meanings.PROVIDER_ERROR, codes=frozenset({"internal"})),
    ),
)
