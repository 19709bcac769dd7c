"""What the process logs: one line a request, in one form, whatever writes it."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psutil

from entrypoints.http.principal import Role
from tests.e2e.api_client import MODELS, PROVIDERS, Api, a_provider, a_token, path_of
from tests.e2e.processes import postgres_of, serving

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from tests.e2e.conftest import DataDirs


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
