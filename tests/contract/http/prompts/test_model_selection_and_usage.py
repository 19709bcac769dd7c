"""Choices explained, and figures of use reported, over HTTP."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import a_price
from tests.contract.http.prompts.prompt_routes import GENERATE, post
from tests.http_service import Service, a_token
from tests.prompt_setup import PromptSetup, a_failure, an_account


async def test_a_choice_is_explained(setup: PromptSetup, service: Service) -> None:
    cheap = setup.model("cheap", name="Cheap", price=a_price("0.001", "0.002"))
    dear = setup.model("dear", name="Dear", price=a_price("0.1", "0.2"))
    off = setup.model("off", name="Off", is_enabled=False)
    reply = await post(service, "/api/ai/select", {"need": {"strategy": "cheapest"}})
    assert reply.document["selected"] == {
        "id": str(cheap.id),
        "providerId": str(setup.account.id),
        "providerModelId": "cheap",
        "name": "Cheap",
    }
    reported = {entry["modelId"]: entry for entry in reply.document["candidates"]}
    assert [(reported[str(each.id)]["kept"], reported[str(each.id)]["rank"]) for each in (cheap, dear, off)] == [
        (True, 1),
        (True, 2),
        (False, None),
    ]
    assert reported[str(cheap.id)]["rules"] == [
        {"rule": "cheapest", "detail": "3 USD per 1M tokens read and 1M written."}
    ]
    assert reported[str(off.id)]["rules"] == [{"rule": "disabled", "detail": "The model is disabled."}]
    assert (reply.document["candidateCount"], reply.document["droppedBy"]) == (3, {"disabled": 1})
    assert setup.generation.calls == []


async def test_of_very_many_models_the_best_and_some_others_are_reported_and_all_are_counted(
    setup: PromptSetup, service: Service
) -> None:
    for number in range(900):
        setup.model(f"off-{number}", is_enabled=False)
    on = [setup.model(f"on-{number}") for number in range(200)]
    document = (await post(service, "/api/ai/select", {"need": {"strategy": "cheapest"}})).document
    assert len(document["candidates"]) == 1_000
    assert {entry["modelId"] for entry in document["candidates"][: len(on)]} == {str(each.id) for each in on}
    assert (document["candidateCount"], document["droppedBy"]) == (1_100, {"disabled": 800})


async def test_weights_shares_and_cool_downs_are_explained(setup: PromptSetup, service: Service) -> None:
    heavy = setup.model("gpt-x", name="Heavy", config={"weight": 3})
    light = setup.model("gpt-x", name="Light", of=an_account(name="Another"))
    spare = setup.model("gpt-x", name="Spare", of=an_account(name="A third"), config={"weight": 0})
    limited = setup.model("gpt-x", name="Limited", of=an_account(name="A fourth"), config={"preference": 1})
    setup.generation.plays("gpt-x", a_failure("rate_limited", retry_after_seconds=20.0))
    await post(service, GENERATE, {"modelId": str(limited.id), "prompt": "Hi"})
    document = (await post(service, "/api/ai/select", {"providerModelId": "gpt-x"})).document
    shown = [(each["modelId"], each["rank"], each["weight"], each["share"]) for each in document["candidates"]]
    assert shown == [
        (str(heavy.id), 1, 3.0, 0.75),
        (str(light.id), 2, 1.0, 0.25),
        (str(spare.id), 3, 0.0, 0.0),
        (str(limited.id), 4, 1.0, 0.0),
    ]
    assert document["selected"]["id"] == str(heavy.id)
    cool_downs = [each["coolDown"] for each in document["candidates"]]
    until = (setup.clock.now() + timedelta(seconds=20)).isoformat().replace("+00:00", "Z")
    assert cool_downs == [None, None, None, {"until": until, "reason": "rate_limited"}]
    assert [rule["rule"] for rule in document["candidates"][3]["rules"]] == ["asked-for", "cool-down"]


async def test_a_choice_that_leads_nowhere_is_no_error(setup: PromptSetup, service: Service) -> None:
    off, blind = setup.model(is_enabled=False), setup.model()
    reply = await post(service, "/api/ai/select", {"modelId": str(off.id)})
    assert (reply.status, reply.document["selected"]) == (200, None)
    seeing = await post(service, "/api/ai/select", {"modelId": str(blind.id), "hasImages": True})
    rules = [rule["rule"] for rule in seeing.document["candidates"][0]["rules"]]
    assert (seeing.document["candidates"][0]["kept"], rules) == (True, ["images", "asked-for"])


async def test_figures_of_use_are_reported(setup: PromptSetup, service: Service) -> None:
    model = setup.model("gpt-x", price=a_price("0.001", "0.001"))
    for _ in range(2):
        await post(service, GENERATE, {"modelId": str(model.id), "prompt": "Hi"})
    reply = await service.ask("GET", "/api/ai/usage?groupBy=model&from=2026-11-20&to=2026-11-23", token=a_token())
    (group,) = reply.document["data"]
    assert (group["modelId"], group["providerModelId"], group["day"]) == (str(model.id), "gpt-x", None)
    assert Decimal(str(group["costUsd"])) == Decimal("0.00003")
    totals = reply.document["totals"]
    assert (totals["requests"], totals["succeeded"], totals["outcomes"]) == (2, 2, {"ok": 2})
    assert (totals["inputTokens"], totals["outputTokens"], totals["unknownCostRequests"]) == (20, 10, 0)
    assert (reply.document["from"], reply.document["to"], reply.document["isCut"]) == (
        "2026-11-20",
        "2026-11-23",
        False,
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ("2026-10-25", "2026-11-23")),
        ("?from=2026-11-01", ("2026-11-01", "2026-11-23")),
        ("?to=2026-01-31", ("2026-01-02", "2026-01-31")),
        ("?from=2027-01-01", ("2027-01-01", "2027-01-01")),
    ],
)
async def test_days_that_are_left_out_are_the_last_thirty(service: Service, query: str, shown: tuple[str, str]) -> None:
    reply = await service.ask("GET", f"/api/ai/usage{query}", token=a_token())
    assert (reply.document["from"], reply.document["to"]) == shown
    assert reply.document["totals"]["averageLatencyMs"] is None


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2026-11-23&to=2026-11-22", "?from"),
        ("from=2020-01-01&to=2026-11-22", "?from"),
        ("from=yesterday", "?from"),
        ("to=2026-02-30", "?to"),
        ("groupBy=person", "?groupBy"),
        ("modelId=7", "?modelId"),
        ("group=day", "?group"),
    ],
)
async def test_a_report_that_cannot_be_meant_is_refused(service: Service, query: str, pointer: str) -> None:
    reply = await service.ask("GET", f"/api/ai/usage?{query}", token=a_token())
    assert (reply.status, reply.document["errors"][0]["pointer"]) == (422, pointer)
