"""What `/metrics` shows, and that alerts and dashboard request nothing else."""

import json
import re
import subprocess

import yaml
from aiohttp import ClientSession

from sandbox.server import Sandbox
from tests.architecture.sources import ROOT
from tests.databases import Database
from tests.e2e.api_client import Api
from tests.e2e.running_service import service_on
from tests.e2e.sandbox_models import registered
from tests.external_tools import program

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
DASHBOARD = ROOT / "deploy" / "grafana" / "modelbook.json"


def asked_for() -> set[str]:
    rules = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"][0]["rules"]
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    expressions = [rule["expr"] for rule in rules] + [each["expr"] for panel in panels for each in panel["targets"]]
    return set(re.findall(r"\bmodelbook_\w+", " ".join(expressions)))


def shown(text: str) -> set[str]:
    names = dict(re.findall(r"^# TYPE (\S+) (\w+)$", text, re.MULTILINE))
    parts = ("_bucket", "_count", "_sum")
    return set(names) | {f"{name}{part}" for name, kind in names.items() if kind == "histogram" for part in parts}


async def test_alerts_and_dashboard_ask_for_what_there_is(session: ClientSession, database: Database) -> None:
    # What is no replica has its figures all the same.
    with service_on(database, health_interval=300, read_url=database.app_url) as service:
        async with session.get(f"{service.url}/metrics") as response:
            text = await response.text()
    assert len(asked_for()) > 20
    assert asked_for() - shown(text) == set()


async def test_what_requests_wait_for_and_what_is_refused_is_counted(
    session: ClientSession, api: Api, sandbox: Sandbox
) -> None:
    async def figure(line: str) -> float:
        async with session.get(f"{api.url}/metrics") as response:
            found = re.search(rf"^{re.escape(line)} (\S+)$", await response.text(), re.MULTILINE)
        assert found is not None, line
        return float(found[1])

    refused = 'modelbook_prompt_refusals_total{reason="budget-exceeded"}'
    before, refused_before = await figure("modelbook_append_seconds_count"), await figure(refused)
    await registered(api, sandbox)
    assert await figure("modelbook_append_seconds_count") == before + 2
    assert await figure('modelbook_pool_connections{pool="writing"}') >= 1
    assert await figure('modelbook_pool_requests_total{pool="reading"}') > 0
    assert await figure('modelbook_outbound_waiting{share="outboundConnections"}') == 0
    poor = await api.with_key(budget={"usd": 0.000001, "period": "total"})
    body = {"model": "chat-latest", "messages": [{"role": "user", "content": "Hello"}]}
    # The first spends it.
    assert (await poor.post("/v1/chat/completions", body)).status == 200
    assert (await poor.post("/v1/chat/completions", body)).status == 429
    assert await figure(refused) == refused_before + 1


def test_prometheus_takes_the_alerts_and_each_says_what_to_do() -> None:
    promtool = program("promtool", purpose="Checking the alerts")
    command = [promtool, "check", "rules", str(ALERTS)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stderr
    for rule in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"][0]["rules"]:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert len(rule["annotations"]["runbook"]) > 40
