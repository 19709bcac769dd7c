"""Quotas of organizations, and what is kept of organizations, in Postgres."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from adapters.postgres.tenant_statements import Tenant
from adapters.sql import composed_statements
from application.caller import Caller, acting_as

_SQL: Final = composed_statements("adapters.postgres", "quotas.sql")
_ACTOR: Final = "system:quotas"


class PostgresQuotas:
    """Implements `application.bounds.organization_quotas.QuotasReader`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def read(self, organization_id: UUID) -> Mapping[str, int]:
        with acting_as(Caller.of_service(organization_id, _ACTOR)):
            rows = await self._tenant.rows(_SQL["quotas"], {})
        return rows[0][0] if rows else {}


class PostgresStoredAmounts:
    """Implements `application.bounds.stocks.StoredAmounts`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def registered(self) -> Mapping[str, int]:
        [[providers, models]] = await self._tenant.rows(_SQL["registered"], {})
        return {"providers": providers, "models": models}

    async def kept_answers(self) -> Mapping[str, int]:
        [[answers, answer_bytes]] = await self._tenant.rows(_SQL["kept_answers"], {})
        return {"keptAnswers": answers, "keptAnswerBytes": answer_bytes}
