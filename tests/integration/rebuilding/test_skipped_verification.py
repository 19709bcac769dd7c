"""What was found equal to the log is not folded again until something changes."""

import pytest

from adapters.event_store import aggregate_snapshots
from adapters.event_store.snapshot_check import wrong_snapshots
from adapters.projections.projections import PostgresProjections
from tests.databases import Connection, Database
from tests.integration.rebuilding.admin_use_cases import rebuilt, verified
from tests.integration.rebuilding.conftest import Tenant


async def test_what_was_proved_is_not_folded_again_until_something_changes(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    assert ((await verified(projections)).unchanged, (await verified(projections)).unchanged) == (0, 2)
    assert [each.proved for each in await projections.statuses()] == [2] * 6
    await tenants[0].rename(0, "Another name")
    found = await verified(projections)
    assert (found.organizations, found.unchanged) == (2, 1)
    assert (await verified(projections, full=True)).unchanged == 0
    owner.execute("UPDATE ai_models SET name = 'Wrong' WHERE id = %s", (tenants[1].model_ids[0],))
    found = await verified(projections)
    assert (found.unchanged, found.tables[2].differences.count) == (1, 1)
    # It was not right, so nothing is proved of it.
    assert (await verified(projections)).tables[2].differences.count == 1
    assert [each.proved for each in await projections.statuses()] == [1] * 6


async def test_what_another_version_of_the_projection_has_proved_is_folded_again(
    database: Database, projections: PostgresProjections, tenants: tuple[Tenant, Tenant]
) -> None:
    assert tenants
    await verified(projections)
    other = PostgresProjections(database.admin_url, wrong_snapshots, version="another one")
    assert (await verified(other)).unchanged == 0
    assert (await verified(other)).unchanged == 2


async def test_a_projection_alone_is_proved_alone(
    projections: PostgresProjections, tenants: tuple[Tenant, Tenant]
) -> None:
    assert tenants
    await verified(projections, ["ai_models"])
    assert (await verified(projections)).unchanged == 0
    assert (await verified(projections, ["ai_providers"])).unchanged == 2


FIRST_EVENT = """org_sequence = 1, event_hash = (
    SELECT e.hash FROM events e WHERE e.organization_id = held.organization_id AND e.org_sequence = 1)"""


@pytest.mark.parametrize(
    "edit",
    [
        "state = convert_to(replace(convert_from(state, 'UTF8'), 'Name ', 'Nome '), 'UTF8')",
        "projected = convert_to(replace(convert_from(projected, 'UTF8'), 'Name ', 'Nome '), 'UTF8')",
        "state = ''",
        "topic = 'domain.model.aggregate:Model'",
        FIRST_EVENT,
    ],
    ids=["state", "row", "unreadable", "topic", "event"],
)
async def test_an_edited_snapshot_is_reported_and_dropped_by_a_rebuild(
    projections: PostgresProjections,
    tenants: tuple[Tenant, Tenant],
    owner: Connection,
    monkeypatch: pytest.MonkeyPatch,
    edit: str,
) -> None:
    # Of the one model that is renamed and of nothing else.
    monkeypatch.setattr(aggregate_snapshots, "INTERVAL", 10)
    for each in tenants:
        for number in range(1, 15):
            await each.rename(0, f"Name {number}")
        await each.rename(0, "At last")
    assert all(not table.differences.count for table in (await verified(projections)).tables)
    assert (await verified(projections)).unchanged == 2
    edited = tenants[0].organization_id
    statement = f"UPDATE aggregate_snapshots held SET {edit} WHERE organization_id = %s"  # noqa: S608 - one of these
    assert owner.execute(statement.encode(), (edited,)).rowcount > 0
    for _ in range(2):
        found = await verified(projections)
        assert found.unchanged == 1
        [difference] = [each for table in found.tables for each in table.differences.first]
        assert (difference.organization_id, difference.fields) == (edited, ["snapshot"])
    await rebuilt(projections)
    assert not owner.execute("SELECT FROM aggregate_snapshots").fetchall()
    assert all(not table.differences.count for table in (await verified(projections)).tables)
