"""How Anthropic refuses: from its error reference, its SDK's types and bodies that users pasted into public threads."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from adapters.providers.verdicts import meanings
from adapters.providers.verdicts.rules import Dialect, Rule

# The same words are sent for a model of a higher tier and for a stale key (claude-code-action#1224).
_NO_CREDIT: Final = replace(
    meanings.SPENT,
    hint="Add credit in Plans & Billing. With credit there, the key may be old or the model above the account's tier.",
)

ANTHROPIC: Final = Dialect(
    label="Anthropic",
    rules=(
        # Under 400 and an ordinary type, even for counting tokens (claude-code#66297, #91322).
        Rule(verdict=_NO_CREDIT, message=re.compile(r"credit balance is too low")),
        Rule(verdict=meanings.SPENT, codes=frozenset({"billing_error"})),
        Rule(
            verdict=meanings.SPENT,
            codes=frozenset({"enforced_spend_limit_reached", "contract_spend_limit_reached"}),
        ),
        Rule(verdict=meanings.SPENT, message=re.compile(r"spend limit|api usage limits?")),
        Rule(verdict=meanings.ACCOUNT_CLOSED, message=re.compile(r"organization has been disabled")),
        Rule(
            verdict=meanings.NO_KEY,
            codes=frozenset({"authentication_error"}),
            message=re.compile(r"x-api-key header is required"),
        ),
        Rule(verdict=meanings.BAD_KEY, codes=frozenset({"authentication_error"})),
        Rule(
            verdict=meanings.REGION_BLOCKED,
            statuses=frozenset({403}),
            message=re.compile(r"request not allowed"),
        ),
        Rule(verdict=meanings.NO_PERMISSION, codes=frozenset({"permission_error"})),
        Rule(
            verdict=meanings.NO_SUCH_MODEL,
            codes=frozenset({"not_found_error"}),
            message=re.compile(r"^model:"),
        ),
        Rule(verdict=meanings.NO_SUCH_PATH, codes=frozenset({"not_found_error"})),
        Rule(verdict=meanings.TOO_LARGE, codes=frozenset({"request_too_large"})),
        Rule(verdict=meanings.RATE_LIMITED, codes=frozenset({"rate_limit_error"})),
        Rule(verdict=meanings.OVERLOADED, codes=frozenset({"overloaded_error"})),
        Rule(verdict=meanings.OUT_OF_TIME, codes=frozenset({"timeout_error"})),
        Rule(verdict=meanings.PROVIDER_ERROR, codes=frozenset({"api_error"})),
    ),
)
