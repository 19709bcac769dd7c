"""The text of an access key: `mbk_<id>_<secret>_<checksum>`.

`id` is the organization's id and the key's, `secret` 256 random bits, both in base 62 and 43 characters long.
`checksum` is the CRC-32 of all before it, in base 62 and 6 characters long: it lets typing errors and scanners of
source code be distinguished from real keys, and is no secret.
"""

import re
import string
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID
from zlib import crc32

PREFIX: Final = "mbk_"
PATTERN: Final = r"mbk_[0-9A-Za-z]{43}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}"
"""For scanners of source code."""

SECRET_BYTES: Final = 32

_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)}
_FORM: Final = re.compile(PATTERN, re.ASCII)
_LONG: Final = 43
_SHORT: Final = 6
_ID_BITS: Final = 128
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class KeyText:
    """The parsed text of a key: whose key it is, and the SHA-256 digest of the text."""

    organization_id: UUID
    key_id: UUID
    digest: bytes


def text_of(organization_id: UUID, key_id: UUID, secret: bytes) -> str:
    """Return the text of the key with this secret of 32 bytes."""
    name = _encoded(organization_id.int << _ID_BITS | key_id.int, _LONG)
    text = f"{PREFIX}{name}_{_encoded(int.from_bytes(secret), _LONG)}_"
    return f"{text}{_checksum(text)}"


def parse_key(text: str) -> KeyText | None:
    """Return the parsed text, or None if it is not the text of a key."""
    if _FORM.fullmatch(text) is None or text[-_SHORT:] != _checksum(text[:-_SHORT]):
        return None
    ids = 0
    for digit in text[len(PREFIX) : len(PREFIX) + _LONG]:
        ids = ids * len(_DIGITS) + _VALUES[digit]
    if ids >> 2 * _ID_BITS:
        return None
    return KeyText(UUID(int=ids >> _ID_BITS), UUID(int=ids & (1 << _ID_BITS) - 1), digest_of(text))


def digest_of(text: str) -> bytes:
    """Return the digest by which a key's text is recognized. The secret has 256 bits, so that it needs no salt."""
    return sha256(text.encode()).digest()


def hint_of(text: str) -> str:
    """Return what may be shown of the key: an ellipsis and the last four characters of its secret."""
    return f"…{text[-_SHORT - 1 - _SHOWN : -_SHORT - 1]}"


def _checksum(text: str) -> str:
    return _encoded(crc32(text.encode()), _SHORT)


def _encoded(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
