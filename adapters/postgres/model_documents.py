"""The list of models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.postgres.keyset_pages import INDEXED_SORTS, composed, page_of, page_statement
from adapters.postgres.list_filters import model_conditions
from application.errors import ModelNotFound
from application.ports.resource_documents import Document, ModelFilter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from adapters.postgres.tenant_statements import Tenant
    from application.ports.resource_documents import Page, PageRequest


class PostgresModelDocuments:
    """Implements `application.ports.resource_documents.ModelDocuments`.

    `keyed_types` are the types of providers that cannot be called without a key. `lists` may be a replica's, and
    `long_lists` are for searches, totals and orders without an
    index, which look at every model of the organization.
    """

    def __init__(
        self,
        tenant: Tenant,
        keyed_types: Sequence[str] = (),
        *,
        lists: Tenant | None = None,
        long_lists: Tenant | None = None,
    ) -> None:
        self._tenant = tenant
        self._lists = lists or tenant
        self._long_lists = long_lists or self._lists
        self._keyed_types = list(keyed_types)

    async def get(self, model_id: UUID) -> Document:
        parameters = {"id": model_id, "limit": 1, "keyed_types": self._keyed_types}
        rows = await self._tenant.rows(composed("model_documents", ("m.id = %(id)s",)), parameters)
        if not rows:
            raise ModelNotFound
        return Document(json=rows[0][0], revision=rows[0][1])

    async def get_many(self, model_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        statement = composed("model_documents", ("m.id = ANY (%(ids)s)",))
        parameters = {"ids": list(model_ids), "limit": None, "keyed_types": self._keyed_types}
        rows = await self._tenant.rows(statement, parameters)
        return {row[3]: row[0] for row in rows}

    async def page(self, filters: ModelFilter, request: PageRequest) -> Page:
        is_long = request.include_total or filters != ModelFilter() or request.sort not in INDEXED_SORTS
        tenant = self._long_lists if is_long else self._lists
        statement, parameters = page_statement(model_conditions(filters, self._keyed_types), request)
        return page_of(await tenant.rows(statement, parameters), request)

    async def count(self, filters: ModelFilter) -> int:
        conditions = model_conditions(filters, self._keyed_types)
        rows = await self._long_lists.rows(composed("model_count", conditions.pieces), conditions.parameters)
        return int(rows[0][0])
