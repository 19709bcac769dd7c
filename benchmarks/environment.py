"""A durable Postgres and a serving process of their own, for measuring."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import psutil

from benchmarks.slow_disk import slow_server
from entrypoints.http.authorization import Role
from entrypoints.http.development_token import make_token
from entrypoints.preparation.container import embedded_postgres, migrate, trusted_logins
from tests.process_output import read_until

SIGNING_KEY: Final = "only for measuring, on this machine, in this run"
# More than any command of a benchmark takes.
PATIENCE_SECONDS: Final = 1800.0
COMMAND: Final = Path(sys.executable).with_name("modelbook")


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database, by the URLs of its superuser and of the service's two logins."""

    owner_url: str
    app_url: str
    admin_url: str
    directory: Path


@contextmanager
def database(*, is_slow: bool = False) -> Iterator[Database]:
    """Return a fresh database on the embedded server with the settings of production (fsync on).

    A slow one has a disk that takes a millisecond to flush.
    """
    with tempfile.TemporaryDirectory(prefix="ml", ignore_cleanup_errors=True) as folder:
        directory = Path(folder)
        directory.chmod(0o755)
        server = embedded_postgres(directory / "postgres")
        owner_url = server.start()
        try:
            migrate(owner_url)
            logins = trusted_logins(owner_url)
            data = Database(owner_url, logins.database_url, logins.admin_database_url, directory)
            if is_slow:
                server.stop()
            with slow_server(directory / "postgres", owner_url) if is_slow else nullcontext():
                yield data
        finally:
            server.stop()


@dataclass(frozen=True, slots=True)
class Service:
    """A serving process."""

    host: str
    port: int
    process: psutil.Process
    seconds_to_ready: float

    @property
    def resident_megabytes(self) -> float:
        """Memory of the process, in units of 1,000,000 bytes."""
        return float(self.process.memory_info().rss) / 1e6


@contextmanager
def service(
    data: Database, *, log: Path = Path(os.devnull), program: Sequence[str] = (str(COMMAND),), **settings: str
) -> Iterator[Service]:
    """Start `modelbook serve` on the database's own folder and stop it in the end; its log goes to a file."""
    started = time.perf_counter()
    environment = {
        **os.environ,
        "MODELBOOK_DATA_DIR": str(data.directory),
        "MODELBOOK_JWT_SECRET": SIGNING_KEY,
        "MODELBOOK_LOG_LEVEL": "warning",
        "MODELBOOK_HEALTH_INTERVAL": "0",
        "MODELBOOK_DRAIN_SECONDS": "0",
        # One organization asks as often as it can.
        "MODELBOOK_QUOTAS": "requestsPerSecond=0,requestsUnderWay=0,concurrent=0",
        **settings,
    }
    command = [*program, "serve", "--port", "0", "--json"]
    with log.open("a") as errors:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        url = json.loads(read_until(process.stdout, "\n}\n", seconds=PATIENCE_SECONDS, of="The service"))["url"]
        host, _, port = url.removeprefix("http://").partition(":")
        yield Service(host, int(port), psutil.Process(process.pid), time.perf_counter() - started)
    finally:
        process.terminate()
        process.wait(30)


def token(organization_id: UUID) -> str:
    """Return an administrator's token."""
    return make_token(
        SIGNING_KEY,
        actor="benchmark",
        issued_at=time.time(),
        lifetime_seconds=3600,
        organization_id=organization_id,
        role=Role.ADMIN,
    )


def headers(organization_id: UUID | None = None) -> Mapping[str, str]:
    """Return the headers of a request for the organization."""
    return {"Authorization": f"Bearer {token(organization_id or uuid4())}", "Content-Type": "application/json"}
