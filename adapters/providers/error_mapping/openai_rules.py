"""Error rules for OpenAI's error format, which many providers share.

From OpenAI's error reference and from bodies that users pasted into public threads (continuedev/continue#9358,
microsoft/PowerToys#32989, home-assistant/core#120072, NextChat#3664, shell_gpt#653).
"""

from __future__ import annotations

import re
from typing import Final

from adapters.providers.error_mapping import error_kinds
from adapters.providers.error_mapping.error_rule import ErrorRule

_SPENT_CODES: Final = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "billing_hard_limit_reached",
        "billing_not_active",
    }
)

OPENAI_STYLE: Final = (
    ErrorRule(error_kind=error_kinds.CREDIT_EXHAUSTED, codes=_SPENT_CODES),
    ErrorRule(error_kind=error_kinds.REGION_BLOCKED, codes=frozenset({"unsupported_country_region_territory"})),
    # Seen with 401 and, by others, with 403: the key is good all the same.
    ErrorRule(
        error_kind=error_kinds.NO_PERMISSION, statuses=frozenset({401, 403}), message=re.compile(r"missing scopes?:")
    ),
    ErrorRule(error_kind=error_kinds.KEY_RESTRICTED, codes=frozenset({"ip_not_authorized"})),
    ErrorRule(
        error_kind=error_kinds.KEY_RESTRICTED,
        statuses=frozenset({401}),
        message=re.compile(r"member of an organization"),
    ),
    ErrorRule(
        error_kind=error_kinds.ACCOUNT_CLOSED, codes=frozenset({"account_deactivated", "organization_restricted"})
    ),
    ErrorRule(
        error_kind=error_kinds.NO_KEY, statuses=frozenset({401}), message=re.compile(r"you didn't provide an api key")
    ),
    ErrorRule(error_kind=error_kinds.BAD_KEY, codes=frozenset({"invalid_api_key"})),
    ErrorRule(error_kind=error_kinds.NO_SUCH_MODEL, codes=frozenset({"model_not_found"})),
    ErrorRule(
        error_kind=error_kinds.NO_SUCH_MODEL,
        statuses=frozenset({400, 404}),
        message=re.compile(r"\bmodel .{1,200} does not exist|^model not exist|not a valid model id|^invalid model\b"),
    ),
    ErrorRule(
        error_kind=error_kinds.TOO_LARGE_FOR_LIMIT, statuses=frozenset({429}), message=re.compile(r"^request too large")
    ),
    ErrorRule(
        error_kind=error_kinds.DAILY_LIMIT_EXHAUSTED, statuses=frozenset({429}), message=re.compile(r"\bper[ -]day\b")
    ),
    ErrorRule(error_kind=error_kinds.RATE_LIMITED, codes=frozenset({"rate_limit_exceeded", "slow_down"})),
    ErrorRule(
        error_kind=error_kinds.OVERLOADED,
        codes=frozenset({"server_is_overloaded", "service_unavailable_error", "service_unavailable"}),
    ),
    # In a stream there is only the message, without a status.
    ErrorRule(error_kind=error_kinds.OVERLOADED, statuses=frozenset({500, 502}), message=re.compile(r"\boverloaded\b")),
)

# Words for money that compatible servers use with 400, 402, 403 and 429 alike.
OUT_OF_MONEY: Final = ErrorRule(
    error_kind=error_kinds.CREDIT_EXHAUSTED,
    statuses=frozenset({400, 402, 403, 429}),
    message=re.compile(
        r"insufficient (?:balance|credits?|funds)|(?:credits?|spending|key) limit (?:exceeded|reached)"
        r"|(?:used|doesn't have|have) (?:all|any) (?:available )?credits"
        r"|reached (?:its|your) [a-z ]{0,20}spending limit"
    ),
)
