"""What a status means when nothing more particular is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.providers.verdicts import meanings

if TYPE_CHECKING:
    from adapters.providers.verdicts.verdict import Verdict

_MEANINGS: Final = {
    401: meanings.BAD_KEY,
    402: meanings.SPENT,
    403: meanings.FORBIDDEN,
    404: meanings.NO_SUCH_PATH,
    405: meanings.NO_SUCH_PATH,
    407: meanings.NOT_AN_API,
    408: meanings.OUT_OF_TIME,
    409: meanings.PROVIDER_ERROR,
    410: meanings.NO_SUCH_PATH,
    413: meanings.TOO_LARGE,
    425: meanings.OVERLOADED,
    429: meanings.RATE_LIMITED,
    451: meanings.REGION_BLOCKED,
    501: meanings.NOT_IMPLEMENTED,
    503: meanings.OVERLOADED,
    504: meanings.OUT_OF_TIME,
    # Cloudflare's own: the origin did not answer in time.
    524: meanings.OUT_OF_TIME,
    # Anthropic's, RFC 9110 leaves it open.
    529: meanings.OVERLOADED,
}


def verdict_by_status(status: int) -> Verdict:
    """Return the plain meaning of an HTTP status that is not a success (RFC 9110 section 15)."""
    known = _MEANINGS.get(status)
    if known is not None:
        return known
    match status // 100:
        case 3:
            return meanings.REDIRECTED
        case 4:
            return meanings.BAD_REQUEST
        case 5:
            return meanings.PROVIDER_ERROR
        case _:
            return meanings.UNREADABLE
