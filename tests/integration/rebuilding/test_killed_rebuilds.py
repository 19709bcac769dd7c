"""A rebuild that is killed at any step, under load, harms nobody and can be run again."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import psutil
import pytest

from adapters.projections.projections import PostgresProjections
from tests.architecture.sources import ROOT
from tests.databases import Connection, Database
from tests.integration.rebuilding.admin_use_cases import (
    PATIENCE_SECONDS,
    assert_as_the_log,
    counts,
    rebuilt,
    until_somebody_waits,
    verified,
)
from tests.integration.rebuilding.conftest import Tenant
from tests.integration.rebuilding.readers_and_writers import Load, under_load
from tests.log_contents import assert_whole
from tests.process_output import read_until

Rebuilds = subprocess.Popen[str]

STEPS = ("prepare", "rebuild", "folding", "comparing", "writing")


@pytest.fixture(scope="module")
def rebuilds() -> Iterator[Rebuilds]:
    """Give the process that forks those that rebuild: it has loaded all they need."""
    command = [sys.executable, "-m", "tests.integration.rebuilding.paused_rebuild"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


@asynccontextmanager
async def paused(rebuilds: Rebuilds, database: Database, step: str) -> AsyncIterator[psutil.Process]:
    """Give a process that rebuilds and stands still at the step."""
    assert rebuilds.stdin is not None
    rebuilds.stdin.write(f"{step} {database.admin_url}\n")
    rebuilds.stdin.flush()
    said = await asyncio.to_thread(
        read_until, rebuilds.stdout, "\n", seconds=PATIENCE_SECONDS, of="The process that rebuilds"
    )
    pid, at_step = said.split(maxsplit=1)
    process = psutil.Process(int(pid))
    try:
        assert at_step == f"at {step}\n"
        yield process
    finally:
        with suppress(psutil.NoSuchProcess):
            process.kill()


@pytest.mark.parametrize("step", STEPS)
async def test_a_rebuild_killed_at_a_step_harms_nobody(
    *,
    projections: PostgresProjections,
    tenants: tuple[Tenant, Tenant],
    tenant: Tenant,
    database: Database,
    rebuilds: Rebuilds,
    owner: Connection,
    step: str,
) -> None:
    await tenant.begin(models=10)
    owner.execute("UPDATE ai_models SET name = 'Wrong' WHERE organization_id = %s", (tenant.organization_id,))
    async with under_load(database, tenants) as load:
        async with paused(rebuilds, database, step) as process:
            # It holds nothing that anybody waits for.
            reads, writes = load.reads, load.writes
            await until_it_goes_on(load, reads, writes)
            process.kill()
        left = counts(await verified(projections))
        # The part that is done when others are not may be the one with the rows; when the first of them was written, it
        # is right.
        fewest, most = {"comparing": (0, 10), "writing": (1, 9)}.get(step, (10, 10))
        assert fewest <= left.get("ai_models", 0) <= most
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert counts(await rebuilt(projections)) == left
        reads, writes = load.reads, load.writes
        await until_it_goes_on(load, reads, writes)
    assert load.wrong == []
    await assert_as_the_log(projections)
    assert_whole(owner)


async def until_it_goes_on(load: Load, reads: int, writes: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while load.reads < reads + 3 or load.writes < writes + 3:  # noqa: ASYNC110 - nobody says so
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("step", STEPS)
async def test_while_one_is_stopped_another_waits(
    *,
    projections: PostgresProjections,
    tenants: tuple[Tenant, Tenant],
    database: Database,
    rebuilds: Rebuilds,
    owner: Connection,
    step: str,
) -> None:
    assert tenants
    owner.execute("UPDATE ai_models SET name = 'Wrong'")
    async with paused(rebuilds, database, step) as process:
        another = asyncio.create_task(rebuilt(projections))
        await until_somebody_waits(owner)
        assert not another.done()
        process.kill()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await another
    await assert_as_the_log(projections)


async def test_one_that_is_cancelled_while_it_waits_for_writers_writes_nothing(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    owner.execute("UPDATE ai_models SET name = 'Wrong'")
    with owner.transaction():
        owner.execute("SELECT FROM organization_heads FOR UPDATE")
        rebuilding = asyncio.create_task(rebuilt(projections))
        # Both of its connections: a statement that the server has not begun yet cannot be cancelled there, and is
        # carried out once the head is free.
        await until_somebody_waits(owner, connections=2)
        rebuilding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await rebuilding
    assert counts(await verified(projections)) == {"ai_models": sum(len(each.model_ids) for each in tenants)}
    await rebuilt(projections)
    await assert_as_the_log(projections)
