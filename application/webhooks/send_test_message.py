"""Try a webhook out."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from application.caller import current_caller
from application.ports.clock import Clock
from application.ports.outbound_http import Outbound
from application.ports.vault import Vault
from application.webhooks.destination import opened
from application.webhooks.messages import ReportedEvent, message_body
from application.webhooks.outbox import Outbox
from application.webhooks.send_message import Attempt, send_message
from application.webhooks.topics import TEST
from application.webhooks.webhooks import Webhooks
from domain.webhook.values import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTestMessage:
    """Send a message of the type webhook.test now, also to a webhook that is disabled. Administrators only."""

    webhook_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What became of a test."""

    message_id: UUID
    attempt: Attempt


async def send_test_message(
    command: SendTestMessage, *, webhooks: Webhooks, vault: Vault, outbound: Outbound, outbox: Outbox, clock: Clock
) -> Tested:
    """Return what became of the message after at most 15 seconds. It is not repeated; what failed is no error here.

    Raises:
        WebhookNotFound: the organization has no such webhook.
        CredentialUnreadable: the address cannot be decrypted.
    """
    caller = current_caller()
    webhook = await webhooks.get(command.webhook_id)
    destination = await opened(vault, webhook)
    now = clock.now()
    secrets = destination.signing_secrets(webhook.previous_valid_until, now)
    event = ReportedEvent(
        position=None,
        topic=TEST,
        aggregate_id=webhook.id,
        revision=None,
        facts={},
        name=webhook.name,
        actor=caller.actor,
        reason=None,
        recorded_at=now,
    )
    number = caller.new_id()
    body = message_body(event, caller.organization_id, cast("Format", webhook.format))
    attempt = await send_message(outbound, destination.url, secrets, number, body, now=now)
    caller.outcome.may_have_changed = True
    await outbox.tested(webhook.id, number, event, attempt)
    return Tested(message_id=number, attempt=attempt)
