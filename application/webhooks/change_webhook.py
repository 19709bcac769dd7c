"""Change a webhook."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from application.policies.newest_revision import SeenFields, on_newest
from application.ports.outbound_http import ReceiverAddresses
from application.ports.vault import Vault
from application.recorded_revision import Recorded
from application.unset import UNSET, Unset
from application.webhooks.destination import host_of, opened, sealed
from application.webhooks.topics import refuse_unknown
from application.webhooks.webhooks import Webhooks
from domain.webhook.aggregate import Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWebhook:
    """Change what is mentioned, leave the rest. Administrators only."""

    webhook_id: UUID
    expected_revision: int | None = None
    name: str | Unset = UNSET
    url: str | Unset = field(default=UNSET, repr=False)
    topics: Sequence[str] | Unset = UNSET
    format: str | Unset = UNSET
    is_enabled: bool | Unset = UNSET


async def change_webhook(
    command: ChangeWebhook, *, webhooks: Webhooks, vault: Vault, addresses: ReceiverAddresses
) -> Recorded:
    """Return the webhook's revision after the change, the old one when it changes nothing.

    One that is enabled again receives what happens from now on.

    Raises:
        WebhookNotFound: the organization has no such webhook.
        StaleRevision: its revision is not the expected one.
        FieldsChanged: another command changed the same fields at the same time. Other fields do not matter.
        InvalidInput: there is no event of one of the topics.
        EndpointRefused: the new address may not be called.
        InvalidValue: a value is outside what its field allows.
        CredentialUnreadable: the address is to change, and the secret that stays cannot be decrypted.
    """
    if not isinstance(command.topics, Unset):
        refuse_unknown(command.topics)
    receiver = None if isinstance(command.url, Unset) else addresses.checked_receiver(command.url)

    seen = SeenFields()

    async def change() -> Recorded:
        webhook = await webhooks.get(command.webhook_id, expected_revision=command.expected_revision)
        seen.check(_mentioned_fields(webhook, command))
        _apply(webhook, command)
        if receiver is None:
            return await webhooks.save(webhook)
        held = await opened(vault, webhook)
        if held.url == receiver.url:
            return await webhooks.save(webhook)
        webhook.replace_address(host_of(receiver))
        moved = replace(held, url=receiver.url)
        return await webhooks.save(webhook, credential=await sealed(vault, webhook, moved))

    return await on_newest(change)


def _mentioned_fields(webhook: Webhook, command: ChangeWebhook) -> dict[str, Any]:
    """Return what the webhook holds in the fields that the command changes, by their pointers in a patch."""
    held = {
        "/name": (command.name, webhook.name),
        # The address is sealed, and its version is the secret's as well.
        "/url": (command.url, webhook.credential_version),
        "/topics": (command.topics, webhook.topics),
        "/format": (command.format, webhook.format),
        "/isEnabled": (command.is_enabled, webhook.is_enabled),
    }
    return {pointer: value for pointer, (wanted, value) in held.items() if not isinstance(wanted, Unset)}


def _apply(webhook: Webhook, command: ChangeWebhook) -> None:
    if not isinstance(command.name, Unset):
        webhook.rename(command.name)
    if not isinstance(command.topics, Unset):
        webhook.change_topics(command.topics)
    if not isinstance(command.format, Unset):
        webhook.change_format(command.format)
    if not isinstance(command.is_enabled, Unset):
        webhook.enable() if command.is_enabled else webhook.disable()
