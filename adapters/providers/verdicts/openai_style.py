"""Refusals in OpenAI's envelope, as OpenAI and the many who copied it write them.

From OpenAI's error reference and from bodies that users pasted into public threads (continuedev/continue#9358,
microsoft/PowerToys#32989, home-assistant/core#120072, NextChat#3664, shell_gpt#653).
"""

from __future__ import annotations

import re
from typing import Final

from adapters.providers.verdicts import meanings
from adapters.providers.verdicts.rules import Rule

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
    Rule(verdict=meanings.SPENT, codes=_SPENT_CODES),
    Rule(verdict=meanings.REGION_BLOCKED, codes=frozenset({"unsupported_country_region_territory"})),
    # Seen with 401 and, by others, with 403: the key is good all the same.
    Rule(verdict=meanings.NO_PERMISSION, statuses=frozenset({401, 403}), message=re.compile(r"missing scopes?:")),
    Rule(verdict=meanings.KEY_RESTRICTED, codes=frozenset({"ip_not_authorized"})),
    Rule(verdict=meanings.KEY_RESTRICTED, statuses=frozenset({401}), message=re.compile(r"member of an organization")),
    Rule(verdict=meanings.ACCOUNT_CLOSED, codes=frozenset({"account_deactivated", "organization_restricted"})),
    Rule(verdict=meanings.NO_KEY, statuses=frozenset({401}), message=re.compile(r"you didn't provide an api key")),
    Rule(verdict=meanings.BAD_KEY, codes=frozenset({"invalid_api_key"})),
    Rule(verdict=meanings.NO_SUCH_MODEL, codes=frozenset({"model_not_found"})),
    Rule(
        verdict=meanings.NO_SUCH_MODEL,
        statuses=frozenset({400, 404}),
        message=re.compile(r"\bmodel .{1,200} does not exist|^model not exist|not a valid model id|^invalid model\b"),
    ),
    Rule(verdict=meanings.TOO_LARGE_FOR_LIMIT, statuses=frozenset({429}), message=re.compile(r"^request too large")),
    Rule(verdict=meanings.DAY_SPENT, statuses=frozenset({429}), message=re.compile(r"\bper[ -]day\b")),
    Rule(verdict=meanings.RATE_LIMITED, codes=frozenset({"rate_limit_exceeded", "slow_down"})),
    Rule(
        verdict=meanings.OVERLOADED,
        codes=frozenset({"server_is_overloaded", "service_unavailable_error", "service_unavailable"}),
    ),
    # In a stream there are words alone, and no status that would say more.
    Rule(verdict=meanings.OVERLOADED, statuses=frozenset({500, 502}), message=re.compile(r"\boverloaded\b")),
)

# Words for money that compatible servers use with 400, 402, 403 and 429 alike.
OUT_OF_MONEY: Final = Rule(
    verdict=meanings.SPENT,
    statuses=frozenset({400, 402, 403, 429}),
    message=re.compile(
        r"insufficient (?:balance|credits?|funds)|(?:credits?|spending|key) limit (?:exceeded|reached)"
        r"|(?:used|doesn't have|have) (?:all|any) (?:available )?credits"
        r"|reached (?:its|your) [a-z ]{0,20}spending limit"
    ),
)
