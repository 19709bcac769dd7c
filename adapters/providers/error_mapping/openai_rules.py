"""Error rules for OpenAI's error format, which many providers share.

From OpenAI's error reference and from bodies that users pasted into public threads (continuedev/continue#9358,
microsoft/PowerToys#32989, home-assistant/core#120072, NextChat#3664, shell_gpt#653).
"""

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
    ErrorRule(error_kinds.CREDIT_EXHAUSTED, codes=_SPENT_CODES),
    ErrorRule(error_kinds.REGION_BLOCKED, codes={"unsupported_country_region_territory"}),
    # Seen with 401 and, by others, with 403: the key is good all the same.
    ErrorRule(error_kinds.NO_PERMISSION, statuses={401, 403}, message=re.compile(r"missing scopes?:")),
    ErrorRule(error_kinds.KEY_RESTRICTED, codes={"ip_not_authorized"}),
    ErrorRule(error_kinds.KEY_RESTRICTED, statuses={401}, message=re.compile(r"member of an organization")),
    ErrorRule(error_kinds.ACCOUNT_CLOSED, codes={"account_deactivated", "organization_restricted"}),
    ErrorRule(error_kinds.NO_KEY, statuses={401}, message=re.compile(r"you didn't provide an api key")),
    ErrorRule(error_kinds.BAD_KEY, codes={"invalid_api_key"}),
    ErrorRule(error_kinds.NO_SUCH_MODEL, codes={"model_not_found"}),
    ErrorRule(
        error_kinds.NO_SUCH_MODEL,
        statuses={400, 404},
        message=re.compile(r"\bmodel .{1,200} does not exist|^model not exist|not a valid model id|^invalid model\b"),
    ),
    ErrorRule(error_kinds.TOO_LARGE_FOR_LIMIT, statuses={429}, message=re.compile(r"^request too large")),
    ErrorRule(error_kinds.DAILY_LIMIT_EXHAUSTED, statuses={429}, message=re.compile(r"\bper[ -]day\b")),
    ErrorRule(error_kinds.RATE_LIMITED, codes={"rate_limit_exceeded", "slow_down"}),
    ErrorRule(
        error_kinds.OVERLOADED, codes={"server_is_overloaded", "service_unavailable_error", "service_unavailable"}
    ),
    # In a stream there is only the message, without a status.
    ErrorRule(error_kinds.OVERLOADED, statuses={500, 502}, message=re.compile(r"\boverloaded\b")),
)

# Words for money that compatible servers use with 400, 402, 403 and 429 alike.
OUT_OF_MONEY: Final = ErrorRule(
    error_kinds.CREDIT_EXHAUSTED,
    statuses={400, 402, 403, 429},
    message=re.compile(
        r"insufficient (?:balance|credits?|funds)|(?:credits?|spending|key) limit (?:exceeded|reached)"
        r"|(?:used|doesn't have|have) (?:all|any) (?:available )?credits"
        r"|reached (?:its|your) [a-z ]{0,20}spending limit"
    ),
)
