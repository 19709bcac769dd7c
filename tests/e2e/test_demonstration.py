"""The demonstration: one command to an organization whose providers answer."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from tests.e2e.api import MODELS, PROVIDERS, Api, path_of
from tests.e2e.processes import postgres_of, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiohttp import ClientSession

    from tests.e2e.conftest import DataDirs

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
            renamed = (await api.patch(path_of(models[0]), {"name": "Mine"})).document
        with demonstrated(session, data_dir) as api:
            assert await api.get(path_of(renamed)) == renamed
            assert len(await api.rows(MODELS)) == len(models)
            # The sandbox is elsewhere now; the providers know.
            for provider in providers:
                report = (await api.post(f"{path_of(provider)}/test")).document
                assert (report["status"], report["category"]) == ("healthy", "ok"), report
