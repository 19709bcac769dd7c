"""The health monitor as processes: one of them works, and another follows when it is killed."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from application.commands.register_provider import RegisterProvider
from entrypoints.server_process import opened
from sandbox.server import Sandbox
from tests.builders import acting
from tests.databases import Database, Databases
from tests.e2e.background_loop import Background
from tests.e2e.processes import run, serving
from tests.e2e.running_service import MASTER_KEYS, a_runtime
from tests.http_service import SECRET

ELECTED = "This process is the health monitor."


class Deployment:
    """A database with providers of two organizations, and the settings of processes that work on it."""

    def __init__(self, database: Database, background: Background) -> None:
        self.database = database
        self.sandbox = background.enter(Sandbox())
        self.providers = background.run(self._registered())
        self.settings = {
            "DATABASE_URL": database.app_url,
            "ADMIN_DATABASE_URL": database.admin_url,
            "MASTER_KEYS": MASTER_KEYS,
            "JWT_SECRET": SECRET,
            "EGRESS_ALLOW": self.sandbox.url.removeprefix("http://"),
        }

    async def _registered(self) -> dict[str, UUID]:
        """Register a provider that works, one that refuses the key and one that is disabled."""
        found = {}
        async with opened(a_runtime(self.database)) as container:
            for name, key in (("works", "valid"), ("refuses", "invalid"), ("disabled", "valid")):
                with acting(uuid4()):
                    recorded = await container.register_provider()(
                        RegisterProvider(
                            name=name,
                            provider_type="openai",
                            endpoint=self.sandbox.endpoint("openai"),
                            api_key=self.sandbox.key("openai") if key == "valid" else "sk-nobody-knows-this-key",
                            is_enabled=name != "disabled",
                        )
                    )
                found[name] = recorded.aggregate_id
        return found

    def checks(self) -> int:
        with psycopg.connect(self.database.owner_url) as connection:
            row = connection.execute("SELECT count(*) FROM provider_checks").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def deployment(databases: Databases) -> Iterator[Deployment]:
    database = databases.migrated()
    with Background() as background:
        yield Deployment(database, background)
    databases.drop(database)


def test_once_checks_everybody_and_sums_up(deployment: Deployment) -> None:
    done = run("health", "run", "--once", "--json", **deployment.settings)
    assert done.exit_code == 0, done.errors
    summary: dict[str, Any] = json.loads(done.out)
    assert (summary["checked"], summary["failed"], summary["passedOver"]) == (2, 0, 0)
    assert summary["statuses"] == {"healthy": 1, "unhealthy": 1}
    changes = {
        change["providerId"]: (change["before"], change["after"], change["category"]) for change in summary["changes"]
    }
    assert changes == {
        str(deployment.providers["works"]): ("unknown", "healthy", "ok"),
        str(deployment.providers["refuses"]): ("unknown", "unhealthy", "auth_invalid"),
    }
    again = run("health", "run", "--once", **deployment.settings)
    assert (again.exit_code, again.out) == (0, "2 checks, 0 changes. 1 healthy, 1 unhealthy.\n")
    assert deployment.checks() == 4


def test_the_next_process_follows_a_killed_one(deployment: Deployment) -> None:
    settings = {**deployment.settings, "HEALTH_INTERVAL": "0.3"}
    with ExitStack() as stack:
        first = stack.enter_context(serving("health", "run", **settings))
        first.wait_for(ELECTED)
        second = stack.enter_context(serving("health", "run", **settings))
        first.wait_for("unhealthy")
        refused = run("health", "run", "--once", **settings)
        assert (refused.exit_code, len(refused.lines)) == (1, 1)
        assert "Another process is the health monitor" in refused.lines[0]
        assert ELECTED not in second.errors
        first.kill()
        killed = monotonic()
        second.wait_for(ELECTED)
        assert monotonic() - killed < 10
        done = deployment.checks()
        while deployment.checks() <= done + 2:
            assert second.process.poll() is None, second.errors
            sleep(0.05)
        second.send(signal.SIGTERM)
        assert second.ended() == 0
        assert second.process.stdout is not None
        summary = json.loads(second.process.stdout.read())
        assert summary["statuses"] == {"healthy": 1, "unhealthy": 1}


def test_workers_have_one_monitor_among_them(deployment: Deployment) -> None:
    settings = {**deployment.settings, "HEALTH_INTERVAL": "1", "LOG_FORMAT": "json"}
    with serving("serve", "--port", "0", "--workers", "3", **settings) as service:
        service.ready()
        service.wait_for('"event":"this process is the health monitor"')
        service.wait_for('"after":"unhealthy"')
        assert service.errors.count("this process is the health monitor") == 1
        assert monitors_on(deployment.database) == 1
        service.send(signal.SIGTERM)
        assert service.ended() == 0
        assert "Traceback" not in service.errors


def monitors_on(database: Database) -> int:
    """Return how many sessions hold the office."""
    with psycopg.connect(database.owner_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity a USING (pid)"
            " WHERE locktype = 'advisory' AND granted AND a.datname = current_database()"
            " AND application_name = 'modelbook health'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_without_an_interval_there_is_nothing_to_wait_for(deployment: Deployment) -> None:
    refused = run("health", "run", **deployment.settings, HEALTH_INTERVAL="0")
    assert (refused.exit_code, len(refused.lines)) == (2, 1)
    assert "--once" in refused.lines[0]
    assert run("health", "run", "--once", **deployment.settings, HEALTH_INTERVAL="0").exit_code == 0
