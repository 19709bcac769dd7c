"""Taking secrets out of texts that came from outside."""

import base64
import json
import re
import string
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from domain.key_patterns import without_keys

REDACTED: Final = "[redacted]"
# A piece of a secret this long gives away what a hint does not: hints have four characters.
PIECE: Final = 8

LONGEST_QUOTE: Final = 500
"""Characters of another system's text that are shown to people and written to the log."""

_UNRESERVED: Final = frozenset(f"{string.ascii_letters}{string.digits}-._~".encode())
# Neither percent-encoding nor JSON changes such a secret, and few keys are others.
_PLAIN: Final = re.compile(r"[A-Za-z0-9\-._~]*", re.ASCII)
# Of each byte.
_PERCENT_ENCODED: Final = [chr(byte) if byte in _UNRESERVED else f"%{byte:02x}" for byte in range(256)]
_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
# RFC 4648, section 5.
_URL_SAFE: Final = str.maketrans("+/", "-_")


class Secrets(tuple[str, ...]):  # noqa: SLOT001 - its forms are remembered in its dictionary
    """Secrets that many texts are searched for; how each of them may look is calculated once."""

    @cached_property
    def forms(self) -> frozenset[str]:
        """The forms of all of them, in lower case."""
        return frozenset(_lower(form) for secret in self for form in forms_of(secret))


def redact(text: str, secrets: Iterable[str | None]) -> str:
    """Return the text with `[redacted]` in place of every secret, and of every piece of one of 8 or more characters.

    Pieces count wherever they are cut, so that a shortened or half-masked echo is caught as well. Upper and lower case
    are treated alike, and percent-encoded, JSON-escaped and Base64 forms are found too. A secret of less than 8
    characters is found whole. A secret that is none or empty is passed over. Shorten a text afterwards, not before: a
    cut could leave a piece too short to be known.
    """
    searched = _lower(text)
    known = secrets if isinstance(secrets, Secrets) else Secrets(filter(None, secrets))
    found = [form for form in known.forms if len(form) < PIECE or _may_share_a_piece(searched, form)]
    if not found:
        return text
    covered = bytearray(len(text))
    for form in found:
        _cover(covered, searched, form)
    if 1 not in covered:
        return text
    return "".join(_uncovered(text, covered))


def quote(text: str, secrets: Iterable[str | None]) -> str | None:
    """Return another system's text, fit to be shown or logged: one line of at most 500 characters, none if empty.

    Neither the secrets nor anything else that has the form of a key is in it.
    """
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    clean = redact(without_keys(line, REDACTED), secrets)
    return (clean if len(clean) <= LONGEST_QUOTE else f"{clean[: LONGEST_QUOTE - 1]}…") or None


def _lower(text: str) -> str:
    """Return the text with as many characters as before, which `lower` alone does not promise beyond ASCII."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def forms_of(secret: str) -> Iterator[str]:
    """Yield how a secret looks: as it is, percent-encoded, escaped in JSON, and in Base64."""
    encoded = secret.encode("utf-8", "surrogatepass")
    yield secret
    if not _PLAIN.fullmatch(secret):
        yield "".join(map(_PERCENT_ENCODED.__getitem__, encoded))
        yield json.dumps(secret)[1:-1]
    if len(secret) >= PIECE:
        # Without the last character: it depends on what follows.
        usual = base64.b64encode(encoded).decode().rstrip("=")[:-1]
        yield usual
        if "+" in usual or "/" in usual:
            yield usual.translate(_URL_SAFE)


def _cover(covered: bytearray, searched: str, form: str) -> None:
    length = min(PIECE, len(form))
    if len(searched) < len(form):
        # The same the other way about, because a short text such as a request's id has fewer pieces than a key.
        for start in range(len(searched) - length + 1):
            if searched[start : start + length] in form:
                covered[start : start + length] = b"\1" * length
        return
    pieces = {form[start : start + length] for start in range(len(form) - length + 1)}
    for piece in pieces:
        start = searched.find(piece)
        while start >= 0:
            covered[start : start + length] = b"\1" * length
            start = searched.find(piece, start + 1)


def _may_share_a_piece(searched: str, form: str) -> bool:
    """Rule most texts out quickly: any piece contains one of the blocks of half its length."""
    block = PIECE // 2
    for start in range(0, len(searched) - block + 1, block):  # noqa: SIM110 - twice as fast, and asked of every answer
        if searched[start : start + block] in form:
            return True
    return False


def _uncovered(text: str, covered: bytearray) -> Iterator[str]:
    was_covered = False
    for character, is_covered in zip(text, covered, strict=True):
        if is_covered and not was_covered:
            yield REDACTED
        if not is_covered:
            yield character
        was_covered = bool(is_covered)
