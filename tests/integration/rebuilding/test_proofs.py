"""What was found equal to the log is not folded again until something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.projections.projections import PostgresProjections
from tests.integration.rebuilding.administering import verified

if TYPE_CHECKING:
    from tests.databases import Connection, Database
    from tests.integration.rebuilding.conftest import Tenant


async def test_what_was_proved_is_not_folded_again_until_something_changes(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    assert ((await verified(projections)).unchanged, (await verified(projections)).unchanged) == (0, 2)
    assert [each.proved for each in await projections.statuses()] == [2, 2, 2]
    await tenants[0].rename(0, "Another name")
    found = await verified(projections)
    assert (found.organizations, found.unchanged) == (2, 1)
    assert (await verified(projections, full=True)).unchanged == 0
    owner.execute("UPDATE ai_models SET name = 'Wrong' WHERE id = %s", (tenants[1].model_ids[0],))
    found = await verified(projections)
    assert (found.unchanged, found.tables[2].differences.count) == (1, 1)
    # It was not right, so nothing is proved of it.
    assert (await verified(projections)).tables[2].differences.count == 1
    assert [each.proved for each in await projections.statuses()] == [1, 1, 1]


async def test_what_another_version_of_the_projection_has_proved_is_folded_again(
    database: Database, projections: PostgresProjections, tenants: tuple[Tenant, Tenant]
) -> None:
    assert tenants
    await verified(projections)
    other = PostgresProjections(database.admin_url, version="another one")
    assert (await verified(other)).unchanged == 0
    assert (await verified(other)).unchanged == 2


async def test_a_projection_alone_is_proved_alone(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant]
) -> None:
    assert tenants
    await verified(projections, ["ai_models"])
    assert (await verified(projections)).unchanged == 0
    assert (await verified(projections, ["ai_providers"])).unchanged == 2
