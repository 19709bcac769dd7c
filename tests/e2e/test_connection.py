"""Testing connections over the API: what is found, how it is reported, and that it takes two seconds at most."""

import asyncio
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from adapters.providers import provider_gateway
from entrypoints.http.authorization import Role
from sandbox.server import Sandbox
from tests.e2e.api_client import AUDIT, PROVIDERS, Api, Document, path_of
from tests.e2e.running_service import RunningService
from tests.log_contents import contents

TEST = f"{PROVIDERS}/test"
PLAYED = ("openai", "anthropic", "google")
FIELDS = {
    "status",
    "reachable",
    "authenticated",
    "category",
    "message",
    "hint",
    "responseTimeMs",
    "timings",
    "modelCount",
    "checkedAt",
    "httpStatus",
    "upstreamRequestId",
    "rateLimit",
}


def connection(sandbox: Sandbox, provider_type: str, key: str = "valid") -> dict[str, Any]:
    """Return the body of a test of a provider that the sandbox plays."""
    return {
        "providerType": provider_type,
        "endpoint": sandbox.endpoint(provider_type),
        "apiKey": sandbox.key(provider_type, key),
    }


async def report(api: Api, body: Document) -> Document:
    reply = await api.post(TEST, body)
    assert reply.status == 200, reply.text
    found: Document = reply.document
    return found


@pytest.mark.parametrize("provider_type", PLAYED)
async def test_a_connection_that_works_is_reported_in_full(api: Api, sandbox: Sandbox, provider_type: str) -> None:
    found = await report(api, connection(sandbox, provider_type))
    assert found.keys() == FIELDS
    assert (found["status"], found["reachable"], found["authenticated"], found["category"]) == (
        "healthy",
        True,
        True,
        "ok",
    )
    assert 0 < found["responseTimeMs"] < 2000
    assert found["timings"].keys() == {"dnsMs", "connectMs", "tlsMs", "firstByteMs"}
    assert abs(datetime.fromisoformat(found["checkedAt"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert found["modelCount"] is None or found["modelCount"] > 0


@pytest.mark.parametrize(
    "refusal",
    [
        ("openai", "bad_key", "unhealthy", "auth_invalid", False),
        ("anthropic", "bad_key", "unhealthy", "auth_invalid", False),
        ("google", "bad_key", "unhealthy", "auth_invalid", False),
        ("google", "key_expired", "unhealthy", "auth_invalid", False),
        # It may still run prompts.
        ("anthropic", "permission_denied", "degraded", "auth_forbidden", True),
        ("openai", "region_blocked", "unhealthy", "region_blocked", None),
        ("openai", "rate_limited", "degraded", "rate_limited", None),
        ("anthropic", "overloaded", "degraded", "overloaded", None),
        ("openai", "server_error", "unhealthy", "provider_error", None),
        ("google", "bad_gateway", "unhealthy", "unexpected_body", None),
    ],
)
async def test_a_refusal_is_reported_by_what_it_means(
    api: Api, sandbox: Sandbox, refusal: tuple[str, str, str, str, bool | None]
) -> None:
    provider_type, key, status, category, authenticated = refusal
    found = await report(api, connection(sandbox, provider_type, key))
    assert (found["status"], found["category"], found["reachable"]) == (status, category, True)
    assert found["authenticated"] is authenticated
    assert found["message"]
    assert found["hint"]


async def test_a_test_ends_whatever_the_provider_does(
    api: Api, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # That it is two seconds shows in the contract of the gateway.
    monkeypatch.setattr(provider_gateway, "PROBE_SECONDS", 0.5)
    sandbox.faults.add(kind="delay", provider="openai", seconds=30)
    sandbox.faults.add(kind="hang", provider="anthropic")
    sandbox.faults.add(kind="slow_body", provider="google", seconds=30)
    started = time.monotonic()
    for found in await asyncio.gather(*(report(api, connection(sandbox, each)) for each in PLAYED)):
        assert_given_up(found)
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize("kind", ["endless_body", "compressed_bomb"])
async def test_a_test_reads_no_more_than_a_list_may_have(api: Api, sandbox: Sandbox, kind: str) -> None:
    sandbox.faults.add(kind=kind, provider="openai")
    started = time.monotonic()
    assert_given_up(await report(api, connection(sandbox, "openai")))
    assert time.monotonic() - started < 2.5


def assert_given_up(found: Document) -> None:
    assert found["responseTimeMs"] <= 2000
    assert found["status"] == "unhealthy"
    assert found["category"] in {"timeout", "unexpected_body"}


async def test_nobody_there_is_unreachable(api: Api) -> None:
    with socket.create_server(("127.0.0.1", 0)) as once_taken:
        port = once_taken.getsockname()[1]
    found = await report(api, {"providerType": "openai", "endpoint": f"http://127.0.0.1:{port}/v1", "apiKey": "sk-x"})
    assert (found["status"], found["reachable"], found["authenticated"], found["category"]) == (
        "unhealthy",
        False,
        None,
        "unreachable",
    )


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"endpoint": "http://169.254.169.254/latest"}, "/endpoint"),
        ({"endpoint": "http://api.openai.com/v1"}, "/endpoint"),
        ({"endpoint": "https://10.0.0.1/v1"}, "/endpoint"),
        ({"endpoint": "https://[::1]/v1"}, "/endpoint"),
        ({"endpoint": "file:///etc/passwd"}, "/endpoint"),
        ({"endpoint": "https://user:secret-word@api.openai.com/v1"}, "/endpoint"),
        ({"endpoint": "https://api.openai.com/v1?key=secret-word"}, "/endpoint"),
        ({"providerType": "azure_openai", "endpoint": None}, "/endpoint"),
        ({"providerType": "skynet"}, "/providerType"),
        ({"settings": {"extraHeaders": {}}}, "/settings/extraHeaders"),
        ({"settings": {"organization": "${HOME}"}}, "/settings/organization"),
    ],
)
async def test_what_may_not_be_called_is_refused_before_it_is(
    api: Api, sandbox: Sandbox, changed: Document, pointer: str
) -> None:
    reply = await api.post(TEST, connection(sandbox, "openai") | changed)
    assert (reply.status, reply.pointers) == (422, [pointer])
    assert "secret-word" not in reply.text
    saved = await api.post(PROVIDERS, {"name": "P", **connection(sandbox, "openai"), **changed})
    assert (saved.status, saved.pointers) == (422, [pointer])
    assert list(sandbox.requests) == []


async def test_a_trial_leaves_nothing_behind(api: Api, sandbox: Sandbox, service: RunningService) -> None:
    before = _rows_by_table(service)
    for key in ("valid", "bad_key", "rate_limited"):
        await report(api, connection(sandbox, "openai", key))
    assert _rows_by_table(service) == before
    assert await api.rows(AUDIT) == []
    assert await api.rows(PROVIDERS) == []


def _rows_by_table(service: RunningService) -> dict[str, int]:
    with psycopg.connect(service.database.owner_url) as owner:
        return {table: len(rows) for table, rows in contents(owner).items()}


@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500])
async def test_a_key_that_the_provider_repeats_is_not_passed_on(api: Api, sandbox: Sandbox, status: int) -> None:
    body = connection(sandbox, "openai")
    key = body["apiKey"]
    error = {"message": f"Incorrect API key provided: {key}", "type": key, "code": key, "param": key}
    headers = {"x-request-id": key, "retry-after": key, "openai-organization": key}
    sandbox.faults.add(kind="status", provider="openai", status=status, body={"error": error}, headers=headers)
    reply = await api.post(TEST, body)
    assert (reply.status, reply.document["status"] == "healthy") == (200, False)
    assert key not in f"{reply.text} {reply.headers}"
    assert key[8:20] not in f"{reply.text} {reply.headers}"


async def test_a_saved_provider_remembers_how_it_was_found(api: Api, sandbox: Sandbox) -> None:
    provider = await api.provider(**connection(sandbox, "openai"))
    reply = await api.of(Role.EDITOR).post(f"{path_of(provider)}/test")
    assert reply.status == 200
    assert reply.document.keys() == FIELDS | {"providerId"}
    assert reply.document["providerId"] == provider["id"]
    shown = await api.get(path_of(provider))
    assert shown["healthStatus"] == "healthy"
    checked_at = datetime.fromisoformat(reply.document["checkedAt"])
    assert datetime.fromisoformat(shown["lastHealthCheck"]) == checked_at
    assert [row["id"] for row in await api.rows(PROVIDERS, health="healthy")] == [provider["id"]]


async def test_only_a_change_of_status_is_an_event(api: Api, sandbox: Sandbox) -> None:
    provider = await api.provider(**connection(sandbox, "openai"))
    path = path_of(provider)
    for _ in range(3):
        await api.post(f"{path}/test")
    sandbox.faults.add(kind="server_error", provider="openai", times=2)
    for _ in range(3):
        await api.post(f"{path}/test")
    reported = [event for event in await api.rows(f"{path}/history") if event["type"] == "provider.health-changed"]
    statuses = [change["after"] for event in reversed(reported) for change in event["changes"]]
    assert statuses == ["healthy", "unhealthy", "healthy"]
    assert (await api.get(path))["revision"] == 4


async def test_a_test_does_not_get_in_the_way_of_a_change(api: Api, sandbox: Sandbox) -> None:
    provider = await api.provider(**connection(sandbox, "openai"))
    await api.post(f"{path_of(provider)}/test", idempotency_key="once")
    again = await api.post(f"{path_of(provider)}/test", idempotency_key="once")
    assert again.headers["Idempotency-Replayed"] == "true"
    stale = await api.patch(path_of(provider), {"name": "New"}, if_match='"1"')
    assert stale.status == 412
    assert (await api.patch(path_of(provider), {"name": "New"})).status == 200
