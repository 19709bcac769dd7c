"""The models that prompts can run on, from the read tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psycopg.sql import SQL

from adapters.postgres.sealed_credentials import sealed_credential
from adapters.sql import statements
from application.caller import current_caller
from application.projections.other_prices import price_of_row
from application.prompts.prompt_candidates import CandidateModel, CandidateProvider, PromptCandidates
from domain.access_key.values import NO_LIMITS, Budget, Limits
from domain.model.values import Lifecycle

if TYPE_CHECKING:
    from uuid import UUID

    from adapters.postgres.tenant_statements import Tenant

_SQL: Final = {
    name: SQL(text).format() for name, text in statements("adapters.postgres", "prompt_candidates.sql").items()
}

Row = tuple[Any, ...]


class PostgresCandidateReader:
    """Implements `application.prompts.prompt_candidates.CandidateReader`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def read(self) -> PromptCandidates:
        # The sequence comes first: what is newer than it says is read again, what is older would be kept.
        sequence, bounds, accounts, models = await self._tenant.results(
            (_SQL["sequence"], {}), (_SQL["bounds"], {}), (_SQL["accounts"], {}), (_SQL["models"], {})
        )
        limits, budget = _bounds(bounds)
        organization_id = current_caller().organization_id
        return PromptCandidates(
            org_sequence=_sequence(sequence),
            accounts={row[0]: _account(row, organization_id) for row in accounts},
            models=[_model(row) for row in models],
            limits=limits,
            budget=budget,
        )

    async def sequence(self) -> int:
        return _sequence(await self._tenant.rows(_SQL["sequence"], {}))


def _bounds(rows: list[Row]) -> tuple[Limits, Budget | None]:
    if not rows:
        return NO_LIMITS, None
    requests_per_minute, tokens_per_minute, concurrent, budget_usd, budget_period = rows[0]
    limits = Limits(requests_per_minute=requests_per_minute, tokens_per_minute=tokens_per_minute, concurrent=concurrent)
    return limits, None if budget_usd is None else Budget(budget_usd, budget_period)


def _sequence(rows: list[Row]) -> int:
    return int(rows[0][0]) if rows else 0


def _account(row: Row, organization_id: UUID) -> CandidateProvider:
    provider_id, name, provider_type, endpoint, settings, is_enabled, health, version, origin, *sealed = row
    has_key = version is not None
    credential = sealed_credential(organization_id, provider_id, version, origin, *sealed) if has_key else None
    return CandidateProvider(
        id=provider_id,
        name=name,
        provider_type=provider_type,
        endpoint=endpoint,
        settings=settings,
        is_enabled=is_enabled,
        health=health,
        sealed=credential,
    )


def _model(row: Row) -> CandidateModel:
    model_id, provider_id, name_there, name, kind, capabilities, config = row[:7]
    context_window, max_tokens, lifecycle, retires_on, is_enabled, created_at = row[12:]
    return CandidateModel(
        id=model_id,
        provider_id=provider_id,
        model_id=name_there,
        name=name,
        type=kind,
        capabilities=frozenset(capabilities),
        config=config,
        price=price_of_row(*row[7:12]),
        context_window=context_window,
        max_tokens=max_tokens,
        lifecycle=Lifecycle(lifecycle=lifecycle, retires_on=retires_on),
        is_enabled=is_enabled,
        created_at=created_at,
    )
