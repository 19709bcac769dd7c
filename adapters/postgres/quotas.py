"""Quotas of organizations, and what is kept of organizations, in Postgres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from psycopg.sql import SQL

from adapters.sql import statements
from application.caller import Caller, acting_as

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.postgres.tenant_statements import Tenant

_SQL: Final = {name: SQL(text).format() for name, text in statements("adapters.postgres", "quotas.sql").items()}
_ACTOR: Final = "system:quotas"


class PostgresQuotas:
    """Implements `application.bounds.organization_quotas.QuotasReader`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def read(self, organization_id: UUID) -> Mapping[str, int]:
        reading = Caller(organization_id=organization_id, actor=_ACTOR, command_id=uuid4(), correlation_id=_ACTOR)
        with acting_as(reading):
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
