"""The file that checkpoints are appended to: whole lines, one writer at a time, and loud when it cannot be used."""

from __future__ import annotations

import asyncio
import stat
from typing import TYPE_CHECKING

import pytest

from adapters.checkpoints.file_sink import FILE_NAME, FileSink
from application.ports.checkpoints import SinkUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from application.ports.checkpoints import Following


def _answering(line: bytes | None) -> Following:
    async def following(newest: Sequence[bytes], *, begins_part: bool) -> bytes | None:  # noqa: ARG001 - it knows
        return line

    return following


async def _lines(sink: FileSink, *, newest_part: bool = False) -> list[bytes]:
    return [line async for line in sink.lines(newest_part=newest_part)]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def _counted(newest: Sequence[bytes], *, begins_part: bool) -> bytes:
    """Return the next number, with a mark where a part begins."""
    await asyncio.sleep(0)
    return b"%d%s" % (int(newest[0].rstrip(b"!")) + 1 if newest else 1, b"!" if begins_part else b"")


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

    async def following(newest: Sequence[bytes], *, begins_part: bool) -> None:
        given.extend(newest)
        assert not begins_part

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

    async def failing(newest: Sequence[bytes], *, begins_part: bool) -> bytes:
        raise LookupError(newest, begins_part)

    with pytest.raises(LookupError):
        await sink.extend(failing)
    assert await sink.extend(_answering(b"first")) == b"first"


async def test_a_long_part_is_followed_by_another(tmp_path: Path) -> None:
    sink = FileSink(tmp_path, part_bytes=5)
    for _ in range(13):
        await sink.extend(_counted)
    assert _names(tmp_path) == [
        "checkpoints-000002.ndjson",
        "checkpoints-000003.ndjson",
        "checkpoints.ndjson",
    ]
    began = {6: b"6!", 12: b"12!"}
    assert await _lines(sink) == [began.get(number, b"%d" % number) for number in range(1, 14)]
    assert await _lines(sink, newest_part=True) == [b"12!", b"13"]
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in _names(tmp_path)} == {0o600}


async def test_a_part_is_at_least_four_times_its_first_line(tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "proof.ndjson", part_bytes=5)
    for _ in range(6):
        await sink.extend(_answering(b"first and long"))
    assert await _lines(sink, newest_part=True) == [b"first and long"]
    assert _names(tmp_path) == ["proof-000002.ndjson", "proof.ndjson"]


async def test_older_parts_can_be_taken_away(tmp_path: Path) -> None:
    sink = FileSink(tmp_path, part_bytes=5)
    for _ in range(13):
        await sink.extend(_counted)
    (tmp_path / "checkpoints.ndjson").rename(tmp_path / "archived")
    (tmp_path / "checkpoints-000002.ndjson").unlink()
    for _ in range(5):
        await sink.extend(_counted)
    assert await _lines(sink) == [b"12!", b"13", b"14", b"15", b"16", b"17", b"18!"]


async def test_writers_take_turns_where_parts_end_too(tmp_path: Path) -> None:
    await asyncio.gather(*(FileSink(tmp_path, part_bytes=20).extend(_counted) for _ in range(40)))
    assert [int(line.rstrip(b"!")) for line in await _lines(FileSink(tmp_path))] == list(range(1, 41))


async def test_a_part_whose_first_line_is_torn_knows_what_came_before(tmp_path: Path) -> None:
    sink = FileSink(tmp_path, part_bytes=5)
    for _ in range(3):
        await sink.extend(_counted)
    (tmp_path / "checkpoints-000002.ndjson").write_bytes(b"4")
    given: list[bytes] = []

    async def following(newest: Sequence[bytes], *, begins_part: bool) -> bytes:
        given.extend(newest)
        return b"next, in a new part" if begins_part else b"next"

    await sink.extend(following)
    assert given == [b"4", b"3", b"2", b"1"]
    assert await _lines(sink, newest_part=True) == [b"4", b"next"]


async def test_a_line_that_is_being_written_is_not_read_yet(tmp_path: Path) -> None:
    sink = FileSink(tmp_path)
    await sink.extend(_answering(b"first"))
    with sink.path.open("ab") as file:
        file.write(b"sec")
    assert await _lines(sink) == [b"first"]
