"""Lists of 50 models among 1,000,000 of 1,000 organizations, beside a bare server with the same SQL."""

import asyncio
import hashlib
import multiprocessing
import socket
import time
from collections.abc import Callable
from statistics import median
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
import uvloop
from aiohttp import web
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from benchmarks.environment import PATIENCE_SECONDS, Database, headers, service
from benchmarks.load import Figures, hammer, request_bytes
from benchmarks.report import Report
from entrypoints.serve import listening_socket

_SECONDS: Final = 5.0
_LIST: Final = """
SELECT row_to_json(document)::text FROM (
    SELECT m.id, m.organization_id AS "organizationId", m.provider_id AS "providerId", m.model_id AS "modelId",
           m.name, m.version, m.type, m.capabilities, m.config, trim_scale(m.cost_per_1k_tokens) AS "costPer1kTokens",
           json_build_object('inputPer1kTokens', m.input_per_1k, 'outputPer1kTokens', m.output_per_1k,
                             'currency', 'USD',
                             'source', m.price_source, 'asOf', m.price_as_of) AS pricing,
           m.context_window AS "contextWindow", m.max_tokens AS "maxTokens", m.lifecycle, m.retires_on AS "retiresOn",
           m.is_enabled AS "isEnabled", m.sources, m.created_at AS "createdAt", m.updated_at AS "updatedAt", m.revision
    FROM ai_models m WHERE m.organization_id = %s ORDER BY name_key, id LIMIT 51) document
"""
_SCOPE: Final = "SELECT set_config('app.organization_id', %s, true)"
_NO_SCOPE: Final = "SELECT %s::text"
_FILL: Final = """
INSERT INTO ai_providers (organization_id, id, name, name_key, provider_type, endpoint, settings, is_enabled,
                          health_status, credential_version, extra_headers, extra_headers_version, created_at,
                          updated_at, revision)
SELECT md5('organization' || o)::uuid, md5('provider' || o)::uuid, 'OpenAI', 'openai', 'openai',
       'https://api.openai.com/v1', '{}', true, 'healthy', 0, '[]', 0, now(), now(), 1
FROM generate_series(1, %(organizations)s) o;
INSERT INTO ai_models (organization_id, id, provider_id, model_id, model_id_key, name, name_key, type, capabilities,
                       config, cost_per_1k_tokens, input_per_1k, output_per_1k, price_source, price_as_of,
                       context_window, max_tokens, lifecycle, is_enabled, sources, created_at, updated_at, revision)
SELECT md5('organization' || o)::uuid, md5('model' || o || '-' || m)::uuid, md5('provider' || o)::uuid, 'model-' || m,
       'model-' || m, 'Model ' || lpad(m::text, 5, '0'), 'model ' || lpad(m::text, 5, '0'), 'language',
       '["text", "function_calling", "streaming"]', '{"temperature": 0.7}', 0.0025, 0.0025, 0.01, 'genai-prices',
       '2026-11-04', 128000, 16384, 'active', true, '{"price": "genai-prices", "type": "catalogue"}', now(), now(), 1
FROM generate_series(1, %(organizations)s) o, generate_series(1, %(models)s) m;
"""


def measure_listing(data: Database, report: Report, *, organizations: int = 1000, models: int = 1000) -> None:
    """Fill the tables, then measure the API at 1 and 16 clients and the cost of row-level security."""
    _fill(data, organizations, models)
    ids = organization_ids(organizations)
    ours = {clients: _over_http(data, ids, clients) for clients in (1, 16)}
    bare = {clients: _bare(data, ids, clients) for clients in (1, 16)}
    for clients in (1, 16):
        report.add(
            f"list of 50, {clients} clients",
            ours[clients].per_second,
            "requests/s",
            reference=("bare aiohttp and psycopg", bare[clients].per_second),
        )
        reference = ("bare aiohttp and psycopg", bare[clients].p99_ms)
        report.add(f"list of 50, {clients} clients, p99", ours[clients].p99_ms, "ms", reference=reference)
    _add_cost_of_security(data, ids, report)


def organization_ids(count: int) -> list[UUID]:
    """Return the ids of the organizations that the tables are filled with."""
    return [UUID(hashlib.md5(f"organization{number}".encode()).hexdigest()) for number in range(1, count + 1)]  # noqa: S324


def _fill(data: Database, organizations: int, models: int) -> None:
    parameters = {"organizations": organizations, "models": models}
    with psycopg.connect(data.owner_url, autocommit=True) as connection:
        with psycopg.ClientCursor(connection) as cursor:
            cursor.execute(_FILL, parameters)
        connection.execute("VACUUM (ANALYZE) ai_models, ai_providers")


def _over_http(data: Database, ids: list[UUID], clients: int) -> Figures:
    requests = [request_bytes("GET", "/api/ai/models?limit=50", headers(organization_id)) for organization_id in ids]
    with service(data) as running:
        return uvloop.run(hammer(running.host, running.port, _spread(requests), clients=clients, seconds=_SECONDS))


def _bare(data: Database, ids: list[UUID], clients: int) -> Figures:
    listener = listening_socket("127.0.0.1", 0)
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_bare_server, args=(data.app_url, listener), daemon=True)
    process.start()
    requests = [request_bytes("GET", f"/?o={organization_id}", {}) for organization_id in ids]
    try:
        host, port = listener.getsockname()
        return uvloop.run(hammer(host, port, _spread(requests), clients=clients, seconds=_SECONDS))
    finally:
        process.terminate()
        process.join(PATIENCE_SECONDS)
        listener.close()


def _spread(requests: list[bytes]) -> Callable[[int], bytes]:
    return lambda number: requests[number * 7919 % len(requests)]


def _bare_server(url: str, listener: socket.socket) -> None:
    async def serve() -> None:
        async with AsyncConnectionPool(url, min_size=4, max_size=4, kwargs={"autocommit": True}, open=False) as pool:
            app = web.Application()
            app.router.add_get("/", lambda request: _bare_answer(pool, request))
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            await web.SockSite(runner, listener).start()
            await asyncio.Event().wait()

    uvloop.run(serve())


async def _bare_answer(pool: AsyncConnectionPool[AsyncConnection[Any]], request: web.Request) -> web.Response:
    organization = (request.query["o"],)
    async with pool.connection() as connection, connection.pipeline():
        await connection.execute(_SCOPE, organization, prepare=True)
        rows = await (await connection.execute(_LIST, organization, prepare=True)).fetchall()
    return web.Response(body=b'{"data":[' + ",".join(row[0] for row in rows).encode() + b"]}")


def _add_cost_of_security(data: Database, ids: list[UUID], report: Report) -> None:
    """Run the query under the policies and without, each in turn, so that all meet whatever else the machine does."""
    with (
        psycopg.connect(data.app_url, autocommit=True) as scoped,
        psycopg.connect(data.owner_url, autocommit=True) as free,
        # Of its own, because a server process that has just worked is quicker than one that has waited.
        psycopg.connect(data.owner_url, autocommit=True) as alone,
    ):
        ways = ((scoped, _SCOPE), (free, _NO_SCOPE), (alone, None))
        taken: list[list[float]] = [[], [], []]
        end = time.perf_counter() + 2 * _SECONDS
        while time.perf_counter() < end:
            organization = (str(ids[len(taken[0]) * 7919 % len(ids)]),)
            for (connection, first), seconds in zip(ways, taken, strict=True):
                seconds.append(_seconds(connection, first, organization))
    under, without, unnamed = (1 / median(seconds) for seconds in taken)
    name = "the same SQL under row-level security"
    report.add(f"{name}, by the median", under, "queries/s", reference=("without its policies", without))
    report.add(name, under, "queries/s", reference=("nor the statement naming the organization", unnamed))


def _seconds(connection: psycopg.Connection[Any], first: LiteralString | None, organization: tuple[str]) -> float:
    begin = time.perf_counter()
    with connection.pipeline():
        if first is not None:
            connection.execute(first, organization, prepare=True)
        cursor = connection.execute(_LIST, organization, prepare=True)
    cursor.fetchall()
    return time.perf_counter() - begin
