"""Sealed provider keys, in Postgres."""

from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL

from adapters.postgres.tenant_statements import Tenant
from adapters.sql import statements
from application.caller import current_caller
from application.ports.vault import KeyBinding, SealedCredential

_TEXTS: Final = statements("adapters.postgres", "credentials.sql")
_OF_PROVIDER: Final = SQL(_TEXTS["current_credential"]).format()
_OF_WEBHOOK: Final = SQL(_TEXTS["current_webhook_credential"]).format()


class PostgresSealedCredentials:
    """Implements `application.ports.vault.SealedCredentials`, for providers or for webhooks."""

    def __init__(self, tenant: Tenant, *, of_webhooks: bool = False) -> None:
        self._tenant = tenant
        self._statement = _OF_WEBHOOK if of_webhooks else _OF_PROVIDER

    async def current(self, provider_id: UUID) -> SealedCredential | None:
        rows = await self._tenant.rows(self._statement, {"provider_id": provider_id})
        if not rows:
            return None
        return sealed_credential(current_caller().organization_id, provider_id, *rows[0])


def sealed_credential(
    organization_id: UUID,
    provider_id: UUID,
    version: int,
    origin: str,
    *sealed: Any,  # noqa: ANN401 - columns
) -> SealedCredential:
    """Return the credential of a row. `sealed` are its columns from the hint to the master key id, in table order.

    Readers that use the key add a column: whether the row is the one that the log names.
    """
    hint, ciphertext, nonce, wrapped_key, wrap_nonce, master_key_id, *is_current = sealed
    return SealedCredential(
        binding=KeyBinding(organization_id=organization_id, provider_id=provider_id, version=version, origin=origin),
        hint=hint,
        ciphertext=ciphertext,
        nonce=nonce,
        wrapped_key=wrapped_key,
        wrap_nonce=wrap_nonce,
        master_key_id=master_key_id,
        is_current=all(is_current),
    )
