"""Whatever is done to a row behind the log's back is found, named, and nothing else is."""

import asyncio
from typing import LiteralString
from uuid import UUID, uuid4

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from adapters.event_store.recorder import LedgerRecorder
from adapters.projections import aggregate_parts, organization_walk
from adapters.projections.projections import PostgresProjections
from application.projections.row_changes import Table
from tests.builders import a_stored_event, an_append
from tests.databases import Connection
from tests.integration.rebuilding.admin_use_cases import TABLES, assert_as_the_log, differences, rebuilt, verified
from tests.integration.rebuilding.conftest import Tenant
from tests.integration.tenancy.all_tables import columns

OTHERWISE: dict[str, LiteralString] = {
    "text": "coalesce({}, '') || 'x'",
    "boolean": "NOT {}",
    "integer": "{} + 1",
    "bigint": "coalesce({}, 0) + 1",
    "numeric": "coalesce({}, 0) + 0.000001",
    "jsonb": "jsonb_build_object('x', {})",
    "timestamp with time zone": "coalesce({}, now()) + interval '1 microsecond'",
}


async def test_untouched_tables_are_as_the_log(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant]
) -> None:
    assert len(tenants) == 2
    await assert_as_the_log(projections)


async def test_an_empty_log_makes_empty_tables(projections: PostgresProjections) -> None:
    await assert_as_the_log(projections)


@pytest.mark.parametrize("name", TABLES)
async def test_a_change_of_any_column_is_found_and_named(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection, name: Table
) -> None:
    own = "id" if name == "organizations" else "organization_id"
    changeable = {column: kind for column, kind in columns(owner, name).items() if kind in OTHERWISE}
    assert changeable
    aggregate_parts = {
        "table": sql.Identifier(name),
        "own": sql.Identifier(own),
        "tenant": sql.Literal(tenants[1].organization_id),
    }
    owner.execute(sql.SQL("CREATE TEMPORARY TABLE kept AS SELECT * FROM {table}").format(**aggregate_parts))
    for column, kind in changeable.items():
        aggregate_parts["column"] = sql.Identifier(column)
        changed = sql.SQL(OTHERWISE[kind]).format(aggregate_parts["column"])
        row = owner.execute(
            sql.SQL(
                "UPDATE {table} SET {column} = {changed} WHERE {own} = {tenant} AND id = (SELECT id FROM {table}"
                " WHERE {own} = {tenant} ORDER BY id LIMIT 1) RETURNING id"
            ).format(changed=changed, **aggregate_parts)
        ).fetchone()
        assert row is not None
        found = await differences(projections, name)
        assert found.count == 1, column
        assert (found.first[0].organization_id, found.first[0].row_id) == (tenants[1].organization_id, row[0])
        assert (found.first[0].kind, list(found.first[0].fields)) == ("different", [column])
        owner.execute(
            sql.SQL("UPDATE {table} SET {column} = kept.{column} FROM kept WHERE kept.id = {table}.id").format(
                **aggregate_parts
            )
        )
    # Had one not been put right, the next would not have been the only one.
    assert (await differences(projections, name)).count == 0


async def test_a_row_that_is_gone_is_missing(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    gone = tenants[0].model_ids[1]
    owner.execute("DELETE FROM ai_models WHERE id = %s", (gone,))
    found = await differences(projections, "ai_models")
    assert [(each.row_id, each.kind) for each in found.first] == [(gone, "missing")]


@pytest.mark.parametrize("organization_id", [None, UUID(int=0), UUID(int=2**128 - 1)])
async def test_a_row_that_nobody_made_is_unexpected_wherever_it_lies(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection, organization_id: UUID | None
) -> None:
    row_id = uuid4()
    row = {
        "id": str(row_id),
        "name": "Nobody's",
        "name_key": "nobody's",
        "organization_id": str(organization_id or tenants[0].organization_id),
    }
    owner.execute(
        "INSERT INTO ai_providers SELECT (jsonb_populate_record(p, %s)).* FROM ai_providers p WHERE id = %s",
        (Jsonb(row), tenants[0].provider_ids[0]),
    )
    found = await differences(projections, "ai_providers")
    assert [(each.row_id, each.kind) for each in found.first] == [(row_id, "unexpected")]


async def test_rows_that_changed_owners_are_two_differences(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    taken = tenants[0].provider_ids[1]
    owner.execute(
        "UPDATE ai_providers SET (organization_id, name, name_key) = (%s, 'Taken', 'taken') WHERE id = %s",
        (tenants[1].organization_id, taken),
    )
    found = await differences(projections, "ai_providers")
    assert {(each.organization_id, each.kind) for each in found.first} == {
        (tenants[0].organization_id, "missing"),
        (tenants[1].organization_id, "unexpected"),
    }


async def test_values_that_are_only_spelled_otherwise_are_the_same(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    assert tenants
    owner.execute("UPDATE ai_models SET input_per_1k = (input_per_1k::text || '000')::numeric")
    assert (await differences(projections, "ai_models")).count == 0


async def test_writes_that_continue_are_no_differences(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant]
) -> None:
    done = asyncio.Event()

    async def write() -> int:
        count = 0
        while not done.is_set():
            await tenants[count % 2].rename(0, f"Name {count}")
            await tenants[count % 2].register()
            count += 1
        return count

    writing = asyncio.create_task(write())
    for _ in range(5):
        await assert_as_the_log(projections)
    done.set()
    assert await writing > 0


async def test_a_large_organization_is_verified_in_parts(
    projections: PostgresProjections, tenant: Tenant, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(organization_walk, "spans", lambda events: aggregate_parts.spans(events, size=7))
    await tenant.begin(models=30)
    found = await verified(projections)
    assert (found.tables[2].rows, found.unchanged) == (30, 0)
    assert (await verified(projections)).unchanged == 1
    gone = sorted(tenant.model_ids)[17]
    owner.execute("DELETE FROM ai_models WHERE id = %s", (gone,))
    assert [each.row_id for each in (await differences(projections, "ai_models")).first] == [gone]
    await rebuilt(projections)
    await assert_as_the_log(projections)


@pytest.mark.parametrize("full", [False, True])
async def test_an_event_that_nobody_knows_is_named_and_everything_else_compared(
    projections: PostgresProjections,
    tenants: tuple[Tenant, Tenant],
    bare_recorder: LedgerRecorder,
    owner: Connection,
    full: bool,
) -> None:
    mine = tenants[0]
    unknown = a_stored_event(mine.model_ids[0], 3, topic="widget.made")
    bare_recorder.insert_events([unknown], append=an_append(mine.organization_id))
    owner.execute("UPDATE ai_models SET name = 'Wrong' WHERE id = ANY (%s)", (mine.model_ids[:2],))
    for _ in range(2):
        found = await verified(projections, ["ai_models"], full=full)
        [event] = found.unreadable.first
        assert (event.organization_id, event.row_id, event.topic) == (
            mine.organization_id,
            mine.model_ids[0],
            "widget.made",
        )
        assert event.org_sequence == sequence(owner, mine.organization_id)
        assert [each.row_id for each in found.tables[0].differences.first] == [mine.model_ids[1]]
    # Whatever the row is like, nothing is known of it.
    await rebuilt(projections)
    assert names(owner, mine.model_ids[:2]) == ["Wrong", "A model"]


@pytest.mark.parametrize("state", [b"{", b"{}", b"[]", b'{"name": 1}'])
async def test_an_event_without_its_facts_is_named(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], bare_recorder: LedgerRecorder, state: bytes
) -> None:
    event = a_stored_event(topic="model.registered", state=state)
    bare_recorder.insert_events([event], append=an_append(tenants[0].organization_id))
    found = await verified(projections)
    assert [(each.row_id, each.topic) for each in found.unreadable.first] == [(event.originator_id, "model.registered")]
    assert [each.differences.count for each in found.tables] == [0] * len(TABLES)


def sequence(owner: Connection, organization_id: UUID) -> int:
    row = owner.execute(
        "SELECT org_sequence FROM organization_heads WHERE organization_id = %s", (organization_id,)
    ).fetchone()
    assert row is not None
    return int(row[0])


def names(owner: Connection, model_ids: list[UUID]) -> list[str]:
    rows = owner.execute(
        "SELECT m.name FROM unnest(%s::uuid[]) WITH ORDINALITY AS wanted (id, place) JOIN ai_models m USING (id)"
        " ORDER BY place",
        (model_ids,),
    ).fetchall()
    return [row[0] for row in rows]
