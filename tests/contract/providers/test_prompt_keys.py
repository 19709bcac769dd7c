"""What becomes of a prompt with each of the sandbox's keys, whole and streamed."""

from typing import Final, TypeAlias

import pytest

from application.ports.provider_gateway import UpstreamFailure
from sandbox.magic_keys import KEYS
from tests.contract.providers.sandbox_accounts import EVERY_PROVIDER, Accounts

# Category, and whether the same call may succeed after a pause.
Outcome: TypeAlias = tuple[str, bool]

WELL: Final = ("ok", False)
_BAD_KEY: Final = ("auth_invalid", False)
_FORBIDDEN: Final = ("auth_forbidden", False)
_BROKE: Final = ("billing_exhausted", False)
_LIMITED: Final = ("rate_limited", True)
_OVERLOADED: Final = ("overloaded", True)
_COMMON: Final[dict[str, Outcome]] = {
    "valid": WELL,
    "other_account": WELL,
    "bad_key": _BAD_KEY,
    "rate_limited": _LIMITED,
    "rate_limited_date": _LIMITED,
    "rate_limited_ms": _LIMITED,
    "rate_limited_no_wait": _LIMITED,
    "rate_limited_seconds": _LIMITED,
    "overloaded": _OVERLOADED,
    "server_error": ("provider_error", True),
    "bad_gateway": ("unexpected_body", True),
    "timeout": ("timeout", True),
    "region_blocked": ("region_blocked", False),
    "no_credit": _BROKE,
    "suspended": _FORBIDDEN,
    "permission_denied": _FORBIDDEN,
    "context_length": ("context_length_exceeded", False),
}
_PARTICULAR: Final[dict[str, dict[str, Outcome]]] = {
    "openai": {
        "missing_scopes": WELL,
        "missing_scopes_403": WELL,
        "missing_scopes_chat": _FORBIDDEN,
        "ip_not_allowed": _FORBIDDEN,
        "insufficient_quota": _BROKE,
        "organization_spend_limit": _BROKE,
        "spend_limit": _BROKE,
        "usage_limit": _BROKE,
        "request_too_large": ("rate_limited", False),
        "slow_down": _LIMITED,
    },
    "anthropic": {
        "billing": _BROKE,
        "spend_limit": _BROKE,
        "contract_spend_limit": _BROKE,
        "request_too_large": ("bad_request", False),
        "conflict": ("provider_error", True),
    },
    "google": {
        "key_not_found": _BAD_KEY,
        "key_expired": _BAD_KEY,
        "key_leaked": _BAD_KEY,
        "service_disabled": _FORBIDDEN,
        "key_restricted": _FORBIDDEN,
        "key_restricted_referrer": _FORBIDDEN,
        "key_restricted_address": _FORBIDDEN,
        "daily_quota": ("rate_limited", False),
    },
    "azure": {"network_denied": _FORBIDDEN, "filtered": ("content_filter", False)},
    "openrouter": {"moderated": ("content_filter", False)},
    "mistral": {"insufficient_quota": _BAD_KEY, "old_gateway": _BAD_KEY},
    "deepseek": {"invalid_parameters": ("bad_request", False)},
    "llamacpp": {"loading": _OVERLOADED},
}


def expected_of(provider: str) -> dict[str, Outcome]:
    known = _COMMON | _PARTICULAR.get(provider, {})
    return {name: known[name] for name in KEYS[provider] if not name.endswith("_mid_stream")}


def within_a_stream(provider: str, *, stream: bool) -> dict[str, Outcome]:
    found = {"overloaded_mid_stream": _OVERLOADED, "context_length_mid_stream": ("context_length_exceeded", False)}
    return {name: outcome if stream else WELL for name, outcome in found.items() if name in KEYS[provider]}


async def outcomes(accounts: Accounts, provider: str, *, stream: bool) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    for name, key in KEYS[provider].items():
        call = accounts.stream if stream else accounts.generate
        try:
            await call(provider, "sandbox:words=20", key=name)
        except UpstreamFailure as error:
            reported = f"{error.message} {error.failure.hint} {error.failure.upstream_request_id}"
            found[name] = (
                ("it shows the key", False)
                if key.value in reported
                else (error.failure.category, error.failure.is_retryable)
            )
        else:
            found[name] = WELL
    return found


@pytest.mark.parametrize("provider", EVERY_PROVIDER)
async def test_a_refused_prompt_is_reported_as_what_it_is(accounts: Accounts, provider: str) -> None:
    expected = expected_of(provider)
    assert await outcomes(accounts, provider, stream=False) == expected | within_a_stream(provider, stream=False)


@pytest.mark.parametrize("provider", EVERY_PROVIDER)
async def test_a_refused_stream_is_reported_as_what_it_is(accounts: Accounts, provider: str) -> None:
    expected = expected_of(provider)
    assert await outcomes(accounts, provider, stream=True) == expected | within_a_stream(provider, stream=True)


@pytest.mark.parametrize(
    ("provider", "key", "seconds"),
    [
        ("openai", "rate_limited", 0.644),
        ("openai", "rate_limited_seconds", 2.0),
        ("openai", "rate_limited_ms", 0.644),
        ("openai", "slow_down", 5.0),
        ("openai", "overloaded", 3.0),
        ("openai", "no_credit", None),
        ("anthropic", "rate_limited", 2.0),
        ("anthropic", "rate_limited_ms", 1.5),
        ("anthropic", "rate_limited_no_wait", None),
        ("google", "rate_limited", 47.0),
        ("google", "daily_quota", None),
        ("azure", "rate_limited", 2.0),
        ("groq", "rate_limited", 2.0),
    ],
)
async def test_a_wait_is_reported_however_it_is_written(
    accounts: Accounts, provider: str, key: str, seconds: float | None
) -> None:
    for call in (accounts.generate, accounts.stream):
        with pytest.raises(UpstreamFailure) as error:
            await call(provider, key=key)
        assert error.value.failure.retry_after_seconds == seconds


@pytest.mark.parametrize("provider", ["openai", "anthropic", "mistral"])
async def test_a_wait_until_a_date_is_counted_from_now(accounts: Accounts, provider: str) -> None:
    with pytest.raises(UpstreamFailure) as error:
        await accounts.stream(provider, key="rate_limited_date")
    assert error.value.failure.retry_after_seconds == pytest.approx(30, abs=2)


async def test_keys_are_in_no_address_and_in_no_body(accounts: Accounts) -> None:
    for provider in EVERY_PROVIDER:
        await accounts.generate(provider)
        await accounts.stream(provider)
        key = accounts.sandbox.key(provider)
        for request in accounts.sandbox.requests:
            assert key not in f"{request.path}{dict(request.query)}{request.json}"
