"""The list of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.postgres.keyset_pages import composed, page_of, page_statement
from adapters.postgres.list_filters import provider_conditions
from application.errors import ProviderNotFound
from application.ports.resource_documents import Document

if TYPE_CHECKING:
    from uuid import UUID

    from adapters.postgres.tenant_statements import Tenant
    from application.ports.resource_documents import Page, PageRequest, ProviderFilter


class PostgresProviderDocuments:
    """Implements `application.ports.resource_documents.ProviderDocuments`; `lists` may be a replica's."""

    def __init__(self, tenant: Tenant, *, lists: Tenant | None = None) -> None:
        self._tenant = tenant
        self._lists = lists or tenant

    async def get(self, provider_id: UUID) -> Document:
        statement = composed("provider_documents", ("p.id = %(id)s",))
        rows = await self._tenant.rows(statement, {"id": provider_id, "limit": 1})
        if not rows:
            raise ProviderNotFound
        return Document(json=rows[0][0], revision=rows[0][1])

    async def page(self, filters: ProviderFilter, request: PageRequest) -> Page:
        return page_of(await self._lists.rows(*page_statement(provider_conditions(filters), request)), request)
