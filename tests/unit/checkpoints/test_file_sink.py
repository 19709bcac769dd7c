"""The file that checkpoints are appended to: whole lines, one writer at a time, and loud when it cannot be used."""

from __future__ import annotations

import asyncio
import stat
from typing import TYPE_CHECKING

import pytest

from adapters.checkpoints.file_sink import FILE_NAME, FileSink
from application.ports.checkpoints import SinkUnusable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    Following = Callable[[Sequence[bytes]], Awaitable[bytes | None]]


def _answering(line: bytes | None) -> Following:
    async def following(_: Sequence[bytes]) -> bytes | None:
        return line

    return following


async def _lines(sink: FileSink) -> list[bytes]:
    return [line async for line in sink.lines()]


async def _counted(newest: Sequence[bytes]) -> bytes:
    await asyncio.sleep(0)
    return b"%d" % (int(newest[0]) + 1 if newest else 1)


async def test_lines_are_appended_to_a_file_of_the_owners_alone(tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "kept" / "here")
    assert await _lines(sink) == []
    assert await sink.extend(_answering(b"first")) == b"first"
    assert await sink.extend(_answering(b"second")) == b"second"
    assert await sink.extend(_answering(None)) is None
    assert sink.path == tmp_path / "kept" / "here" / FILE_NAME
    assert sink.path.read_bytes() == b"first\nsecond\n"
    assert stat.S_IMODE(sink.path.stat().st_mode) == 0o600
    assert await _lines(sink) == [b"first", b"second"]


async def test_a_file_may_be_named_itself(tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "proof.ndjson")
    await sink.extend(_answering(b"first"))
    assert (tmp_path / "proof.ndjson").read_bytes() == b"first\n"


async def test_the_newest_lines_are_given_however_long_they_are(tmp_path: Path) -> None:
    sink = FileSink(tmp_path)
    written = [bytes([65 + number]) * (700_000 if number in {3, 13} else 10) for number in range(15)]
    for line in written:
        await sink.extend(_answering(line))
    given: list[bytes] = []

    async def following(newest: Sequence[bytes]) -> None:
        given.extend(newest)

    await sink.extend(following)
    assert given == written[::-1][:10]
    assert await _lines(sink) == written


async def test_a_torn_line_is_ended_before_the_next(tmp_path: Path) -> None:
    sink = FileSink(tmp_path)
    await sink.extend(_answering(b"first"))
    with sink.path.open("ab") as file:
        file.write(b"sec")
    await sink.extend(_answering(b"third"))
    assert await _lines(sink) == [b"first", b"sec", b"third"]


async def test_writers_take_turns(tmp_path: Path) -> None:
    await asyncio.gather(*(FileSink(tmp_path).extend(_counted) for _ in range(20)))
    assert await _lines(FileSink(tmp_path)) == [b"%d" % number for number in range(1, 21)]


@pytest.mark.parametrize("broken", ["a file in place of the folder", "a full device"])
async def test_a_sink_that_cannot_be_used_says_so(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "taken" / "here.ndjson"
    if broken == "a full device":
        path.parent.mkdir()
        path.symlink_to("/dev/full")
    else:
        path.parent.write_text("not a folder")
    with pytest.raises(SinkUnusable, match=r"here\.ndjson.*Events go on without them"):
        await FileSink(path).extend(_answering(b"first"))


async def test_what_the_maker_of_the_line_fails_with_is_passed_on_and_nobody_is_locked_out(tmp_path: Path) -> None:
    sink = FileSink(tmp_path)

    async def failing(_: Sequence[bytes]) -> bytes:
        raise LookupError

    with pytest.raises(LookupError):
        await sink.extend(failing)
    assert await sink.extend(_answering(b"first")) == b"first"
