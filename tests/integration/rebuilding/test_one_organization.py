"""One organization's rows are mended where they are, and nobody else's are touched."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from application.commands.mend_organization import MendOrganization, mend_organization
from application.ports.progress import NoProgress
from application.ports.read_tables import MendTogether, OrganizationUnknown, RebuildUnderWay
from tests.integration.rebuilding.carrying_out import TABLES, assert_as_the_log, differences
from tests.integration.rebuilding.load import under_load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from adapters.projections.read_tables import PostgresReadTables
    from application.projections.rows import Table
    from tests.databases import Connection, Database
    from tests.integration.rebuilding.conftest import Tenant


async def mended(
    tables: PostgresReadTables, organization_id: UUID, names: Sequence[Table] = TABLES
) -> dict[str, tuple[int, int]]:
    command = MendOrganization(organization_id=organization_id, names=names)
    done = await mend_organization(command, tables=tables, progress=NoProgress())
    return {each.name: (each.removed, each.restored) for each in done}


async def test_everything_that_differs_is_exchanged_and_nothing_else(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    mine, theirs = tenants
    for each in tenants:
        owner.execute("UPDATE ai_models SET name = 'Wrong' WHERE id = %s", (each.model_ids[0],))
    owner.execute("DELETE FROM ai_models WHERE id = %s", (mine.model_ids[1],))
    # The names of both providers, each in the other's place: no order of single updates would do.
    owner.execute("UPDATE ai_providers SET name = 'Aside' WHERE id = %s", (mine.provider_ids[0],))
    owner.execute("UPDATE ai_providers SET name = 'First' WHERE id = %s", (mine.provider_ids[1],))
    owner.execute("UPDATE ai_providers SET name = 'Second' WHERE id = %s", (mine.provider_ids[0],))
    owner.execute("UPDATE organizations SET name = 'Wrong' WHERE id = %s", (mine.organization_id,))
    assert await mended(tables, mine.organization_id) == {
        "organizations": (1, 1),
        "ai_providers": (2, 2),
        "ai_models": (1, 2),
    }
    assert [each.row_id for each in (await differences(tables, "ai_models")).first] == [theirs.model_ids[0]]
    await mended(tables, theirs.organization_id)
    await assert_as_the_log(tables)
    assert set((await mended(tables, mine.organization_id)).values()) == {(0, 0)}


async def test_a_provider_that_nobody_registered_goes_with_its_models(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    tenant, provider_id = tenants[0], uuid4()
    owner.execute(
        "INSERT INTO ai_providers SELECT (jsonb_populate_record(p, jsonb_build_object('id', %s::uuid, 'name', 'x'))).*"
        " FROM ai_providers p WHERE id = %s",
        (provider_id, tenant.provider_ids[0]),
    )
    owner.execute("UPDATE ai_models SET provider_id = %s WHERE id = %s", (provider_id, tenant.model_ids[0]))
    with pytest.raises(MendTogether):
        await mended(tables, tenant.organization_id, ["ai_providers"])
    assert (await differences(tables, "ai_providers")).count == 1
    assert await mended(tables, tenant.organization_id) == {
        "organizations": (0, 0),
        "ai_providers": (1, 0),
        "ai_models": (1, 1),
    }
    await assert_as_the_log(tables)


async def test_providers_that_are_all_gone_come_back_before_their_models(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    owner.execute("DELETE FROM ai_models WHERE organization_id = %s", (tenants[0].organization_id,))
    owner.execute("DELETE FROM ai_providers WHERE organization_id = %s", (tenants[0].organization_id,))
    with pytest.raises(MendTogether):
        await mended(tables, tenants[0].organization_id, ["ai_models"])
    await mended(tables, tenants[0].organization_id)
    await assert_as_the_log(tables)


async def test_the_organization_goes_on_reading_and_writing(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], database: Database
) -> None:
    async with under_load(database, tenants) as load:
        for _ in range(5):
            await mended(tables, tenants[0].organization_id)
    assert load.wrong == []
    assert load.writes > 5
    await assert_as_the_log(tables)


async def test_an_organization_without_events_is_unknown(tables: PostgresReadTables) -> None:
    with pytest.raises(OrganizationUnknown):
        await mended(tables, uuid4())


async def test_nobody_mends_while_somebody_rebuilds(tables: PostgresReadTables, tenants: tuple[Tenant, Tenant]) -> None:
    async with tables.alone():
        with pytest.raises(RebuildUnderWay):
            await mended(tables, tenants[0].organization_id)


async def test_mending_leaves_nothing_beside(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    await mended(tables, tenants[0].organization_id)
    for name in TABLES:
        with pytest.raises(psycopg.errors.UndefinedTable):
            owner.execute(SQL("TABLE rebuilding.{}").format(Identifier(name)))
