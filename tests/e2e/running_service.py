"""The whole service in this process: real Postgres, real sockets, and the sandbox that plays the providers."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from adapters.checkpoints.signing_key import new_signing_key
from adapters.postgres.usage_ledger import PostgresUsageLedger
from application.bounds.budgets import Budgets
from entrypoints.container import Container
from entrypoints.runtime import Runtime
from entrypoints.serve import address_of, listening_socket
from entrypoints.server_process import running
from entrypoints.settings import Settings
from sandbox.server import Sandbox
from tests.catalogue_at_the_end import catalogue_at_the_end
from tests.databases import Database
from tests.e2e.background_loop import Background
from tests.e2e.forked_jobs import jobs_forked
from tests.http_service import SECRET

MASTER_KEYS = "k1:" + base64.b64encode(b"a master key of the tests, 32 by").decode()


@dataclass(frozen=True, slots=True)
class RunningService:
    """Where the service and the sandbox are, and what they are made of."""

    url: str
    database: Database
    sandbox: Sandbox
    container: Container
    runtime: Runtime


def a_runtime(
    database: Database,
    **settings: Any,  # noqa: ANN401 - fields of the settings
) -> Runtime:
    """Return what a service on the database runs with; it may call whatever listens on loopback."""
    # Nothing is checked behind a test's back: it counts revisions and events.
    usual: dict[str, Any] = {"egress_allow": "127.0.0.1:*,localhost:*", "log_level": "error", "health_interval": 0}
    return Runtime(
        settings=Settings(**(usual | settings)),
        database_url=database.app_url,
        admin_database_url=database.admin_url,
        master_keys=MASTER_KEYS,
        jwt_secret=SECRET,
    )


@contextmanager
def service_on(
    database: Database,
    *,
    checkpoints: Path | None = None,
    through: Callable[[str], str] = str,
    called: str | None = None,
    read_url: str | None = None,
    **settings: Any,  # noqa: ANN401 - fields of the settings
) -> Iterator[RunningService]:
    """Serve from the database on a free port while the block runs; with a folder, checkpoints are kept in it.

    `called` is the name by which browsers know this machine. `through` makes the URL by way of something that stands
    before the server from the server's own. `read_url` is that of a replica.
    """
    with listening_socket("127.0.0.1", 0) as listener, Background() as background:
        port = listener.getsockname()[1]
        if called is not None:
            settings["public_url"] = f"http://{called}:{port}"
        runtime = a_runtime(database, port=port, **settings)
        runtime = replace(runtime, database_url=through(database.app_url), database_read_url=read_url)
        if checkpoints is not None:
            new_signing_key(checkpoints / "key")
            runtime = replace(runtime, checkpoint_key=checkpoints / "key", checkpoint_sink=checkpoints / "sink")
        sandbox = background.enter(Sandbox())
        with jobs_forked(runtime), catalogue_at_the_end(), _written_soon():
            container = background.enter(running(runtime, listener))
        yield RunningService(address_of(listener), database, sandbox, container, runtime)


@contextmanager
def _written_soon() -> Iterator[None]:
    """Let services that are opened meanwhile write what was used and spent almost at once: tests wait for it."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in (PostgresUsageLedger, Budgets):
            defaults = kind.__init__.__kwdefaults__
            assert defaults is not None
            assert "flush_seconds" in defaults
            patch.setitem(defaults, "flush_seconds", 0.1)
        yield
