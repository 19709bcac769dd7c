"""Oversized response bodies, generated lazily."""

import itertools
import struct
import zlib
from collections.abc import Iterator

_BLOCK = b" " * (1 << 20)
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def compressed_spaces(size: int) -> Iterator[bytes]:
    """A valid gzip file of `size` spaces, about a thousandth of that long, in pieces.

    A full flush makes a compressed block independent of the ones before it (RFC 1951), so the same bytes are sent
    again and again; only the checksum is counted on.
    """
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = compressor.compress(_BLOCK) + compressor.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    yield _GZIP_HEADER
    for _ in range(size // len(_BLOCK)):
        checksum = zlib.crc32(_BLOCK, checksum)
        yield packed
    rest = _BLOCK[: size % len(_BLOCK)]
    last = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    yield last.compress(rest) + last.flush()
    yield struct.pack("<II", zlib.crc32(rest, checksum), size & 0xFFFFFFFF)


def endless_spaces(filler: bytes | None) -> Iterator[bytes]:
    """For ever: white space, which leaves a JSON document unfinished, or the given event of a stream."""
    return itertools.repeat(filler if filler is not None else b" " * 16_384)
