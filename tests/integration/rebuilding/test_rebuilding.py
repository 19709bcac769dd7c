"""A rebuilt table takes the place of the live one, and nobody who reads or writes notices."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg
import pytest

from adapters.projections.read_tables import PostgresReadTables
from adapters.projections.swapping import Patience
from application.ports.read_tables import NothingToRollBack, RebuildUnderWay, TablesBusy, UnreadableEvent
from tests.builders import a_provider, a_stored_event, acting, an_append
from tests.integration.rebuilding.carrying_out import TABLES, assert_as_the_log, differences, rebuilt, rolled_back
from tests.integration.rebuilding.load import under_load
from tests.integration.rebuilding.shape import shape
from tests.log import assert_whole, contents

if TYPE_CHECKING:
    from adapters.event_store.recorder import LedgerRecorder
    from application.projections.rows import Table
    from tests.databases import Connect, Connection, Database
    from tests.integration.rebuilding.conftest import Tenant

_BESIDE = """
SELECT relnamespace::regnamespace::text, relname FROM pg_class
WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('rebuilding', 'discarded') ORDER BY 1, 2
"""


@pytest.mark.parametrize("name", TABLES)
async def test_a_rebuilt_table_has_the_same_rows_and_the_same_shape(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], owner: Connection, name: Table
) -> None:
    shapes, before = {each: shape(owner, each) for each in TABLES}, contents(owner)
    assert len(shapes[name]) > 5
    oid = owner.execute("SELECT %s::regclass::oid", (name,)).fetchone()
    for _ in range(2):
        done = await rebuilt(tables, name)
        assert (done.rows, done.corrected.count, done.orphans) == (len(before[name]), 0, 0)
        assert {each: shape(owner, each) for each in TABLES} == shapes
        after = contents(owner)
        assert after.pop("projections") != before["projections"]
        assert after == {each: rows for each, rows in before.items() if each != "projections"}
    assert owner.execute("SELECT %s::regclass::oid", (name,)).fetchone() != oid
    assert owner.execute(_BESIDE).fetchall() == []
    await tenants[0].rename(1, "After")
    await assert_as_the_log(tables)
    assert_whole(owner)


async def test_what_was_wrong_is_corrected_and_named(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    wrong, gone = tenants[0].model_ids[0], tenants[1].model_ids[1]
    owner.execute("UPDATE ai_models SET name = 'Wrong', max_tokens = 7 WHERE id = %s", (wrong,))
    owner.execute("DELETE FROM ai_models WHERE id = %s", (gone,))
    corrected = (await rebuilt(tables, "ai_models")).corrected
    assert {(each.row_id, each.kind, tuple(each.fields)) for each in corrected.first} == {
        (wrong, "different", ("max_tokens", "name")),
        (gone, "missing", ()),
    }
    await assert_as_the_log(tables)


async def test_nobody_notices_that_tables_are_swapped(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], database: Database, owner: Connection
) -> None:
    async with under_load(database, tenants) as load:
        for name in (*TABLES, *TABLES):
            await rebuilt(tables, name)
        await rolled_back(tables, "ai_models")
        await rolled_back(tables, "ai_providers")
    assert load.wrong == []
    assert load.writes > 20
    assert load.reads > 20
    await assert_as_the_log(tables)
    assert_whole(owner)


async def test_foreign_keys_and_unique_names_hold_after_a_swap(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    for name in TABLES:
        await rebuilt(tables, name)
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="ai_models_provider_fkey"):
        owner.execute("DELETE FROM ai_providers WHERE id = %s", (tenants[0].provider_ids[0],))
    with pytest.raises(psycopg.errors.UniqueViolation, match="ai_providers_name_key"):
        owner.execute("UPDATE ai_providers SET name = 'FIRST' WHERE id = %s", (tenants[0].provider_ids[1],))


async def test_going_back_brings_the_earlier_table_up_to_the_log(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    shapes = {each: shape(owner, each) for each in TABLES}
    first = owner.execute("SELECT 'ai_models'::regclass::oid").fetchone()
    await rebuilt(tables, "ai_models")
    second = owner.execute("SELECT 'ai_models'::regclass::oid").fetchone()
    for number in range(3):
        await tenants[0].register()
        await tenants[1].rename(0, f"Since {number}")
    await tenants[1].remove(tenants[1].model_ids.pop())
    for table in (first, second, first):
        done = await rolled_back(tables, "ai_models")
        assert done.differing.count == 0
        assert owner.execute("SELECT 'ai_models'::regclass::oid").fetchone() == table
        assert {each: shape(owner, each) for each in TABLES} == shapes
        await assert_as_the_log(tables)
        await tenants[0].rename(0, f"After {table}")
    await rebuilt(tables, "ai_models")
    await assert_as_the_log(tables)


async def test_there_is_nothing_to_go_back_to_before_a_rebuild(tables: PostgresReadTables) -> None:
    with pytest.raises(NothingToRollBack):
        await rolled_back(tables, "ai_models")


async def test_of_two_at_once_the_second_is_told_so(tables: PostgresReadTables, tenants: tuple[Tenant, Tenant]) -> None:
    assert tenants
    async with tables.alone():
        for name in TABLES:
            with pytest.raises(RebuildUnderWay):
                await rebuilt(tables, name)
    await rebuilt(tables, "ai_models")


@pytest.mark.parametrize("name", TABLES)
async def test_an_unknown_event_stops_the_rebuild_and_the_old_table_serves_on(
    tables: PostgresReadTables,
    tenants: tuple[Tenant, Tenant],
    bare_recorder: LedgerRecorder,
    owner: Connection,
    name: Table,
) -> None:
    positions = bare_recorder.insert_events(
        [a_stored_event(topic="widget.made")], append=an_append(tenants[0].organization_id)
    )
    assert positions is not None
    before = contents(owner)
    with pytest.raises(UnreadableEvent, match=rf"position {positions[0]} \(widget\.made\)"):
        await rebuilt(tables, name)
    assert contents(owner) == before
    assert owner.execute(_BESIDE).fetchall() == []
    await tenants[0].rename(0, "Goes on")


async def test_a_long_reader_keeps_the_swap_waiting_and_nobody_else(
    database: Database, tenants: tuple[Tenant, Tenant], connect: Connect
) -> None:
    impatient = PostgresReadTables(database.admin_url, patience=Patience(seconds=1.0))
    reader = connect(database.admin_url)
    with reader.transaction():
        reader.execute("SELECT count(*) FROM ai_models")
        async with under_load(database, tenants) as load:
            with pytest.raises(TablesBusy, match=rf"\b{reader.info.backend_pid}\b"):
                await rebuilt(impatient, "ai_models")
    assert load.wrong == []
    assert load.reads > 20
    # A read waits behind an attempt for as long as that waits itself, 40 milliseconds, on a machine that may be busy.
    assert load.longest_read_seconds < 1.0
    await assert_as_the_log(impatient)
    await rebuilt(impatient, "ai_models")


async def test_a_swap_waits_for_a_reader_that_ends(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], connect: Connect, database: Database
) -> None:
    assert tenants
    reader = connect(database.admin_url)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM ai_models")
    rebuilding = asyncio.create_task(rebuilt(tables, "ai_models"))
    await asyncio.sleep(0.6)
    assert not rebuilding.done()
    reader.execute("COMMIT")
    done = await rebuilding
    assert done.swapped.attempts > 1
    await assert_as_the_log(tables)


async def test_names_that_changed_hands_since_are_caught_up(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant]
) -> None:
    """The table that was kept has both names too, in each other's place."""
    await rebuilt(tables, "ai_providers")
    first, second = tenants[0].provider_ids
    for provider_id, name in ((first, "Aside"), (second, "First"), (first, "Second")):
        with acting(tenants[0].organization_id):
            provider = await tenants[0].providers.get(provider_id)
            provider.rename(name)
            await tenants[0].providers.save(provider)
    await rolled_back(tables, "ai_providers")
    await assert_as_the_log(tables)


async def test_an_organization_that_comes_meanwhile_is_there(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], tenant: Tenant
) -> None:
    assert tenants
    await rebuilt(tables, "organizations")
    provider = a_provider()
    with acting(tenant.organization_id):
        await tenant.providers.save(provider)
    await rolled_back(tables, "organizations")
    await assert_as_the_log(tables)


async def test_the_apis_role_never_sees_what_lies_beside(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], connect: Connect, database: Database
) -> None:
    assert tenants
    await rebuilt(tables, "ai_models")
    await tables.begin("ai_providers")
    app = connect(database.app_url)
    for statement in (b"TABLE retired.ai_models", b"TABLE rebuilding.ai_providers"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)


def test_only_a_projection_is_rebuilt(connect: Connect, database: Database) -> None:
    admin = connect(database.admin_url)
    with pytest.raises(psycopg.DatabaseError, match="no projection"):
        admin.execute("SELECT begin_rebuild('events', true)")


async def test_an_organization_that_is_removed_is_forgotten_in_what_is_kept(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], bare_recorder: LedgerRecorder, owner: Connection
) -> None:
    for name in TABLES:
        await rebuilt(tables, name)
    removed = tenants[0].organization_id
    owner.execute("DELETE FROM ai_models WHERE organization_id = %s", (removed,))
    owner.execute("DELETE FROM ai_providers WHERE organization_id = %s", (removed,))
    bare_recorder.insert_events([a_stored_event(removed, 2, topic="organization.removed")], append=an_append(removed))
    kept = owner.execute(
        "SELECT organization_id FROM retired.ai_models UNION SELECT organization_id FROM retired.ai_providers"
        " UNION SELECT id FROM retired.organizations"
    ).fetchall()
    assert kept == [(tenants[1].organization_id,)]
    assert (await differences(tables, "organizations")).count == 0
