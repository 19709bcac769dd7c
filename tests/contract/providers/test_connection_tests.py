"""What a connection test reports of each provider, for a good key and for each that is refused."""

from typing import Final, TypeAlias

import pytest

from sandbox.magic_keys import KEYS
from tests.contract.providers.sandbox_accounts import EVERY_PROVIDER, Accounts

Expected: TypeAlias = dict[str, tuple[str, str, bool | None]]

# Key -> status, category, authenticated. Keys that are refused only when they generate are found well.
_COMMON: Final[Expected] = {
    "valid": ("healthy", "ok", True),
    "bad_key": ("unhealthy", "auth_invalid", False),
    "rate_limited": ("degraded", "rate_limited", None),
    "overloaded": ("degraded", "overloaded", None),
    "server_error": ("unhealthy", "provider_error", None),
    "bad_gateway": ("unhealthy", "unexpected_body", None),
}
_FORBIDDEN: Final = ("unhealthy", "auth_forbidden", True)
_MAY_NOT_LIST: Final = ("degraded", "auth_forbidden", True)
_BROKE: Final = ("unhealthy", "billing_exhausted", True)
_PARTICULAR: Final[dict[str, Expected]] = {
    "openai": {
        "missing_scopes": _MAY_NOT_LIST,
        "missing_scopes_403": _MAY_NOT_LIST,
        "missing_scopes_chat": ("healthy", "ok", True),
        "ip_not_allowed": _FORBIDDEN,
        "region_blocked": ("unhealthy", "region_blocked", None),
        "no_credit": ("healthy", "ok", True),
    },
    "anthropic": {
        "permission_denied": _MAY_NOT_LIST,
        "suspended": _FORBIDDEN,
        "region_blocked": ("unhealthy", "region_blocked", None),
        "timeout": ("unhealthy", "timeout", None),
        "no_credit": ("healthy", "ok", True),
    },
    "google": {
        "key_not_found": ("unhealthy", "auth_invalid", False),
        "key_expired": ("unhealthy", "auth_invalid", False),
        "key_leaked": ("unhealthy", "auth_invalid", False),
        "region_blocked": ("unhealthy", "region_blocked", None),
        "service_disabled": _FORBIDDEN,
        "key_restricted": _FORBIDDEN,
        "key_restricted_referrer": _FORBIDDEN,
        "key_restricted_address": _FORBIDDEN,
        "suspended": _FORBIDDEN,
        "daily_quota": ("degraded", "rate_limited", True),
    },
    "azure": {"network_denied": _FORBIDDEN},
    "openrouter": {"no_credit": _BROKE, "timeout": ("unhealthy", "timeout", None)},
    "mistral": {
        "bad_key": ("unhealthy", "auth_invalid", None),
        "insufficient_quota": ("unhealthy", "auth_invalid", None),
        "old_gateway": ("unhealthy", "auth_invalid", None),
    },
    "groq": {"suspended": _FORBIDDEN},
    "deepseek": {"no_credit": _BROKE},
    "xai": {"suspended": _FORBIDDEN, "permission_denied": _MAY_NOT_LIST},
    "ollama": {"valid": ("healthy", "ok", None)},
    "vllm": {"valid": ("healthy", "ok", None)},
    "llamacpp": {"valid": ("healthy", "ok", None), "loading": ("degraded", "overloaded", None)},
}


@pytest.mark.parametrize("provider", EVERY_PROVIDER)
async def test_a_key_is_found_to_be_what_it_is(accounts: Accounts, provider: str) -> None:
    expected = _COMMON | _PARTICULAR.get(provider, {})
    reports = {key: await accounts.probe(provider, key) for key in expected}
    found = {
        key: (report.status, report.outcome.category, report.outcome.authenticated) for key, report in reports.items()
    }
    assert found == expected
    for report in reports.values():
        assert report.reachable
        assert report.outcome.timings.first_byte_ms is not None
        assert report.response_time_ms < 2_000


async def test_no_probe_costs_a_token_or_shows_a_key(accounts: Accounts) -> None:
    for provider in EVERY_PROVIDER:
        for key in KEYS[provider].values():
            report = await accounts.probe(provider, key.name)
            assert key.value not in repr(report)
    asked = list(accounts.sandbox.requests)
    assert {request.operation for request in asked} <= {"list", "account", "health", "other"}
    assert {request.method for request in asked} == {"GET"}
    values = [key.value for keys in KEYS.values() for key in keys.values()]
    addresses = [f"{request.path}?{request.query}" for request in asked]
    assert not any(value in address for value in values for address in addresses)


@pytest.mark.parametrize(
    ("provider", "count_is_known"),
    [(name, name not in {"anthropic", "google", "openrouter"}) for name in EVERY_PROVIDER],
)
async def test_the_number_of_models_is_reported_where_it_is_free(
    accounts: Accounts, provider: str, count_is_known: bool
) -> None:
    report = await accounts.probe(provider)
    models = await accounts.models(provider)
    assert models
    # xAI's probe counts its bare list, and Mistral's the models behind the aliases.
    assert report.outcome.model_count == (len(models) if count_is_known else None)


@pytest.mark.parametrize(
    ("provider", "key", "seconds"),
    [
        ("openai", "rate_limited", 0.644),
        ("openai", "rate_limited_seconds", 2.0),
        ("openai", "rate_limited_ms", 0.644),
        ("anthropic", "rate_limited", 2.0),
        ("anthropic", "rate_limited_ms", 1.5),
        ("anthropic", "rate_limited_no_wait", None),
        ("google", "rate_limited", 47.0),
        ("google", "daily_quota", None),
        ("azure", "rate_limited", 2.0),
        ("deepseek", "rate_limited_no_wait", 0.644),
    ],
)
async def test_a_wait_is_reported_however_it_is_written(
    accounts: Accounts, provider: str, key: str, seconds: float | None
) -> None:
    rate_limit = (await accounts.probe(provider, key)).outcome.rate_limit
    assert (rate_limit.retry_after_seconds if rate_limit else None) == seconds


@pytest.mark.parametrize("provider", ["openai", "anthropic", "mistral"])
async def test_a_wait_until_a_date_is_counted_from_now(accounts: Accounts, provider: str) -> None:
    rate_limit = (await accounts.probe(provider, "rate_limited_date")).outcome.rate_limit
    assert rate_limit is not None
    assert rate_limit.retry_after_seconds == pytest.approx(30, abs=2)


async def test_limits_that_a_provider_reports_are_passed_on(accounts: Accounts) -> None:
    rate_limit = (await accounts.probe("openrouter", "rate_limited")).outcome.rate_limit
    assert rate_limit is not None
    assert (rate_limit.limit_requests, rate_limit.remaining_requests) == (20, 0)


async def test_the_provider_can_be_told_which_request_it_was(accounts: Accounts) -> None:
    for provider in ("openai", "anthropic", "azure", "groq"):
        assert (await accounts.probe(provider)).outcome.upstream_request_id
        assert (await accounts.probe(provider, "bad_key")).outcome.upstream_request_id
