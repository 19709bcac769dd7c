"""A process that is killed between learning that a threshold is reached and recording it.

Its arguments are the URL of the service's login, an organization and an access key of it.
"""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from adapters.postgres.budgets import PostgresBudgetLeases
from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.tenant_statements import Tenant
from adapters.system_clock import SystemClock
from application.bounds.budget_leases import LeaseRequest
from application.bounds.budgets import period_start


async def main(url: str, organization_id: UUID, key_id: UUID) -> None:
    async with reading_pool(url) as pool:
        request = LeaseRequest(
            organization_id=organization_id,
            subject_id=key_id,
            period_start=period_start("month", datetime.now(UTC)),
            budget_usd=Decimal(10),
            spent_usd=Decimal(9),
            committed_usd=Decimal(0),
            wanted_usd=Decimal(0),
        )
        lease = await PostgresBudgetLeases(Tenant(pool), SystemClock()).renew(request)
        if lease.reached_percent == (50, 80):
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], UUID(sys.argv[2]), UUID(sys.argv[3])))
