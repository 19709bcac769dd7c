"""Cool-downs that the serving processes share; `PostgresCandidateReader` reads them with all else that prompts need."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.sql import SQL

from adapters.postgres.tenant_statements import Tenant
from adapters.sql import statements
from application.prompts.cool_downs import SharedCoolDown

_SQL: Final = statements("adapters.postgres", "prompt_candidates.sql")
_SHARE: Final = SQL(_SQL["share"]).format().as_bytes()
_FORGET: Final = SQL(_SQL["forget"]).format().as_bytes()


class PostgresSharedCoolDowns:
    """Implements `application.prompts.cool_down_sharing.SharedCoolDowns`; each write deletes those long over."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def share(self, found: Sequence[SharedCoolDown]) -> Sequence[tuple[UUID, datetime]]:
        parameters = {
            "model_ids": [each.model_id for each in found],
            "marks": [each.mark for each in found],
            "reasons": [each.reason for each in found],
            "lasts": [each.lasts for each in found],
            "rounds": [each.round for each in found],
            "left": [each.seconds_left for each in found],
        }
        shared, _ = await self._tenant.results((_SHARE, parameters), (_FORGET, {}))
        return [(row[0], row[1]) for row in shared]
