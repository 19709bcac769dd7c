"""Whatever happens, the read tables hold what the log alone would make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from psycopg import sql
from psycopg.rows import dict_row

from adapters.event_store.organizations import EventSourcedOrganizations
from application.projections.fold import DatedEvent, fold
from application.projections.project import TOPICS
from application.projections.rows import LoggedEvent
from domain.model.values import Lifecycle, Limits
from tests.builders import A_CREDENTIAL, ANOTHER_ENDPOINT, a_price
from tests.integration.projections.story import Tenant, stories
from tests.log import assert_whole, events, topics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.event_store.ledger import Ledger
    from adapters.event_store.models import EventSourcedModels
    from adapters.event_store.providers import EventSourcedProviders
    from tests.databases import Connection
    from tests.integration.projections.story import Step

Rows = dict[str, dict[str, Any]]

ONE_OF_EACH: list[Step] = [
    ("name_organization", ("one",)),
    ("name_organization", ("two",)),
    ("change_provider", (0, [("rename", (), {})], "one")),
    ("change_provider", (0, [("move", (ANOTHER_ENDPOINT, A_CREDENTIAL), {})], "one")),
    ("change_provider", (0, [("record_health", ("healthy", "ok"), {})], "one")),
    ("change_provider", (0, [("remove_credential", (), {})], "one")),
    ("change_provider", (0, [("change_settings", ({"region": "eu"},), {})], "one")),
    ("change_provider", (0, [("disable", (), {})], "one")),
    ("change_provider", (0, [("enable", (), {})], "one")),
    ("change_models", ([(0, [("rename", ("one",), {})])],)),
    ("change_models", ([(0, [("reconfigure", (), {"version": "2", "config": {"seed": 1}})])],)),
    ("change_models", ([(0, [("change_capabilities", ("vision", ["tools"]), {"sources": {"type": "live"}})])],)),
    ("change_models", ([(0, [("change_price", (a_price(),), {})])],)),
    ("change_models", ([(0, [("change_limits", (Limits(context_window=1, max_tokens=2),), {})])],)),
    ("change_models", ([(0, [("follow_lifecycle", (Lifecycle(lifecycle="deprecated"),), {})])],)),
    ("change_models", ([(0, [("follow_lifecycle", (Lifecycle(lifecycle="retired"),), {})])],)),
    ("change_models", ([(0, [("disable", (), {})])],)),
    ("change_models", ([(0, [("enable", (), {})])],)),
    ("remove_model", (0,)),
    ("remove_provider", (1, True)),
]
AMOUNTS = {"cost_per_1k_tokens", "input_per_1k", "output_per_1k"}


@pytest.fixture
def log(owner: Connection) -> Iterator[Connection]:
    """Give the superuser's connection, and check the whole log when the test is through with it."""
    yield owner
    assert_whole(owner)


@pytest.fixture
def organizations(ledger: Ledger) -> EventSourcedOrganizations:
    return EventSourcedOrganizations(ledger)


def _comparable(value: object, column: str = "") -> object:
    """Numbers by their worth: the database keeps decimals where JSON has floats."""
    if isinstance(value, dict):
        return {name: _comparable(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_comparable(member) for member in value]
    if isinstance(value, UUID):
        return str(value)
    if column in AMOUNTS and value is not None:
        return float(str(value))
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _rows(rows: Sequence[dict[str, Any]]) -> Rows:
    return {str(row["id"]): {name: _comparable(value, name) for name, value in row.items()} for row in rows}


def _in_the_tables(owner: Connection, tenant: Tenant) -> dict[str, Rows]:
    tables = {"organizations": "id", "ai_providers": "organization_id", "ai_models": "organization_id"}
    query = sql.SQL("SELECT * FROM {} WHERE {} = %s")
    with owner.cursor(row_factory=dict_row) as cursor:
        return {
            table: _rows(
                cursor.execute(
                    query.format(sql.Identifier(table), sql.Identifier(column)), (tenant.organization_id,)
                ).fetchall()
            )
            for table, column in tables.items()
        }


def _from_the_log(owner: Connection, tenant: Tenant) -> dict[str, Rows]:
    log = [
        DatedEvent(
            LoggedEvent(str(event["aggregate_id"]), event["revision"], event["topic"], orjson.loads(event["state"])),
            event["recorded_at"],
        )
        for event in events(owner, tenant.organization_id)
    ]
    folded = fold(str(tenant.organization_id), log)
    return {table: _rows(list(rows.values())) for table, rows in folded.items()}


# Each example lives in organizations of its own.
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=stories)
async def test_the_tables_are_the_fold_of_the_log(
    log: Connection,
    providers: EventSourcedProviders,
    models: EventSourcedModels,
    organizations: EventSourcedOrganizations,
    story: Sequence[tuple[int, Step]],
) -> None:
    tenants = [Tenant(providers, models, organizations) for _ in range(2)]
    for tenant in tenants:
        await tenant.begin()
    for who, step in story:
        await tenants[who].live(step)
    for tenant in tenants:
        assert _in_the_tables(log, tenant) == _from_the_log(log, tenant)


async def test_each_kind_of_event_reaches_its_table(
    log: Connection,
    providers: EventSourcedProviders,
    models: EventSourcedModels,
    organizations: EventSourcedOrganizations,
) -> None:
    tenant = Tenant(providers, models, organizations)
    await tenant.begin()
    for step in ONE_OF_EACH:
        before = _in_the_tables(log, tenant)
        await tenant.live(step)
        assert _in_the_tables(log, tenant) == _from_the_log(log, tenant) != before
    assert set(topics(log)) == TOPICS
