"""Starts jobs in processes of their own, so that no request waits while a log is folded."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Final
from uuid import UUID

from application.ports.jobs import Job

_PATIENCE_SECONDS: Final = 10.0


class Launcher:
    """Starts a process for each job, and stops those that still run when it is closed."""

    def __init__(self, admin_database_url: str, master_keys: str, master_key_directory: Path | None) -> None:
        self._access = {
            "admin_database_url": admin_database_url,
            "master_keys": master_keys,
            "master_key_directory": None if master_key_directory is None else str(master_key_directory),
        }
        self._processes: dict[UUID, subprocess.Popen[bytes]] = {}

    async def start(self, job: Job) -> None:
        """Start the job; from then on its row has its state."""
        self._forget_the_ended()
        # -P: not from the working directory, which may contain anybody's package. Its input is sent over a pipe:
        # arguments and the environment can be read by others.
        process = subprocess.Popen(  # noqa: ASYNC220 - our own code; it returns at once
            [sys.executable, "-P", "-m", "entrypoints.administration"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        self._processes[job.id] = process
        if process.stdin is not None:
            with process.stdin as pipe:
                pipe.write(json.dumps({"job": str(job.id), "access": self._access}).encode())

    async def close(self) -> None:
        """Stop what runs and wait for it; each job cleans up and records that it was interrupted."""
        self._forget_the_ended()
        for process in self._processes.values():
            process.terminate()
        await asyncio.gather(*(asyncio.to_thread(_ended, process) for process in self._processes.values()))
        self._processes.clear()

    def _forget_the_ended(self) -> None:
        self._processes = {job_id: process for job_id, process in self._processes.items() if process.poll() is None}


def _ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
