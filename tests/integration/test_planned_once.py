"""What is read most is planned once for each connection: to plan a page takes Postgres as long as to read it."""

from dataclasses import replace
from typing import Final
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.postgres.connection_pools import reading_pool
from adapters.postgres.resource_documents import PostgresModelDocuments, PostgresProviderDocuments
from adapters.postgres.tenant_statements import Tenant
from application.ports.resource_documents import ModelFilter, PageRequest, ProviderFilter, SortField
from tests.builders import acting
from tests.databases import Database

# More than a page has by far.
_ROWS: Final = 1000
_FILL: Final = """
INSERT INTO ai_providers (organization_id, id, name, name_key, provider_type, endpoint, settings, is_enabled,
                          health_status, credential_version, extra_headers, extra_headers_version, created_at,
                          updated_at, revision)
SELECT %(organization_id)s, gen_random_uuid(), 'p' || n, 'p' || n, 'openai', 'https://api.openai.com/v1', '{}', true,
       'healthy', 0, '[]', 0, now() - n * interval '1 second', now(), 1
FROM generate_series(1, %(rows)s) n;
INSERT INTO ai_models (organization_id, id, provider_id, model_id, model_id_key, name, name_key, type, capabilities,
                       config, lifecycle, is_enabled, sources, created_at, updated_at, revision)
SELECT p.organization_id, gen_random_uuid(), p.id, p.name, p.name, p.name, p.name, 'language', '["text"]', '{}',
       'active', true, '{}', p.created_at, now(), 1
FROM ai_providers p;
ANALYZE ai_providers, ai_models;
"""


@pytest.fixture
def filled(database: Database) -> UUID:
    """Return the id of an organization with many providers and models."""
    organization_id = uuid4()
    with psycopg.connect(database.owner_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(_FILL, {"organization_id": organization_id, "rows": _ROWS})
    return organization_id


@pytest.mark.parametrize(("sort", "limit"), [("name", 1), ("name", 50), ("createdAt", 200)])
async def test_pages_that_an_index_has_in_order(database: Database, filled: UUID, sort: SortField, limit: int) -> None:
    first = PageRequest(limit=limit, sort=sort)
    async with reading_pool(database.app_url, size=1) as pool:
        models, providers = PostgresModelDocuments(Tenant(pool)), PostgresProviderDocuments(Tenant(pool))
        with acting(filled):
            for _ in range(8):
                page = await models.page(ModelFilter(), first)
                assert (await models.page(ModelFilter(), replace(first, after=page.next_after))).joined
                page = await providers.page(ProviderFilter(), first)
                assert (await providers.page(ProviderFilter(), replace(first, after=page.next_after))).joined
        async with pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%row_to_json%'"
            )
            plans = await cursor.fetchall()
    # Postgres plans five times before it judges whether one plan serves for all.
    assert plans == [(3, 5)] * 4
