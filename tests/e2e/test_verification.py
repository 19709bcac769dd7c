"""Verification over the API, and checkpoints while the service runs; a sink that cannot be written is reported."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession

from adapters.checkpoints.signing_key import Ed25519Signatures, new_signing_key, read_signing_key
from application.verification.verify_export import verify_export
from entrypoints.http.authorization import Role
from entrypoints.runtime import Runtime
from entrypoints.serve import address_of, listening_socket
from entrypoints.server_process import running
from tests.databases import Database
from tests.e2e.api_client import AUDIT, Api, a_token, path_of
from tests.e2e.running_service import a_runtime

VERIFY = f"{AUDIT}/verify"
EXPORT = f"{AUDIT}/export"


def _auditable(database: Database, folder: Path, *, sink: Path | None = None, interval: float = 0.05) -> Runtime:
    key = folder / "key"
    if not key.exists():
        new_signing_key(key)
    runtime = a_runtime(database, checkpoint_interval=interval)
    return replace(runtime, checkpoint_key=key, checkpoint_sink=sink or folder / "sink")


async def _until_proved(api: Api) -> dict[str, Any]:
    """Return the verification once checkpoints have caught up."""
    found: dict[str, Any] = await api.get(VERIFY)
    for _ in range(200):
        if found["unproven"]["events"] == 0:
            return found
        await asyncio.sleep(0.05)
        found = await api.get(VERIFY)
    raise AssertionError(found)


def _api(session: ClientSession, url: str) -> Api:
    organization_id = uuid4()
    return Api(session, url, organization_id, a_token(organization_id, Role.ADMIN))


async def test_checkpoints_follow_the_log_and_prove_it(database: Database, tmp_path: Path) -> None:
    runtime = _auditable(database, tmp_path)
    with listening_socket("127.0.0.1", 0) as listener:
        async with running(runtime, listener), ClientSession() as session:
            api = _api(session, address_of(listener))
            await api.model(await api.provider())
            found = await _until_proved(api)
            ready = await api.get("/readyz")
            metrics = (await api.ask("GET", "/metrics")).text
    assert found["intact"] is True
    assert (found["events"], found["findings"]) == (2, [])
    assert found["organizationId"] == str(api.organization_id)
    assert found["checkpoint"]["heads"] == 1
    assert found["firstCheckpoint"]["number"] == 1
    assert found["proven"]["throughSequence"] == 2
    assert "up to sequence 2" in found["proven"]["statement"]
    assert found["unproven"]["statement"] == "Every event is covered by the newest checkpoint."
    assert ready == {"status": "ready", "checks": {"database": "ok"}}
    assert f"modelbook_checkpoint_number {found['checkpoint']['number']}.0" in metrics
    assert "modelbook_checkpoints_disagree 0.0" in metrics


async def test_an_export_proves_itself_without_the_service(database: Database, tmp_path: Path) -> None:
    runtime = _auditable(database, tmp_path)
    with listening_socket("127.0.0.1", 0) as listener:
        async with running(runtime, listener), ClientSession() as session:
            api = _api(session, address_of(listener))
            await _api(session, address_of(listener)).provider()
            model = await api.model(await api.provider(name="Prövider"))
            await api.patch(path_of(model), {"name": "Another"}, x_change_reason="Because")
            await _until_proved(api)
            head = await api.ask("HEAD", EXPORT)
            reply = await api.of(Role.VIEWER).ask("GET", EXPORT)
    assert (head.status, reply.status) == (200, 200)
    assert reply.headers["Content-Type"] == "application/x-ndjson"
    assert f"{api.organization_id}.ndjson" in reply.headers["Content-Disposition"]
    public_key = read_signing_key(tmp_path / "key").public_key
    lines = reply.text.encode().splitlines(keepends=True)
    found = verify_export(lines, public_key, signatures=Ed25519Signatures())
    assert (found.wrong_line, found.message) == (None, "")
    assert (found.events, found.vouched_sequence, found.organization_id) == (3, 3, api.organization_id)
    assert "sk-a-key" not in reply.text


async def test_only_one_of_the_processes_writes(database: Database, tmp_path: Path) -> None:
    runtime = _auditable(database, tmp_path, interval=0.02)
    with listening_socket("127.0.0.1", 0) as one, listening_socket("127.0.0.1", 0) as other:
        async with ClientSession() as session, running(runtime, other):
            api = _api(session, address_of(other))
            async with running(runtime, one):
                await api.provider()
                await _until_proved(api)
                ends = [(await session.get(f"{address_of(end)}/metrics")) for end in (one, other)]
                written = ["modelbook_checkpoints_total 0.0" not in await end.text() for end in ends]
            await api.provider()
            found = await _until_proved(api)
    assert sorted(written) == [False, True]
    assert found["findings"] == []


async def test_a_sink_that_cannot_be_written_is_reported_and_stops_no_write(database: Database, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    runtime = _auditable(database, tmp_path, sink=tmp_path / "taken" / "here.ndjson")
    with listening_socket("127.0.0.1", 0) as listener:
        async with running(runtime, listener), ClientSession() as session:
            api = _api(session, address_of(listener))
            await api.provider()
            ready = await api.get("/readyz")
            for _ in range(100):
                if "warnings" in ready:
                    break
                await asyncio.sleep(0.05)
                ready = await api.get("/readyz")
            found = await api.get(VERIFY)
            metrics = (await api.ask("GET", "/metrics")).text
            await api.provider()
    assert ready["status"] == "ready"
    assert "cannot be kept in" in ready["warnings"]["checkpoints"]
    assert "modelbook_checkpoint_failures_total 0.0" not in metrics
    assert (found["intact"], found["checkpoint"], found["unproven"]["events"]) == (True, None, 1)
    assert "cannot be kept in" in found["unproven"]["statement"]


async def test_without_a_key_only_the_chain_is_proved(api: Api) -> None:
    await api.provider()
    found = await api.of(Role.VIEWER).get(VERIFY)
    assert (found["intact"], found["events"], found["checkpoint"]) == (True, 1, None)
    assert found["proven"]["throughSequence"] is None
    assert found["unproven"]["fromSequence"] == 1
    assert "MODELBOOK_CHECKPOINT_KEY" in found["unproven"]["statement"]
    nothing = await api.elsewhere().get(VERIFY)
    assert (nothing["intact"], nothing["events"], nothing["unproven"]["events"]) == (True, 0, 0)


async def test_verifications_take_turns(api: Api) -> None:
    await api.provider()
    replies = await asyncio.gather(*(api.ask("GET", VERIFY) for _ in range(5)))
    assert {reply.status for reply in replies} <= {200, 429}
    assert 200 in {reply.status for reply in replies}
    for reply in replies:
        if reply.status == 429:
            assert (reply.document["quota"], reply.headers["Retry-After"]) == ("verifications", "1")
