"""Where a webhook's messages go and what they are signed with: sealed in the vault, and nowhere else."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from application.caller import current_caller
from application.errors import CredentialUnreadable
from application.ports.vault import KeyBinding, SealedCredential, Vault
from domain.provider.values import Endpoint
from domain.webhook.aggregate import Webhook

SEALED_FOR: Final = "webhook"
"""Takes the place of a provider's origin in the binding, so that nothing sealed for one can be opened as the other."""

_HTTPS_PORT: Final = ":443"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """An address, which may be a secret itself, and the secrets that sign, the newest first."""

    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    def signing_secrets(self, previous_valid_until: datetime | None, now: datetime) -> Sequence[str]:
        """Return the secrets that sign now: the newest, and the one before it as long as that is valid."""
        is_valid = previous_valid_until is not None and previous_valid_until > now
        return self.secrets if is_valid else self.secrets[:1]


def host_of(receiver: Endpoint) -> str:
    """Return what may be known of an address: its host, with the port unless it is that of https."""
    scheme, _, place = receiver.origin.partition("://")
    return place.removesuffix(_HTTPS_PORT) if scheme == "https" else place


def hint_of(secret: str) -> str:
    """Return what may be shown of a secret: an ellipsis and its last four characters."""
    return f"…{secret.rstrip('=')[-4:]}"


async def sealed(vault: Vault, webhook: Webhook, destination: Destination) -> SealedCredential:
    """Return the destination sealed for the newest version of the webhook."""
    binding = KeyBinding(
        organization_id=current_caller().organization_id,
        provider_id=webhook.id,
        version=webhook.credential_version,
        origin=SEALED_FOR,
    )
    text = json.dumps({"url": destination.url, "secrets": list(destination.secrets)})
    return replace(await vault.seal(text, binding), hint=hint_of(destination.secrets[0]))


async def opened(vault: Vault, webhook: Webhook) -> Destination:
    """Return the webhook's destination.

    Raises:
        CredentialUnreadable: it is not there, or cannot be decrypted.
    """
    text = await vault.open(webhook.id, SEALED_FOR)
    if text is None:
        raise CredentialUnreadable("The webhook's address is not stored any more. Set its url again.")
    return read(text)


def read(text: str) -> Destination:
    """Return the destination that was sealed as this text."""
    document = json.loads(text)
    return Destination(url=document["url"], secrets=tuple(document["secrets"]))
