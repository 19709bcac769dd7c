"""Jobs of administrators in forked processes, which need not load anything; see `tests/e2e/forking.py`."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from dependency_injector import providers

from application.ports.jobs import Job
from entrypoints.administration.job_launcher import Launcher
from entrypoints.container import Container
from entrypoints.runtime import Runtime
from tests.e2e.forking import JOB
from tests.e2e.forks import Forked

_PATIENCE_SECONDS = 60.0


class ForkedLauncher(Launcher):
    """Starts jobs as the real one does, which `tests/integration/test_job_processes.py` and some others try."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime.admin_database_url, runtime.master_keys, runtime.master_key_directory)
        self._forked: list[Forked] = []

    async def start(self, job: Job) -> None:
        self._forked.append(await asyncio.to_thread(self._started, job))

    def _started(self, job: Job) -> Forked:
        reading, writing = os.pipe()
        try:
            with os.fdopen(writing, "w", encoding="utf-8") as pipe:
                json.dump({"job": str(job.id), "access": self._access}, pipe)
            return Forked([JOB], os.environ, sys.__stderr__.fileno() if sys.__stderr__ else 2, stdin=reading)
        finally:
            os.close(reading)

    async def close(self) -> None:
        for process in self._forked:
            process.terminate()
            await asyncio.to_thread(process.wait, _PATIENCE_SECONDS)
            process.stdout.close()


@contextmanager
def jobs_forked(runtime: Runtime) -> Iterator[None]:
    """Let services that are started within the block start their jobs so."""
    with Container.administration.launcher.override(providers.Object(ForkedLauncher(runtime))):
        yield
