"""How a projection gets a column: a migration adds it, the code projects it, a rebuild fills it.

This is the example of CONTRIBUTING.md, whose migration is executed here and whose projection is the one here.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from inspect import getsource
from pathlib import Path
from textwrap import dedent

import orjson
import pytest
from eventsourcing.persistence import StoredEvent

from adapters.event_store.ledger import Ledger
from adapters.event_store.log_records import append_for_caller
from adapters.event_store.recorder import LedgerRecorder
from adapters.event_store.repositories import EventSourcedModels
from adapters.event_store.snapshot_check import wrong_snapshots
from adapters.projections.projections import PostgresProjections
from application.projections.project_event import project
from application.projections.projection import Columns
from application.projections.row_changes import LoggedEvent, RowChange
from tests.builders import a_model, a_price, acting
from tests.databases import Connection, Database, Pool
from tests.integration.rebuilding.admin_use_cases import assert_as_the_log, counts, rebuilt, verified
from tests.integration.rebuilding.conftest import Tenant
from tests.integration.rebuilding.readers_and_writers import under_load

CONTRIBUTING = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text("utf-8")
GUIDE = CONTRIBUTING.partition("## How a changed projection is deployed")[2]


def shown(language: str) -> str:
    """Return the one block of a language that the guide shows."""
    [block] = re.findall(rf"^ *```{language}\n(.*?)^ *```$", GUIDE, re.DOTALL | re.MULTILINE)
    return dedent(block)


# Migrations are executed by whoever owns the tables.
MIGRATION = f"SET ROLE modelbook_owner; {shown('sql')} RESET ROLE"


def input_per_million(columns: Columns) -> Columns:
    """USD per 1,000,000 tokens of input; none where there is no price."""
    price = columns["input_per_1k"]
    return {"input_per_million": None if price is None else str(Decimal(price) * 1000)}


def test_the_guide_shows_the_projection_that_is_tried_here() -> None:
    assert shown("python") == getsource(input_per_million)


def project_with_the_column(event: LoggedEvent) -> RowChange:
    """The projection of the next version."""
    change = project(event)
    if change.table != "ai_models" or "input_per_1k" not in change.columns:
        return change
    return change._replace(columns=change.columns | input_per_million(change.columns))


def inline(event: StoredEvent) -> RowChange:
    facts = orjson.loads(event.state)
    logged = LoggedEvent(str(event.originator_id), event.originator_version, event.topic, facts)
    return project_with_the_column(logged)


@pytest.fixture
def next_version(pool: Pool) -> Iterator[EventSourcedModels]:
    """Give the models of the next version of the service, which projects the column."""
    ledger = Ledger(LedgerRecorder(pool, scope=append_for_caller, projector=inline))
    yield EventSourcedModels(ledger)
    ledger.close()


@pytest.fixture
def next_projections(database: Database) -> PostgresProjections:
    return PostgresProjections(
        database.admin_url, wrong_snapshots, projector=project_with_the_column, version="the next one"
    )


def per_million(owner: Connection) -> set[object]:
    return {row[0] for row in owner.execute("SELECT input_per_million FROM ai_models")}


async def test_a_new_column_is_filled_by_a_rebuild_under_load(
    *,
    next_version: EventSourcedModels,
    next_projections: PostgresProjections,
    projections: PostgresProjections,
    tenants: tuple[Tenant, Tenant],
    tenant: Tenant,
    database: Database,
    owner: Connection,
) -> None:
    await tenant.begin()
    await verified(projections)
    async with under_load(database, tenants) as load:
        owner.execute(MIGRATION)
        writes = load.writes
        # The old version runs on and leaves the column out; then the next version takes its place.
        await tenant.register()
        assert per_million(owner) == {None}
        for each in (*tenants, tenant):
            each.models = next_version
        await tenant.register()
        assert Decimal("2.5") in per_million(owner)
        done = await rebuilt(next_projections, ["ai_models"])
    assert load.wrong == []
    assert load.writes > writes
    assert done.tables[0].differences.count > 0
    assert {field for row in done.tables[0].differences.first for field in row.fields} == {"input_per_million"}
    assert per_million(owner) == {Decimal("2.5")}
    await assert_as_the_log(next_projections)


async def test_each_write_of_the_next_version_writes_the_column(
    next_version: EventSourcedModels,
    next_projections: PostgresProjections,
    tenants: tuple[Tenant, Tenant],
    owner: Connection,
) -> None:
    owner.execute(MIGRATION)
    await rebuilt(next_projections)
    model = a_model(provider_id=tenants[0].provider_ids[0], price=a_price("0.001"))
    with acting(tenants[0].organization_id):
        await next_version.save(model)
    assert per_million(owner) == {Decimal("2.5"), Decimal(1)}
    with acting(tenants[0].organization_id):
        changed = await next_version.get(model.id)
        changed.change_price(a_price("0.002"))
        await next_version.save(changed)
    assert per_million(owner) == {Decimal("2.5"), Decimal(2)}
    await assert_as_the_log(next_projections)


async def test_what_was_proved_without_the_column_is_compared_again(
    projections: PostgresProjections,
    next_projections: PostgresProjections,
    tenants: tuple[Tenant, Tenant],
    owner: Connection,
) -> None:
    await verified(projections)
    owner.execute(MIGRATION)
    found = await verified(next_projections)
    assert (found.unchanged, counts(found)) == (0, {"ai_models": sum(len(each.model_ids) for each in tenants)})
    await rebuilt(next_projections)
    assert (await verified(next_projections)).unchanged == 0
    assert (await verified(next_projections)).unchanged == 2


async def test_a_rebuild_that_is_forgotten_is_noticed(
    next_version: EventSourcedModels,
    next_projections: PostgresProjections,
    tenants: tuple[Tenant, Tenant],
    owner: Connection,
) -> None:
    owner.execute(MIGRATION)
    tenants[0].models = next_version
    await tenants[0].rename(0, "Written, and its column still empty")
    assert counts(await verified(next_projections)) == {"ai_models": sum(len(each.model_ids) for each in tenants)}
