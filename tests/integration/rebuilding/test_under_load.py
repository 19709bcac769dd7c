"""What is put right while the organization and others write and read."""

import asyncio

from adapters.projections.projections import PostgresProjections
from tests.builders import a_provider, acting
from tests.databases import Connect, Connection, Database
from tests.integration.rebuilding.admin_use_cases import (
    assert_as_the_log,
    counts,
    rebuilt,
    until_somebody_waits,
)
from tests.integration.rebuilding.conftest import Tenant
from tests.integration.rebuilding.readers_and_writers import under_load
from tests.log_contents import assert_whole


async def test_nobody_notices_that_rows_are_put_right(
    projections: PostgresProjections,
    tenants: tuple[Tenant, Tenant],
    tenant: Tenant,
    database: Database,
    owner: Connection,
) -> None:
    """Two organizations are right and stay so, while everything of a third one is wrong and not read yet."""
    await tenant.begin(models=40)
    async with under_load(database, tenants) as load:
        for _ in range(5):
            owner.execute(
                "UPDATE ai_models SET name = 'Wrong', config = '{}' WHERE organization_id = %s",
                (tenant.organization_id,),
            )
            assert counts(await rebuilt(projections)) == {"ai_models": 40}
    assert load.wrong == []
    assert load.writes > 20
    assert load.reads > 20
    await assert_as_the_log(projections)
    assert_whole(owner)


async def test_rows_that_are_put_right_are_never_missing_nor_older_than_they_were(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], database: Database, owner: Connection
) -> None:
    """What the readers look at is right in every row, and something else is wrong in all of them."""
    async with under_load(database, tenants) as load:
        for _ in range(8):
            owner.execute("UPDATE ai_models SET (config, created_at) = ('{}', created_at - interval '1 day')")
            assert counts(await rebuilt(projections)) != {}
    assert load.wrong == []
    assert load.writes > 8
    assert load.reads > 8
    await assert_as_the_log(projections)


async def test_rows_that_are_written_meanwhile_are_made_again(
    projections: PostgresProjections, tenant: Tenant, owner: Connection
) -> None:
    """Everything is wrong, and its organization continues writing all of it."""
    await tenant.begin(models=30)
    over = asyncio.Event()

    async def write() -> int:
        count = 0
        while not over.is_set():
            await tenant.rename(count % 30, f"Name {count}")
            count += 1
        return count

    writing = asyncio.create_task(write())
    for _ in range(5):
        owner.execute("UPDATE ai_models SET config = '{\"wrong\": true}', version = 'wrong'")
        await rebuilt(projections)
        assert owner.execute("SELECT count(*) FROM ai_models WHERE version = 'wrong'").fetchone() == (0,)
    over.set()
    assert await writing > 10
    await assert_as_the_log(projections)


async def test_a_row_whose_events_went_on_is_left_alone(
    projections: PostgresProjections, tenant: Tenant, owner: Connection, connect: Connect, database: Database
) -> None:
    await tenant.begin()
    [(before,)] = owner.execute("SELECT org_sequence FROM organization_heads").fetchall()
    await tenant.rename(0, "Since then")
    ids = tenant.model_ids
    admin = connect(database.admin_url)
    [(left_alone,)] = admin.execute(
        "SELECT left_alone FROM rewrite_rows(%s, 'ai_models', %s, %s, '[]')", (tenant.organization_id, before, ids)
    ).fetchall()
    assert left_alone == [ids[0]]
    assert owner.execute("SELECT id, name FROM ai_models").fetchall() == [(ids[0], "Since then")]
    await rebuilt(projections)
    await assert_as_the_log(projections)


async def test_a_rebuild_waits_for_a_writer_and_writes_after_it(
    projections: PostgresProjections, tenant: Tenant, owner: Connection, connect: Connect
) -> None:
    await tenant.begin()
    owner.execute("UPDATE ai_models SET name = 'Wrong' WHERE id = %s", (tenant.model_ids[0],))
    writer = connect()
    with writer.transaction():
        writer.execute("SELECT FROM organization_heads FOR UPDATE")
        rebuilding = asyncio.create_task(rebuilt(projections))
        await until_somebody_waits(owner)
        assert not rebuilding.done()
    assert counts(await rebuilding) == {"ai_models": 1}
    await assert_as_the_log(projections)


async def test_of_two_at_once_the_second_waits_for_the_first(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    assert tenants
    async with projections.turn():
        rebuilding = asyncio.create_task(rebuilt(projections))
        await until_somebody_waits(owner)
        assert not rebuilding.done()
        # Nobody waits to look.
        await assert_as_the_log(projections)
    assert counts(await rebuilding) == {}


async def test_an_organization_that_comes_meanwhile_is_there(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], tenant: Tenant
) -> None:
    assert tenants
    await rebuilt(projections)
    with acting(tenant.organization_id):
        await tenant.providers.save(a_provider())
    await rebuilt(projections, ["organizations"])
    await assert_as_the_log(projections)
