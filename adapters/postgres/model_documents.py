"""The list of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psycopg.types.json import Jsonb

from adapters.postgres.paging import composed, keyset_parameters, like, listing, page_of
from application.errors import ModelNotFound
from application.ports.documents import Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import LiteralString
    from uuid import UUID

    from psycopg.sql import Composed

    from adapters.postgres.tenant import Tenant
    from application.ports.documents import ModelFilter, Page, PageRequest

_CONDITIONS: Final[dict[str, LiteralString]] = {
    "provider_id": "m.provider_id = %(provider_id)s",
    "type": "m.type = %(type)s",
    "capability": "m.capabilities @> %(capability)s",
    "is_enabled": "m.is_enabled = %(is_enabled)s",
    "text": "(m.name ILIKE %(text)s OR m.model_id ILIKE %(text)s)",
}


class PostgresModelDocuments:
    """Fulfils `application.ports.documents.ModelDocuments`."""

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

    async def page(self, wanted: ModelFilter, request: PageRequest) -> Page:
        parameters = _parameters(wanted)
        conditions = tuple(_CONDITIONS[name] for name in parameters)
        statement = listing(
            "model_documents", conditions, request.sort, descending=request.descending, after=request.after is not None
        )
        statements: list[tuple[Composed, Mapping[str, Any]]] = [
            (statement, {**parameters, **keyset_parameters(request)})
        ]
        if request.include_total:
            statements.append((composed("model_count", conditions), parameters))
        rows, *count = await self._tenant.results(*statements)
        return page_of(rows[0], request, count[0][0][0] if count else None)


def _parameters(wanted: ModelFilter) -> Mapping[str, Any]:
    values = {
        "provider_id": wanted.provider_id,
        "type": wanted.type,
        "capability": None if wanted.capability is None else Jsonb([wanted.capability]),
        "is_enabled": wanted.is_enabled,
        "text": None if wanted.text is None else like(wanted.text),
    }
    return {name: value for name, value in values.items() if value is not None}
