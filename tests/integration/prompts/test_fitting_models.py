"""What the database finds for a need is what the rules choose among all models, and costs the same however many."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from adapters.postgres.prompt_candidates import PostgresCandidateReader
from adapters.postgres.tenant_statements import Tenant
from application.prompts.model_selection import select
from application.prompts.prompt_candidates import PromptCandidates
from application.prompts.runnable_models import candidate_of
from application.prompts.selection_candidates import Candidate, ModelByAnyName, ModelByName, Requirements
from tests.builders import acting
from tests.databases import Connection
from tests.fakes.catalogue import FakeCatalogue

TODAY: Final = date(2026, 11, 29)
KEYED: Final = ["anthropic"]
_PROVIDER: Final = """
INSERT INTO ai_providers VALUES (%(organization_id)s, %(id)s, %(name)s, %(type)s, 'https://api.example.com/v1', '{}',
    %(is_enabled)s, %(health)s, 0, %(hint)s, NULL, '[]', 0, now(), now(), 1, lower(%(name)s))
"""
_MODELS: Final = """
INSERT INTO ai_models
SELECT %(organization_id)s, gen_random_uuid(), %(provider_id)s, 'model-' || n || '-' || %(provider_id)s::text,
    'Model ' || n %% 7, NULL, (%(types)s::text[])[1 + (random() * 100)::int %% 6],
    (ARRAY['[]', '["text"]', '["text", "vision"]', '["text", "tools"]'])[1 + (random() * 100)::int %% 4]::jsonb,
    (ARRAY['{}', '{"preference": null}', '{"preference": 2}', '{"preference": 10}', '{"preference": "1"}'])[
        1 + (random() * 100)::int %% 5]::jsonb,
    NULL, (ARRAY[NULL, 0.001, 0.01, 0.2])[1 + (random() * 100)::int %% 4],
    (ARRAY[NULL, 0.002, 0.01])[1 + (random() * 100)::int %% 3], NULL, 'manual', NULL,
    (ARRAY[NULL, 8000, 128000])[1 + (random() * 100)::int %% 3], NULL,
    (ARRAY[NULL, 'active', 'retired'])[1 + (random() * 100)::int %% 3],
    (ARRAY[NULL, NULL, '2026-11-29', '2026-11-30'])[1 + (random() * 100)::int %% 4],
    random() < 0.8, '{}', now(), now(), 1, 'model ' || n %% 7, 'model-' || n || '-' || %(provider_id)s::text
FROM generate_series(1, %(count)s) n
"""
_MANY: Final = """
INSERT INTO ai_models
SELECT %(organization_id)s, gen_random_uuid(), %(provider_id)s, 'model-' || n, 'Model ' || n, NULL, 'language',
    '["text"]', '{}', NULL, 0.001 * n, 0.001 * n, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true, '{}', now(), now(), 1,
    'model ' || n, 'model-' || n
FROM generate_series(1, 20000) n
"""
_TYPES: Final = ["language", "multimodal", "vision", "embedding", "image", "unknown"]


@dataclass(frozen=True, slots=True)
class Registry:
    """An organization with models of every sort."""

    reader: PostgresCandidateReader
    organization_id: UUID


@pytest.fixture
async def registry(tenant: Tenant, owner: Connection) -> Registry:
    organization_id = uuid4()
    owner.execute("SELECT setseed(0.5)")
    kinds: list[dict[str, Any]] = [
        {"type": "openai", "is_enabled": True, "health": "healthy", "hint": None},
        {"type": "openai", "is_enabled": True, "health": "degraded", "hint": "…1"},
        {"type": "openai", "is_enabled": True, "health": "unknown", "hint": None},
        {"type": "openai", "is_enabled": True, "health": "unhealthy", "hint": None},
        {"type": "openai", "is_enabled": False, "health": "healthy", "hint": None},
        {"type": "anthropic", "is_enabled": True, "health": "healthy", "hint": None},
        {"type": "anthropic", "is_enabled": True, "health": "healthy", "hint": "…2"},
    ]
    for number, kind in enumerate(kinds):
        provider = {"organization_id": organization_id, "id": uuid4(), "name": f"Provider {number}", **kind}
        owner.execute(_PROVIDER, provider)
        count = {"organization_id": organization_id, "provider_id": provider["id"], "types": _TYPES, "count": 60}
        owner.execute(_MODELS, count)
    return Registry(PostgresCandidateReader(tenant, KEYED), organization_id)


def candidates(found: PromptCandidates) -> list[Candidate]:
    catalogue = FakeCatalogue()
    return [
        candidate_of(
            model,
            account := found.accounts[model.provider_id],
            catalogue,
            TODAY,
            needs_key=account.provider_type in KEYED,
        )
        for model in found.models
    ]


def _needs() -> list[Requirements]:
    types = (None, *_TYPES)
    others: list[Mapping[str, Any]] = [
        {},
        {"capabilities": frozenset({"text"})},
        {"capabilities": frozenset({"tools"}), "min_context_window": 8_000},
    ]
    return [
        Requirements(type=kind, strategy=strategy, **more)
        for kind, strategy, more in product(types, ("cheapest", "preferred", "fastest"), others)
    ]


async def test_the_best_are_those_that_the_rules_choose_among_all(registry: Registry) -> None:
    limit = 5
    chance = random.Random(7)
    with acting(registry.organization_id):
        everything = candidates(await registry.reader.first(10_000))
        latencies = {each.id: chance.random() for each in everything if chance.random() < 0.3}
        fastest = sorted(latencies, key=lambda model_id: latencies[model_id])
        compared = 0
        for need, has_images in product(_needs(), (False, True)):
            found = await registry.reader.fitting(
                need, has_images=has_images, today=TODAY, fastest=fastest, limit=limit
            )
            # A config that cannot be used is for the rules to see: it takes a place among those that are read.
            usable = [each for each in everything if each.defaults.problem is None]
            expected = select(usable, need, has_images=has_images, latencies=latencies).kept[:limit]
            best = select(candidates(found), need, has_images=has_images, latencies=latencies).kept
            unusable = sum(each.defaults.problem is not None for each in candidates(found))
            assert [each.id for each in best[: limit - unusable]] == [each.id for each in expected[: limit - unusable]]
            assert len(found.models) <= limit
            compared += len(best)
    assert compared > 200


async def test_a_need_with_a_price_reads_no_dearer_model(registry: Registry) -> None:
    need = Requirements(max_cost_per_1k=Decimal("0.01"), strategy="cheapest")
    with acting(registry.organization_id):
        everything = candidates(await registry.reader.first(10_000))
        found = await registry.reader.fitting(need, has_images=False, today=TODAY, fastest=[], limit=1_000)
    expected = {each.id for each in select(everything, need).kept}
    assert {each.id for each in select(candidates(found), need).kept} == expected
    assert expected


_PLAN_LIMIT: Final = 1_500


async def test_look_ups_among_very_many_models_read_few(
    tenant: Tenant, owner: Connection, organization_id: UUID
) -> None:
    provider_id = uuid4()
    kind = {"type": "openai", "is_enabled": True, "health": "healthy", "hint": None, "name": "Many"}
    owner.execute(_PROVIDER, {"organization_id": organization_id, "id": provider_id, **kind})
    owner.execute(_MANY, {"organization_id": organization_id, "provider_id": provider_id})
    reader = PostgresCandidateReader(tenant)
    before = _read(owner)
    with acting(organization_id):
        for number in range(12):
            assert len((await reader.named(ModelByName(f"model-{number + 1}"))).models) == 1
            assert len((await reader.named(ModelByAnyName(f"Model {number + 1}"))).models) == 1
            for strategy in ("cheapest", "preferred", "fastest"):
                need = Requirements(strategy=strategy)
                found = await reader.fitting(need, has_images=False, today=TODAY, fastest=[uuid4()], limit=20)
                assert len(found.models) == 20
        # What a server has never analyzed it reads whole for a page of names; that takes it a minute at most.
        owner.execute("ANALYZE ai_models, ai_providers")
        for _ in range(12):
            assert len((await reader.callable(["language"], after="m", limit=20)).names) == 20
    assert _read(owner) - before < 12 * _PLAN_LIMIT


def _read(owner: Connection) -> int:
    owner.execute("SELECT pg_stat_clear_snapshot()")
    row = owner.execute(
        "SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_user_tables WHERE relname = 'ai_models'"
    ).fetchone()
    assert row is not None
    return int(row[0])
