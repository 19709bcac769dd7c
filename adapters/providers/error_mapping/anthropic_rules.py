"""Anthropic's error rules, from its error reference, its SDK's types and bodies in public threads."""

import re
from dataclasses import replace
from typing import Final

from adapters.providers.error_mapping import error_kinds
from adapters.providers.error_mapping.error_rule import ErrorRule, ProviderRules

# The same words are sent for a model of a higher tier and for a stale key (claude-code-action#1224).
_NO_CREDIT: Final = replace(
    error_kinds.CREDIT_EXHAUSTED,
    hint="Add credit in Plans & Billing. With credit there, the key may be old or the model above the account's tier.",
)

ANTHROPIC: Final = ProviderRules(
    label="Anthropic",
    rules=(
        # Under 400 and an ordinary type, even for counting tokens (claude-code#66297, #91322).
        ErrorRule(_NO_CREDIT, message=re.compile(r"credit balance is too low")),
        ErrorRule(error_kinds.CREDIT_EXHAUSTED, codes={"billing_error"}),
        ErrorRule(error_kinds.CREDIT_EXHAUSTED, codes={"enforced_spend_limit_reached", "contract_spend_limit_reached"}),
        ErrorRule(error_kinds.CREDIT_EXHAUSTED, message=re.compile(r"spend limit|api usage limits?")),
        ErrorRule(error_kinds.ACCOUNT_CLOSED, message=re.compile(r"organization has been disabled")),
        ErrorRule(
            error_kinds.NO_KEY, codes={"authentication_error"}, message=re.compile(r"x-api-key header is required")
        ),
        ErrorRule(error_kinds.BAD_KEY, codes={"authentication_error"}),
        ErrorRule(error_kinds.REGION_BLOCKED, statuses={403}, message=re.compile(r"request not allowed")),
        ErrorRule(error_kinds.NO_PERMISSION, codes={"permission_error"}),
        ErrorRule(error_kinds.NO_SUCH_MODEL, codes={"not_found_error"}, message=re.compile(r"^model:")),
        ErrorRule(error_kinds.NO_SUCH_PATH, codes={"not_found_error"}),
        ErrorRule(error_kinds.TOO_LARGE, codes={"request_too_large"}),
        ErrorRule(error_kinds.RATE_LIMITED, codes={"rate_limit_error"}),
        ErrorRule(error_kinds.OVERLOADED, codes={"overloaded_error"}),
        ErrorRule(error_kinds.TIMED_OUT, codes={"timeout_error"}),
        ErrorRule(error_kinds.PROVIDER_ERROR, codes={"api_error"}),
    ),
)
