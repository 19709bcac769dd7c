"""What the process logs: one line a request, in one form, whatever writes it."""

import json
import signal
import socket
import subprocess
import sys
from typing import Any
from uuid import uuid4

import psutil
import psycopg
import pytest
from aiohttp import ClientSession

from entrypoints.http.authorization import Role
from tests.e2e.api_client import MODELS, PROVIDERS, Api, a_provider, a_token, path_of
from tests.e2e.conftest import DataDirs
from tests.e2e.processes import environment, owner_url, postgres_of, serving
from tests.e2e.wait_until import until


def documents(text: str) -> list[dict[str, Any]]:
    """Return the lines, every one of which is JSON."""
    return [json.loads(line) for line in text.splitlines()]


async def test_every_request_is_one_line_and_nothing_else_is_none(session: ClientSession, data_dirs: DataDirs) -> None:
    organization_id = uuid4()
    with (
        data_dirs.fresh() as data_dir,
        serving(
            "serve", "--port", "0", DATA_DIR=str(data_dir), LOG_FORMAT="json", TRUSTED_PROXIES="127.0.0.1"
        ) as running,
    ):
        url, secret = running.ready()["url"], (data_dir / "jwt-secret").read_text().strip()
        token = a_token(organization_id, Role.ADMIN, actor="anna", secret=secret)
        api = Api(session, url, organization_id, token, secret)
        created = await api.post(
            PROVIDERS, a_provider(), x_request_id="the-first", x_forwarded_for="192.0.2.1, 198.51.100.7"
        )
        await api.ask("GET", f"{path_of(created.document)}?organizationId={organization_id}")
        await api.ask("GET", f"{MODELS}/{uuid4()}")
        await api.ask("GET", "/nowhere/at/all")
        await api.ask("GET", "/healthz")
        requests = [line for line in documents(running.errors) if line["event"] == "request"]
        assert [(line["method"], line["route"], line["status"]) for line in requests] == [
            ("POST", PROVIDERS, 201),
            ("GET", f"{PROVIDERS}/{{id}}", 200),
            ("GET", f"{MODELS}/{{id}}", 404),
            ("GET", "unknown", 404),
        ]
        first = requests[0]
        assert (first["request_id"], first["organization"], first["actor"], first["client"]) == (
            "the-first",
            str(organization_id),
            "anna",
            "198.51.100.7",
        )
        assert {line["client"] for line in requests[1:]} == {"127.0.0.1"}
        assert running.errors.count("198.51.100.7") == 1
        events = await api.ask("GET", "/api/ai/audit")
        assert "198.51.100.7" not in events.text
        assert 0 < first["duration_ms"] < 10_000
        assert first["time"].endswith("Z")
        postgres = postgres_of(data_dir)
        assert postgres is not None
        postgres.send_signal(signal.SIGQUIT)
        psutil.wait_procs([postgres], timeout=10)
        # It may run again by now.
        assert (await api.ask("GET", PROVIDERS)).status in {200, 503}
        running.send(signal.SIGTERM)
        running.ended()
        lines = documents(running.errors)
        assert any(line.get("source", "").startswith("psycopg") for line in lines)
        told = [line["event"] for line in lines]
        assert told[0].startswith("Postgres runs on")
        assert told[-1] == "Stopped."


async def test_whatever_goes_wrong_in_several_processes_is_said_in_lines_of_json(
    session: ClientSession, data_dirs: DataDirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization_id = uuid4()
    with socket.socket() as nobody:
        # Bound, and not listened on: nobody else gets it.
        nobody.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", nowhere)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "2")
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        monkeypatch.setenv("OTEL_BLRP_SCHEDULE_DELAY", "50")
        settings = {"LOG_FORMAT": "json", "TELEMETRY": "traces,metrics,logs", "EGRESS_ALLOW": "127.0.0.1:*"}
        with (
            data_dirs.fresh() as data_dir,
            serving("serve", "--port", "0", "--workers", "2", DATA_DIR=str(data_dir), **settings) as running,
        ):
            url, secret = running.ready()["url"], (data_dir / "jwt-secret").read_text().strip()
            token = a_token(organization_id, Role.ADMIN, secret=secret)
            api = Api(session, url, organization_id, token, secret)
            # A provider that is not there.
            account = await api.provider(providerType="openai_compatible", endpoint=f"{nowhere}/v1", apiKey="valid-key")
            model = await api.model(account, modelId="some-model")
            prompt = {"modelId": model["id"], "prompt": "Tell nobody about the swordfish."}
            assert (await api.post("/api/ai/generate", prompt)).status == 502
            # The figures of both processes, with examples.
            shown = await api.ask("GET", "/metrics", headers={"Accept": "application/openmetrics-text"})
            assert "\nmodelbook_workers 2.0\n" in shown.text
            assert "trace_id=" in shown.text
            # What nobody has foreseen.
            with psycopg.connect(owner_url(data_dir), autocommit=True) as owner:
                owner.execute("ALTER TABLE ai_models RENAME TO somewhere_else")
                failed = await api.ask("GET", MODELS)
                owner.execute("ALTER TABLE somewhere_else RENAME TO ai_models")
            assert failed.status == 500
            # A worker that is killed.
            killed = running.workers()[0]
            killed.kill()
            running.wait_for("a worker has ended")
            await until(lambda: "telemetry cannot be exported" in running.errors)
            assert (await api.ask("GET", PROVIDERS)).status == 200
            running.send(signal.SIGTERM)
            assert running.ended() == 0
            lines = documents(running.errors)
    assert all({"event", "level", "time"} <= line.keys() for line in lines)
    (unforeseen,) = [line for line in lines if line["event"] == "unforeseen error"]
    assert "Traceback" in unforeseen["exception"]
    assert len(unforeseen["trace_id"]) == 32
    (ended,) = [line for line in lines if line["event"] == "a worker has ended; another one starts"]
    assert (ended["pid"], ended["exit_code"]) == (killed.pid, -signal.SIGKILL)
    (unanswered,) = [line for line in lines if line.get("status") == 502]
    assert unanswered["upstream_category"] == "unreachable"
    assert "trace_id" in unanswered
    # One from each process, and nothing else of it.
    told = [line for line in lines if "telemetry" in line["event"]]
    assert 1 <= len(told) <= 3
    assert all("Connection refused" in line["reason"] for line in told)
    assert [line for line in lines if "opentelemetry" in line.get("source", "")] == []
    assert "swordfish" not in str(lines)


def test_a_job_that_cannot_be_begun_says_so_in_a_line_of_json() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "entrypoints.administration"],
        input=json.dumps({"job": "none"}),
        env=environment({"LOG_FORMAT": "json"}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    (line,) = documents(done.stderr)
    assert (done.returncode, line["level"]) == (1, "error")
    assert "Traceback" in line["exception"]
