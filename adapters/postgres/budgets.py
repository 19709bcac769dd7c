"""The spending of budgets, in Postgres."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import psycopg

from adapters.database_errors import reachable
from adapters.postgres.connection_pools import AnyPool
from adapters.postgres.tenant_statements import Tenant
from adapters.sql import composed_statements
from application.bounds.budget_leases import Lease, LeaseRequest
from application.bounds.note_overdue_thresholds import OverdueThreshold
from application.bounds.organization_bounds import OrganizationBudget
from application.caller import Caller, acting_as
from application.errors import Unavailable
from application.ports.clock import Clock
from domain.budget import Budget

LEASE_SECONDS: Final = 30.0
"""A process that does not say for as long that it lives is taken to have spent its part."""

_SQL: Final = composed_statements("adapters.postgres", "budgets.sql")
_ACTOR: Final = "system:budgets"

_log = logging.getLogger(__name__)


class PostgresBudgetLeases:
    """Implements `application.bounds.budget_leases.BudgetLeases`; one for each process."""

    def __init__(self, tenant: Tenant, clock: Clock, *, lease_seconds: float = LEASE_SECONDS) -> None:
        self._tenant = tenant
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._holder = uuid4()

    async def renew(self, request: LeaseRequest) -> Lease:
        now = self._clock.now()
        parameters = {
            "subject_id": request.subject_id,
            "period_start": request.period_start,
            "holder": self._holder,
            "budget_usd": request.budget_usd,
            "spent_usd": request.spent_usd,
            "committed_usd": request.committed_usd,
            "wanted_usd": request.wanted_usd,
            "now": now,
            "until": now + timedelta(seconds=self._lease_seconds),
        }
        try:
            with acting_as(Caller.of_service(request.organization_id, _ACTOR)):
                [[spent, leased, reached]] = await self._tenant.rows(_SQL["renew"], parameters)
        except psycopg.Error as error:
            # Calls that it would allow must not be made, and what was spent is kept for the next time.
            _log.error("The database refuses what was spent of a budget (%s).", type(error).__name__)
            raise Unavailable(
                "The spending of the budget cannot be recorded; the service's log has the reason."
            ) from error
        return Lease(spent_usd=spent, leased_usd=leased, reached_percent=tuple(reached))

    async def note_threshold(
        self, organization_id: UUID, subject_id: UUID, start: datetime | None, percent: int
    ) -> None:
        parameters = {
            "subject_id": subject_id,
            "period_start": start,
            "percent": percent,
            "now": self._clock.now(),
        }
        with acting_as(Caller.of_service(organization_id, _ACTOR)):
            await self._tenant.rows(_SQL["note_threshold"], parameters)


class PostgresOverdueThresholds:
    """Implements `application.bounds.note_overdue_thresholds.OverdueThresholds` on the administrators' login."""

    def __init__(self, pool: AnyPool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def find(self, limit: int) -> Sequence[OverdueThreshold]:
        with reachable():
            async with self._pool.connection() as connection:
                found = await connection.execute(_SQL["overdue"], {"now": self._clock.now(), "limit": limit})
                rows = await found.fetchall()
        return [
            OverdueThreshold(
                organization_id=row[0], kind=row[1], subject_id=row[2], period_start=row[3], budget_usd=row[4]
            )
            for row in rows
        ]


class PostgresOrganizationBudget:
    """Implements `application.bounds.organization_bounds.OrganizationBudgetReader`."""

    def __init__(self, tenant: Tenant, clock: Clock) -> None:
        self._tenant = tenant
        self._clock = clock

    async def read(self) -> OrganizationBudget:
        rows = await self._tenant.rows(_SQL["organization_budget"], {"now": self._clock.now()})
        if not rows or rows[0][0] is None:
            return OrganizationBudget()
        usd, period, spent, resets_at = rows[0]
        return OrganizationBudget(budget=Budget(usd, period), spent_usd=spent, resets_at=resets_at)
