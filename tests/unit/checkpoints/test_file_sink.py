"""The files that checkpoints are appended to: whole lines, one writer at a time, and loud when they cannot be used."""

import asyncio
import stat
from pathlib import Path

import pytest

from adapters.checkpoints.file_sink import FILE_NAME, FileSink
from application.verification.checkpoint_storage import SinkUnusable


async def _append(sink: FileSink, line: bytes, *, begins_part: int | None = None) -> list[bytes]:
    """Append a line and return those that were the newest ones before."""
    async with sink.locked() as locked:
        newest = list(locked.newest)
        await locked.append(line, mark=b"after " + line[:20], begins_part=begins_part)
    return newest


async def _count(sink: FileSink, *, per_part: int = 1_000) -> None:
    """Append the next number; as many to a part."""
    async with sink.locked() as locked:
        number = int(locked.newest[0]) + 1 if locked.newest else 1
        await asyncio.sleep(0)
        await locked.append(b"%d" % number, mark=b"", begins_part=number if number % per_part == 1 else None)


async def _lines(sink: FileSink, *, since: int = 0) -> list[bytes]:
    return [line async for lines in sink.lines(since=since) for line in lines]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.ndjson"))


async def test_lines_are_appended_to_a_file_of_the_owners_alone(tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "kept" / "here")
    assert (await _lines(sink), await sink.beginning()) == ([], None)
    assert await _append(sink, b"first", begins_part=1) == []
    assert await _append(sink, b"second") == [b"first"]
    assert sink.path == tmp_path / "kept" / "here" / FILE_NAME
    assert sink.path.read_bytes() == b"first\nsecond\n"
    assert stat.S_IMODE(sink.path.stat().st_mode) == 0o600
    assert (await _lines(sink), await sink.beginning()) == ([b"first", b"second"], b"first\nsecond\n")


async def test_a_mark_is_kept_beside_the_lines(tmp_path: Path) -> None:
    async with FileSink(tmp_path).locked() as locked:
        assert locked.mark is None
    for line in (b"a first line", b"second"):
        await _append(FileSink(tmp_path), line)
        async with FileSink(tmp_path).locked() as locked:
            assert locked.mark == b"after " + line
    (tmp_path / FILE_NAME).write_bytes(b"")
    async with FileSink(tmp_path).locked() as locked:
        assert (locked.newest, locked.mark) == ([], b"after second")


async def test_a_file_may_be_named_itself(tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "proof.ndjson")
    await _append(sink, b"first", begins_part=1)
    assert (tmp_path / "proof.ndjson").read_bytes() == b"first\n"
    await _append(sink, b"second", begins_part=1001)
    assert _names(tmp_path) == ["proof-000001001.ndjson", "proof.ndjson"]


async def test_the_newest_lines_are_given_however_long_they_are(tmp_path: Path) -> None:
    written = [bytes([65 + number]) * (700_000 if number in {3, 13} else 10) for number in range(15)]
    for line in written:
        await _append(FileSink(tmp_path), line)
    async with FileSink(tmp_path).locked() as locked:
        assert locked.newest == written[::-1][:10]
    assert await _lines(FileSink(tmp_path)) == written


async def test_what_another_process_appended_is_seen(tmp_path: Path) -> None:
    one, other = FileSink(tmp_path), FileSink(tmp_path)
    await _append(one, b"first")
    assert await _append(one, b"second") == [b"first"]
    assert await _append(other, b"third") == [b"second", b"first"]
    assert await _append(one, b"fourth") == [b"third", b"second", b"first"]


async def test_a_torn_line_is_ended_before_the_next(tmp_path: Path) -> None:
    sink = FileSink(tmp_path)
    await _append(sink, b"first")
    with sink.path.open("ab") as file:
        file.write(b"sec")
    assert await _append(sink, b"third") == [b"sec", b"first"]
    assert await _lines(sink) == [b"first", b"sec", b"third"]


async def test_writers_take_turns(tmp_path: Path) -> None:
    await asyncio.gather(*(_count(FileSink(tmp_path)) for _ in range(20)))
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
        await _append(FileSink(path), b"first")


async def test_whoever_fails_while_holding_the_end_locks_nobody_out(tmp_path: Path) -> None:
    sink = FileSink(tmp_path)
    with pytest.raises(LookupError):
        async with sink.locked():
            raise LookupError
    assert await _append(sink, b"first") == []


async def test_parts_are_named_after_their_first_line(tmp_path: Path) -> None:
    sink = FileSink(tmp_path)
    for _ in range(13):
        await _count(sink, per_part=5)
    assert _names(tmp_path) == [
        "checkpoints-000000006.ndjson",
        "checkpoints-000000011.ndjson",
        "checkpoints.ndjson",
    ]
    assert await _lines(sink) == [b"%d" % number for number in range(1, 14)]
    assert await sink.parts() == [0, 6, 11]
    assert [await sink.first_lines(part) for part in (0, 6, 11)] == [[b"1", b"2"], [b"6", b"7"], [b"11", b"12"]]
    firsts = [(await _lines(sink, since=number))[0] for number in (0, 1, 5, 6, 10, 11, 99)]
    assert firsts == [b"1", b"1", b"1", b"6", b"6", b"11", b"11"]
    assert await sink.beginning() == b"11\n12\n13\n"
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in _names(tmp_path)} == {0o600}


async def test_older_parts_can_be_taken_away(tmp_path: Path) -> None:
    for _ in range(13):
        await _count(FileSink(tmp_path), per_part=5)
    (tmp_path / "checkpoints.ndjson").rename(tmp_path / "archived")
    (tmp_path / "checkpoints-000000006.ndjson").unlink()
    for _ in range(4):
        await _count(FileSink(tmp_path), per_part=5)
    assert await _lines(FileSink(tmp_path)) == [b"%d" % number for number in range(11, 18)]


async def test_writers_take_turns_where_parts_end_too(tmp_path: Path) -> None:
    await asyncio.gather(*(_count(FileSink(tmp_path), per_part=4) for _ in range(40)))
    assert await _lines(FileSink(tmp_path)) == [b"%d" % number for number in range(1, 41)]


async def test_a_part_whose_first_line_is_torn_knows_what_came_before(tmp_path: Path) -> None:
    for _ in range(3):
        await _count(FileSink(tmp_path), per_part=3)
    (tmp_path / "checkpoints-000000004.ndjson").write_bytes(b"4")
    assert await _append(FileSink(tmp_path), b"next", begins_part=4) == [b"4", b"3", b"2", b"1"]
    assert await _lines(FileSink(tmp_path), since=4) == [b"4", b"next"]


async def test_a_line_that_is_being_written_is_not_read_yet(tmp_path: Path) -> None:
    sink = FileSink(tmp_path)
    await _append(sink, b"first")
    with sink.path.open("ab") as file:
        file.write(b"sec")
    assert await _lines(sink) == [b"first"]


async def test_a_writer_that_is_cancelled_holds_nothing_and_ends_its_line(tmp_path: Path) -> None:
    for number in range(200):
        writing = asyncio.create_task(_append(FileSink(tmp_path), b"%d" % number))
        for _ in range(number % 12):
            await asyncio.sleep(0)
        await asyncio.sleep((number % 5) / 4_000)
        writing.cancel()
        await asyncio.wait([writing])
        async with asyncio.timeout(5):
            await _append(FileSink(tmp_path), b"whole")
    lines = await _lines(FileSink(tmp_path))
    assert lines.count(b"whole") == 200
    cancelled = [int(line) for line in lines if line != b"whole"]
    assert cancelled == sorted(set(cancelled))
