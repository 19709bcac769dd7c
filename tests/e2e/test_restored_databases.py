"""A restored backup, an emptied sink, another sink: noticed and said; no write stops, and a person states it."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from aiohttp import ClientSession
from psycopg import sql

from adapters.checkpoints.signing_key import new_signing_key
from entrypoints.http.authorization import Role
from entrypoints.runtime import Runtime
from entrypoints.serve import address_of, listening_socket
from entrypoints.server_process import running
from tests.databases import Database, Databases
from tests.e2e.api_client import AUDIT, Api, a_token
from tests.e2e.running_service import a_runtime

RESTORED = "/api/admin/audit/restored"
REASON = "Die Platte war verloren; Backup von heute früh"


@dataclass(frozen=True, slots=True)
class Serving:
    """A service with checkpoints."""

    api: Api
    sink: Path

    async def until(self, what: str, holds: Callable[[dict[str, Any]], bool], path: str) -> dict[str, Any]:
        document: dict[str, Any] = {}
        for _ in range(600):
            document = await self.api.get(path)
            if holds(document):
                return document
            await asyncio.sleep(0.05)
        raise AssertionError(f"{what} did not come: {document}")

    async def proved(self) -> dict[str, Any]:
        return await self.until("proof", lambda found: found["unproven"]["events"] == 0, f"{AUDIT}/verify")

    async def warned(self) -> str:
        ready = await self.until("a warning", lambda found: "warnings" in found, "/readyz")
        assert ready["status"] == "ready"
        return str(ready["warnings"]["checkpoints"])

    def lines(self) -> list[bytes]:
        return [line for path in sorted(self.sink.glob("*.ndjson")) for line in path.read_bytes().splitlines()]


def _runtime(database: Database, folder: Path, sink: Path) -> Runtime:
    key = folder / "key"
    if not key.exists():
        new_signing_key(key)
    return replace(a_runtime(database, checkpoint_interval=0.05), checkpoint_key=key, checkpoint_sink=sink)


@asynccontextmanager
async def _serving(runtime: Runtime, organization_id: Any = None) -> AsyncIterator[Serving]:  # noqa: ANN401
    organization_id = organization_id or uuid4()
    assert runtime.checkpoint_sink is not None
    with listening_socket("127.0.0.1", 0) as listener:
        async with running(runtime, listener), ClientSession() as session:
            api = Api(session, address_of(listener), organization_id, a_token(organization_id, Role.ADMIN))
            yield Serving(api, runtime.checkpoint_sink)


async def test_an_older_backup_is_noticed_and_can_be_stated(databases: Databases, tmp_path: Path) -> None:
    live = databases.migrated()
    backup: Database | None = None
    try:
        async with _serving(_runtime(live, tmp_path, tmp_path / "sink")) as serving:
            for number in range(2):
                await serving.api.provider(name=f"Provider {number}")
            await serving.proved()
            organization_id = serving.api.organization_id
        backup = _copied(databases, live)
        async with _serving(_runtime(live, tmp_path, tmp_path / "sink"), organization_id) as serving:
            for number in range(2, 5):
                await serving.api.provider(name=f"Provider {number}")
                await serving.proved()
        async with _serving(_runtime(backup, tmp_path, tmp_path / "sink"), organization_id) as serving:
            await _state(serving)
        async with _serving(_runtime(backup, tmp_path, tmp_path / "sink"), organization_id) as serving:
            await serving.api.provider(name="Long afterwards")
            found = await serving.proved()
            assert (found["intact"], len(found["restores"])) == (True, 1)
    finally:
        for database in (live, backup):
            if database is not None:
                databases.drop(database)


async def _state(serving: Serving) -> None:
    before = serving.lines()
    assert "older than its checkpoints" in await serving.warned()
    await serving.api.provider(name="Written meanwhile")
    metrics = (await serving.api.ask("GET", "/metrics")).text
    assert "modelbook_checkpoints_disagree 1.0" in metrics
    found = await serving.api.get(f"{AUDIT}/verify")
    assert found["intact"] is False
    assert ("re-chained", 3) in {(finding["kind"], finding["sequence"]) for finding in found["findings"]}
    assert serving.lines() == before
    platform = serving.api.of(None, is_platform_admin=True)
    assert (await platform.ask("POST", RESTORED, {})).status == 422
    reply = await platform.ask("POST", RESTORED, {"reason": REASON})
    assert reply.status == 200, reply.text
    [lost] = reply.document["restored"]["lost"]
    assert lost == {"organizationId": str(serving.api.organization_id), "fromSequence": 3, "toSequence": 5}
    assert (reply.document["restored"]["reason"], reply.document["checkpoint"]["covers"]) == (REASON, "all")
    again = await platform.ask("POST", RESTORED, {"reason": REASON})
    assert (again.status, again.document["code"]) == (409, "nothing-restored")
    found = await serving.proved()
    assert (found["intact"], found["findings"]) == (True, [])
    assert found["restores"][0]["lost"] == [lost]
    events = (await serving.api.get(f"{AUDIT}?type=organization.restored"))["data"]
    assert [(event["reason"], event["facts"]) for event in events] == [(REASON, {"lost_from": 3, "lost_until": 5})]
    await serving.until("an end of the warning", lambda ready: "warnings" not in ready, "/readyz")


async def test_an_emptied_sink_is_not_begun_again_over_a_forged_log(database: Database, tmp_path: Path) -> None:
    sink = tmp_path / "sink"
    async with _serving(_runtime(database, tmp_path, sink)) as serving:
        await serving.api.provider()
        known = (await serving.proved())["checkpoint"]["number"]
        organization_id = serving.api.organization_id
    shutil.rmtree(sink)
    async with _serving(_runtime(database, tmp_path, sink), organization_id) as serving:
        assert "is empty" in await serving.warned()
        await serving.api.provider(name="Written meanwhile")
        found = await serving.api.get(f"{AUDIT}/verify")
        assert [finding["message"] for finding in found["findings"]] == [
            f"The database knows checkpoint {known}, but the sink {sink / 'checkpoints.ndjson'} is empty."
        ]
        assert serving.lines() == []
        platform = serving.api.of(None, is_platform_admin=True)
        reply = await platform.ask("POST", RESTORED, {"reason": REASON})
        assert (reply.status, reply.document["restored"]["lost"]) == (200, [])
        found = await serving.proved()
    assert found["intact"] is True
    assert found["firstCheckpoint"]["number"] == known + 1
    assert f"from number {known + 1} of" in found["proven"]["statement"]


async def test_a_process_with_another_sink_writes_nothing_and_says_so(database: Database, tmp_path: Path) -> None:
    own, other = _runtime(database, tmp_path, tmp_path / "one"), _runtime(database, tmp_path, tmp_path / "other")
    async with _serving(own) as serving:
        await serving.api.provider()
        await serving.proved()
        async with _serving(other) as stranger:
            assert "MODELBOOK_CHECKPOINT_SINK" in await stranger.warned()
            await stranger.api.provider()
            await serving.proved()
            assert stranger.lines() == []
        assert "warnings" not in await serving.api.get("/readyz")
    async with _serving(other) as stranger:
        await stranger.api.provider()
        await stranger.warned()
        assert stranger.lines() == []


@pytest.mark.parametrize("what", ["a line", "the newest lines"])
async def test_a_changed_sink_is_found_by_verification(database: Database, tmp_path: Path, what: str) -> None:
    sink = tmp_path / "sink"
    async with _serving(_runtime(database, tmp_path, sink)) as serving:
        for number in range(3):
            await serving.api.provider(name=f"Provider {number}")
            await serving.proved()
        organization_id = serving.api.organization_id
    file = sink / "checkpoints.ndjson"
    lines = file.read_bytes().splitlines(keepends=True)
    document = json.loads(lines[1])
    document["heads"][0][2] = "00" * 32
    changed = json.dumps(document, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    file.write_bytes(b"".join([lines[0], changed, *lines[2:]] if what == "a line" else lines[:-1]))
    async with _serving(_runtime(database, tmp_path, sink), organization_id) as serving:
        found = await serving.api.get(f"{AUDIT}/verify")
        assert found["intact"] is False
        assert any(finding["organizationId"] is None for finding in found["findings"])


def _copied(databases: Databases, database: Database) -> Database:
    """Return a copy of a database that nobody is connected to, as a backup restored beside it."""
    empty = databases.empty()
    name, origin = (psycopg.conninfo.conninfo_to_dict(each.owner_url)["dbname"] for each in (empty, database))
    databases.drop(empty)
    server = psycopg.conninfo.make_conninfo(database.owner_url, dbname="postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        connection.execute(copy.format(sql.Identifier(str(name)), sql.Identifier(str(origin))))
    return replace(database, owner_url=empty.owner_url)
