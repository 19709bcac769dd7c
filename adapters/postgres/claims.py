"""Idempotency keys in their table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from adapters.sql import statements
from application.ports.idempotency import Claimed, InFlight, Mismatch, Replay

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from adapters.postgres.tenant import Tenant
    from application.ports.idempotency import Claim

_SQL: Final = {name: SQL(text).format() for name, text in statements("adapters.postgres", "claims.sql").items()}


class PostgresClaims:
    """Fulfils `application.ports.idempotency.Claims`. A claim left open by a dead process is free after a minute."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def claim(self, key: str, fingerprint: bytes, command_id: UUID) -> Claim:  # noqa: ARG002 - see the port
        _, claimed, held = await self._tenant.results(
            (_SQL["forget_claims"], {}),
            (_SQL["claim"], {"key": key, "fingerprint": fingerprint}),
            (_SQL["claimed"], {"key": key}),
        )
        if claimed or not held:
            return Claimed()
        known_fingerprint, is_complete, status, headers, body = held[0]
        if known_fingerprint != fingerprint:
            return Mismatch()
        return Replay(status, headers, body) if is_complete else InFlight()

    async def complete(self, key: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        parameters = {"key": key, "status": status, "headers": Jsonb(dict(headers)), "body": body}
        await self._tenant.rows(_SQL["complete_claim"], parameters)

    async def release(self, key: str) -> None:
        await self._tenant.rows(_SQL["release_claim"], {"key": key})
