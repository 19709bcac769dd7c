"""Platform administrators' work over HTTP: jobs that any process can tell of."""

import asyncio
import base64
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from entrypoints.http.authorization import Role
from entrypoints.serve import listening_socket
from entrypoints.server_process import running
from tests.e2e.administration.jobs import JOBS, KEYS, PATIENCE_SECONDS, PROJECTIONS, ended
from tests.e2e.api_client import PROVIDERS, Api
from tests.e2e.background_loop import Background
from tests.e2e.running_service import MASTER_KEYS, RunningService, a_runtime


async def test_every_process_can_report_a_job(service: RunningService, admin: Api) -> None:
    reply = await admin.post(f"{PROJECTIONS}/organizations/verify")
    with listening_socket("127.0.0.1", 0) as listener, Background() as background:
        background.enter(running(a_runtime(service.database), listener))
        host, port = listener.getsockname()
        other = Api(admin.session, f"http://{host}:{port}", None, admin.token)
        job = await ended(other, reply)
        assert job["state"] == "succeeded"
        assert job["id"] in {each["id"] for each in (await other.get(JOBS, limit=200))["data"]}
    assert await admin.get(f"{JOBS}/{job['id']}") == job


async def test_a_job_whose_process_died_is_interrupted(
    service: RunningService, admin: Api, owner: psycopg.Connection[tuple[Any, ...]]
) -> None:
    job_id = uuid4()
    owner.execute(
        "INSERT INTO admin_jobs (id, kind, subject, parameters, requested_by, correlation_id, state, created_at,"
        " heartbeat_at) VALUES (%s, 'rebuild', 'ai_models', '{}', 'x', 'x', 'running', now(), now())",
        (job_id,),
    )
    # The second one stands for a clock that was set back.
    for away in ("-16 seconds", "1 hour"):
        owner.execute("UPDATE admin_jobs SET heartbeat_at = now() + %s::interval WHERE id = %s", (away, job_id))
        assert (await admin.get(f"{JOBS}/{job_id}"))["state"] == "interrupted"
    owner.execute("UPDATE admin_jobs SET heartbeat_at = now() WHERE id = %s", (job_id,))
    assert (await admin.get(f"{JOBS}/{job_id}"))["state"] == "running"
    owner.execute("DELETE FROM admin_jobs WHERE id = %s", (job_id,))
    assert service.url


async def test_a_job_stops_when_that_is_wanted(
    api: Api, admin: Api, owner: psycopg.Connection[tuple[Any, ...]]
) -> None:
    await api.provider()
    with owner.transaction():
        # It waits for the table, so that there is time to stop it.
        owner.execute("LOCK TABLE organization_heads IN ACCESS EXCLUSIVE MODE")
        reply = await admin.post(f"{PROJECTIONS}/ai_providers/rebuild")
        assert (await admin.post(f"{reply.headers['Location']}/cancel")).status == 202
        job = await ended(admin, reply)
    assert (job["state"], job["error"]["code"], job["result"]) == ("interrupted", "interrupted", None)
    assert (await ended(admin, await admin.post(f"{PROJECTIONS}/ai_providers/rebuild")))["state"] == "succeeded"


async def test_of_two_rebuilds_the_second_waits_queued_and_can_be_stopped(
    admin: Api, owner: psycopg.Connection[tuple[Any, ...]]
) -> None:
    owner.execute("SELECT pg_advisory_lock(hashtextextended('modelbook projections', 0))")
    waiting = [await admin.post(f"{PROJECTIONS}/ai_models/rebuild") for _ in range(2)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        # Each is heard of while it waits.
        while owner.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (2,):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    for reply in waiting:
        job = await admin.get(reply.headers["Location"])
        assert (job["state"], job["step"], job["startedAt"]) == ("queued", None, None)
    # Nobody waits to look.
    assert (await ended(admin, await admin.post(f"{PROJECTIONS}/ai_models/verify")))["state"] == "succeeded"
    assert (await admin.post(f"{waiting[0].headers['Location']}/cancel")).status == 202
    assert (await ended(admin, waiting[0]))["state"] == "interrupted"
    owner.execute("SELECT pg_advisory_unlock(hashtextextended('modelbook projections', 0))")
    assert (await ended(admin, waiting[1]))["state"] == "succeeded"


async def test_jobs_under_way_are_bounded(admin: Api, owner: psycopg.Connection[tuple[Any, ...]]) -> None:
    owner.execute(
        "INSERT INTO admin_jobs (id, kind, parameters, requested_by, correlation_id, state, created_at, heartbeat_at)"
        " SELECT gen_random_uuid(), 'verify', '{}', 'x', 'bounded', 'queued', now(), now() FROM generate_series(1, 20)"
    )
    refused = await admin.post(f"{PROJECTIONS}/ai_models/rebuild")
    assert (refused.status, refused.document["code"]) == (409, "too-many-jobs")
    # Those of which nothing is heard do not count.
    silent = "UPDATE admin_jobs SET heartbeat_at = now() + %s * interval '1 second' WHERE correlation_id = 'bounded'"
    for seconds in (-16, 30):
        owner.execute(silent, (seconds,))
        await ended(admin, await admin.post(f"{PROJECTIONS}/ai_models/rebuild"))
    owner.execute("DELETE FROM admin_jobs WHERE correlation_id = 'bounded'")


async def test_of_two_rotations_the_second_is_refused(admin: Api, owner: psycopg.Connection[tuple[Any, ...]]) -> None:
    owner.execute("SELECT pg_advisory_lock(hashtextextended('modelbook master keys', 0))")
    refused = await admin.post(f"{KEYS}/rotate")
    assert (refused.status, refused.document["code"]) == (409, "rotation-under-way")


async def test_what_cannot_be_done_fails_with_its_reason(admin: Api) -> None:
    for work in ("rebuild", "verify"):
        body = {"organizationId": str(uuid4())}
        job = await ended(admin, await admin.post(f"{PROJECTIONS}/ai_models/{work}", body))
        assert (job["state"], job["error"]["code"]) == ("failed", "organization-unknown")


@pytest.mark.parametrize(
    ("request_line", "body", "code"),
    [
        (f"POST {PROJECTIONS}/events/rebuild", ..., "projection-not-found"),
        (f"POST {PROJECTIONS}/events/verify", ..., "projection-not-found"),
        (f"GET {JOBS}/{UUID(int=7)}", ..., "job-not-found"),
        (f"POST {JOBS}/{UUID(int=7)}/cancel", ..., "job-not-found"),
        (f"POST {PROJECTIONS}/ai_models/rebuild", {"unknown": 1}, "invalid-input"),
        (f"POST {PROJECTIONS}/ai_models/rebuild", {"rollback": True}, "invalid-input"),
        (f"POST {PROJECTIONS}/ai_models/verify", {"organizationId": "mine"}, "invalid-input"),
    ],
)
async def test_what_is_not_there_or_not_allowed_is_refused(
    admin: Api, request_line: str, body: object, code: str
) -> None:
    method, path = request_line.split()
    refused = await admin.ask(method, path, body)
    assert (refused.status, refused.document["code"]) == (404 if code.endswith("found") else 422, code)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.ADMIN])
async def test_members_of_an_organization_administrate_nothing(api: Api, role: Role) -> None:
    member = api.of(role)
    for path in (PROJECTIONS, JOBS, KEYS):
        assert (await member.ask("GET", path)).status == 403
    for path in (f"{PROJECTIONS}/ai_models/rebuild", f"{PROJECTIONS}/ai_models/verify", f"{KEYS}/rotate"):
        assert (await member.post(path)).status == 403


async def test_a_repeated_request_starts_one_job(admin: Api) -> None:
    key = str(uuid4())
    first = await admin.post(f"{PROJECTIONS}/organizations/verify", idempotency_key=key)
    second = await admin.post(f"{PROJECTIONS}/organizations/verify", idempotency_key=key)
    assert first.document == second.document
    await ended(admin, first)


async def test_master_keys_are_rotated_while_the_service_continues(
    service: RunningService, api: Api, admin: Api, owner: psycopg.Connection[tuple[Any, ...]]
) -> None:
    provider = await api.provider()
    owner.execute("DELETE FROM provider_credentials WHERE provider_id <> %s", (provider["id"],))
    new = "k2:" + base64.b64encode(b"another master key of the tests,").decode()
    runtime = replace(a_runtime(service.database), master_keys=f"{new},{MASTER_KEYS}")
    with listening_socket("127.0.0.1", 0) as listener, Background() as background:
        background.enter(running(runtime, listener))
        host, port = listener.getsockname()
        other = Api(admin.session, f"http://{host}:{port}", None, admin.token)
        # Nothing has checked these keys against the database yet, as the start of a service does.
        job = await ended(other, await other.post(f"{KEYS}/rotate"))
        assert (job["state"], job["error"]["code"]) == ("failed", "key-not-served-yet")
        owner.execute("INSERT INTO vault_canaries VALUES ('k1', 'x'), ('k2', 'x') ON CONFLICT DO NOTHING")
        job = await ended(other, await other.post(f"{KEYS}/rotate"))
        assert (job["state"], job["result"]) == (
            "succeeded",
            {"activeId": "k2", "rewrapped": 1, "unreadable": [], "left": 0},
        )
        reported = {each["id"]: (each["isActive"], each["credentials"]) for each in (await other.get(KEYS))["data"]}
        assert reported["k2"] == (True, 1)
        assert reported["k1"] == (False, 0)
        # The service that was not given the new key cannot read what is wrapped under it, and says so.
    job = await ended(admin, await admin.post(f"{KEYS}/rotate"))
    assert job["result"]["unreadable"] == [{"organizationId": str(api.organization_id), "providerId": provider["id"]}]
    assert (await api.ask("GET", f"{PROVIDERS}/{provider['id']}")).status == 200
