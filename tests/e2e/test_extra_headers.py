"""Headers for a gateway before the provider: sent with every call, sealed like the key, and never told again."""

import psycopg
import pytest

from tests.e2e.api_client import AUDIT, MODELS, PROVIDERS, Api, Document, a_provider, path_of
from tests.e2e.capturing_server import capturing
from tests.e2e.running_service import RunningService

KEY = "sk-the-key-behind-the-gateway-12345"
HEADERS = {"CF-Access-Client-Id": "0123456789abcdef.access", "CF-Access-Client-Secret": "fedcba98-of-the-gateway"}
SECRETS = (KEY, *HEADERS.values())
HOME = "https://api.example.com/v1"


async def a_provider_behind_a_gateway(api: Api, endpoint: str = HOME, **changes: object) -> Document:
    return await api.provider(
        providerType="openai_compatible", endpoint=endpoint, apiKey=KEY, extraHeaders=HEADERS, **changes
    )


def sent_with(request: str) -> dict[str, str]:
    lines = request.split("\n\n", maxsplit=1)[0].splitlines()[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


async def test_every_call_has_them_and_no_answer_shows_them(api: Api) -> None:
    async with capturing() as gateway:
        provider = await a_provider_behind_a_gateway(api, f"{gateway.url}/v1")
        assert (provider["extraHeaders"], provider["apiKey"]["version"]) == (list(HEADERS), 1)
        model = (await api.post(MODELS, {"providerId": provider["id"], "modelId": "m", "type": "language"})).document
        asked = {"model": model["id"], "messages": [{"role": "user", "content": "Hi"}]}
        replies = [
            await api.post(f"{path_of(provider)}/test"),
            await api.ask("GET", f"{path_of(provider)}/models"),
            await api.post("/v1/chat/completions", asked),
            await api.post("/v1/chat/completions", asked | {"stream": True}),
            await api.post("/v1/embeddings", {"model": model["id"], "input": "Hi"}),
            await api.post(
                f"{PROVIDERS}/test",
                {
                    "providerType": "openai_compatible",
                    "endpoint": f"{gateway.url}/v1",
                    "extraHeaders": {"X-Trial": "yes"},
                },
            ),
            await api.ask("GET", AUDIT),
            await api.ask("GET", f"{path_of(provider)}/history"),
        ]
        *saved, trial = [sent_with(request) for request in gateway.received]
    assert len(saved) >= 5
    expected = lower(HEADERS) | {"authorization": f"Bearer {KEY}"}
    assert all(expected.items() <= headers.items() for headers in saved)
    assert trial["x-trial"] == "yes"
    assert "authorization" not in trial
    assert not any(secret in reply.text for reply in replies for secret in SECRETS)
    events = await api.rows(AUDIT)
    assert [event["type"] for event in events if event["aggregateId"] == provider["id"]][-2:] == [
        "provider.extra-headers-changed",
        "provider.registered",
    ]


async def test_a_gateway_that_repeats_them_is_not_quoted(api: Api) -> None:
    async with capturing(echoes=True) as gateway:
        provider = await a_provider_behind_a_gateway(api, f"{gateway.url}/v1")
        model = (await api.post(MODELS, {"providerId": provider["id"], "modelId": "m", "type": "language"})).document
        asked = {"model": model["id"], "messages": [{"role": "user", "content": "Hi"}]}
        replies = [await api.post(f"{path_of(provider)}/test"), await api.post("/v1/chat/completions", asked)]
    assert all(reply.status in {200, 401, 502} for reply in replies)
    assert not any(secret in reply.text for reply in replies for secret in SECRETS)


async def test_one_is_changed_or_removed_and_the_others_and_the_key_stay(api: Api) -> None:
    async with capturing() as gateway:
        provider = await a_provider_behind_a_gateway(api, f"{gateway.url}/v1")
        path = path_of(provider)

        async def sent_after(body: Document) -> dict[str, str]:
            reply = await api.patch(path, body)
            assert reply.status == 200, reply.text
            await api.post(f"{path}/test")
            headers = sent_with(gateway.received[-1])
            names = {name.lower() for name in reply.document["extraHeaders"]}
            assert names == {name for name in headers if name.startswith(("cf-", "x-"))}
            return {name: headers[name] for name in headers if name.startswith(("cf-", "x-", "authorization"))}

        authorization = {"authorization": f"Bearer {KEY}"}
        merged = lower(HEADERS) | {"cf-access-client-id": "another.access", "x-more": "1"}
        patch = {"cf-access-client-ID": "another.access", "X-More": "1"}
        assert await sent_after({"extraHeaders": patch}) == merged | authorization
        merged.pop("cf-access-client-secret")
        assert await sent_after({"extraHeaders": {"CF-Access-Client-Secret": None}}) == merged | authorization
        assert await sent_after({"name": f"{provider['name']} 2"}) == merged | authorization
        assert await sent_after({"apiKey": "sk-another-1234567890"}) == merged | {
            "authorization": "Bearer sk-another-1234567890"
        }
        assert await sent_after({"apiKey": None}) == merged
        assert await sent_after({"extraHeaders": None}) == {}
    assert not any(fact["kind"] == "credential" for fact in (await api.get(f"{AUDIT}/verify"))["findings"])


async def test_put_keeps_or_replaces_all(api: Api) -> None:
    provider = await a_provider_behind_a_gateway(api)
    body = {"name": provider["name"], "endpoint": HOME}
    kept = (await api.put(path_of(provider), body)).document
    replaced = (await api.put(path_of(provider), body | {"extraHeaders": {"X-One": "1"}})).document
    removed = (await api.put(path_of(provider), body | {"extraHeaders": None})).document
    shown = [document["extraHeaders"] for document in (kept, replaced, removed)]
    assert shown == [list(HEADERS), ["X-One"], []]
    assert removed["apiKey"] == provider["apiKey"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "credential-required"),
        ({"apiKey": "sk-a-new-key-1234567890"}, "extra-headers-required"),
        ({"apiKey": "sk-a-new-key-1234567890", "extraHeaders": {"CF-Access-Client-Id": "x"}}, "extra-headers-required"),
        ({"extraHeaders": HEADERS}, "credential-required"),
    ],
)
async def test_another_origin_takes_all_secrets_again(api: Api, body: Document, code: str) -> None:
    provider = await a_provider_behind_a_gateway(api)
    reply = await api.patch(path_of(provider), {"endpoint": "https://api.example.org/v1", **body})
    assert (reply.status, reply.document["code"]) == (422, code)
    assert await api.get(path_of(provider)) == provider


async def test_at_another_origin_only_what_came_with_it_is_sent(api: Api) -> None:
    async with capturing() as old, capturing() as new:
        provider = await a_provider_behind_a_gateway(api, f"{old.url}/v1")
        patch = {"CF-Access-Client-Id": "for-the-new-one.access", "CF-Access-Client-Secret": None}
        moved = await api.patch(
            path_of(provider), {"endpoint": f"{new.url}/v1", "apiKey": "sk-new-1234567890", "extraHeaders": patch}
        )
        assert (moved.status, moved.document["extraHeaders"]) == (200, ["CF-Access-Client-Id"])
        back = await api.post(f"{path_of(provider)}/revert", {"toRevision": 2})
        assert (back.status, back.document["code"]) == (422, "credential-required")
        await api.post(f"{path_of(provider)}/test")
    assert old.received == []
    assert "for-the-new-one.access" in new.received[0]
    assert not any(secret in new.received[0] for secret in SECRETS)


@pytest.mark.parametrize("name", ["Host", "Authorization", "Content-Length", "x-api-key", "anthropic-version"])
async def test_names_that_the_type_or_the_connection_sets_are_refused(api: Api, name: str) -> None:
    reply = await api.post(PROVIDERS, a_provider(providerType="anthropic", endpoint=..., extraHeaders={name: "v"}))
    assert (reply.status, reply.pointers) == (422, [f"/extraHeaders/{name}"])


async def test_headers_among_the_settings_are_secret_all_the_same(api: Api) -> None:
    provider = await api.provider(settings={"headers": HEADERS})
    assert (provider["settings"], provider["extraHeaders"]) == ({}, list(HEADERS))
    events = (await api.ask("GET", AUDIT)).text
    assert not any(secret in events for secret in HEADERS.values())


async def test_a_value_in_another_field_is_refused(api: Api) -> None:
    value = HEADERS["CF-Access-Client-Secret"]
    reply = await api.post(PROVIDERS, a_provider(name=f"Behind {value}", extraHeaders=HEADERS))
    assert (reply.status, reply.pointers) == (422, ["/name"])
    assert value not in reply.text
    named = await api.post(PROVIDERS, a_provider(extraHeaders={"sk-ant-0123456789abcdef0123": "v"}))
    assert (named.status, named.pointers) == (422, ["/extraHeaders"])
    reused = await api.post(PROVIDERS, a_provider(extraHeaders=HEADERS), idempotency_key=value)
    assert reused.status == 400, reused.text


async def test_a_repetition_is_known_whatever_the_secret(api: Api) -> None:
    body = a_provider(extraHeaders=HEADERS)
    first = await api.post(PROVIDERS, body, idempotency_key="once")
    again = await api.post(PROVIDERS, body, idempotency_key="once")
    assert (first.status, again.status, again.document["id"]) == (201, 201, first.document["id"])
    fewer = await api.post(PROVIDERS, body | {"extraHeaders": {}}, idempotency_key="once")
    assert fewer.status == 422


async def test_a_former_row_put_back_is_not_used(api: Api, service: RunningService) -> None:
    async with capturing() as gateway:
        provider = await a_provider_behind_a_gateway(api, f"{gateway.url}/v1")
        with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
            owner.execute("CREATE TEMP TABLE kept AS SELECT * FROM provider_credentials")
            rows = str(owner.execute("SELECT * FROM kept").fetchall())
            assert not any(secret in rows for secret in SECRETS)
            assert (await api.patch(path_of(provider), {"extraHeaders": {"X-More": "1"}})).status == 200
            owner.execute("DELETE FROM provider_credentials WHERE provider_id = %s", (provider["id"],))
            owner.execute(
                "INSERT INTO provider_credentials SELECT * FROM kept WHERE provider_id = %s", (provider["id"],)
            )
        reply = await api.post(f"{path_of(provider)}/test")
        assert (reply.status, reply.document["code"]) == (409, "credential-not-current")
        found = (await api.get(f"{AUDIT}/verify"))["findings"]
        assert [finding["kind"] for finding in found] == ["credential"]
        assert gateway.received == []
