"""The list of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adapters.postgres.paging import composed, keyset_parameters, like, listing, page_of
from application.errors import ProviderNotFound
from application.ports.documents import Document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import LiteralString
    from uuid import UUID

    from psycopg.sql import Composed

    from adapters.postgres.tenant import Tenant
    from application.ports.documents import Page, PageRequest, ProviderFilter

_CONDITIONS: Final[dict[str, LiteralString]] = {
    "provider_type": "p.provider_type = %(provider_type)s",
    "is_enabled": "p.is_enabled = %(is_enabled)s",
    "health": "p.health_status = %(health)s",
    "text": "(p.name ILIKE %(text)s OR p.endpoint ILIKE %(text)s)",
}


class PostgresProviderDocuments:
    """Fulfils `application.ports.documents.ProviderDocuments`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def get(self, provider_id: UUID) -> Document:
        statement = composed("provider_documents", ("p.id = %(id)s",))
        rows = await self._tenant.rows(statement, {"id": provider_id, "limit": 1})
        if not rows:
            raise ProviderNotFound
        return Document(json=rows[0][0], revision=rows[0][1])

    async def page(self, wanted: ProviderFilter, request: PageRequest) -> Page:
        parameters = _parameters(wanted)
        conditions = tuple(_CONDITIONS[name] for name in parameters)
        statement = listing(
            "provider_documents",
            conditions,
            request.sort,
            descending=request.descending,
            after=request.after is not None,
        )
        statements: list[tuple[Composed, Mapping[str, Any]]] = [
            (statement, {**parameters, **keyset_parameters(request)})
        ]
        if request.include_total:
            statements.append((composed("provider_count", conditions), parameters))
        rows, *count = await self._tenant.results(*statements)
        return page_of(rows[0], request, count[0][0][0] if count else None)


def _parameters(wanted: ProviderFilter) -> Mapping[str, Any]:
    values = {
        "provider_type": wanted.provider_type,
        "is_enabled": wanted.is_enabled,
        "health": wanted.health,
        "text": None if wanted.text is None else like(wanted.text),
    }
    return {name: value for name, value in values.items() if value is not None}
