"""Every threshold that is reached is recorded, once, also if the process is killed that was about to do it."""

import asyncio
import signal
import sys
from decimal import Decimal
from functools import partial
from pathlib import Path
from uuid import uuid4

from adapters.event_store.ledger import Ledger
from adapters.event_store.repositories import EventSourcedAccessKeys, EventSourcedOrganizations
from adapters.postgres.budgets import PostgresBudgetLeases, PostgresOverdueThresholds
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.tenant_statements import Tenant
from adapters.system_clock import SystemClock
from application.bounds.note_overdue_thresholds import note_overdue_thresholds
from application.bounds.note_threshold import note_threshold
from domain.budget import Budget
from tests.builders import acting, an_access_key
from tests.databases import Connection, Database

_SCRIPT = Path(__file__).with_name("dying_process.py")


async def test_what_a_killed_process_was_about_to_report_is_reported_once(
    database: Database, ledger: Ledger, owner: Connection
) -> None:
    organization_id, key = uuid4(), an_access_key(budget=Budget(Decimal(10), "month"))
    keys = EventSourcedAccessKeys(ledger)
    with acting(organization_id):
        await keys.save(key)
    dying = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.budgets.dying_process", database.app_url, str(organization_id),
        str(key.id), cwd=_SCRIPT.parents[3],
    )  # fmt: skip
    assert await dying.wait() == -signal.SIGKILL

    def recorded() -> list[str]:
        rows = owner.execute(
            "SELECT convert_from(state, 'UTF8')::json ->> 'percent' FROM events"
            " WHERE topic = 'access-key.budget-threshold-reached' ORDER BY org_sequence"
        )
        return [row[0] for row in rows]

    assert recorded() == []
    note = partial(note_threshold, keys=keys, organizations=EventSourcedOrganizations(ledger))
    async with reading_pool(database.app_url) as app, reading_pool(database.admin_url) as admin:
        leases = PostgresBudgetLeases(Tenant(app), SystemClock())
        sweep = partial(
            note_overdue_thresholds, overdue=PostgresOverdueThresholds(admin, SystemClock()), leases=leases, note=note
        )
        assert await sweep() == 1
        assert recorded() == ["50", "80"]
        assert await sweep() == 0
        # Killed after it was recorded, and before that was noted.
        owner.execute("UPDATE budget_spending SET noted_percent = 0")
        assert await sweep() == 1
        assert await sweep() == 0
    assert recorded() == ["50", "80"]
