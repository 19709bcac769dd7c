"""Registering what a provider offers, over the API: many at once, all or none, once, and never over a person's word."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from entrypoints.http.answers.discovery import ImportResult
from sandbox.server import Sandbox
from tests.e2e.api_client import AUDIT, MODELS, Api, Document, path_of
from tests.e2e.sandbox_providers import by_id, imported, offered, provided

NAMES = [f"acme/model-{number}" for number in range(1_000)]
PRICES = {"prompt": "0.000001", "completion": "0.000002"}


@pytest.fixture
def acme(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Give the sandbox with a thousand models of Acme on OpenRouter, for this test alone."""
    catalogue = sandbox.catalogue("openrouter")
    for name in NAMES:
        catalogue.add(name, name=name.title(), pricing=PRICES, context_length=8_000)
    yield sandbox
    for name in NAMES:
        catalogue.remove(name)


async def registered(api: Api) -> dict[str, Document]:
    return {model["modelId"]: model for model in await api.rows(MODELS, limit=200)}


async def test_a_thousand_models_are_registered_at_once_or_none_is(api: Api, acme: Sandbox) -> None:
    provider = await provided(api, acme, "openrouter")
    refused = await imported(api, provider, [*NAMES, "acme/nobody-offers-this"])
    assert (refused.status, refused.pointers) == (422, ["/modelIds/1000"])
    assert await registered(api) == {}
    reply = await imported(api, provider, NAMES)
    assert reply.status == 200
    result = ImportResult.model_validate(reply.document)
    assert [entry.model_id for entry in result.imported] == NAMES
    assert (result.updated, result.already_registered, result.held_back) == ([], [], [])
    models = await registered(api)
    assert models.keys() == set(NAMES)
    assert {entry["id"]: entry["revision"] for entry in reply.document["imported"]} == {
        model["id"]: model["revision"] for model in models.values()
    }
    assert {model["isEnabled"] for model in models.values()} == {False}
    assert {model["pricing"]["inputPer1kTokens"] for model in models.values()} == {Decimal("0.001")}
    events = await api.rows(AUDIT, type="model.registered", limit=200)
    assert len({event["commandId"] for event in events}) == 1
    positions = sorted(event["position"] for event in events)
    assert positions == list(range(positions[0], positions[0] + len(NAMES)))
    assert reply.headers["Log-Position"] == str(positions[-1])


async def test_of_several_imports_of_the_same_models_at_once_one_registers_all(api: Api, acme: Sandbox) -> None:
    provider = await provided(api, acme, "openrouter")
    replies = await asyncio.gather(*(imported(api, provider, NAMES[:300]) for _ in range(3)))
    assert [reply.status for reply in replies] == [200] * 3
    counts = [(len(reply.document["imported"]), len(reply.document["alreadyRegistered"])) for reply in replies]
    assert sorted(counts) == [(0, 300), (0, 300), (300, 0)]
    ids = {name: model["id"] for name, model in (await registered(api)).items()}
    for reply in replies:
        entries = [*reply.document["imported"], *reply.document["alreadyRegistered"]]
        assert {entry["modelId"]: entry["id"] for entry in entries} == ids
    assert len(await api.rows(AUDIT, type="model.registered", limit=200)) == 300


async def test_imports_that_overlap_register_each_model_once(api: Api, acme: Sandbox) -> None:
    provider = await provided(api, acme, "openrouter")
    chosen = [NAMES[:60], NAMES[40:100], NAMES[90:120]]
    replies = await asyncio.gather(*(imported(api, provider, names) for names in chosen))
    assert [reply.status for reply in replies] == [200] * 3
    new = [entry["modelId"] for reply in replies for entry in reply.document["imported"]]
    assert sorted(new) == sorted(NAMES[:120])
    assert (await registered(api)).keys() == set(NAMES[:120])


async def test_an_import_is_repeated_without_harm(api: Api, acme: Sandbox) -> None:
    provider = await provided(api, acme, "openrouter")
    replies = await asyncio.gather(*(imported(api, provider, NAMES[:50], idempotency_key="once") for _ in range(3)))
    done = [reply for reply in replies if reply.status == 200]
    assert done
    for reply in replies:
        if reply.status != 200:
            assert (reply.status, reply.headers["Retry-After"]) == (409, "1")
    again = await imported(api, provider, NAMES[:50], idempotency_key="once")
    assert (again.status, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert len(again.document["imported"]) == 50
    for reply in done:
        assert (reply.document, reply.headers["Log-Position"]) == (
            again.document,
            again.headers["Log-Position"],
        )
    other = await imported(api, provider, NAMES[:51], idempotency_key="once")
    assert (other.status, other.document["code"]) == (422, "idempotency-key-reused")
    assert len(await registered(api)) == 50


def _own_values(model: Document) -> list[Any]:
    return [model[name] for name in ("name", "type", "maxTokens", "pricing", "config", "isEnabled")]


async def test_no_sync_ever_overwrites_what_a_person_said(api: Api, acme: Sandbox) -> None:
    provider, catalogue = await provided(api, acme, "openrouter"), acme.catalogue("openrouter")
    await imported(api, provider, NAMES[:2], enable=True)
    ours, other = [(await registered(api))[name] for name in NAMES[:2]]
    own = {"name": "Ours", "type": "vision", "maxTokens": None, "config": {"temperature": 0.1}, "isEnabled": False}
    price = {"pricing": {"inputPer1kTokens": 0.5, "outputPer1kTokens": 0.7}}
    assert (await api.patch(path_of(ours), own | price)).status == 200
    before = await api.get(path_of(ours))
    for name in NAMES[:2]:
        top = {"context_length": 9_000, "max_completion_tokens": 77, "is_moderated": False}
        prices = {"prompt": "0.000003", "completion": "0.000002"}
        catalogue.change(name, name="Renamed there", context_length=9_000, pricing=prices, top_provider=top)
    answer = await offered(api, provider, refresh=True)
    assert by_id(answer)[NAMES[0]]["name"] == "Renamed there"
    reported = {
        entry["modelId"]: {field["field"]: field["keptByHand"] for field in entry["fields"]}
        for entry in answer["providers"][0]["changes"]["registered"]
    }
    assert reported[NAMES[1]] == {"contextWindow": False, "maxTokens": False, "inputPer1kTokens": False}
    assert {field for field, is_kept in reported[NAMES[0]].items() if is_kept} == {
        "type",
        "maxTokens",
        "inputPer1kTokens",
        "outputPer1kTokens",
    }
    for chosen in ("all", NAMES[:2]):
        synced = await imported(api, provider, chosen, update=True)
        assert synced.status == 200
        assert synced.document["heldBack"] == []
    after = await api.get(path_of(ours))
    assert _own_values(after) == _own_values(before)
    assert (before["contextWindow"], after["contextWindow"]) == (8_000, 9_000)
    updated = await api.get(path_of(other))
    assert (updated["contextWindow"], updated["maxTokens"], updated["isEnabled"]) == (9_000, 77, True)
    assert updated["pricing"]["inputPer1kTokens"] == Decimal("0.003")
    assert updated["name"] == NAMES[1].title()
