"""A key is sent to the origin it was given for, and nowhere else: LiteLLM CVE-2024-6587, MLflow GHSA-h7x2-h6g9-p789."""

import psycopg
import pytest

from tests.e2e.api_client import AUDIT, PROVIDERS, Api, Document, path_of
from tests.e2e.capturing_server import capturing
from tests.e2e.running_service import RunningService

KEY = "sk-the-key-that-stays-at-home-1234567890"
HOME = "https://api.example.com/v1"

OTHER_ORIGINS = [
    "https://api.example.org/v1",
    "https://example.com/v1",
    "https://evil.api.example.com/v1",
    "https://api.example.com.evil.org/v1",
    "https://API.EXAMPLE.ORG/v1",
    "https://xn--pi-7ia.example.com/v1",
    "https://äpi.example.com/v1",
    "https://\u0251pi.example.com/v1",
    "https://api-example.com/v1",
    "https://93.184.216.34/v1",
    "https://[2606:2800:220:1:248:1893:25c8:1946]/v1",
    "http://127.0.0.1:443/v1",
    "https://localhost:443/v1",
    None,
]

SAME_ORIGIN = [
    ("https://api.example.com/v2", "https://api.example.com/v2"),
    ("https://api.example.com/v1/", "https://api.example.com/v1"),
    ("https://API.Example.COM/v1", "https://api.example.com/v1"),
    ("HTTPS://api.example.com/v1", "https://api.example.com/v1"),
    ("https://api.example.com:443/v1", "https://api.example.com/v1"),
    ("https://api.example.com:/v1", "https://api.example.com/v1"),
    ("https://api.example.com./v1", "https://api.example.com/v1"),
]

NEITHER = [
    "https://api.example.com:8443/v1",
    "https://api.example.com:444/v1",
    "http://api.example.com/v1",
    "https://api.example.com@evil.org/v1",
    "https://api.example.com\\@evil.org/v1",
    "https://api.example.com#@evil.org/v1",
    "https://evil.org\\.api.example.com/v1",
    "https://api.example.com%2eevil.org/v1",
    "https://api.example.com:443:444/v1",
    "//evil.org/v1",
    " https://evil.org/v1",
    "https://api.example.com/v1/../../x",
]


async def a_provider_at_home(api: Api) -> Document:
    return await api.provider(endpoint=HOME, apiKey=KEY)


@pytest.mark.parametrize("endpoint", OTHER_ORIGINS)
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_another_origin_takes_the_key_again(api: Api, method: str, endpoint: str | None) -> None:
    provider = await a_provider_at_home(api)
    reply = await api.ask(method, path_of(provider), {"name": provider["name"], "endpoint": endpoint})
    assert (reply.status, reply.document["code"], reply.pointers) == (422, "credential-required", ["/apiKey"])
    assert await api.get(path_of(provider)) == provider
    assert len(await api.rows(AUDIT)) == 1


@pytest.mark.parametrize("endpoint", NEITHER)
async def test_what_may_not_be_called_or_can_be_read_in_two_ways_is_no_endpoint(api: Api, endpoint: str) -> None:
    provider = await a_provider_at_home(api)
    keys: list[Document] = [{}, {"apiKey": "sk-another-key-of-1234567890"}]
    for key in keys:
        reply = await api.patch(path_of(provider), {"endpoint": endpoint, **key})
        assert (reply.status, reply.document["code"]) == (422, "endpoint-refused")
    assert (await api.get(path_of(provider)))["endpoint"] == HOME


@pytest.mark.parametrize(("endpoint", "shown"), SAME_ORIGIN)
async def test_another_spelling_of_the_origin_keeps_the_key(api: Api, endpoint: str, shown: str) -> None:
    provider = await a_provider_at_home(api)
    reply = await api.patch(path_of(provider), {"endpoint": endpoint})
    assert (reply.status, reply.document["endpoint"]) == (200, shown)
    assert reply.document["apiKey"] == provider["apiKey"]


@pytest.mark.parametrize("provider_type", ["openai_compatible", "azure_openai"])
async def test_where_gateways_keep_accounts_in_the_path_another_path_takes_the_key_again(
    api: Api, provider_type: str
) -> None:
    async with capturing() as gateway:
        provider = await api.provider(providerType=provider_type, endpoint=f"{gateway.url}/v1/ours/gw", apiKey=KEY)
        path = path_of(provider)
        for other in ("/v1/theirs/gw", "/v1/ours/gw/more", "/v1/ours", ""):
            reply = await api.patch(path, {"endpoint": gateway.url + other})
            assert (reply.status, reply.document["code"], reply.pointers) == (422, "credential-required", ["/apiKey"])
        for same in ("/v1/ours/gw", "/v1/ours/gw/"):
            assert (await api.patch(path, {"endpoint": gateway.url + same})).document["apiKey"] == provider["apiKey"]
        await api.post(f"{path}/test")
        moved = await api.patch(path, {"endpoint": f"{gateway.url}/v1/theirs/gw", "apiKey": "sk-theirs-1234567890"})
        assert moved.status == 200
        await api.post(f"{path}/test")
        ours, theirs = gateway.received
        assert KEY in ours
        assert "/v1/theirs/gw" in theirs
        assert "sk-theirs-1234567890" in theirs
        assert KEY not in theirs


async def test_without_a_key_a_provider_may_move(api: Api) -> None:
    provider = await api.provider(endpoint=HOME, apiKey=...)
    assert (await api.patch(path_of(provider), {"endpoint": "https://api.example.org"})).status == 200


async def test_a_new_key_goes_to_the_new_origin_and_the_old_one_nowhere(api: Api) -> None:
    async with capturing() as old, capturing() as new:
        provider = await api.provider(endpoint=f"{old.url}/v1", apiKey=KEY)
        moved = await api.patch(path_of(provider), {"endpoint": f"{new.url}/v1", "apiKey": "sk-the-new-key-1234567890"})
        assert moved.status == 200
        assert (await api.post(f"{path_of(provider)}/test")).status == 200
        await api.get(f"{path_of(provider)}/models")
        assert old.received == []
        assert len(new.received) >= 2
        assert all("sk-the-new-key-1234567890" in request and KEY not in request for request in new.received)


async def test_an_endpoint_that_changes_with_its_key_removed_gets_no_key(api: Api) -> None:
    async with capturing() as old, capturing() as new:
        provider = await api.provider(endpoint=f"{old.url}/v1", apiKey=KEY)
        moved = await api.patch(path_of(provider), {"endpoint": f"{new.url}/v1", "apiKey": None})
        assert (moved.status, moved.document["apiKey"]) == (200, None)
        # Going back does not bring the key back.
        await api.post(f"{path_of(provider)}/test")
        await api.patch(path_of(provider), {"endpoint": f"{old.url}/v1"})
        await api.post(f"{path_of(provider)}/test")
        await api.get(f"{PROVIDERS}/{provider['id']}/history")
        assert new.received
        assert old.received
        assert not any(KEY in request for request in (*new.received, *old.received))


async def test_a_trial_never_sends_a_stored_key(api: Api) -> None:
    async with capturing() as capture:
        await api.provider(endpoint=f"{capture.url}/v1", apiKey=KEY)
        reply = await api.post(f"{PROVIDERS}/test", {"providerType": "openai", "endpoint": f"{capture.url}/v1"})
        assert reply.status == 200
        assert capture.received
        assert not any(KEY in request for request in capture.received)


async def test_a_redirect_is_not_followed(api: Api, service: RunningService) -> None:
    sandbox = service.sandbox
    async with capturing() as elsewhere:
        sandbox.faults.add(kind="redirect", provider="openai", location=f"{elsewhere.url}/v1/models")
        try:
            provider = await api.provider(endpoint=sandbox.endpoint("openai"), apiKey=sandbox.key("openai"))
            found = (await api.post(f"{path_of(provider)}/test")).document
            offer = await api.ask("GET", f"{path_of(provider)}/models")
        finally:
            sandbox.faults.clear()
        assert found["status"] == "unhealthy"
        assert offer.status == 502
        assert elsewhere.received == []


async def test_a_stored_key_moved_to_another_row_opens_nothing(api: Api, service: RunningService) -> None:
    other = api.elsewhere()
    async with capturing() as capture:
        victim = await other.provider(endpoint=f"{capture.url}/v1", apiKey=KEY)
        thief = await api.provider(endpoint=f"{capture.url}/v1", apiKey="sk-the-thiefs-own-key-1234567890")
        with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
            owner.execute(
                "UPDATE provider_credentials t SET ciphertext = v.ciphertext, nonce = v.nonce,"
                " wrapped_key = v.wrapped_key, wrap_nonce = v.wrap_nonce, version = v.version, origin = v.origin"
                " FROM provider_credentials v WHERE v.provider_id = %s AND t.provider_id = %s",
                (victim["id"], thief["id"]),
            )
        reply = await api.post(f"{path_of(thief)}/test")
        assert (reply.status, reply.document["code"]) == (409, "credential-unreadable")
        assert capture.received == []
        assert (await api.patch(path_of(thief), {"apiKey": "sk-the-thiefs-own-key-1234567890"})).status == 200
        assert (await api.post(f"{path_of(thief)}/test")).status == 200


async def test_templates_in_keys_and_settings_stay_literal(api: Api) -> None:
    async with capturing() as capture:
        key = "${PATH}-os.environ/HOME-{{env.HOME}}-$HOME"
        provider = await api.provider(endpoint=f"{capture.url}/v1", apiKey=key)
        await api.post(f"{path_of(provider)}/test")
        assert f"Authorization: Bearer {key}" in capture.received[0]
