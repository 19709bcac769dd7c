"""Rate limits of whole services: each for itself in memory, together in Redis."""

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from entrypoints.http.authorization import Role
from tests.databases import Database, Databases
from tests.e2e.api_client import MODELS, PROVIDERS, Api, Reply, a_provider, a_token, path_of
from tests.e2e.processes import run
from tests.e2e.running_service import MASTER_KEYS, RunningService, service_on
from tests.http_service import SECRET
from tests.redis_server import RedisServer

FEW = {"tests": 3, "discovery": 4, "refresh": 1}


@pytest.fixture(scope="module")
def database(databases: Databases) -> Iterator[Database]:
    database = databases.migrated()
    yield database
    databases.drop(database)


def api_of(service: RunningService, session: ClientSession) -> Api:
    organization_id = uuid4()
    return Api(session, service.url, organization_id, a_token(organization_id, Role.ADMIN))


async def test_tests_and_discovery_are_limited_each_by_itself(database: Database, session: ClientSession) -> None:
    with service_on(database, quotas=FEW) as service:
        api, sandbox = api_of(service, session), service.sandbox
        given = {"endpoint": sandbox.endpoint("openai"), "apiKey": sandbox.key("openai")}
        provider = await api.provider(**given)
        configuration = {"providerType": "openai", **given}
        replies = [
            await api.post(f"{PROVIDERS}/test", configuration),
            await api.post(f"{path_of(provider)}/test"),
            await api.post(f"{PROVIDERS}/test", configuration),
        ]
        assert [left_of(reply) for reply in replies] == [f'"tests";r={left}' for left in (2, 1, 0)]
        asked = len(sandbox.requests)
        for reply in (await api.post(f"{path_of(provider)}/test"), await api.post(f"{PROVIDERS}/test", configuration)):
            refused(reply, "tests")
        assert len(sandbox.requests) == asked
        assert (await api.ask("GET", f"{MODELS}/discover", query={"refresh": True})).status == 200
        refused(await api.ask("GET", f"{path_of(provider)}/models", query={"refresh": True}), "refresh")
        assert (await api.ask("GET", f"{path_of(provider)}/models")).status == 200
        imported = await api.post(f"{path_of(provider)}/models/import", {"modelIds": "all"})
        assert (imported.status, left_of(imported)) == (200, '"discovery";r=1')
        await api.get(f"{MODELS}/discover")
        refused(await api.ask("GET", f"{MODELS}/discover"), "discovery")
        # What asks no provider is not limited, and neither is anybody else.
        assert (await api.ask("GET", f"{path_of(provider)}/health")).status == 200
        assert (await api.elsewhere().post(f"{PROVIDERS}/test", configuration)).status == 200


def left_of(reply: Reply) -> str:
    """Return what is left, without when there is more: that depends on how long the test takes."""
    return reply.headers["RateLimit"].rpartition(";")[0]


def refused(reply: Reply, quota: str) -> None:
    assert (reply.status, reply.document["code"], reply.document["quota"]) == (429, "rate-limited", quota)
    assert 1 <= int(reply.headers["Retry-After"]) <= 60
    assert reply.headers["RateLimit"].startswith(f'"{quota}";r=0;t=')
    assert reply.headers["RateLimit-Policy"] == f'"{quota}";q={FEW[quota]};w=60'


async def test_services_count_together_in_redis_and_alone_without_it(
    database: Database, session: ClientSession
) -> None:
    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer())
        services = [
            stack.enter_context(service_on(database, quotas=FEW, rate_limit_storage=redis.url)) for _ in range(2)
        ]
        apis = [api_of(services[0], session)]
        apis.append(Api(session, services[1].url, apis[0].organization_id, apis[0].token))
        body = a_provider(endpoint=services[0].sandbox.endpoint("openai"), name=..., apiKey="sk-some-key-of-the-tests")

        async def statuses(*turns: int) -> list[int]:
            return [(await apis[turn].post(f"{PROVIDERS}/test", body)).status for turn in turns]

        assert await statuses(0, 1, 0, 1, 0) == [200, 200, 200, 429, 429]
        redis.stop()
        assert await statuses(0, 1, 0, 1, 0, 1, 0, 1) == [200] * 6 + [429] * 2


@pytest.mark.parametrize(
    ("storage", "exit_code", "words"),
    [
        ("memcached://127.0.0.1:11211", 2, "MODELBOOK_RATE_LIMIT_STORAGE is neither memory nor a Redis URL"),
        ("redis://:a-password@127.0.0.1:1/0", 1, "Redis at 127.0.0.1:1 does not answer"),
    ],
)
def test_a_service_does_not_start_with_a_storage_it_cannot_use(
    database: Database, storage: str, exit_code: int, words: str
) -> None:
    done = run(
        "serve",
        "--port",
        "0",
        DATABASE_URL=database.app_url,
        ADMIN_DATABASE_URL=database.admin_url,
        MASTER_KEYS=MASTER_KEYS,
        JWT_SECRET=SECRET,
        RATE_LIMIT_STORAGE=storage,
    )
    assert (done.exit_code, len(done.lines)) == (exit_code, 1), done.errors
    assert words in done.lines[0]
    assert "a-password" not in done.errors
