"""What providers offer, over the API: complete, cached, compared, and never held up by one of them."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from time import perf_counter
from typing import Any

import pytest

from entrypoints.http.authorization import Role
from sandbox.server import Sandbox
from tests.databases import Databases
from tests.e2e.api_client import Api, path_of
from tests.e2e.running_service import RunningService, service_on
from tests.e2e.sandbox_providers import DISCOVER, by_id, imported, offered, offered_by_all, provided
from tests.e2e.wait_until import until

EVERYBODY = ("openai", "anthropic", "google", "openrouter", "mistral")


@pytest.fixture(scope="module")
def service(databases: Databases) -> Iterator[RunningService]:
    """Give a service with a sandbox of its own, whose providers change what they offer."""
    database = databases.migrated()
    with service_on(database) as running:
        yield running
    databases.drop(database)


async def test_every_model_is_listed_in_one_shape(api: Api, sandbox: Sandbox) -> None:
    openrouter = by_id(await offered(api, await provided(api, sandbox, "openrouter")))
    opus = openrouter["anthropic/claude-opus-4.6"]
    assert (opus["type"], opus["contextWindow"], opus["maxTokens"]) == ("multimodal", 1_000_000, 128_000)
    assert opus["pricing"]["inputPer1kTokens"] == Decimal("0.005")
    assert (opus["costPer1kTokens"], opus["sources"]["price"]) == (Decimal("0.005"), "live")
    assert openrouter["openrouter/auto"]["priceReason"] == "router: depends on the model it chooses"
    anthropic = by_id(await offered(api, await provided(api, sandbox, "anthropic")))
    haiku = anthropic["claude-haiku-4-5-20251001"]
    assert (haiku["sources"]["contextWindow"], haiku["sources"]["price"]) == ("live", "genai-prices")
    assert len(anthropic) > 20


async def test_all_providers_are_asked_side_by_side_and_then_not_again(api: Api, sandbox: Sandbox) -> None:
    for name in EVERYBODY:
        await provided(api, sandbox, name)
    sandbox.faults.add(kind="hold", operation="list")
    discovering = asyncio.create_task(offered_by_all(api))
    # None of them is answered before all of them have been asked.
    await until(lambda: {each.provider for each in sandbox.requests if each.ending == "pending"} == {*EVERYBODY})
    sandbox.faults.clear()
    cold = await discovering
    asked = len(sandbox.requests)
    warm = await offered_by_all(api)
    assert [summary["status"] for summary in cold.values()] == ["ok"] * 5
    assert len(sandbox.requests) == asked
    assert {summary["cached"] for summary in warm.values()} == {True}
    assert [summary["data"] for summary in warm.values()] == [summary["data"] for summary in cold.values()]


async def test_no_provider_fails_or_holds_up_the_others(
    api: Api, sandbox: Sandbox, service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.container.discovery(), "_patience", 1.5)
    well, down, silent = [await provided(api, sandbox, name) for name in ("openai", "groq", "deepseek")]
    wrong_key = await provided(api, sandbox, "xai", apiKey="xai-nobody-knows-this-key")
    await provided(api, sandbox, "together", isEnabled=False)
    sandbox.faults.add(kind="html_502", provider="groq")
    sandbox.faults.add(kind="hang", provider="deepseek")
    started = perf_counter()
    offers = await offered_by_all(api)
    assert perf_counter() - started < 4.5
    assert len(offers) == 4
    assert (offers[well["id"]]["status"], offers[well["id"]]["count"] > 50) == ("ok", True)
    found = {provider["name"]: offers[provider["id"]] for provider in (down, silent, wrong_key)}
    assert {name: (offer["status"], offer["error"]["category"]) for name, offer in found.items()} == {
        "groq": ("error", "unexpected_body"),
        "deepseek": ("error", "timeout"),
        "xai": ("error", "auth_invalid"),
    }
    assert [offer["changes"] for offer in found.values()] == [None] * 3
    assert "xai-nobody-knows" not in str(offers)


async def test_a_provider_alone_that_has_never_answered_is_a_problem(api: Api, sandbox: Sandbox) -> None:
    provider = await provided(api, sandbox, "openai")
    sandbox.faults.add(kind="rate_limited", provider="openai", operation="list", retry_after=7)
    for _ in range(2):
        reply = await api.ask("GET", f"{path_of(provider)}/models")
        assert (reply.status, reply.document["category"]) == (503, "rate_limited")
        assert reply.headers["Retry-After"] == "7"
    assert len(sandbox.requests) == 1
    refused = await imported(api, provider)
    assert (refused.status, refused.document["code"]) == (503, "upstream-failure")


@pytest.mark.parametrize("fault", ["repeating_page_token", "empty_list", "invalid_json", "status"])
async def test_a_part_or_nothing_never_replaces_a_good_answer(api: Api, sandbox: Sandbox, fault: str) -> None:
    provider = await provided(api, sandbox, "anthropic")
    good = await offered(api, provider)
    more = {"status": 500} if fault == "status" else {}
    sandbox.faults.add(kind=fault, provider="anthropic", operation="list", **more)
    [summary] = (stale := await offered(api, provider, refresh=True))["providers"]
    assert (summary["status"], summary["cached"], summary["error"]["code"]) == ("stale", True, "upstream-failure")
    assert (stale["data"], summary["fetchedAt"]) == (good["data"], good["providers"][0]["fetchedAt"])
    assert (await offered_by_all(api))[provider["id"]]["status"] == "ok"
    sandbox.faults.clear()
    [recovered] = (await offered(api, provider, refresh=True))["providers"]
    assert (recovered["status"], recovered["cached"]) == ("ok", False)
    assert "error" not in recovered


async def test_a_list_of_two_pages_is_whole_or_not_at_all(api: Api, sandbox: Sandbox) -> None:
    provider, catalogue = await provided(api, sandbox, "anthropic"), sandbox.catalogue("anthropic")
    [before] = (await offered(api, provider))["providers"]
    names = [f"acme-{number}" for number in range(1_000)]
    for name in names:
        catalogue.add(name)
    sandbox.faults.add(kind="second_page_fails", provider="anthropic", operation="list")
    [partial] = (await offered(api, provider, refresh=True))["providers"]
    assert (partial["status"], partial["count"]) == ("stale", before["count"])
    sandbox.faults.clear()
    [whole] = (answer := await offered(api, provider, refresh=True))["providers"]
    assert (whole["status"], whole["count"]) == ("ok", before["count"] + 1_000)
    assert [model["modelId"] for model in answer["data"]][-1_000:] == names
    assert len(whole["changes"]["added"]) == 1_000
    for name in names:
        catalogue.remove(name)


def _assert_what_stays_is_reported(changes: Any) -> None:  # noqa: ANN401 - JSON
    assert changes["changed"] == [
        {"modelId": "acme/stays", "fields": [{"field": "contextWindow", "before": 1_000_000, "after": 7}]}
    ]
    assert changes["priceMoved"] == [
        {
            "modelId": "acme/stays",
            "field": "inputPer1kTokens",
            "before": Decimal("0.001"),
            "after": Decimal(1),
            "suspicious": True,
        }
    ]


async def test_what_changes_is_reported_at_both_routes(api: Api, sandbox: Sandbox) -> None:
    provider = await provided(api, sandbox, "openrouter")
    catalogue = sandbox.catalogue("openrouter")
    prices = {"prompt": "0.000001", "completion": "0.000002"}
    catalogue.add("acme/stays", name="Stays", pricing=prices)
    catalogue.add("acme/goes", name="Goes", pricing=prices)
    first = await offered(api, provider)
    [begun] = first["providers"]
    assert (begun["changes"]["since"], begun["changes"]["added"], begun["changes"]["missing"]) == (None, [], [])
    registered = await imported(api, provider, ["acme/goes", "acme/stays"])
    ids = {entry["modelId"]: entry["id"] for entry in registered.document["imported"]}
    catalogue.remove("acme/goes")
    catalogue.add("acme/comes", name="Comes", pricing=prices)
    catalogue.change("acme/stays", context_length=7, pricing={"prompt": "0.001", "completion": "0.000002"})
    [alone] = (await offered(api, provider, refresh=True))["providers"]
    among = (await offered_by_all(api))[provider["id"]]
    changes = alone["changes"]
    assert among["changes"] == changes
    assert (changes["since"], changes["added"]) == (begun["fetchedAt"], ["acme/comes"])
    _assert_what_stays_is_reported(changes)
    [gone] = changes["missing"]
    assert (gone["modelId"], gone["registeredModelId"]) == ("acme/goes", ids["acme/goes"])
    assert gone["since"] >= alone["fetchedAt"]
    [difference] = changes["registered"]
    assert (difference["registeredModelId"], [entry["field"] for entry in difference["fields"]]) == (
        ids["acme/stays"],
        ["contextWindow", "inputPer1kTokens"],
    )
    catalogue.add("acme/goes", name="Goes", pricing=prices)
    [back] = (await offered(api, provider, refresh=True))["providers"]
    assert (back["changes"]["returned"], back["changes"]["missing"]) == (["acme/goes"], [])
    for name in ("acme/stays", "acme/goes", "acme/comes"):
        catalogue.remove(name)


async def test_an_alias_is_the_model_it_stands_for(api: Api, sandbox: Sandbox) -> None:
    mistral, google = await provided(api, sandbox, "mistral"), await provided(api, sandbox, "google")
    alias = await api.model(mistral, modelId="mistral-large-latest")
    prefixed = await api.model(google, modelId="models/gemini-2.5-flash")
    large = by_id(found := await offered(api, mistral))["mistral-large-2512"]
    assert large["aliases"] == ["mistral-large-latest"]
    assert large["registeredModelId"] == alias["id"]
    assert found["providers"][0]["changes"]["missing"] == []
    flash = by_id(await offered(api, google))["gemini-2.5-flash"]
    assert flash["registeredModelId"] == prefixed["id"]
    again = (await imported(api, mistral, ["mistral-large-latest", "mistral-large-2512"])).document
    assert (again["imported"], again["alreadyRegistered"]) == (
        [],
        [{"modelId": "mistral-large-2512", "id": alias["id"]}],
    )


async def test_a_new_key_is_a_new_question(api: Api, sandbox: Sandbox) -> None:
    provider = await provided(api, sandbox, "openai")
    await offered(api, provider)
    asked = len(sandbox.requests)
    await api.patch(path_of(provider), {"name": "Another name", "isEnabled": False})
    await offered(api, provider)
    assert len(sandbox.requests) == asked
    await api.patch(path_of(provider), {"apiKey": "sk-nobody-knows-this-key"})
    reply = await api.ask("GET", f"{path_of(provider)}/models")
    assert (reply.status, reply.document["category"]) == (502, "auth_invalid")
    assert await offered_by_all(api) == {}


async def test_whoever_may_read_may_look_and_sees_no_other_organization(api: Api, sandbox: Sandbox) -> None:
    provider = await provided(api, sandbox, "openai")
    viewer = api.of(Role.VIEWER)
    assert (await offered(viewer, provider))["providers"][0]["status"] == "ok"
    assert (await imported(viewer, provider)).status == 403
    stranger = api.elsewhere()
    assert await stranger.get(DISCOVER) == {"data": [], "providers": []}
    assert (await stranger.ask("GET", f"{path_of(provider)}/models")).status == 404
    assert (await imported(stranger, provider)).status == 404


async def test_a_slow_provider_is_asked_once_by_two_services(
    api: Api, sandbox: Sandbox, service: RunningService
) -> None:
    provider = await provided(api, sandbox, "deepseek")
    sandbox.faults.add(kind="delay", provider="deepseek", operation="list", seconds=0.5)
    with service_on(service.database) as other:
        elsewhere = type(api)(api.session, other.url, api.organization_id, api.token)
        answers = await asyncio.gather(
            *(offered(each, provider, refresh=True) for each in (api, elsewhere) for _ in range(4))
        )
    assert len({answer["providers"][0]["fetchedAt"] for answer in answers}) == 1
    assert [request.path for request in sandbox.requests if request.path.endswith("/models")] == ["/deepseek/models"]
