"""Makes the folder of the release that is checked out: `python -m tests.releases`, once, when it is released."""

import asyncio
import json
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from uuid import UUID

import aiohttp

from modelbook import __version__
from tests.e2e.api_client import WEBHOOKS, Api, path_of
from tests.e2e.console_page import a_page
from tests.e2e.processes import PATIENCE_SECONDS, folder, run, serving
from tests.releases.kept_release import FOLDER, answers, as_administrator, migration_sums

MEMBERS = "/api/ai/members"


async def _used(api: Api) -> None:
    """Do some of everything, so that each kind of event and table has something in it."""
    providers = {provider["providerType"]: provider for provider in await api.rows("/api/ai/providers")}
    models = await api.rows("/api/ai/models")
    replies = [
        await api.patch(path_of(models[0]), {"name": "Our first", "pricing": {"inputPer1kTokens": 0.0025}}),
        await api.patch(path_of(models[1]), {"isEnabled": False}),
        await api.patch(path_of(providers["google"]), {"extraHeaders": {"X-Team": "research"}}),
        await api.delete(path_of(models[2])),
        await api.put("/api/ai/budget", {"usd": 1000, "period": "month"}),
        await api.post(
            WEBHOOKS, {"name": "On-call", "url": "https://alerts.example.com/hook", "topics": ["provider.*"]}
        ),
    ]
    assert all(reply.status in {200, 201, 204} for reply in replies), replies
    await api.access_key(name="Nightly reports", budget={"usd": 50, "period": "month"})
    member = (await api.post(MEMBERS, {"address": "ada@example.org", "role": "editor"})).document
    async with a_page(api.url) as page:
        invitation = str(member["invitationUrl"]).partition("#/invitation/")[2]
        body = {"invitation": invitation, "name": "Ada", "passphrase": "seven brave otters swim"}
        accepted = await page.ask("POST", "/auth/invitation/accept", body)
        assert accepted.status == 200, accepted.document
    program = await api.with_key(name="A program")
    prompt = {"model": "claude-haiku-4-5-20251001", "messages": [{"role": "user", "content": "Hello"}]}
    reply = await program.post("/v1/chat/completions", prompt)
    assert reply.status == 200, reply.text


async def _answered(data_dir: Path) -> dict[str, object]:
    """Return what is answered once all of it was written and nothing changes any more."""
    async with aiohttp.ClientSession() as session:
        port = _free_port()
        reached = {"PUBLIC_URL": f"http://127.0.0.1:{port}", "DATA_DIR": str(data_dir)}
        with serving("demo", "--port", str(port), "--sandbox-port", "0", **reached) as running:
            said = running.ready()
            await _used(Api(session, said["url"], UUID(said["organizationId"]), said["token"]))
            running.send(signal.SIGTERM)
            assert await asyncio.to_thread(running.ended) == 0
        with serving("serve", "--port", "0", DATA_DIR=str(data_dir), HEALTH_INTERVAL="0") as running:
            api = as_administrator(session, running.ready()["url"], data_dir, said["organizationId"])
            answered = {"organizationId": said["organizationId"], "answers": await answers(api)}
            running.send(signal.SIGTERM)
            assert await asyncio.to_thread(running.ended) == 0
    return answered


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def main() -> None:
    """Write the files."""
    target = FOLDER / __version__
    with folder() as scratch:
        data_dir = scratch / "data"
        answered = asyncio.run(_answered(data_dir))
        backup = run("backup", str(scratch / "backup.dump"), DATA_DIR=str(data_dir))
        assert backup.exit_code == 0, backup.errors
        target.mkdir(exist_ok=True)
        shutil.copy(scratch / "backup.dump", target)
        nobodys = ["--owner=0", "--group=0"]
        pack = ["tar", "-cJf", str(target / "data.tar.xz"), *nobodys, "-C", str(data_dir), "."]
        subprocess.run(pack, check=True, timeout=PATIENCE_SECONDS)
        (target / "migrations.sha256").write_text(migration_sums(), "utf-8")
        (target / "answers.json").write_text(json.dumps(answered, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
