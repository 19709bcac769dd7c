"""Single resources and lists of them as JSON, of every kind; providers and models."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from adapters.postgres.keyset_pages import BY_ID, INDEXED_SORTS, Conditions, composed, page_of, page_statement
from adapters.postgres.list_filters import model_conditions, provider_conditions
from adapters.postgres.tenant_statements import Tenant
from application.errors import ModelNotFound, NotFound, ProviderNotFound
from application.ports.resource_documents import Document, ModelFilter, Page, PageRequest, ProviderFilter

FilterT = TypeVar("FilterT")


class PostgresDocuments(Generic[FilterT]):
    """Implements `application.ports.resource_documents.Documents` for resources of one kind.

    `lists` may be a replica's.
    """

    kind: ClassVar[str]
    not_found: ClassVar[type[NotFound]]

    def __init__(self, tenant: Tenant, *, lists: Tenant | None = None) -> None:
        self._tenant = tenant
        self._lists = lists or tenant
        self._parameters: Mapping[str, Any] = {}

    async def get(self, resource_id: UUID, /) -> Document:
        statement = composed(f"{self.kind}_documents", (BY_ID[self.kind],))
        rows = await self._tenant.rows(statement, {"id": resource_id, "limit": 1, **self._parameters})
        if not rows:
            raise self.not_found
        return Document(json=rows[0][0], revision=rows[0][1])

    async def page(self, filters: FilterT, request: PageRequest) -> Page:
        statement, parameters = page_statement(self._conditions(filters), request)
        return page_of(await self._tenant_for(filters, request).rows(statement, parameters), request)

    def _conditions(self, filters: FilterT) -> Conditions:
        raise NotImplementedError

    def _tenant_for(self, _filters: FilterT, _request: PageRequest) -> Tenant:
        """Return over which connections a page is read."""
        return self._lists


class PostgresProviderDocuments(PostgresDocuments[ProviderFilter]):
    """Implements `application.ports.resource_documents.ProviderDocuments`."""

    kind = "provider"
    not_found = ProviderNotFound

    def _conditions(self, filters: ProviderFilter) -> Conditions:
        return provider_conditions(filters)


class PostgresModelDocuments(PostgresDocuments[ModelFilter]):
    """Implements `application.ports.resource_documents.ModelDocuments`.

    `keyed_types` are the types of providers that cannot be called without a key. `long_lists` are for searches, totals
    and orders without an index, which look at every model of the organization.
    """

    kind = "model"
    not_found = ModelNotFound

    def __init__(
        self,
        tenant: Tenant,
        keyed_types: Sequence[str] = (),
        *,
        lists: Tenant | None = None,
        long_lists: Tenant | None = None,
    ) -> None:
        super().__init__(tenant, lists=lists)
        self._long_lists = long_lists or self._lists
        self._keyed_types = list(keyed_types)
        self._parameters = {"keyed_types": self._keyed_types}

    async def get_many(self, model_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        statement = composed("model_documents", ("m.id = ANY (%(ids)s)",))
        rows = await self._tenant.rows(statement, {"ids": list(model_ids), "limit": None, **self._parameters})
        return {row[3]: row[0] for row in rows}

    async def count(self, filters: ModelFilter) -> int:
        conditions = self._conditions(filters)
        rows = await self._long_lists.rows(composed("model_count", conditions.pieces), conditions.parameters)
        return int(rows[0][0])

    def _conditions(self, filters: ModelFilter) -> Conditions:
        return model_conditions(filters, self._keyed_types)

    def _tenant_for(self, filters: ModelFilter, request: PageRequest) -> Tenant:
        is_long = request.include_total or filters != ModelFilter() or request.sort not in INDEXED_SORTS
        return self._long_lists if is_long else self._lists
