"""Events are the same however their bytes were cut, and whoever wrote them."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.providers.server_sent_events import EventParser, EventTooLarge, ServerSentEvent

LINE_ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
WORDS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12).map(str.encode)
FIELDS = st.sampled_from([b"data: ", b"data:", b"event: ", b"event:", b"id: ", b"retry: ", b": ", b":", b"", b"data"])
LINES = st.builds(lambda field, words: field + words, FIELDS, WORDS) | st.just(b"")
STREAMS = st.lists(st.builds(lambda line, end: line + end, LINES, LINE_ENDS), max_size=12).map(b"".join)


def parsed(chunks: Iterable[bytes]) -> list[ServerSentEvent]:
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)] + parser.finish()


def cut(content: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(content) + 1) for place in places})
    return [content[start:end] for start, end in zip([0, *ends], [*ends, len(content)], strict=True)]


def of_data(*data: bytes) -> list[ServerSentEvent]:
    return [ServerSentEvent(each) for each in data]


@given(STREAMS | st.binary(max_size=60), st.lists(st.integers(0, 500), max_size=30))
def test_any_cutting_of_the_same_bytes_gives_the_same_events(content: bytes, places: list[int]) -> None:
    assert parsed(cut(content, places)) == parsed([content]) == parsed(bytes([byte]) for byte in content)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=6), LINE_ENDS, st.lists(st.integers(0, 500), max_size=8))
def test_what_is_written_is_what_is_read(
    written: list[tuple[bytes, bytes]], line_end: bytes, places: list[int]
) -> None:
    lines = [b"event: %s\n: a comment\ndata: %s\n\n" % (name, data) for name, data in written]
    content = b"".join(lines).replace(b"\n", line_end)
    assert parsed(cut(content, places)) == [ServerSentEvent(data, name.decode()) for name, data in written]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"data: one\n\ndata: two\n\n", of_data(b"one", b"two")),
        (b"data:one\r\n\r\n", of_data(b"one")),
        (b"data: one\r\rdata: two\r\r", of_data(b"one", b"two")),
        (b"data:  two blanks\n\n", of_data(b" two blanks")),
        (b"data: one\ndata: line two\n\n", of_data(b"one\nline two")),
        (b"data: no empty line after it", of_data(b"no empty line after it")),
        (b"data: one\n", of_data(b"one")),
        (b"event: ping\ndata: {}\n\n", [ServerSentEvent(b"{}", "ping")]),
        (b"event: lost\n\ndata: {}\n\n", of_data(b"{}")),
        (b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: 1\n\n", of_data(b"1")),
        (b"id: 7\nretry: 10\ndata: 1\nunknown: 2\n\n", of_data(b"1")),
        (b"\xef\xbb\xbfdata: 1\n\n", of_data(b"1")),
        (b"data: 1\n\n\xef\xbb\xbfdata: 2\n\n", of_data(b"1")),
        (b"data\n\n", of_data(b"")),
        (b"\n\n\n", []),
        (b"", []),
        (b"dat: 1\n\ndatax: 2\n\n", []),
    ],
)
def test_each_way_to_write_an_event_is_read(content: bytes, expected: list[ServerSentEvent]) -> None:
    assert parsed([content]) == expected


def test_an_event_is_given_as_soon_as_it_is_whole() -> None:
    parser = EventParser()
    assert parser.feed(b"data: 1\n") == []
    assert parser.feed(b"\ndata: 2") == of_data(b"1")
    assert parser.feed(b"\n\n") == of_data(b"2")
    assert parser.finish() == []


def test_a_long_line_passes_and_an_endless_one_does_not() -> None:
    long_line = b"x" * 300_000
    assert parsed([b"data: ", long_line, b"\n\n"]) == of_data(long_line)
    parser = EventParser(most_event_bytes=1_000)
    for _ in range(10):
        assert parser.feed(b"x" * 100) == []
    with pytest.raises(EventTooLarge):
        parser.feed(b"x")


def test_an_event_of_ever_more_lines_is_too_large_as_well() -> None:
    parser = EventParser(most_event_bytes=1_000)
    with pytest.raises(EventTooLarge):
        parser.feed(b"data: xxxxxxxxxxxxxxxxxxxx\n" * 60)


def test_many_small_events_are_not_one_large_one() -> None:
    parser = EventParser(most_event_bytes=1_000)
    assert len(parser.feed(b"data: xxxxxxxxxxxxxxxxxxxx\n\n" * 600)) == 600


def test_no_representation_shows_the_data() -> None:
    assert "secret" not in repr(ServerSentEvent(b"secret"))
