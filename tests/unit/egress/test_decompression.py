import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.egress.decompression import PIECE_BYTES, BodyRefused, decoder

RAW = -15


def raw_deflate(content: bytes) -> bytes:
    stream = zlib.compressobj(wbits=RAW)
    return stream.compress(content) + stream.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
}


def decoded(encoding: str | None, sent: bytes, size: int = 0) -> bytes:
    decoding = decoder(encoding)
    cuts = [sent] if size == 0 else [sent[start : start + size] for start in range(0, len(sent), size)]
    pieces = [piece for cut in cuts for piece in decoding.pieces(cut)]
    decoding.finish()
    assert all(0 < len(piece) <= max(PIECE_BYTES, size) for piece in pieces)
    return b"".join(pieces)


@pytest.mark.parametrize("encoding", ENCODERS)
@pytest.mark.parametrize("length", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 4 * PIECE_BYTES])
def test_what_was_compressed_comes_back_whole(encoding: str, length: int) -> None:
    content = b"\0" * length
    assert decoded(encoding, ENCODERS[encoding](content)) == content
    assert decoded(encoding.upper(), ENCODERS[encoding](content), size=7) == content


@given(st.binary(), st.integers(1, 50))
def test_where_the_bytes_are_cut_does_not_matter(content: bytes, size: int) -> None:
    assert decoded("gzip", gzip.compress(content), size) == content
    assert decoded("deflate", zlib.compress(content), size) == content
    assert decoded(None, content, size) == content
    assert decoded("identity", content, size) == content


@pytest.mark.parametrize("content", [b"a", b"some text that deflates " * 100, bytes(PIECE_BYTES)])
def test_deflate_without_its_wrapping_is_understood(content: bytes) -> None:
    assert decoded("deflate", raw_deflate(content)) == content


def test_a_gzip_file_of_several_members_is_one_body() -> None:
    members = [b"one ", b"", b"two" * PIECE_BYTES, b"three"]
    assert decoded("gzip", b"".join(gzip.compress(member) for member in members), 1_000) == b"".join(members)


@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_truncated_body_is_refused(encoding: str) -> None:
    sent = ENCODERS[encoding](b"some text that is longer than its beginning")
    for length in range(1, len(sent)):
        with pytest.raises(BodyRefused, match="ends too early"):
            decoded(encoding, sent[:length])


@pytest.mark.parametrize("encoding", ENCODERS)
def test_no_body_at_all_is_no_broken_one(encoding: str) -> None:
    assert decoded(encoding, b"") == b""


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("gzip", b"<html>502</html>"),
        ("gzip", gzip.compress(b"one", mtime=0) + b"<html>"),
        ("gzip", gzip.compress(b"one", mtime=0)[:-8] + b"wrong sum"),
        ("deflate", b"\xff<html>502</html>"),
        ("deflate", zlib.compress(b"one") + b"more"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(encoding: str, sent: bytes) -> None:
    with pytest.raises(BodyRefused) as refused:
        decoded(encoding, sent)
    assert "html" not in str(refused.value)


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "chunked", "none"])
def test_an_encoding_that_was_not_requested_is_refused(encoding: str) -> None:
    with pytest.raises(BodyRefused, match="not requested"):
        decoder(encoding)
