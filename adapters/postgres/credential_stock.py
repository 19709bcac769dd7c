"""All sealed credentials, for an administrator's login."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

from adapters.database_errors import reachable
from adapters.postgres.connection_pools import AnyPool
from adapters.postgres.sealed_credentials import sealed_credential
from adapters.sql import statements
from application.master_keys.credential_stock import Place, RotationUnderWay
from application.ports.vault import SealedCredential

_SQL: Final = statements("adapters.postgres", "credentials.sql")
_BEFORE_ALL: Final = (UUID(int=0), UUID(int=0))


class PostgresCredentialStock:
    """Implements `application.master_keys.credential_stock.CredentialStock` on a pool of the administrators' login."""

    def __init__(self, pool: AnyPool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        with reachable():
            async with self._pool.connection() as connection:
                row = await (await connection.execute(_SQL["alone"])).fetchone()
                if row != (True,):
                    raise RotationUnderWay
                try:
                    yield
                finally:
                    if not connection.closed:
                        await connection.execute(_SQL["not_alone"])

    async def counts(self) -> Mapping[str, int]:
        return dict(await self._rows("count_of_credentials"))

    async def under_others(self, active_id: str, after: Place | None, limit: int) -> Sequence[SealedCredential]:
        organization_id, provider_id = after or _BEFORE_ALL
        rows = await self._rows(
            "under_others",
            active_id=active_id,
            organization_id=organization_id,
            provider_id=provider_id,
            limit=limit,
        )
        return [sealed_credential(*row) for row in rows]

    async def exchange(self, pairs: Sequence[tuple[SealedCredential, SealedCredential]]) -> int:
        if not pairs:
            return 0
        parameters = {
            "organization_ids": [before.binding.organization_id for before, _ in pairs],
            "provider_ids": [before.binding.provider_id for before, _ in pairs],
            "before": [before.wrapped_key for before, _ in pairs],
            "wrapped_keys": [after.wrapped_key for _, after in pairs],
            "wrap_nonces": [after.wrap_nonce for _, after in pairs],
            "master_key_ids": [after.master_key_id for _, after in pairs],
        }
        with reachable():
            async with self._pool.connection() as connection:
                return (await connection.execute(_SQL["exchange"], parameters)).rowcount

    async def known_keys(self) -> Collection[str]:
        return {row[0] for row in await self._rows("canaries")}

    async def know_keys(self, canaries: Mapping[str, bytes]) -> None:
        with reachable():
            async with self._pool.connection() as connection:
                for master_key_id, canary in canaries.items():
                    await connection.execute(_SQL["keep_canary"], {"master_key_id": master_key_id, "canary": canary})

    async def forget_keys(self, kept: Collection[str]) -> Sequence[str]:
        return sorted(row[0] for row in await self._rows("forget_canaries", kept=list(kept)))

    async def _rows(self, name: str, **parameters: object) -> list[tuple[Any, ...]]:
        with reachable():
            async with self._pool.connection() as connection:
                return await (await connection.execute(_SQL[name], parameters)).fetchall()
