"""Register a webhook."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from application.caller import current_caller
from application.ports.outbound_http import ReceiverAddresses
from application.ports.vault import Vault
from application.recorded_revision import Recorded
from application.webhooks.destination import Destination, hint_of, host_of, opened, sealed
from application.webhooks.signature import secret_text
from application.webhooks.topics import refuse_unknown
from application.webhooks.webhooks import Webhooks
from domain.webhook.aggregate import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWebhook:
    """Register a receiver of events. Administrators only."""

    name: str
    url: str = field(repr=False)
    topics: Sequence[str]
    format: str = "json"
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecret:
    """What was recorded, and the new secret; None where an earlier run of the command has returned it already."""

    recorded: Recorded
    text: str | None = field(repr=False)


async def register_webhook(
    command: RegisterWebhook,
    *,
    webhooks: Webhooks,
    vault: Vault,
    addresses: ReceiverAddresses,
    new_secret: Callable[[], bytes],
) -> WebhookSecret:
    """Return the new webhook's id and revision with its secret, which is not shown again.

    It receives what happens from now on.

    Raises:
        InvalidInput: there is no event of one of the topics.
        EndpointRefused: the address may not be called.
        InvalidValue: a value is outside what its field allows.
        TooManyWebhooks: the organization has as many as it may have.
    """
    refuse_unknown(command.topics)
    secret = secret_text(new_secret())
    receiver = addresses.checked_receiver(command.url)
    destination = Destination(url=receiver.url, secrets=(secret,))
    webhook = Webhook.register(
        current_caller().new_id(),
        name=command.name,
        topics=command.topics,
        format=command.format,
        host=host_of(receiver),
        secret_hint=hint_of(secret),
        is_enabled=command.is_enabled,
    )
    return await saved_with_secret(webhook, destination, webhooks=webhooks, vault=vault)


async def saved_with_secret(
    webhook: Webhook, destination: Destination, *, webhooks: Webhooks, vault: Vault
) -> WebhookSecret:
    """Save the webhook with its new secret. The secret is returned only if it is the one that was recorded."""
    recorded = await webhooks.save(webhook, credential=await sealed(vault, webhook, destination))
    is_kept = (await opened(vault, webhook)).secrets[0] == destination.secrets[0]
    return WebhookSecret(recorded=recorded, text=destination.secrets[0] if is_kept else None)
