"""Jobs wait for a database that is away for a while."""

import pytest

from application.errors import Unavailable
from entrypoints.administration import run_job
from entrypoints.administration.run_job import once_reachable


async def test_work_is_done_as_soon_as_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_job, "_BEAT_SECONDS", 0.0)
    attempts: list[int] = []

    async def work() -> int:
        attempts.append(len(attempts))
        if len(attempts) < 3:
            raise Unavailable
        return len(attempts)

    assert await once_reachable(work) == 3


async def test_work_is_given_up_when_the_database_stays_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_job, "_PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(run_job, "_BEAT_SECONDS", 0.001)

    async def work() -> None:
        raise Unavailable

    with pytest.raises(Unavailable):
        await once_reachable(work)
