"""A rebuild that is killed at any step, under load, harms nobody and can be run again."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from tests.architecture.sources import ROOT
from tests.integration.rebuilding.admin_use_cases import (
    PATIENCE_SECONDS,
    assert_as_the_log,
    counts,
    rebuilt,
    until_somebody_waits,
    verified,
)
from tests.integration.rebuilding.readers_and_writers import under_load
from tests.log_contents import assert_whole

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from adapters.projections.projections import PostgresProjections
    from tests.databases import Connection, Database
    from tests.integration.rebuilding.conftest import Tenant
    from tests.integration.rebuilding.readers_and_writers import Load

STEPS = ("prepare", "rebuild", "folding", "comparing", "writing")


@asynccontextmanager
async def paused(database: Database, step: str) -> AsyncIterator[Process]:
    """Give a process that rebuilds and stands still at the step."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.rebuilding.paused_rebuild",
        database.admin_url,
        step,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await process.stdout.readline() == f"at {step}\n".encode()
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("step", STEPS)
async def test_a_rebuild_killed_at_a_step_harms_nobody(
    *,
    projections: PostgresProjections,
    tenants: tuple[Tenant, Tenant],
    tenant: Tenant,
    database: Database,
    owner: Connection,
    step: str,
) -> None:
    await tenant.begin(models=10)
    owner.execute("UPDATE ai_models SET name = 'Wrong' WHERE organization_id = %s", (tenant.organization_id,))
    async with under_load(database, tenants) as load:
        async with paused(database, step) as process:
            # It holds nothing that anybody waits for.
            reads, writes = load.reads, load.writes
            await until_it_goes_on(load, reads, writes)
            process.kill()
        left = counts(await verified(projections))
        # Writers put rows right as well, by changing what they belong to.
        assert 0 < left["ai_models"] <= (9 if step == "writing" else 10)
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
async def test_while_one_stands_still_another_waits(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], database: Database, owner: Connection, step: str
) -> None:
    assert tenants
    owner.execute("UPDATE ai_models SET name = 'Wrong'")
    async with paused(database, step) as process:
        another = asyncio.create_task(rebuilt(projections))
        await until_somebody_waits(owner)
        assert not another.done()
        process.kill()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await another
    await assert_as_the_log(projections)


async def test_one_that_is_cancelled_while_it_waits_for_a_writer_writes_nothing(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    owner.execute("UPDATE ai_models SET name = 'Wrong'")
    with owner.transaction():
        owner.execute("SELECT FROM organization_heads FOR UPDATE")
        rebuilding = asyncio.create_task(rebuilt(projections))
        await until_somebody_waits(owner)
        rebuilding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await rebuilding
    assert counts(await verified(projections)) == {"ai_models": sum(len(each.model_ids) for each in tenants)}
    await rebuilt(projections)
    await assert_as_the_log(projections)
