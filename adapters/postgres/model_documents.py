"""The list of models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.postgres.keyset_pages import composed, page_of, page_statements
from adapters.postgres.list_filters import model_conditions
from application.errors import ModelNotFound
from application.ports.resource_documents import Document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from adapters.postgres.tenant_statements import Tenant
    from application.ports.resource_documents import ModelFilter, Page, PageRequest


class PostgresModelDocuments:
    """Implements `application.ports.resource_documents.ModelDocuments`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def get(self, model_id: UUID) -> Document:
        rows = await self._tenant.rows(composed("model_documents", ("m.id = %(id)s",)), {"id": model_id, "limit": 1})
        if not rows:
            raise ModelNotFound
        return Document(json=rows[0][0], revision=rows[0][1])

    async def get_many(self, model_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        statement = composed("model_documents", ("m.id = ANY (%(ids)s)",))
        rows = await self._tenant.rows(statement, {"ids": list(model_ids), "limit": None})
        return {row[4]: row[0] for row in rows}

    async def page(self, filters: ModelFilter, request: PageRequest) -> Page:
        results = await self._tenant.results(*page_statements(model_conditions(filters), request))
        return page_of(results, request)
