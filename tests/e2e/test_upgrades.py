"""What each release has left behind is taken over: a data folder that is served, a backup that is restored."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from adapters.postgres.system_user import system_user_for
from tests.databases import Databases
from tests.e2e.api_client import MODELS, Api, path_of
from tests.e2e.processes import PATIENCE_SECONDS, folder, run, serving
from tests.releases.kept_release import KeptRelease, answers, as_administrator, differences, kept_releases


@pytest.fixture(params=kept_releases(), ids=lambda release: release.folder.name)
def release(request: pytest.FixtureRequest) -> KeptRelease:
    kept: KeptRelease = request.param
    return kept


@pytest.fixture
def data_dir(release: KeptRelease) -> Iterator[Path]:
    """Give its data folder."""
    with folder() as path:
        unpacked = path / "data"
        unpacked.mkdir(mode=0o700)
        extract = ["tar", "--extract", "--same-permissions", f"--file={release.data}", "-C", str(unpacked)]
        subprocess.run(extract, check=True, timeout=PATIENCE_SECONDS)
        user = system_user_for(unpacked / "postgres")
        if user is not None:
            user.own(unpacked / "postgres")
            for found in (unpacked / "postgres").rglob("*"):
                user.own(found)
        yield unpacked


async def expect_taken_over(api: Api, release: KeptRelease) -> None:
    """Check that all is answered as it was, and that it continues from there."""
    _, before = release.answered()
    now = await answers(api)
    assert differences(before, now) == []
    model = now[MODELS][0]
    changed = await api.patch(path_of(model), {"name": "Changed after the upgrade"})
    assert changed.status == 200
    assert changed.document["revision"] == model["revision"] + 1
    verified = await api.get("/api/ai/audit/verify", full=True)
    assert verified["intact"], verified


async def test_a_data_folder_is_served(release: KeptRelease, data_dir: Path, session: ClientSession) -> None:
    organization_id, _ = release.answered()
    with serving("serve", "--port", "0", DATA_DIR=str(data_dir), HEALTH_INTERVAL="0") as running:
        api = as_administrator(session, running.ready()["url"], data_dir, organization_id)
        await expect_taken_over(api, release)
        of_data = {"DATA_DIR": str(data_dir)}
        for checked in (("audit", "verify"), ("projections", "verify")):
            finished = run(*checked, **of_data)
            assert finished.exit_code == 0, finished.errors + finished.out


async def test_a_backup_is_restored(
    release: KeptRelease, data_dir: Path, session: ClientSession, databases: Databases
) -> None:
    """With the keys and the checkpoints of the data folder, which no backup has."""
    organization_id, _ = release.answered()
    database = databases.empty()
    kept = {
        "MASTER_KEYS": (data_dir / "master-keys").read_text("utf-8").strip(),
        "JWT_SECRET": (data_dir / "jwt-secret").read_text("utf-8").strip(),
        "CHECKPOINT_KEY": str(data_dir / "checkpoint-key"),
        "CHECKPOINT_SINK": str(data_dir / "checkpoints"),
        "HEALTH_INTERVAL": "0",
    }
    restored = run("restore", str(release.backup), "--logins", "--json", OWNER_DATABASE_URL=database.owner_url, **kept)
    assert restored.exit_code == 0, restored.errors
    logins = json.loads(restored.out)
    urls = {"DATABASE_URL": logins["databaseUrl"], "ADMIN_DATABASE_URL": logins["adminDatabaseUrl"]}
    with serving("serve", "--port", "0", **urls, **kept) as running:
        api = as_administrator(session, running.ready()["url"], data_dir, organization_id)
        await expect_taken_over(api, release)
    databases.drop(database)
