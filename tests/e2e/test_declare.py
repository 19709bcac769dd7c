"""An organization is exported, made elsewhere, compared, and changed, over a running service."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from aiohttp import ClientSession

from adapters.rest_api.organization import organization_over_http
from application.declaration.errors import ServiceRefused
from sandbox.server import Sandbox
from tests.e2e.api_client import KEYS, MODELS, PROVIDERS, WEBHOOKS, Api, Document, path_of
from tests.e2e.processes import Finished, run
from tests.e2e.sandbox_providers import provided

ADDRESS = "https://alerts.example.com/hook?token=abc"
BUDGET = "/api/ai/budget"
CONFIG = "config.temperature config.metadata config.topP"
PRICING = "pricing.outputPer1kTokens pricing.tiers pricing.cachedInputPer1kTokens"


async def modelbook(api: Api, *arguments: str) -> Finished:
    """Run a command as the administrator whose API this is."""
    return await asyncio.to_thread(run, *arguments, API_URL=api.url, API_TOKEN=api.token or "")


async def plan_of(api: Api, file: Path, *options: str) -> Document:
    done = await modelbook(api, "apply", str(file), "--plan", "--json", *options)
    assert done.exit_code in {0, 3}, done.errors
    plan: Document = json.loads(done.out)["plan"]
    assert (done.exit_code == 3) == bool(plan["changes"])
    return plan


def as_told(plan: Document) -> dict[str, list[str]]:
    """Return the changes of a plan by what they do, each with the fields that differ."""
    told: dict[str, list[str]] = {}
    for change in plan["changes"]:
        fields = [difference["field"] for difference in change["differences"]]
        told.setdefault(change["action"], []).append(" ".join([change["kind"], change["name"], *fields]))
    return told


async def seeded(api: Api, sandbox: Sandbox) -> Document:
    """Give the organization one of everything that a declaration can hold, and return a model of it."""
    openai = await provided(api, sandbox, "openai", name="OpenAI", extraHeaders={"X-Gateway": "a secret value"})
    groq = await provided(api, sandbox, "groq", name="Groq", isEnabled=False)
    mini = await api.model(openai, modelId="gpt-4.1-mini")
    own = await api.model(
        groq,
        modelId="yes",
        name="1e5",
        type="language",
        capabilities=["streaming", "function_calling"],
        contextWindow=8192,
        pricing={
            "inputPer1kTokens": 0.00000025,
            "outputPer1kTokens": 2,
            "tiers": [{"aboveInputTokens": 1000, "inputPer1kTokens": 0.1}],
        },
        config={"temperature": 0.2, "stop": ["a", "b"], "metadata": {"team": "search", "rate": 0.1}},
        isEnabled=False,
    )
    await api.access_key(
        name="Search",
        modelIds=[mini["id"], own["id"]],
        providerIds=[groq["id"]],
        limits={"requestsPerMinute": 600},
        budget={"usd": 12.5, "period": "month"},
        labels={"team": "search"},
        expiresAt="2030-01-31T12:00:00+01:00",
    )
    await api.access_key(name="Reader", scope="read", isEnabled=False)
    assert (await api.put(BUDGET, {"usd": 500, "period": "month"})).status == 200
    webhook = {"name": "On-call", "url": ADDRESS, "topics": ["provider.*", "model.price-changed"]}
    assert (await api.post(WEBHOOKS, webhook)).status == 201
    return mini


@pytest.fixture
def variables(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what an export of the organization refers to."""
    monkeypatch.setenv("OPENAI_API_KEY", sandbox.key("openai"))
    monkeypatch.setenv("OPENAI_X_GATEWAY", "a secret value")
    monkeypatch.setenv("GROQ_API_KEY", sandbox.key("groq"))
    monkeypatch.setenv("ON_CALL_WEBHOOK_URL", ADDRESS)


async def test_an_organization_is_made_elsewhere_from_its_export(
    api: Api, sandbox: Sandbox, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    await seeded(api, sandbox)
    file, again = tmp_path / "acme.yaml", tmp_path / "again.yaml"
    done = await modelbook(api, "export", str(file))
    assert (done.exit_code, done.errors) == (0, "")
    text = file.read_text("utf-8")
    assert not any(secret in text for secret in (sandbox.key("openai"), "a secret value", "token=abc", "mbk_"))
    # To the same organization it changes nothing, also where its secrets are not at hand.
    plan = await plan_of(api, file)
    assert (plan["changes"], plan["undeclared"], plan["unchanged"]) == ([], [], 8)
    assert any("OPENAI_API_KEY" in note for note in plan["notes"])

    other = api.elsewhere()
    done = await modelbook(other, "apply", str(file), "--yes")
    assert done.exit_code == 2
    assert [re.match(rf"modelbook: {re.escape(str(file))}:\d+:\d+: (/\S+)", line)[1] for line in done.lines] == [  # type: ignore[index]
        "/providers/0/apiKey",
        "/providers/1/apiKey",
        "/providers/1/extraHeaders/X-Gateway",
        "/webhooks/0/url",
    ]
    assert await other.rows(PROVIDERS) == []

    request.getfixturevalue("variables")
    done = await modelbook(other, "apply", str(file), "--yes")
    assert done.exit_code == 0, done.errors
    secret = re.search(r"access key Search: created. .*(mbk_\w+)$", done.out, re.MULTILINE)
    assert secret is not None
    async with ClientSession(headers={"Authorization": f"Bearer {secret[1]}"}) as program:
        assert (await program.get(f"{api.url}/v1/models")).status == 200
    assert re.search(r"webhook On-call: created. .*whsec_", done.out)
    assert (await modelbook(other, "export", str(again))).exit_code == 0
    assert again.read_text("utf-8") == text
    for each in (api, other):
        plan = await plan_of(each, file)
        assert (plan["changes"], plan["undeclared"], plan["unchanged"], plan["notes"]) == ([], [], 8, [])


@pytest.mark.usefixtures("variables")
async def test_drift_is_named_and_put_right_and_nothing_is_removed_unasked(
    api: Api, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = await seeded(api, sandbox)
    file = tmp_path / "acme.yaml"
    assert (await modelbook(api, "export", str(file))).exit_code == 0
    other = await provided(api, sandbox, "groq", name="By hand")
    await api.model(other, modelId="m")
    await api.access_key(name="By hand")
    await api.patch(path_of(model), {"isEnabled": False})
    [own] = [row for row in await api.rows(MODELS) if row["modelId"] == "yes"]
    config = {"topP": 0.5, "temperature": None, "metadata": {"rate": 0.2, "more": [1]}}
    pricing: Document = {"outputPer1kTokens": None, "cachedInputPer1kTokens": 0.1, "tiers": []}
    assert (await api.patch(path_of(own), {"config": config, "pricing": pricing, "name": "Yes"})).status == 200
    [search] = [key for key in await api.rows(KEYS) if key["name"] == "Search"]
    patch = {"limits": {"requestsPerMinute": None, "concurrent": 3}, "labels": {"team": None, "app": "x"}}
    await api.patch(f"{KEYS}/{search['id']}", patch)
    await api.put(BUDGET, {"usd": 500, "period": "week"})
    monkeypatch.setenv("GROQ_API_KEY", "gsk-a-new-key-of-the-tests-9876")

    plan = await plan_of(api, file)
    wanted = {
        "change": [
            "provider Groq apiKey",
            f"model Groq: yes name {CONFIG} {PRICING}",
            "model OpenAI: gpt-4.1-mini isEnabled",
            "budget of the organization period",
            "access key Search limits.requestsPerMinute limits.concurrent labels.team labels.app",
        ]
    }
    assert as_told(plan) == wanted
    assert plan["changes"][0]["differences"] == [{"field": "apiKey", "present": "…", "wanted": "…9876"}]
    assert {each["name"] for each in plan["undeclared"]} == {"By hand"}

    done = await modelbook(api, "apply", str(file), "--yes")
    assert done.exit_code == 0, done.errors
    assert (await plan_of(api, file))["changes"] == []
    assert (await api.get(BUDGET))["period"] == "month"
    assert as_told(await plan_of(api, file, "--remove")) == {"remove": ["access key By hand", "provider By hand"]}
    assert (await modelbook(api, "apply", str(file), "--yes", "--remove")).exit_code == 0
    assert (await plan_of(api, file))["undeclared"] == []
    assert len(await api.rows(PROVIDERS)) == 2


async def test_a_failure_in_the_middle_says_what_was_done_and_what_not(
    api: Api, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_KEY", sandbox.key("openai"))
    file = tmp_path / "acme.yaml"
    text = f"""\
version: 1
providers:
  - name: OpenAI
    providerType: openai
    endpoint: {sandbox.endpoint("openai")}
    apiKey: {{env: SANDBOX_KEY}}
    models: [{{modelId: gpt-4.1-mini}}, {{modelId: own, type: language}}]
  - name: Inside
    providerType: openai
    endpoint: https://10.1.2.3/v1
accessKeys:
  - {{name: Search, models: [{{provider: openai, modelId: own}}]}}
"""
    file.write_text(text, "utf-8")
    done = await modelbook(api, "apply", str(file), "--yes", "--json")
    assert done.exit_code == 1
    outcome = json.loads(done.out)
    assert [each["name"] for each in outcome["done"]] == ["OpenAI"]
    assert [each["name"] for each in outcome["failed"]] == ["Inside"]
    assert [each["name"] for each in outcome["notDone"]] == ["OpenAI: gpt-4.1-mini", "OpenAI: own", "Search"]
    assert (outcome["isUnknown"], outcome["error"]["code"]) == (False, "service-refused")
    assert [row["name"] for row in await api.rows(PROVIDERS)] == ["OpenAI"]
    # What was done stays, and the rest follows once the cause is fixed.
    file.write_text(text.replace("https://10.1.2.3", "https://api.example.com"), "utf-8")
    done = await modelbook(api, "apply", str(file), "--yes")
    assert done.exit_code == 0, done.errors
    assert "provider OpenAI" not in done.out
    assert (await plan_of(api, file))["unchanged"] == 5


async def test_what_somebody_has_changed_since_the_plan_is_not_overwritten(api: Api) -> None:
    provider = await api.provider()
    model = await api.model(provider)
    async with organization_over_http(api.url, api.token or "") as service:
        there = {each.kind: each for each in await service.resources()}
        for document in (provider, model):
            assert (await api.patch(path_of(document), {"name": "Changed by hand"})).status == 200
        operation = {"op": "update", "id": model["id"], "revision": there["model"].revision, "isEnabled": False}
        for request in (
            service.change(there["provider"], {"isEnabled": False}),
            service.remove(there["provider"]),
            service.change_models([operation]),
        ):
            with pytest.raises(ServiceRefused):
                await request
    [row] = await api.rows(PROVIDERS)
    assert (row["name"], row["isEnabled"]) == ("Changed by hand", True)
