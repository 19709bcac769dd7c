"""The organization's webhooks as the API shows them, with what became of their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adapters.postgres.keyset_pages import composed, page_of, page_statement
from adapters.postgres.list_filters import webhook_conditions
from adapters.sql import composed_statements
from application.ports.resource_documents import Document, Page
from application.webhooks.webhooks import WebhookNotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from psycopg.sql import Composed

    from adapters.postgres.tenant_statements import Tenant
    from application.ports.resource_documents import PageRequest
    from application.webhooks.webhooks import WebhookFilter

_SQL: Final = composed_statements("adapters.postgres", "webhooks.sql")


class PostgresWebhookDocuments:
    """Implements `application.webhooks.webhooks.WebhookDocuments`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def get(self, webhook_id: UUID) -> Document:
        statement = composed("webhook_documents", ("w.id = %(id)s",))
        rows = await self._tenant.rows(statement, {"id": webhook_id, "limit": 1})
        if not rows:
            raise WebhookNotFound
        return Document(json=rows[0][0], revision=rows[0][1])

    async def page(self, filters: WebhookFilter, request: PageRequest) -> Page:
        return page_of(await self._tenant.rows(*page_statement(webhook_conditions(filters), request)), request)

    async def deliveries(self, webhook_id: UUID, status: str | None, request: PageRequest) -> Page:
        after_time, after_id = request.after or (None, None)
        parameters = {"webhook_id": webhook_id, "status": status}
        keyset = {"after_time": after_time, "after_id": after_id, "limit": request.limit + 1}
        statements: list[tuple[Composed, dict[str, Any]]] = [
            (_SQL["exists"], {"webhook_id": webhook_id}),
            (_SQL["deliveries"], {**parameters, **keyset}),
        ]
        if request.include_total:
            statements.append((_SQL["delivery_count"], parameters))
        [[exists]], rows, *total = await self._tenant.results(*statements)
        if not exists:
            raise WebhookNotFound
        shown = rows[: request.limit]
        return Page(
            joined=b",".join(row[0] for row in shown),
            next_after=(shown[-1][1].isoformat(), shown[-1][2]) if len(rows) > request.limit else None,
            total=total[0][0][0] if total else None,
        )

    async def all_ids(self) -> Sequence[UUID]:
        return [row[0] for row in await self._tenant.rows(_SQL["all_webhooks"], {})]
