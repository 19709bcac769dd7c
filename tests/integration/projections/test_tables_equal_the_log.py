"""Whatever happens, the read tables hold what the log alone would make of them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from adapters.event_store.ledger import Ledger
from application.projections.project_event import TOPICS
from domain.access_key.values import NO_LIMITS, UNRESTRICTED, Restriction
from domain.access_key.values import Limits as KeyLimits
from domain.budget import Budget
from domain.model.values import Lifecycle, Limits
from tests.builders import A_CREDENTIAL, ANOTHER_ENDPOINT, a_price
from tests.databases import Connection
from tests.hypothesis_strategies import NOW
from tests.integration.projections.random_changes import Step, Tenant, stories
from tests.log_contents import assert_whole, topics
from tests.projection_tables import rows_from_the_log, rows_in_the_tables

A_KEY: dict[str, Any] = {
    "name": "one",
    "scope": "run",
    "hint": "…a",
    "issued_by": "user-1",
    "now": NOW,
    "restriction": Restriction(model_ids=(str(uuid4()),)),
    "limits": KeyLimits(concurrent=2),
    "budget": Budget(Decimal("12.5"), "month"),
    "labels": {"team": "search"},
    "expires_at": NOW + timedelta(days=1),
}
ONE_OF_EACH: list[Step] = [
    ("name_organization", ("one",)),
    ("name_organization", ("two",)),
    ("change_organization", ([("change_quotas", ({"concurrent": 5},), {})],)),
    ("change_organization", ([("change_budget", (Budget(Decimal(7), "day"),), {})],)),
    ("change_provider", (0, [("rename", (), {})], "one")),
    ("change_provider", (0, [("move", (ANOTHER_ENDPOINT, A_CREDENTIAL), {})], "one")),
    ("change_provider", (0, [("record_health", ("healthy", "ok"), {})], "one")),
    ("change_provider", (0, [("change_extra_headers", (["X-Gateway"],), {})], "one")),
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
    ("change_models", ([(0, [("follow_lifecycle", (Lifecycle(retires_on="2026-12-31"),), {})])],)),
    ("change_models", ([(0, [("note_retirement", (30, "2026-12-31"), {})])],)),
    ("change_models", ([(0, [("follow_lifecycle", (Lifecycle(lifecycle="retired"),), {})])],)),
    ("change_models", ([(0, [("disable", (), {})])],)),
    ("change_models", ([(0, [("enable", (), {})])],)),
    ("remove_model", (0,)),
    ("remove_provider", (1, True)),
    ("issue_key", (A_KEY,)),
    ("change_key", (0, [("rename", ("another",), {})])),
    ("change_key", (0, [("change_limits", (NO_LIMITS,), {})])),
    ("change_key", (0, [("note_threshold", (80,), {"since": NOW})])),
    ("change_key", (0, [("change_budget", (None,), {})])),
    ("change_key", (0, [("restrict", (UNRESTRICTED,), {})])),
    ("change_key", (0, [("change_labels", ({},), {})])),
    ("change_key", (0, [("change_expiry", (None,), {"now": NOW})])),
    ("change_key", (0, [("change_expiry", (NOW + timedelta(days=6),), {"now": NOW})])),
    ("change_key", (0, [("note_expiry", (7, NOW + timedelta(days=6)), {})])),
    ("change_key", (0, [("rotate", ("…b",), {"previous_valid_until": NOW + timedelta(hours=1)})])),
    ("change_key", (0, [("disable", (), {})])),
    ("change_key", (0, [("enable", (), {})])),
    ("issue_key", (A_KEY,)),
    (
        "register_webhook",
        ({"name": "one", "topics": ["*"], "format": "json", "host": "a.example", "secret_hint": "…a"},),
    ),
    ("change_webhook", (0, [("rename", ("another",), {})])),
    ("change_webhook", (0, [("change_topics", (["model.*"],), {})])),
    ("change_webhook", (0, [("change_format", ("slack",), {})])),
    ("change_webhook", (0, [("replace_address", ("b.example",), {})])),
    ("change_webhook", (0, [("rotate_secret", ("…b",), {"previous_valid_until": NOW + timedelta(hours=1)})])),
    ("change_webhook", (0, [("disable", (), {})])),
    ("change_webhook", (0, [("enable", (), {})])),
    (
        "change_webhook",
        (0, [("switch_off", (), {"cause": "timeout", "attempts": 3, "failing_since": NOW, "position": 7})]),
    ),
    ("remove_webhook", (0,)),
    ("invite_member", ("viewer",)),
    ("change_member", (0, [("invite_again", (), {})])),
    ("change_member", (0, [("change_role", ("admin",), {})])),
    ("change_member", (0, [("join", (uuid4(),), {})])),
    ("remove_member", (0, False)),
    ("invite_member", ("viewer",)),
    ("remove_member", (1, False)),
    ("invite_member", ("viewer",)),
    ("change_member", (2, [("join", (uuid4(),), {})])),
    ("remove_member", (2, True)),
    ("revoke_key", (1,)),
    ("remove_organization", ()),
]


@pytest.fixture
def log(owner: Connection) -> Iterator[Connection]:
    """Give the superuser's connection, and check the whole log when the test is through with it."""
    yield owner
    assert_whole(owner)


# Each example lives in organizations of its own.
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=stories)
async def test_the_tables_are_the_fold_of_the_log(
    log: Connection,
    ledger: Ledger,
    story: Sequence[tuple[int, Step]],
) -> None:
    tenants = [Tenant(ledger) for _ in range(2)]
    for tenant in tenants:
        await tenant.begin()
    for who, step in story:
        await tenants[who].live(step)
    for tenant in tenants:
        assert rows_in_the_tables(log, tenant.organization_id) == rows_from_the_log(log, tenant.organization_id)


async def test_each_kind_of_event_reaches_its_table(
    log: Connection,
    ledger: Ledger,
) -> None:
    tenant = Tenant(ledger)
    await tenant.begin()
    for step in ONE_OF_EACH:
        before = rows_in_the_tables(log, tenant.organization_id)
        await tenant.live(step)
        assert (
            rows_in_the_tables(log, tenant.organization_id) == rows_from_the_log(log, tenant.organization_id) != before
        )
    # That a backup was restored is stated of the log, and changes no row.
    # Nor does it that a part of the organization's budget was spent: the row has no revision.
    assert set(topics(log)) == TOPICS - {"organization.restored", "organization.budget-threshold-reached"}
