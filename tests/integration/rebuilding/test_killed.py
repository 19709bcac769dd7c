"""A rebuild that is killed at any step, under load, harms nobody and can be run again."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from adapters.projections.read_tables import PostgresReadTables
from application.ports.read_tables import RebuildUnderWay
from tests.architecture.sources import ROOT
from tests.integration.rebuilding.carrying_out import TABLES, assert_as_the_log, rebuilt, rolled_back
from tests.integration.rebuilding.load import under_load
from tests.integration.rebuilding.shape import shape
from tests.log import assert_whole

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from application.projections.rows import Table
    from tests.databases import Connection, Database
    from tests.integration.rebuilding.conftest import Tenant

STEPS = ("prepare", "fill", "filling", "index", "catch-up", "compare", "swap", "holding", "settle")
BACKWARDS = ("catch-up", "holding", "settle")
# A process starts within seconds, also where others use the machine.
PATIENCE_SECONDS = 60.0


@asynccontextmanager
async def paused(database: Database, name: Table, step: str, kind: str, tenant: Tenant) -> AsyncIterator[Process]:
    """Give a process that rebuilds and stands still at the step."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.rebuilding.paused",
        database.admin_url,
        name,
        step,
        kind,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await process.stdout.readline()
            if line == b"before holding\n":
                await tenant.touch("Just before")
                process.stdin.write(b"\n")
                line = await process.stdout.readline()
        assert line == f"at {step}\n".encode()
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def again(tables: PostgresReadTables, name: Table, kind: str) -> None:
    """Run it again, as soon as the server has noticed that the process is gone."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await (rebuilt(tables, name) if kind == "rebuild" else rolled_back(tables, name))
            except RebuildUnderWay:
                await asyncio.sleep(0.1)
            else:
                return


@pytest.mark.parametrize("step", STEPS)
async def test_a_rebuild_killed_at_a_step_harms_nobody(
    tenants: tuple[Tenant, Tenant], tenant: Tenant, database: Database, owner: Connection, step: str
) -> None:
    tables = PostgresReadTables(database.admin_url)
    await tenant.begin()
    shapes = {name: shape(owner, name) for name in TABLES}
    async with under_load(database, tenants) as load:
        async with paused(database, "ai_models", step, "rebuild", tenant) as process:
            process.kill()
            await process.wait()
        await assert_as_the_log(tables)
        reads, writes = load.reads, load.writes
        await again(tables, "ai_models", "rebuild")
        await asyncio.sleep(0.1)
    assert load.wrong == []
    assert load.reads > reads > 0
    assert load.writes > writes > 0
    await assert_as_the_log(tables)
    assert {name: shape(owner, name) for name in TABLES} == shapes
    assert_whole(owner)


@pytest.mark.parametrize("step", BACKWARDS)
async def test_going_back_killed_at_a_step_harms_nobody(
    tenants: tuple[Tenant, Tenant], tenant: Tenant, database: Database, owner: Connection, step: str
) -> None:
    tables = PostgresReadTables(database.admin_url)
    await tenant.begin()
    shapes = {name: shape(owner, name) for name in TABLES}
    await rebuilt(tables, "ai_providers")
    async with under_load(database, tenants) as load:
        async with paused(database, "ai_providers", step, "roll-back", tenant) as process:
            process.kill()
            await process.wait()
        await assert_as_the_log(tables)
        await again(tables, "ai_providers", "roll-back")
    assert load.wrong == []
    await again(tables, "ai_providers", "rebuild")
    await assert_as_the_log(tables)
    assert {name: shape(owner, name) for name in TABLES} == shapes


async def test_while_one_stands_still_another_is_told_so(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], database: Database
) -> None:
    async with paused(database, "ai_models", "compare", "rebuild", tenants[0]):
        with pytest.raises(RebuildUnderWay):
            await rebuilt(tables, "ai_providers")


async def test_one_that_stands_still_in_the_swap_is_thrown_out(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], database: Database
) -> None:
    """It would keep everybody waiting; the server ends its transaction after two seconds."""
    async with paused(database, "ai_models", "holding", "rebuild", tenants[0]) as process:
        await tenants[0].rename(0, "Waited")
        assert process.returncode is None
    await again(tables, "ai_models", "rebuild")
    await assert_as_the_log(tables)
