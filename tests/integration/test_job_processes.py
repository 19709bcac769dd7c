"""The process of a job runs this service's code and nobody else's."""

import asyncio
from pathlib import Path

import pytest

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.jobs import PostgresJobs
from adapters.system_clock import SystemClock
from application.ports.jobs import Job, Order
from entrypoints.administration.job_launcher import Launcher
from modelbook.own_packages import PACKAGES
from tests.databases import Database
from tests.e2e.running_service import MASTER_KEYS

PATIENCE_SECONDS = 60


async def finished(jobs: PostgresJobs, job: Job) -> Job:
    """Return the job as it is at its end."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            now = await jobs.get(job.id)
            if now.finished_at is not None:
                return now
            await asyncio.sleep(0.05)


async def test_a_job_does_not_import_from_the_working_directory(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("import sys; open('taken', 'w').write(sys.stdin.read())\n")
    monkeypatch.chdir(tmp_path)
    async with reading_pool(database.admin_url) as pool:
        jobs = PostgresJobs(pool, SystemClock())
        job = await jobs.add(Order(kind="verify", subject="ai_models", requested_by="operator", correlation_id="c1"))
        launcher = Launcher(database.admin_url, MASTER_KEYS, None)
        try:
            await launcher.start(job)
            assert (await finished(jobs, job)).state == "succeeded"
        finally:
            await launcher.close()
    assert not (tmp_path / "taken").exists()
