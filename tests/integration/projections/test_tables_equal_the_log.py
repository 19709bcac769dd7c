"""Whatever happens, the read tables hold what the log alone would make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from adapters.event_store.repositories import EventSourcedOrganizations
from application.projections.project_event import TOPICS
from domain.model.values import Lifecycle, Limits
from tests.builders import A_CREDENTIAL, ANOTHER_ENDPOINT, a_price
from tests.integration.projections.random_changes import Tenant, stories
from tests.log_contents import assert_whole, topics
from tests.projection_tables import rows_from_the_log, rows_in_the_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.event_store.ledger import Ledger
    from adapters.event_store.repositories import EventSourcedModels, EventSourcedProviders
    from tests.databases import Connection
    from tests.integration.projections.random_changes import Step

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
    ("remove_organization", ()),
]


@pytest.fixture
def log(owner: Connection) -> Iterator[Connection]:
    """Give the superuser's connection, and check the whole log when the test is through with it."""
    yield owner
    assert_whole(owner)


@pytest.fixture
def organizations(ledger: Ledger) -> EventSourcedOrganizations:
    return EventSourcedOrganizations(ledger)


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
        assert rows_in_the_tables(log, tenant.organization_id) == rows_from_the_log(log, tenant.organization_id)


async def test_each_kind_of_event_reaches_its_table(
    log: Connection,
    providers: EventSourcedProviders,
    models: EventSourcedModels,
    organizations: EventSourcedOrganizations,
) -> None:
    tenant = Tenant(providers, models, organizations)
    await tenant.begin()
    for step in ONE_OF_EACH:
        before = rows_in_the_tables(log, tenant.organization_id)
        await tenant.live(step)
        assert (
            rows_in_the_tables(log, tenant.organization_id) == rows_from_the_log(log, tenant.organization_id) != before
        )
    # That a backup was restored is stated of the log, and changes no row.
    assert set(topics(log)) == TOPICS - {"organization.restored"}
