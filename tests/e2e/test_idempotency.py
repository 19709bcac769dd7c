"""POST twice, done once."""

import asyncio
from uuid import uuid4

import pytest

from entrypoints.http.authorization import Role
from tests.e2e.api_client import AUDIT, BULK, MODELS, PROVIDERS, Api, a_model, a_provider, path_of


async def test_a_repeated_request_gets_the_first_answer(api: Api) -> None:
    body = a_provider()
    first = await api.post(PROVIDERS, body, idempotency_key="order-7")
    again = await api.post(PROVIDERS, body, idempotency_key="order-7")
    assert (first.status, again.status) == (201, 201)
    assert again.text == first.text
    for header in ("ETag", "Location", "Log-Position", "Content-Type"):
        assert again.headers[header] == first.headers[header]
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert len(await api.rows(AUDIT)) == 1


async def test_the_answer_stays_the_first_when_the_world_moves_on(api: Api) -> None:
    body = a_provider()
    first = await api.post(PROVIDERS, body, idempotency_key="k")
    await api.patch(path_of(first.document), {"name": "Renamed"})
    assert (await api.post(PROVIDERS, body, idempotency_key="k")).text == first.text
    await api.delete(path_of(first.document))
    assert (await api.post(PROVIDERS, body, idempotency_key="k")).text == first.text
    assert await api.rows(PROVIDERS) == []


async def test_another_request_under_the_key_is_refused(api: Api) -> None:
    provider = await api.provider()
    body = a_model(provider, modelId="one")
    await api.post(MODELS, body, idempotency_key="k")
    for other in (
        await api.post(MODELS, body | {"modelId": "two"}, idempotency_key="k"),
        await api.post(PROVIDERS, a_provider(), idempotency_key="k"),
        await api.post(BULK, {"operations": [{"op": "create", **body}]}, idempotency_key="k"),
    ):
        assert (other.status, other.document["code"]) == (422, "idempotency-key-reused")
    assert len(await api.rows(MODELS)) == 1


async def test_requests_at_one_moment_are_one(api: Api) -> None:
    body = a_provider()
    replies = await asyncio.gather(*(api.post(PROVIDERS, body, idempotency_key="k") for _ in range(12)))
    done = [reply for reply in replies if reply.status == 201]
    assert len({reply.text for reply in done}) == 1
    assert {(reply.status, reply.document.get("code")) for reply in replies if reply not in done} <= {
        (409, "command-in-flight")
    }
    assert len(await api.rows(PROVIDERS)) == 1


async def test_keys_of_organizations_do_not_meet(api: Api) -> None:
    body = a_provider()
    first = await api.post(PROVIDERS, body, idempotency_key="k")
    other = await api.elsewhere().post(PROVIDERS, body, idempotency_key="k")
    assert (first.status, other.status) == (201, 201)
    assert first.document["id"] != other.document["id"]


async def test_a_final_refusal_is_repeated_too(api: Api) -> None:
    body = a_provider(name="")
    first = await api.post(PROVIDERS, body, idempotency_key="k")
    again = await api.post(PROVIDERS, body, idempotency_key="k")
    assert (first.status, again.status, again.headers["Idempotency-Replayed"]) == (422, 422, "true")
    assert again.document["errors"] == first.document["errors"]


async def test_a_refusal_that_may_pass_does_not_spend_the_key(api: Api) -> None:
    taken = await api.provider(name="Taken")
    body = a_provider(name="Taken")
    assert (await api.post(PROVIDERS, body, idempotency_key="k")).status == 409
    await api.delete(path_of(taken))
    assert (await api.post(PROVIDERS, body, idempotency_key="k")).status == 201


async def test_a_role_that_may_not_does_not_spend_the_key(api: Api) -> None:
    body = a_provider()
    assert (await api.of(Role.VIEWER).post(PROVIDERS, body, idempotency_key="k")).status == 403
    assert (await api.post(PROVIDERS, body, idempotency_key="k")).status == 201


async def test_an_answer_is_not_replayed_to_who_may_not_ask(api: Api) -> None:
    body = a_provider()
    assert (await api.post(PROVIDERS, body, idempotency_key="k")).status == 201
    assert (await api.of(Role.EDITOR).post(PROVIDERS, body, idempotency_key="k")).status == 403


async def test_a_bulk_request_is_repeated_whole(api: Api) -> None:
    provider = await api.provider()
    body = {"operations": [{"op": "create", **a_model(provider)} for _ in range(200)], "atomic": False}
    first = await api.post(BULK, body, idempotency_key="k")
    again = await api.post(BULK, body, idempotency_key="k")
    assert (first.status, again.text) == (200, first.text)
    assert (await api.get(MODELS, includeTotal=True, limit=1))["pagination"]["total"] == 200


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "naïve", "tab\tkey"])
async def test_a_key_is_plain_text_of_some_length(api: Api, key: str) -> None:
    reply = await api.post(PROVIDERS, a_provider(), idempotency_key=key)
    assert (reply.status, reply.document["code"]) == (400, "malformed-idempotency-key")
    assert await api.rows(PROVIDERS) == []


async def test_keys_matter_to_post_alone(api: Api) -> None:
    provider = await api.provider()
    key = str(uuid4())
    for name in ("One", "Two"):
        assert (await api.patch(path_of(provider), {"name": name}, idempotency_key=key)).document["name"] == name
