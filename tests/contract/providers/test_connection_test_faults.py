"""Providers that misbehave: the report comes within two seconds and says what happened."""

import asyncio
from typing import Any

import pytest

from application.ports.provider_gateway import UpstreamFailure
from tests.contract.providers.sandbox_accounts import Accounts


@pytest.mark.parametrize(
    ("kind", "parameters", "category"),
    [
        ("html_502", {}, "unexpected_body"),
        ("invalid_json", {}, "unexpected_body"),
        ("redirect", {"location": "http://169.254.169.254/latest/meta-data"}, "unexpected_body"),
        ("wrong_content_type", {}, "ok"),
        ("dropped_connection", {}, "unreachable"),
        ("compressed_bomb", {}, "unexpected_body"),
        ("endless_body", {}, "unexpected_body"),
        ("status", {"status": 418, "body": {"teapot": True}}, "bad_request"),
        ("status", {"status": 200, "body": {"error": {"message": "Sorry", "type": "server_error"}}}, "provider_error"),
        ("status", {"status": 204, "body": ""}, "unexpected_body"),
        ("rate_limited", {"retry_after": "7", "should_retry": False}, "rate_limited"),
    ],
)
@pytest.mark.parametrize("provider", ["openai", "anthropic", "google"])
async def test_a_fault_is_reported_as_what_it_is(
    accounts: Accounts, provider: str, kind: str, parameters: dict[str, Any], category: str
) -> None:
    accounts.sandbox.faults.add(kind=kind, provider=provider, **parameters)
    report = await accounts.probe(provider)
    assert report.outcome.category == category
    assert report.response_time_ms < 2_000
    assert "169.254" not in f"{report.outcome.message} {report.outcome.hint}"


async def test_slow_providers_are_given_two_seconds(accounts: Accounts) -> None:
    accounts.sandbox.faults.add(kind="hang", provider="openai")
    accounts.sandbox.faults.add(kind="slow_body", provider="anthropic", seconds=5)
    accounts.sandbox.faults.add(kind="delay", provider="deepseek", operation="account", seconds=5)
    accounts.sandbox.faults.add(kind="hang", provider="ollama", operation="list")
    accounts.sandbox.faults.add(kind="delay", provider="google", seconds=1.0)
    started = asyncio.get_running_loop().time()
    *reports, answered = await asyncio.gather(
        *(accounts.probe(provider) for provider in ("openai", "anthropic", "deepseek", "ollama", "google"))
    )
    assert asyncio.get_running_loop().time() - started < 2.0
    assert {report.outcome.category for report in reports} == {"timeout"}
    assert {report.status for report in reports} == {"unhealthy"}
    assert answered.status == "healthy"
    assert 1_000 <= answered.response_time_ms < 2_000


async def test_a_redirect_takes_no_key_along(accounts: Accounts) -> None:
    elsewhere = accounts.sandbox.endpoint("groq") + "/models"
    accounts.sandbox.faults.add(kind="redirect", provider="openai", location=elsewhere)
    with pytest.raises(UpstreamFailure, match="redirects to another address"):
        await accounts.models("openai")
    assert [request.provider for request in accounts.sandbox.requests] == ["openai"]


async def test_nobody_listening_is_unreachable(accounts: Accounts) -> None:
    connection = accounts.connection("openai")
    await accounts.sandbox.stop()
    report = await accounts.gateway.probe(connection)
    assert (report.outcome.category, report.status, report.reachable) == ("unreachable", "unhealthy", False)
