"""Every 503 to a change says what became of it, and what it says is true: compared with the log, claim by claim."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import psycopg
import pytest
from aiohttp import ClientSession

from adapters.postgres import connection_pools
from entrypoints.http.authorization import Role
from tests.databases import Connection, Database, Databases
from tests.e2e.api_client import AUDIT, MODELS, Api, a_model, a_token
from tests.e2e.running_service import RunningService, service_on
from tests.e2e.wait_until import ready
from tests.e2e.writes_during_faults import PATIENCE_SECONDS, Storm, organization_of
from tests.log_contents import assert_whole, events
from tests.postgres_proxy import Break, PostgresProxy
from tests.postgres_server import PostgresServer
from tests.projection_tables import assert_tables_equal_the_log

WRITERS = 16
FAULTED_WRITES = 50
RESTARTS = 2
# Unless these were said nothing is shown of them.
WANTED = {"made", "unchanged"}
END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'modelbook_app' AND state = 'active'"
CANCEL = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'modelbook_app' AND state = 'active'"


def ill_treat(postgres: PostgresServer, url: str, storm: Storm) -> None:
    """End and cancel what is at work, and restart the server at times, until enough writes were hit."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    chance = random.Random(7)
    owner = psycopg.connect(url, autocommit=True)
    while (
        len(storm.claims) < FAULTED_WRITES
        or storm.restarts < RESTARTS
        or not {claim.outcome for claim in storm.claims} >= WANTED
    ):
        assert time.monotonic() < deadline, f"only {len(storm.claims)} writes hit, {storm.restarts} restarts"
        if storm.restarts < RESTARTS and len(storm.claims) >= storm.restarts * FAULTED_WRITES // (RESTARTS + 1):
            owner.close()
            postgres.restart_at_once()
            storm.restarts += 1
            owner = psycopg.connect(url, autocommit=True)
        else:
            fault = END if chance.random() < 0.7 else CANCEL
            while not owner.execute(fault).fetchall() and time.monotonic() < deadline:
                time.sleep(chance.uniform(0.0, 0.003))
        time.sleep(chance.uniform(0.01, 0.04))
    owner.close()


@pytest.fixture
def postgres(start_migrated_postgres: Callable[[], PostgresServer]) -> PostgresServer:
    return start_migrated_postgres()


async def test_whatever_a_503_says_of_a_change_is_true(postgres: PostgresServer, session: ClientSession) -> None:
    databases = Databases(postgres.uri)
    database = databases.migrated()
    databases.close()
    storm = Storm()
    with service_on(database) as service:
        apis = [api for _ in range(WRITERS // 2) for api in [an_api(session, service)] * 2]
        writers = [asyncio.create_task(storm.write(api, number)) for number, api in enumerate(apis)]
        ill_treating = asyncio.create_task(asyncio.to_thread(ill_treat, postgres, database.owner_url, storm))
        await asyncio.wait([ill_treating, *writers], return_when=asyncio.FIRST_COMPLETED)
        storm.is_over = True
        await ready(apis[0])
        await asyncio.gather(ill_treating, *writers)
        outcomes = Counter(claim.outcome for claim in storm.claims)
        assert outcomes.keys() >= WANTED
        assert outcomes.total() >= FAULTED_WRITES
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            storm.check(owner)
            assert_whole(owner)
            assert_tables_equal_the_log(owner)
            by_organization = {organization_of(api): api for api in apis}
            for claim in [claim for claim in storm.claims if claim.outcome == "unknown"][:20]:
                listed = await by_organization[claim.organization_id].get(AUDIT, commandId=claim.command_id)
                log = events(owner, claim.organization_id)
                wanted = [event["org_sequence"] for event in log if event["command_id"] == claim.command_id]
                assert [event["position"] for event in reversed(listed["data"])] == wanted


def an_api(session: ClientSession, service: RunningService) -> Api:
    organization_id = uuid4()
    return Api(session, service.url, organization_id, a_token(organization_id, Role.ADMIN))


@dataclass(frozen=True, slots=True)
class OnALine(Database):
    """A database whose API login goes through a line that can be broken."""

    line: PostgresProxy

    @property
    def app_url(self) -> str:
        return self.line.url


async def test_a_line_that_breaks_around_the_commit(
    session: ClientSession, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    # At the same time, because whoever finds no connection looks for one for a while.
    monkeypatch.setattr(connection_pools, "_PATIENCE_SECONDS", 2.0)
    cases = ((Break.BEFORE_DELIVERY, False), (Break.BEFORE_DELIVERY, True), (Break.BEFORE_THE_ANSWER, True))
    async with asyncio.TaskGroup() as group:
        for where, goes_down in cases:
            group.create_task(_break_off(session, databases, where, goes_down=goes_down))


async def _break_off(session: ClientSession, databases: Databases, where: Break, *, goes_down: bool) -> None:
    database = databases.migrated()
    with psycopg.connect(database.owner_url, autocommit=True) as owner, PostgresProxy(database.app_url) as line:
        await _expect_the_truth(session, database, line, owner, where, goes_down=goes_down)
    databases.drop(database)


async def _expect_the_truth(
    session: ClientSession,
    database: Database,
    line: PostgresProxy,
    owner: Connection,
    where: Break,
    *,
    goes_down: bool,
) -> None:
    outcome = "unknown" if goes_down else "unchanged"
    with service_on(OnALine(database.owner_url, database.roles, line)) as service:
        api = an_api(session, service)
        provider = await api.provider()
        line.break_once(b"the-request-that-is-cut", where, then=line.go_down if goes_down else lambda: None)
        body = a_model(provider)
        headers = {"X-Request-Id": "the-request-that-is-cut", "Idempotency-Key": "k"}
        reply = await api.ask("POST", MODELS, body, headers=headers)
        assert (reply.status, reply.document["outcome"]) == (503, outcome), (where, reply.text)
    made = [event for event in events(owner) if event["topic"] == "model.registered"]
    assert len(made) == (1 if where is Break.BEFORE_THE_ANSWER else 0)
    assert {str(event["command_id"]) for event in made} <= {reply.document["commandId"]}
    with service_on(database) as elsewhere:
        api = Api(session, elsewhere.url, api.organization_id, api.token)
        if outcome == "unknown":
            owner.execute("UPDATE idempotency_keys SET claimed_at = claimed_at - interval '21 seconds'")
        assert (await api.ask("POST", MODELS, body, headers=headers)).status == 201
        listed = await api.get(AUDIT, commandId=reply.document["commandId"])
        assert [event["type"] for event in listed["data"]] == ["model.registered"]
    assert [event["topic"] for event in events(owner)].count("model.registered") == 1
