"""How a projection gets a column: a migration plans it, the code projects it, a rebuild brings it.

This is the example of CONTRIBUTING.md, whose migration is carried out here and whose projection is the one here.
"""

from __future__ import annotations

import re
from decimal import Decimal
from inspect import getsource
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import orjson
import psycopg
import pytest

from adapters.event_store.appends import callers_append
from adapters.event_store.ledger import Ledger
from adapters.event_store.models import EventSourcedModels
from adapters.event_store.recorder import LedgerRecorder
from adapters.projections.read_tables import PostgresReadTables
from application.projections.project import project
from application.projections.rows import LoggedEvent
from tests.builders import a_model, a_price, acting
from tests.integration.rebuilding.carrying_out import TABLES, differences, rebuilt, rolled_back
from tests.integration.rebuilding.load import under_load
from tests.integration.rebuilding.shape import shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventsourcing.persistence import StoredEvent

    from application.projections.models import Columns
    from application.projections.rows import RowChange
    from tests.databases import Connection, Database, Pool
    from tests.integration.rebuilding.conftest import Tenant

GUIDE = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text("utf-8")


def shown(language: str) -> str:
    """Return the one block of a language that the guide shows."""
    [block] = re.findall(rf"^ *```{language}\n(.*?)^ *```$", GUIDE, re.DOTALL | re.MULTILINE)
    return dedent(block)


# Migrations are carried out by whoever owns the tables.
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
    ledger = Ledger(LedgerRecorder(pool, scope=callers_append, projector=inline))
    yield EventSourcedModels(ledger)
    ledger.close()


@pytest.fixture
def next_tables(database: Database) -> PostgresReadTables:
    return PostgresReadTables(database.admin_url, projector=project_with_the_column)


def per_million(owner: Connection) -> set[object]:
    return {row[0] for row in owner.execute("SELECT input_per_million FROM ai_models")}


async def test_a_new_column_comes_with_a_rebuild_under_load(
    next_version: EventSourcedModels,
    next_tables: PostgresReadTables,
    tenants: tuple[Tenant, Tenant],
    database: Database,
    owner: Connection,
) -> None:
    owner.execute(MIGRATION)
    assert [each.is_planned for each in await next_tables.statuses() if each.name == "ai_models"] == [True]
    # The next version runs before the rebuild: what the live table has no column for is left out.
    for tenant in tenants:
        tenant.models = next_version
        await tenant.register()
    with pytest.raises(psycopg.errors.UndefinedColumn):
        per_million(owner)
    async with under_load(database, tenants) as load:
        done = await rebuilt(next_tables, "ai_models")
    assert load.wrong == []
    assert done.corrected.count == 0
    assert per_million(owner) == {Decimal("2.5")}
    assert (await differences(next_tables, "ai_models")).count == 0
    assert {facet[1] for facet in shape(owner, "ai_models") if facet[0] == "index"} >= {"ai_models_input_idx"}
    assert [each.is_planned for each in await next_tables.statuses() if each.name == "ai_models"] == [False]


async def test_writes_after_the_swap_write_the_column(
    next_version: EventSourcedModels, next_tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    owner.execute(MIGRATION)
    await rebuilt(next_tables, "ai_models")
    model = a_model(provider_id=tenants[0].provider_ids[0], price=a_price("0.001"))
    with acting(tenants[0].organization_id):
        await next_version.save(model)
    assert per_million(owner) == {Decimal("2.5"), Decimal(1)}
    with acting(tenants[0].organization_id):
        changed = await next_version.get(model.id)
        changed.change_price(a_price("0.002"))
        await next_version.save(changed)
    assert per_million(owner) == {Decimal("2.5"), Decimal(2)}
    assert (await differences(next_tables, "ai_models")).count == 0


async def test_going_back_and_forth_takes_the_column_along(
    next_tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    before = {name: shape(owner, name) for name in TABLES}
    owner.execute(MIGRATION)
    await rebuilt(next_tables, "ai_models")
    with_column = shape(owner, "ai_models")
    await tenants[0].rename(0, "In between")
    await rolled_back(next_tables, "ai_models")
    assert {name: shape(owner, name) for name in TABLES} == before
    await tenants[0].register()
    # What was planned is not lost: the next rebuild brings it again.
    await rebuilt(next_tables, "ai_models")
    assert shape(owner, "ai_models") == with_column
    assert (await differences(next_tables, "ai_models")).count == 0


async def test_on_an_empty_log_the_column_is_there_at_once(next_tables: PostgresReadTables, owner: Connection) -> None:
    owner.execute(MIGRATION)
    assert per_million(owner) == set()
    assert [each.is_planned for each in await next_tables.statuses()] == [False, False, False]
    assert "ai_models_provider_fkey" in {facet[1] for facet in shape(owner, "ai_models") if facet[0] == "constraint"}


async def test_a_column_goes_the_same_way(
    tables: PostgresReadTables, tenants: tuple[Tenant, Tenant], owner: Connection
) -> None:
    owner.execute("SET ROLE modelbook_owner; SELECT blueprint('ai_models')")
    owner.execute("ALTER TABLE blueprints.ai_models DROP COLUMN context_window; RESET ROLE")
    assert (await rebuilt(tables, "ai_models")).corrected.count == 0
    with pytest.raises(psycopg.errors.UndefinedColumn):
        owner.execute("SELECT context_window FROM ai_models")
    await tenants[0].register()
    await tenants[0].rename(0, "Without it")
    assert (await differences(tables, "ai_models")).count == 0
