"""The demonstration: one command to an organization whose providers answer."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import ClientSession

from tests.architecture.sources import ROOT
from tests.e2e.api_client import MODELS, PROVIDERS, Api, path_of
from tests.e2e.conftest import DataDirs
from tests.e2e.failing_commands import REFUSED, said
from tests.e2e.processes import postgres_of, run, serving
from tests.external_tools import program

COMMAND = ("demo", "--port", "0", "--sandbox-port", "0")


@contextmanager
def demonstrated(session: ClientSession, data_dir: Path) -> Iterator[Api]:
    """Give the API of a demonstration as whoever started it has it, and see that it ends well."""
    with serving(*COMMAND, DATA_DIR=str(data_dir)) as running:
        said = running.ready()
        yield Api(session, said["url"], UUID(said["organizationId"]), said["token"])
        running.send(signal.SIGINT)
        assert running.ended() == 0
        assert "Traceback" not in running.errors
        assert postgres_of(data_dir) is None


async def test_it_is_ready_to_use_keeps_its_data_and_finds_its_providers_again(
    session: ClientSession, data_dirs: DataDirs
) -> None:
    with data_dirs.empty() as data_dir:
        with demonstrated(session, data_dir) as api:
            providers = await api.rows(PROVIDERS)
            assert {provider["providerType"] for provider in providers} == {"openai", "anthropic", "google"}
            assert {provider["healthStatus"] for provider in providers} == {"healthy"}
            models = await api.rows(MODELS)
            assert len(models) >= 6
            assert all(model["pricing"] for model in models)
            # On whatever day: what the catalogue announces to retire has retired here. Some retire soon all the same.
            assert all(model["isUsable"] for model in models)
            assert {"active", "deprecated"} <= {model["lifecycle"] for model in models}
            renamed = (await api.patch(path_of(models[0]), {"name": "Mine"})).document
        with demonstrated(session, data_dir) as api:
            assert await api.get(path_of(renamed)) == renamed
            assert len(await api.rows(MODELS)) == len(models)
            # The sandbox is elsewhere now; the providers know.
            for provider in providers:
                report = (await api.post(f"{path_of(provider)}/test")).document
                assert (report["status"], report["category"]) == ("healthy", "ok"), report


def test_a_port_of_the_providers_that_is_taken_is_named_with_the_way_round(data_dirs: DataDirs) -> None:
    with data_dirs.fresh() as data_dir, socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        finished = run("demo", "--port", "0", "--sandbox-port", port, DATA_DIR=str(data_dir))
        said(finished, REFUSED, f"port {port}", "--sandbox-port", "make run SANDBOX_PORT=")
        assert postgres_of(data_dir) is None


@pytest.mark.parametrize(
    ("given", "command"),
    [
        (["SANDBOX_PORT=8091"], "exec .venv/bin/modelbook demo --sandbox-port 8091"),
        ([], "exec .venv/bin/modelbook demo"),
    ],
)
def test_make_run_hands_the_port_on(given: list[str], command: str) -> None:
    make = [program("make", purpose="Running targets"), "--dry-run", "--no-print-directory", "run", *given]
    # The options of a make that runs these tests must not reach this one.
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(make, cwd=ROOT, env=alone, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1].strip() == command
