"""Decompressing an answer piece by piece, so that a small one cannot become a huge one in memory."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

ACCEPTED: Final = "gzip, deflate"
PIECE_BYTES: Final = 65_536
# Window sizes as zlib expects them: 15 bits, plus a number for the format of the wrapper.
_GZIP: Final = 31
_ZLIB: Final = 15
_RAW: Final = -15
_DEFLATE_METHOD: Final = 8


class BodyRefused(Exception):
    """The answer cannot be taken in; the message is a sentence that quotes nothing of it."""


class Decoder(Protocol):
    """Turns what came over the wire into what was meant."""

    def pieces(self, received: bytes) -> Iterable[bytes]:
        """Yield the decompressed bytes, in pieces of at most 64 KiB when they were compressed, none empty.

        Raises:
            BodyRefused: they do not have the encoding.
        """
        ...

    def finish(self) -> None:
        """End the input.

        Raises:
            BodyRefused: more should have come.
        """
        ...


def decoder(content_encoding: str | None) -> Decoder:
    """Return the decoder for a Content-Encoding.

    Raises:
        BodyRefused: it is not one that was requested.
    """
    encoding = (content_encoding or "").strip().lower()
    if encoding in {"", "identity"}:
        return _Identity()
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _Inflate(is_gzip=encoding != "deflate")
    raise BodyRefused("The answer has a Content-Encoding that was not requested.")


class _Identity:
    def pieces(self, received: bytes) -> Iterable[bytes]:
        return (received,) if received else ()

    def finish(self) -> None:
        pass


class _Inflate:
    def __init__(self, *, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._stream = zlib.decompressobj(_GZIP) if is_gzip else None

    def pieces(self, received: bytes) -> Iterator[bytes]:
        remaining = received
        while remaining:
            stream = self._stream_for(remaining)
            piece = self._inflated(stream, remaining)
            # A full piece may leave more behind inside the stream although it has taken in all bytes.
            while len(piece) == PIECE_BYTES and not stream.eof:
                yield piece
                piece = self._inflated(stream, stream.unconsumed_tail)
            if piece:
                yield piece
            remaining = stream.unused_data

    def finish(self) -> None:
        if self._stream is not None and self._has_begun and not self._stream.eof:
            raise BodyRefused("The compressed answer ends too early.")

    _has_begun = False

    def _stream_for(self, received: bytes) -> "zlib._Decompress":
        self._has_begun = True
        if self._stream is None:
            # Some servers send deflate without its zlib wrapping (RFC 9110 section 8.4.1.2 has the note).
            is_wrapped = received[0] & 0x0F == _DEFLATE_METHOD
            self._stream = zlib.decompressobj(_ZLIB if is_wrapped else _RAW)
        elif self._stream.eof:
            if not self._is_gzip:
                raise BodyRefused("The answer has data after the end of its compressed content.")
            # Another member of the same gzip file (RFC 1952 section 2.2).
            self._stream = zlib.decompressobj(_GZIP)
        return self._stream

    @staticmethod
    def _inflated(stream: "zlib._Decompress", received: bytes) -> bytes:
        try:
            return stream.decompress(received, PIECE_BYTES)
        except zlib.error:
            raise BodyRefused("The answer is not compressed as its Content-Encoding says.") from None
