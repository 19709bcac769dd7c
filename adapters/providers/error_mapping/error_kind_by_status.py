"""Error kinds by HTTP status, for responses that no rule matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.providers.error_mapping import error_kinds

if TYPE_CHECKING:
    from adapters.providers.error_mapping.error_kind import ErrorKind

_ERROR_KINDS: Final = {
    401: error_kinds.BAD_KEY,
    402: error_kinds.CREDIT_EXHAUSTED,
    403: error_kinds.FORBIDDEN,
    404: error_kinds.NO_SUCH_PATH,
    405: error_kinds.NO_SUCH_PATH,
    407: error_kinds.NOT_AN_API,
    408: error_kinds.TIMED_OUT,
    409: error_kinds.PROVIDER_ERROR,
    410: error_kinds.NO_SUCH_PATH,
    413: error_kinds.TOO_LARGE,
    425: error_kinds.OVERLOADED,
    429: error_kinds.RATE_LIMITED,
    451: error_kinds.REGION_BLOCKED,
    501: error_kinds.NOT_IMPLEMENTED,
    503: error_kinds.OVERLOADED,
    504: error_kinds.TIMED_OUT,
    # Cloudflare's own: the origin did not answer in time.
    524: error_kinds.TIMED_OUT,
    # Anthropic's, RFC 9110 leaves it open.
    529: error_kinds.OVERLOADED,
}


def error_kind_for_status(status: int) -> ErrorKind:
    """Return the error kind of an HTTP status that is not a success (RFC 9110, section 15)."""
    known = _ERROR_KINDS.get(status)
    if known is not None:
        return known
    match status // 100:
        case 3:
            return error_kinds.REDIRECTED
        case 4:
            return error_kinds.BAD_REQUEST
        case 5:
            return error_kinds.PROVIDER_ERROR
        case _:
            return error_kinds.UNREADABLE
