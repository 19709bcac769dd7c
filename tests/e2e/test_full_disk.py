"""The database's disk is full: changes are refused and none is half made, reading continues, until there is room."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Literal

from tests.e2e.api_client import AUDIT, PROVIDERS, Api, a_provider, path_of
from tests.e2e.running_service import RunningService

# What Postgres says when it cannot make a file larger.
FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file "base/16384/16500": No space left on device' USING ERRCODE = 'disk_full';
END $$
"""
FOR_ONE = """
CREATE TRIGGER full_disk BEFORE INSERT ON events FOR EACH ROW WHEN (NEW.organization_id = {}) EXECUTE FUNCTION no_room()
"""


@contextmanager
def full_disk(service: RunningService, organization_id: UUID) -> Iterator[None]:
    with psycopg.connect(service.database.owner_url, autocommit=True) as owner:
        owner.execute(FULL)
        owner.execute(SQL(FOR_ONE).format(Literal(organization_id)))
        try:
            yield
        finally:
            owner.execute("DROP FUNCTION no_room CASCADE")


async def test_a_full_disk_refuses_changes_and_loses_nothing(api: Api, service: RunningService) -> None:
    provider = await api.provider()
    assert api.organization_id is not None
    with full_disk(service, api.organization_id):
        refused = await api.post(PROVIDERS, a_provider(name="Late"), idempotency_key="late")
        assert (refused.status, refused.document["code"]) == (503, "unavailable")
        assert int(refused.headers["Retry-After"]) >= 1
        assert "base/16384" not in refused.text
        assert (await api.patch(path_of(provider), {"name": "Other"})).status == 503
        assert await api.rows(PROVIDERS) == [provider]
    made = await api.post(PROVIDERS, a_provider(name="Late"), idempotency_key="late")
    assert made.status == 201
    assert len(await api.rows(AUDIT)) == 2
