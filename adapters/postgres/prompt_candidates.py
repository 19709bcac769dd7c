"""The models that prompts can run on, from the read tables."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL, Literal
from psycopg.types.json import Jsonb

from adapters.postgres.sealed_credentials import sealed_credential
from adapters.postgres.tenant_statements import Tenant
from adapters.sql import statements
from application.caller import current_caller
from application.projections.other_prices import price_of_row
from application.prompts.cool_downs import SharedCoolDown
from application.prompts.model_selection import READS_IMAGES, types_serving
from application.prompts.prompt_candidates import (
    CallableNames,
    CandidateModel,
    CandidateProvider,
    OrganizationState,
    PromptCandidates,
)
from application.prompts.selection_candidates import ModelById, ModelByName, NamedSelector, Requirements
from application.run_in_thread import run_in_thread_if_large
from domain.budget import Budget
from domain.model.values import Lifecycle, Price
from domain.names import name_key

_SQL: Final = statements("adapters.postgres", "prompt_candidates.sql")
_SEQUENCE: Final = SQL(_SQL["sequence"]).format().as_bytes()
_COOL_DOWNS: Final = SQL(_SQL["cool_downs"]).format().as_bytes()
_ALLOWED: Final = SQL(_SQL["allowed"])
_BUDGET: Final = SQL(_SQL["budget"]).format().as_bytes()
_DEAREST: Final = SQL(_SQL["dearest"]).format().as_bytes()
_COUNT: Final = SQL(_SQL["count"]).format(allowed=_ALLOWED).as_bytes()

# More than anybody tries; who has more models of one name than this has the preferred ones of them tried.
_MOST_NAMED: Final = 200
_MODEL_COLUMNS: Final = 18
# Each takes some 10 µs.
_LARGE: Final = 200

Row = tuple[Any, ...]


class PostgresCandidateReader:
    """Implements `application.prompts.prompt_candidates.CandidateReader`.

    `keyed_types` are the types of providers that cannot be called without a key.
    """

    def __init__(self, tenant: Tenant, keyed_types: Sequence[str] = ()) -> None:
        self._tenant = tenant
        self._keyed_types = list(keyed_types)

    async def named(self, selector: NamedSelector) -> PromptCandidates:
        rows, state = await self._read(*_named(selector))
        # The first way of being called so that any model has: what a better one finds hides the others.
        best = min((row[1] for row in rows), default=0)
        return await self._candidates([row for row in rows if row[1] == best], state)

    async def fitting(
        self, need: Requirements, *, has_images: bool, today: date, fastest: Sequence[UUID], limit: int
    ) -> PromptCandidates:
        parameters = {
            "types": types_serving(need.type),
            "keyed_types": self._keyed_types,
            "capabilities": Jsonb(sorted(need.capabilities)),
            "least_window": need.min_context_window,
            "highest_cost": need.max_cost_per_1k,
            "needs_eyes": has_images,
            "wants_vision": need.type == READS_IMAGES,
            "today": today.isoformat(),
            "fastest": list(fastest),
        }
        return await self._candidates(*await self._read(_fitting(need.strategy, limit), parameters))

    async def first(self, limit: int) -> PromptCandidates:
        return await self._candidates(*await self._read(_candidates_of("first", limit), {}))

    async def count(self) -> int:
        [[count]] = await self._tenant.rows(_COUNT, _restriction())
        return int(count)

    async def dearest_price(self) -> Price | None:
        rows = await self._tenant.rows(_DEAREST, {})
        return price_of_row(*rows[0]) if rows else None

    async def callable(self, types: Sequence[str], *, after: str | None, limit: int) -> CallableNames:
        after_key = None if after is None else name_key(after)
        parameters = {"types": list(types), "after": after, "after_key": after_key, "keyed_types": self._keyed_types}
        rows, state = await self._read(_candidates_of("callable", limit + 1), parameters)
        names: dict[str, list[UUID]] = {}
        for row in rows:
            names.setdefault(row[0], []).append(row[2])
        shown = sorted(names.items(), key=lambda entry: (name_key(entry[0]), entry[0]))[:limit]
        candidates = await self._candidates(rows, state)
        return CallableNames(names=shown, has_more=len(names) > limit, candidates=candidates)

    async def state(self) -> OrganizationState:
        return _state(*await self._tenant.results((_SEQUENCE, {}), (_COOL_DOWNS, {}), (_BUDGET, {})))

    async def _read(self, statement: bytes, parameters: Mapping[str, Any]) -> tuple[list[Row], OrganizationState]:
        # The sequence comes first: what is newer than that is read again, what is older would be kept.
        sequence, cool_downs, budget, rows = await self._tenant.results(
            (_SEQUENCE, {}), (_COOL_DOWNS, {}), (_BUDGET, {}), (statement, {**parameters, **_restriction()})
        )
        return rows, _state(sequence, cool_downs, budget)

    async def _candidates(self, rows: Sequence[Row], state: OrganizationState) -> PromptCandidates:
        organization_id = current_caller().organization_id
        return await run_in_thread_if_large(rows, lambda: _read_candidates(rows, state, organization_id), large=_LARGE)


def _read_candidates(rows: Sequence[Row], state: OrganizationState, organization_id: UUID) -> PromptCandidates:
    accounts: dict[UUID, CandidateProvider] = {}
    models: dict[UUID, CandidateModel] = {}
    for row in rows:
        model, account = row[2 : 2 + _MODEL_COLUMNS], row[2 + _MODEL_COLUMNS :]
        if model[0] not in models:
            models[model[0]] = _model(model)
        if model[1] not in accounts:
            accounts[model[1]] = _account(model[1], account, organization_id)
    return PromptCandidates(state=state, accounts=accounts, models=list(models.values()))


def _named(selector: NamedSelector) -> tuple[bytes, Mapping[str, Any]]:
    if isinstance(selector, ModelById):
        return _candidates_of("by_id", _MOST_NAMED), {"model_id": selector.model_id}
    if isinstance(selector, ModelByName):
        name = selector.provider_model_id
        named = {"name": name, "key": name_key(name), "provider_id": selector.provider_id}
        return _candidates_of("by_model_id", _MOST_NAMED), named
    texts = {"name": selector.text, "key": name_key(selector.text), "model_id": _uuid(selector.text)}
    return _candidates_of("by_any_name", _MOST_NAMED), texts


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _restriction() -> Mapping[str, Any]:
    """Return which models the caller may use: all of them, unless its access key names some."""
    key = current_caller().access_key
    is_restricted = key is not None and key.is_restricted
    return {
        "is_restricted": is_restricted,
        "may_models": list(key.model_ids or ()) if key else [],
        "may_providers": list(key.provider_ids or ()) if key else [],
    }


@cache
def _candidates_of(name: str, limit: int) -> bytes:
    usable = SQL(_SQL["usable"])
    chosen = SQL(_SQL[name]).format(
        limit=Literal(limit), preference=SQL(_SQL["preference"]), usable=usable, allowed=_ALLOWED
    )
    return SQL(_SQL["candidates"]).format(chosen=chosen).as_bytes()


@cache
def _fitting(strategy: str, limit: int) -> bytes:
    fits = SQL(_SQL["fits"])
    arms = SQL(_SQL[f"{strategy}_first"]).format(limit=Literal(limit), fits=fits, allowed=_ALLOWED)
    order = {
        "cheapest": SQL("best.input_per_1k + best.output_per_1k"),
        "preferred": SQL(_SQL["preference"].replace("m.config", "best.config")),
        "fastest": SQL("array_position(%(fastest)s::uuid[], best.id)"),
    }[strategy]
    chosen = SQL(_SQL["fitting"]).format(arms=arms, order=order, limit=Literal(limit))
    return SQL(_SQL["candidates"]).format(chosen=chosen).as_bytes()


def _state(sequence: list[Row], cool_downs: list[Row], budget: list[Row]) -> OrganizationState:
    return OrganizationState(
        budget=Budget(*budget[0]) if budget else None,
        org_sequence=int(sequence[0][0]) if sequence else 0,
        cool_downs=[
            SharedCoolDown(
                model_id=row[0],
                mark=row[1],
                reason=row[2],
                lasts=row[3],
                round=row[4],
                seconds_left=row[5],
                changed_at=row[6],
            )
            for row in cool_downs
        ],
    )


def _account(provider_id: UUID, row: Row, organization_id: UUID) -> CandidateProvider:
    name, provider_type, endpoint, settings, is_enabled, health, has_key, version, origin, *sealed = row
    has_row = version is not None
    credential = sealed_credential(organization_id, provider_id, version, origin, *sealed) if has_row else None
    return CandidateProvider(
        id=provider_id,
        name=name,
        provider_type=provider_type,
        endpoint=endpoint,
        settings=settings,
        is_enabled=is_enabled,
        health=health,
        has_key=has_key,
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
