"""The organization's webhooks as the API shows them, with what became of their messages."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from psycopg.sql import Composed

from adapters.postgres.keyset_pages import Conditions
from adapters.postgres.list_filters import webhook_conditions
from adapters.postgres.resource_documents import PostgresDocuments
from adapters.sql import composed_statements
from application.ports.resource_documents import Page, PageRequest
from application.webhooks.webhooks import WebhookFilter, WebhookNotFound

_SQL: Final = composed_statements("adapters.postgres", "webhooks.sql")


class PostgresWebhookDocuments(PostgresDocuments[WebhookFilter]):
    """Implements `application.webhooks.webhooks.WebhookDocuments`."""

    kind = "webhook"
    not_found = WebhookNotFound

    def _conditions(self, filters: WebhookFilter) -> Conditions:
        return webhook_conditions(filters)

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
