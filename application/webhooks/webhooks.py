"""The organization's webhooks: the aggregates, and what is shown of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from application.errors import Conflict, NotFound
from application.ports.repositories import Repository
from application.ports.resource_documents import Documents, Page, PageRequest
from application.ports.vault import SealedCredential
from application.recorded_revision import Recorded
from domain.webhook.aggregate import Webhook

MOST_WEBHOOKS = 20
"""In an organization."""


class WebhookNotFound(NotFound):
    """Your organization has no such webhook."""

    code = "webhook-not-found"


class TooManyWebhooks(Conflict):
    """Your organization has as many webhooks as it may have (20). Remove one that is not needed."""

    code = "too-many-webhooks"


class Webhooks(Repository["Webhook"], Protocol):
    """Loads and saves webhooks; `get` raises WebhookNotFound."""

    async def save(self, aggregate: Webhook, *, credential: SealedCredential | None = None) -> Recorded:
        """Record what was decided, with the sealed address and secrets that go with it, all or nothing.

        Errors as for every repository.

        Raises:
            TooManyWebhooks: the organization has as many as it may have.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFilter:
    """Which webhooks; None lets all through. `text` is looked for in name and host."""

    is_enabled: bool | None = None
    text: str | None = None


class WebhookDocuments(Documents[WebhookFilter], Protocol):
    """The webhooks of the current caller's organization, without their addresses and secrets."""

    async def deliveries(self, webhook_id: UUID, status: str | None, request: PageRequest) -> Page:
        """Return a page of what became of the webhook's messages, newest first, of this status or of all.

        Raises:
            WebhookNotFound: the organization has none of this id.
        """
        ...

    async def all_ids(self) -> Sequence[UUID]:
        """Return the ids of all webhooks."""
        ...
