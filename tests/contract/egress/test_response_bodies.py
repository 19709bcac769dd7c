"""Whatever a provider answers, its answer costs no more than was allowed for it."""

import gzip
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable

import pytest

from application.ports.outbound_http import OutboundFailure
from tests.contract.egress.loopback import Conversation, serving
from tests.contract.egress.outbound_calls import a_get, egress_to, failure_of

MEBIBYTE = 1_048_576
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n"


def answering(*parts: bytes) -> Callable[[Conversation], Awaitable[None]]:
    async def handle(conversation: Conversation) -> None:
        await conversation.send(*parts)

    return handle


async def forever(conversation: Conversation, *parts: bytes) -> None:
    while True:
        await conversation.send(*parts)


def with_length(body: bytes, *headers: bytes) -> bytes:
    return HEAD + b"".join(header + b"\r\n" for header in headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


def a_bomb(mebibytes: int) -> bytes:
    """Return a gzip file that grows a thousandfold, without its end."""
    stream = zlib.compressobj(9, zlib.DEFLATED, 31)
    start = stream.compress(bytes(MEBIBYTE)) + stream.flush(zlib.Z_FULL_FLUSH)
    # After a full flush a block stands for itself, so the same one can be repeated.
    again = stream.compress(bytes(MEBIBYTE)) + stream.flush(zlib.Z_FULL_FLUSH)
    return start + again * (mebibytes - 1)


async def failing(handle: Callable[[Conversation], Awaitable[None]], max_bytes: int = MEBIBYTE) -> OutboundFailure:
    async with serving(handle) as server, egress_to(server) as egress:
        return await failure_of(egress, a_get(server.url(), max_bytes=max_bytes, total_seconds=5))


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_compressed_answer_is_decompressed(encoding: str) -> None:
    text = b"some text " * 1_000
    compressed = gzip.compress(text) if encoding == "gzip" else zlib.compress(text)
    answer = with_length(compressed, b"Content-Encoding: " + encoding.encode())
    async with serving(answering(answer)) as server, egress_to(server) as egress:
        response = await egress.request(a_get(server.url()))
    assert response.body == text
    assert b"Accept-Encoding: gzip, deflate\r\n" in server.requests[0]


async def test_a_bomb_is_defused_before_it_fills_the_memory() -> None:
    bomb = a_bomb(1_024)
    assert len(bomb) < 2 * MEBIBYTE
    tracemalloc.start()
    error = await failing(answering(with_length(bomb, b"Content-Encoding: gzip")), max_bytes=4 * MEBIBYTE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (error.failure.category, error.message) == ("unexpected_body", "The answer is larger than 4,194,304 bytes.")
    assert peak < 16 * MEBIBYTE


async def test_empty_members_without_end_are_noticed_as_well() -> None:
    async def handle(conversation: Conversation) -> None:
        await conversation.send(HEAD + b"Content-Encoding: gzip\r\n\r\n")
        await forever(conversation, gzip.compress(b"") * 1_000)

    assert (await failing(handle)).message == "The answer is larger than 1,048,576 bytes."


async def test_an_endless_answer_is_cut_off_and_its_connection_closed() -> None:
    async def handle(conversation: Conversation) -> None:
        await conversation.send(CHUNKED + b"\r\n")
        await forever(conversation, b"400\r\n" + b"a" * 1_024 + b"\r\n")

    async with serving(handle) as server, egress_to(server) as egress:
        error = await failure_of(egress, a_get(server.url(), max_bytes=MEBIBYTE))
        await server.closed_by_client.wait()
    assert error.failure.category == "unexpected_body"


async def test_an_answer_that_announces_too_much_is_not_read_at_all() -> None:
    async def handle(conversation: Conversation) -> None:
        await conversation.send(HEAD + b"Content-Length: 1048577\r\n\r\n")
        await conversation.until_closed()

    assert (await failing(handle)).message == "The answer is larger than 1,048,576 bytes."


@pytest.mark.parametrize(
    "answer",
    [
        with_length(gzip.compress(b"some text", mtime=0)[:-9], b"Content-Encoding: gzip"),
        with_length(b"<html>echo-of-the-key</html>", b"Content-Encoding: gzip"),
        with_length(b"anything", b"Content-Encoding: br"),
        with_length(gzip.compress(gzip.compress(b"twice", mtime=0), mtime=0), b"Content-Encoding: gzip, gzip"),
        HEAD + b"Content-Length: 100\r\n\r\nfar less, echo-of-the-key",
        CHUNKED + b"\r\n5\r\nhello\r\n",
        CHUNKED + b"\r\n5\r\nhello\r\nxyz echo-of-the-key\r\n",
        b"SSH-2.0-OpenSSH_9.6 echo-of-the-key\r\n",
        b"<html>echo-of-the-key</html>",
        HEAD + b"no colon echo-of-the-key\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        HEAD + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
        HEAD + b"".join(b"X-%d: a\r\n" % number for number in range(1_000)) + b"\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\necho-of-the-key",
    ],
)
async def test_a_broken_answer_is_reported_and_not_echoed(answer: bytes) -> None:
    error = await failing(answering(answer))
    assert (error.failure.category, error.was_sent) == ("unexpected_body", True)
    assert "echo" not in error.message
    assert error.__suppress_context__, "the client's own error quotes the answer"


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 "])
async def test_a_connection_that_ends_before_the_answer_is_unreachable(answer: bytes) -> None:
    error = await failing(answering(answer))
    assert (error.failure.category, error.was_sent) == ("unreachable", True)


async def test_a_reset_connection_is_unreachable_before_the_answer_and_breaks_it_off_after() -> None:
    async def before(conversation: Conversation) -> None:
        conversation.reset()

    async def after(conversation: Conversation) -> None:
        await conversation.send(HEAD + b"Content-Length: 100\r\n\r\nhalf")
        conversation.reset()

    assert (await failing(before)).failure.category == "unreachable"
    assert (await failing(after)).failure.category == "unexpected_body"


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
async def test_an_answer_without_a_body_is_whole(status: bytes) -> None:
    answer = b"HTTP/1.1 " + status + b"\r\nContent-Encoding: gzip\r\n\r\n"
    async with serving(answering(answer)) as server, egress_to(server) as egress:
        assert (await egress.request(a_get(server.url()))).body == b""


async def test_bytes_in_a_header_that_are_no_text_can_be_stored() -> None:
    answer = with_length(b"ok", b"X-Request-Id: a\xff\xc3\xa9")
    async with serving(answering(answer)) as server, egress_to(server) as egress:
        response = await egress.request(a_get(server.url()))
    assert response.headers["x-request-id"].encode() == "a\ufffdé".encode()


async def test_repeated_headers_are_joined() -> None:
    async with serving(answering(with_length(b"ok", b"Via: a", b"via: b"))) as server, egress_to(server) as egress:
        assert (await egress.request(a_get(server.url()))).headers["Via"] == "a, b"
