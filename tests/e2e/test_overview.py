"""What the console shows first, in one answer."""

from datetime import UTC, datetime

from entrypoints.http.authorization import Role
from sandbox.server import Sandbox
from tests.e2e.api_client import AUDIT, KEYS, Api, path_of
from tests.e2e.sandbox_models import registered

OVERVIEW = "/api/ai/overview"

# The catalogue knows the day, past or to come.
RETIRING = "gpt-4o"


async def test_it_says_what_the_lists_and_reports_say_one_by_one(api: Api, sandbox: Sandbox) -> None:
    of = await registered(api, sandbox, model_id=RETIRING)
    await api.patch(path_of(await api.model(of.provider, modelId="off")), {"isEnabled": False})
    await api.model(of.provider, modelId="stays")
    spent = await api.access_key(name="Spent", budget={"usd": 0.001, "period": "month"})
    await api.access_key(name="Unbounded")
    await api.put("/api/ai/budget", {"usd": 100, "period": "month"})

    found = await api.of(Role.VIEWER).get(OVERVIEW)

    today = datetime.now(UTC).date()
    month = {"from": today.replace(day=1).isoformat(), "to": today.isoformat()}
    assert found["usage"] == await api.get("/api/ai/usage", groupBy="day", **month)
    assert found["budget"] == await api.get("/api/ai/budget")
    [provider] = await api.rows("/api/ai/providers")
    assert found["providers"] == {"total": 1, "data": [provider]}
    assert found["unhealthyProviders"] == found["degradedProviders"] == {"total": 0, "data": []}
    enabled = await api.get("/api/ai/models", enabled=True, sort="retiresOn", includeTotal=True)
    retiring = [model for model in enabled["data"] if model["retiresOn"] is not None]
    assert found["models"] == {"total": enabled["pagination"]["total"], "data": retiring}
    assert found["models"]["total"] == 2
    assert [model["id"] for model in found["models"]["data"]] == [of.model["id"]]
    assert found["keys"]["total"] == 2
    assert found["keys"]["data"] == (await api.get(KEYS, sort="-budgetUsed"))["data"]
    assert found["keys"]["data"][0]["id"] == spent["id"]
    assert found["events"] == (await api.get(AUDIT, limit=8))["data"]


async def test_an_empty_organization_has_one_too(api: Api) -> None:
    found = await api.elsewhere().get(OVERVIEW)
    assert found["usage"]["totals"]["requests"] == found["providers"]["total"] == found["models"]["total"] == 0
    assert found["keys"] == {"total": 0, "data": []}
    assert found["events"] == []


async def test_providers_that_do_not_answer_well_stand_out(api: Api, sandbox: Sandbox) -> None:
    of = await registered(api, sandbox)
    sandbox.faults.clear()
    silent = await api.provider(providerType="openai", endpoint=sandbox.endpoint("openai"), apiKey="sk-unknown-here")
    await api.post(f"{path_of(silent)}/test")
    found = await api.get(OVERVIEW)
    assert found["providers"]["total"] == 2
    named = found["unhealthyProviders"]["data"] + found["degradedProviders"]["data"]
    assert [provider["id"] for provider in named] == [silent["id"]] != [of.provider["id"]]
