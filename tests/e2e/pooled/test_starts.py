"""Behind a pooler the service starts; what needs sessions is refused there, in one line."""

from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.databases import Database
from tests.e2e.api_client import PROVIDERS, Api
from tests.e2e.external_postgres import command
from tests.e2e.failing_commands import REFUSED, external, said
from tests.e2e.processes import serving
from tests.pgbouncer import PgBouncer

KINDS: dict[str, dict[str, Any]] = {
    "transactions": {},
    "transactions, options ignored": {"more": "ignore_startup_parameters = extra_float_digits,options"},
    "sessions": {"mode": "session"},
    "sessions, options ignored": {"mode": "session", "more": "ignore_startup_parameters = options"},
    "statements": {"mode": "statement"},
}


@pytest.fixture(params=KINDS)
def pooler(database: Database, request: pytest.FixtureRequest) -> Iterator[PgBouncer]:
    """Give a pooler of each kind before the test's database."""
    with PgBouncer(database.owner_url, **KINDS[request.param]) as pooler:
        yield pooler


@pytest.mark.parametrize("pooler", ["transactions", "transactions, options ignored", "sessions"], indirect=True)
async def test_the_service_starts_behind_a_pooler(
    database: Database, pooler: PgBouncer, session: ClientSession, api: Api
) -> None:
    settings = external(database, DATABASE_URL=pooler.before(database.app_url))
    with serving("serve", "--workers", "2", **settings) as running:
        there = Api(session, running.ready()["url"], api.organization_id, api.token)
        made = [await there.provider() for _ in range(30)]
        found = await there.rows(PROVIDERS, limit=7)
        assert {row["id"] for row in found} == {provider["id"] for provider in made}


def test_a_pooler_before_the_administrators_login_is_refused(database: Database, pooler: PgBouncer) -> None:
    pooled = pooler.before(database.admin_url)
    said(
        command("serve", **external(database, ADMIN_DATABASE_URL=pooled)),
        REFUSED,
        *("MODELBOOK_ADMIN_DATABASE_URL", "pooler", "the server's own address"),
    )
    said(command("projections", "status", **external(database, ADMIN_DATABASE_URL=pooled)), REFUSED, "pooler")


def test_migrations_are_not_run_through_a_pooler(database: Database, pooler: PgBouncer) -> None:
    pooled = pooler.before(database.owner_url)
    said(command("migrate", OWNER_DATABASE_URL=pooled), REFUSED, "MODELBOOK_OWNER_DATABASE_URL", "pooler")
