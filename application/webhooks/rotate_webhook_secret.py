"""Replace the secret of a webhook."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from application.policies.newest_revision import on_newest
from application.ports.clock import Clock
from application.ports.vault import Vault
from application.webhooks.destination import hint_of, opened
from application.webhooks.register_webhook import WebhookSecret, saved_with_secret
from application.webhooks.signature import secret_text
from application.webhooks.webhooks import Webhooks

LONGEST_GRACE: Final = 30 * 24 * 3600
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateWebhookSecret:
    """Sign with a new secret. Administrators only. For some seconds more the old one signs beside it."""

    webhook_id: UUID
    grace_seconds: int = 0
    expected_revision: int | None = None


async def rotate_webhook_secret(
    command: RotateWebhookSecret,
    *,
    webhooks: Webhooks,
    vault: Vault,
    clock: Clock,
    new_secret: Callable[[], bytes],
) -> WebhookSecret:
    """Return the webhook's revision with its new secret, which is not shown again.

    A secret that was in its grace already does not sign any more.

    Raises:
        WebhookNotFound: the organization has no such webhook.
        StaleRevision: its revision is not the expected one.
        Conflict: another command changed it at the same time.
        CredentialUnreadable: the address, which stays, cannot be decrypted.
    """
    secret = secret_text(new_secret())
    grace = timedelta(seconds=command.grace_seconds)

    async def rotate() -> WebhookSecret:
        webhook = await webhooks.get(command.webhook_id, expected_revision=command.expected_revision)
        held = await opened(vault, webhook)
        webhook.rotate_secret(hint_of(secret), previous_valid_until=clock.now() + grace if grace else None)
        kept = held.secrets[:1] if grace else ()
        destination = replace(held, secrets=(secret, *kept))
        return await saved_with_secret(webhook, destination, webhooks=webhooks, vault=vault)

    return await on_newest(rotate)
