"""Which extra headers may be sent to a provider, and how a change is merged into those that it has."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from application.errors import InvalidInput

MOST_HEADERS: Final = 20
LONGEST_NAME: Final = 100
LONGEST_VALUE: Final = 4_096
# Usual servers take 8 KiB of headers in all, our own among them.
_LARGEST: Final = 6_144

# RFC 9110 section 5.6.2 and 5.5, without the bytes beyond ASCII that servers read each in their own way.
_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)
_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?", re.ASCII)

# Headers that determine destination, length or content of a message; that authenticate the caller; and that a server
# inside a network might believe of an address.
_NEVER: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "expect",
        "forwarded",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
        "x-real-ip",
    }
)
_NEVER_BEGIN: Final = ("proxy-", "x-forwarded-")


def merged_headers(
    held: Mapping[str, str], patch: Mapping[str, str | None], *, own: Collection[str] = ()
) -> dict[str, str]:
    """Return the headers that the provider has after the change; null takes one away, and case makes no other name.

    `own` are names, in lower case, that the provider's type sets itself.

    Raises:
        InvalidInput: one may not be sent, or there are too many; the pointer names it, and its value is not revealed.
    """
    names = [name.lower() for name in patch]
    for name, value in patch.items():
        _check(name, value, own)
        if names.count(name.lower()) > 1:
            raise InvalidInput(_pointer(name), f"The header {name} is given more than once.")
    kept = {name: value for name, value in held.items() if name.lower() not in names}
    merged = kept | {name: value for name, value in patch.items() if value is not None}
    if len(merged) > MOST_HEADERS or sum(len(name) + len(value) for name, value in merged.items()) > _LARGEST:
        raise InvalidInput(
            _POINTER, f"A provider takes at most {MOST_HEADERS} extra headers of {_LARGEST:,} characters in all."
        )
    return merged


_POINTER: Final = "/extraHeaders"


def _check(name: str, value: str | None, own: Collection[str]) -> None:
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise InvalidInput(
            _POINTER, f"The name of a header is 1 to {LONGEST_NAME} letters, digits and hyphens (RFC 9110)."
        )
    lower = name.lower()
    if lower in _NEVER or lower.startswith(_NEVER_BEGIN) or lower in own:
        raise InvalidInput(
            _pointer(name), f"The header {name} is set by this service or belongs to the connection; choose another."
        )
    if value is not None and not (len(value) <= LONGEST_VALUE and _VALUE.fullmatch(value)):
        raise InvalidInput(
            _pointer(name),
            f"The value of {name} must have 1 to {LONGEST_VALUE:,} visible ASCII characters, with blanks only between "
            "them and no line break.",
        )


def _pointer(name: str) -> str:
    """Return the JSON pointer (RFC 6901) of a header."""
    return f"{_POINTER}/{name.replace('~', '~0').replace('/', '~1')}"
