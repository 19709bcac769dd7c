"""Lookups of registered models and their providers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.postgres.keyset_pages import plain
from adapters.postgres.tenant_statements import Tenant
from application.ports.registered_models import ModelEntry, ProviderEntry, RegisteredModel
from application.projections.other_prices import price_of_row
from domain.names import name_key


class PostgresRegisteredModels:
    """Implements `application.ports.registered_models.RegisteredModels`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def models_of(self, provider_id: UUID, *, limit: int | None = None) -> Sequence[ModelEntry]:
        parameters = {"provider_id": provider_id, "limit": limit}
        rows = await self._tenant.rows(plain("models_of_provider"), parameters)
        return [ModelEntry(id=row[0], provider_id=row[1], model_id=row[2], name=row[3]) for row in rows]

    async def count_of(self, provider_id: UUID) -> int:
        [[count]] = await self._tenant.rows(plain("model_count_of_provider"), {"provider_id": provider_id})
        return int(count)

    async def registered_from(self, provider_id: UUID) -> Sequence[RegisteredModel]:
        rows = await self._tenant.rows(plain("registered_from"), {"provider_id": provider_id})
        return [
            RegisteredModel(
                id=row[0],
                model_id=row[1],
                type=row[2],
                capabilities=row[3],
                context_window=row[4],
                max_tokens=row[5],
                price=price_of_row(*row[6:11]),
                lifecycle=row[11],
                retires_on=row[12],
                sources=row[13],
            )
            for row in rows
        ]

    async def registered(self, names: Sequence[tuple[UUID, str]]) -> Mapping[tuple[UUID, str], UUID]:
        if not names:
            return {}
        provider_ids, model_ids = zip(*names, strict=True)
        parameters = {
            "provider_ids": list(provider_ids),
            "model_ids": list(model_ids),
            "model_id_keys": list(map(name_key, model_ids)),
        }
        rows = await self._tenant.rows(plain("registered_models"), parameters)
        return {(row[0], row[1]): row[2] for row in rows}

    async def all_providers(self) -> Sequence[UUID]:
        return [row[0] for row in await self._tenant.rows(plain("all_providers"), {})]

    async def providers(self, provider_ids: Sequence[UUID]) -> Mapping[UUID, ProviderEntry]:
        if not provider_ids:
            return {}
        rows = await self._tenant.rows(plain("provider_entries"), {"provider_ids": list(provider_ids)})
        return {row[0]: ProviderEntry(id=row[0], provider_type=row[1], endpoint=row[2]) for row in rows}
