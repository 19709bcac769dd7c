"""Memory that is not needed any more goes back to the system."""

from __future__ import annotations

import asyncio
import ctypes

import psutil
import pytest

from application.end_tasks import end_tasks
from entrypoints import malloc_settings
from entrypoints.malloc_settings import give_back_free_pages

_PIECES = 1_000
_BYTES = 100_000


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the system's library is not glibc")
async def test_pieces_that_were_freed_between_others_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    process, pieces, kept = psutil.Process(), [], []
    for number in range(_PIECES):
        pieces.append(bytes([number % 256]) * _BYTES)
        kept.append(bytes([number % 256]) * 1_000)
    full = process.memory_info().rss
    del pieces[:]
    freed = process.memory_info().rss
    assert full - freed < _PIECES * _BYTES / 2, "those between them keep it"
    monkeypatch.setattr(malloc_settings, "TRIM_SECONDS", 0.01)
    giving_back = asyncio.create_task(give_back_free_pages())
    async with asyncio.timeout(10):
        while freed - process.memory_info().rss < _PIECES * _BYTES / 2:  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.01)
    await end_tasks(giving_back)
    assert len(kept) == _PIECES
