"""Remove a webhook."""

from dataclasses import dataclass
from uuid import UUID

from application.policies.newest_revision import change_newest
from application.recorded_revision import Recorded
from application.webhooks.webhooks import Webhooks
from domain.webhook.aggregate import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveWebhook:
    """Send a receiver nothing any more, and destroy its address and secrets. Administrators only."""

    webhook_id: UUID
    expected_revision: int | None = None


async def remove_webhook(command: RemoveWebhook, *, webhooks: Webhooks) -> Recorded:
    """Return the webhook's last revision. Its deliveries are forgotten, its history stays.

    Raises:
        WebhookNotFound: the organization has no such webhook.
        StaleRevision: its revision is not the expected one.
        Conflict: another command changed it at the same time.
    """
    return await change_newest(
        webhooks, command.webhook_id, Webhook.remove, expected_revision=command.expected_revision
    )
