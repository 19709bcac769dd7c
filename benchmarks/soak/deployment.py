"""The service with everything around it: two workers under a supervisor, Postgres, Redis, and simulated providers."""

import asyncio
import base64
import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from adapters.checkpoints.signing_key import new_signing_key
from benchmarks.environment import COMMAND, SIGNING_KEY
from benchmarks.soak.postgres import Postgres, Replica, small_disk
from benchmarks.soak.set_clock import Clock
from sandbox.server import Sandbox
from tests.process_output import read_until
from tests.redis_server import RedisServer, free_port
from tests.scratch_folder import scratch_folder

WORKERS: Final = 2
HEALTH_INTERVAL: Final = 5
_PATIENCE_SECONDS: Final = 60.0
_SUPERVISOR_SECONDS: Final = 1.0
_DATABASE_MEGABYTES: Final = 1024
_SINK_MEGABYTES: Final = 64


@dataclass(slots=True)
class Deployment:
    """All of it. The supervisor starts the service again whenever it has ended."""

    folder: Path
    postgres: Postgres
    replica: Replica
    redis: RedisServer
    sandbox: Sandbox
    port: int
    clock: Clock
    process: subprocess.Popen[str] | None = None
    is_ending: bool = False
    keeps_logs: bool = True
    starts: list[float] = field(default_factory=list)
    """Seconds that each took."""
    sink_has_own_disk: bool = False
    are_receivers_broken: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sink(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def log(self) -> Path:
        return self.folder / "service.log"

    def settings(self) -> dict[str, str]:
        """Return the environment of the service and of its commands."""
        settings = {
            "DATABASE_URL": self.postgres.app_url,
            "DATABASE_READ_URL": self.replica.app_url,
            "ADMIN_DATABASE_URL": self.postgres.admin_url,
            "MASTER_KEYS": self._master_keys(),
            "JWT_SECRET": SIGNING_KEY,
            "EGRESS_ALLOW": "127.0.0.1:*",
            "HEALTH_INTERVAL": str(HEALTH_INTERVAL),
            "DRAIN_SECONDS": "0",
            "RATE_LIMIT_STORAGE": self.redis.url,
            "CHECKPOINT_KEY": str(self.folder / "checkpoint-key"),
            "CHECKPOINT_SINK": str(self.sink),
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "warning",
        }
        return dict(os.environ) | {f"MODELBOOK_{name}": value for name, value in settings.items()}

    def start(self) -> None:
        """Start the service and wait until it serves; it waits for a database that is away no more than it says."""
        environment = self.settings() | self.clock.environment()
        began = time.monotonic()
        command = [str(COMMAND), "serve", "--port", str(self.port), "--workers", str(WORKERS), "--json"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
            )
        read_until(self.process.stdout, "\n}\n", seconds=_PATIENCE_SECONDS, of="The service")
        self.starts.append(time.monotonic() - began)

    async def supervise(self) -> None:
        """Start the service again whenever it has ended."""
        while not self.is_ending:
            if self.process is None or self.process.poll() is not None:
                await asyncio.sleep(_SUPERVISOR_SECONDS)
                await asyncio.to_thread(self.start)
            await asyncio.sleep(0.1)

    def workers(self) -> list[psutil.Process]:
        """Return the processes that serve."""
        if self.process is None or self.process.poll() is not None:
            return []
        found = []
        for child in psutil.Process(self.process.pid).children():
            # Those that execute administrators' jobs are others.
            with suppress(psutil.Error):
                if "entrypoints.administration" not in " ".join(child.cmdline()):
                    found.append(child)
        return found

    def processes(self) -> list[psutil.Process]:
        """Return them and their parent."""
        if self.process is None or self.process.poll() is not None:
            return []
        return [psutil.Process(self.process.pid), *self.workers()]

    def kill(self) -> None:
        """Kill the service with all its processes."""
        for process in self.processes():
            with suppress(psutil.Error):
                process.kill()

    def stop(self) -> int:
        """Stop the service as a supervisor does and return its exit code."""
        self.is_ending = True
        if self.process is None:
            return 0
        self.process.terminate()
        return self.process.wait(_PATIENCE_SECONDS)

    def command(self, *arguments: str) -> tuple[int, str]:
        """Run a command of the service; return its exit code and what it printed."""
        done = subprocess.run(
            [COMMAND, *arguments], env=self.settings(), capture_output=True, text=True, timeout=600, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def logged(self) -> list[str]:
        """Return what the service has logged and should not have: what nobody foresaw."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return [line for line in lines if "Traceback" in line or not _is_json(line)]

    def _master_keys(self) -> str:
        file = self.folder / "master-keys"
        if not file.exists():
            file.write_text(f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}")
        return file.read_text()


@asynccontextmanager
async def deployment() -> AsyncIterator[Deployment]:
    """Start all of it, and end it with the block."""
    folder = scratch_folder()
    disk = folder / "disk"
    disk.mkdir()
    sink = folder / "checkpoints"
    sink.mkdir()
    with (
        small_disk(disk, megabytes=_DATABASE_MEGABYTES) as has_own_disk,
        small_disk(sink, megabytes=_SINK_MEGABYTES) as sink_has_own_disk,
        RedisServer() as redis,
    ):
        postgres = await asyncio.to_thread(Postgres, disk, folder / "postgres.log", has_own_disk=has_own_disk)
        await asyncio.to_thread(postgres.start)
        replica = await asyncio.to_thread(Replica, folder / "replica", folder / "replica.log", postgres)
        await asyncio.to_thread(replica.start)
        try:
            async with Sandbox() as sandbox:
                new_signing_key(folder / "checkpoint-key")
                deployed = Deployment(folder, postgres, replica, redis, sandbox, free_port(), Clock(folder, "service"))
                deployed.sink_has_own_disk = sink_has_own_disk
                await asyncio.to_thread(deployed.start)
                supervising = asyncio.create_task(deployed.supervise())
                try:
                    yield deployed
                finally:
                    deployed.is_ending = True
                    await supervising
                    deployed.kill()
        finally:
            await asyncio.to_thread(replica.stop)
            await asyncio.to_thread(postgres.stop)
    if not deployed.keeps_logs:
        shutil.rmtree(folder)


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
