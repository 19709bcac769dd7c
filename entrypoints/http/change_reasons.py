"""The reason of a change: `reason` in the body, or the header X-Change-Reason, in any language."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from aiohttp import web
from pydantic import BaseModel

from application.caller import NoCaller, amend_reason
from application.policies.change_reasons import refused_in_a_reason
from entrypoints.http.request_context import context_of
from entrypoints.http.request_errors import FieldError, InvalidRequest

HEADER: Final = "X-Change-Reason"
MEMBER: Final = "reason"

# More than RFC 8187 allows unencoded: JavaScript's encodeURIComponent leaves !'()* as they are.
_EXTENDED: Final = re.compile(r"(UTF-8|ISO-8859-1)'[A-Za-z0-9-]*'(.*)", re.IGNORECASE | re.DOTALL)
_ENCODED: Final = re.compile(r"(?:[!-$&-~]|%[0-9A-Fa-f]{2})*")


def header_reason(request: web.Request) -> str | None:
    """Return the reason in the headers, none where there is none.

    It is UTF-8, or ISO 8859-1 as browsers send it, or either in the form of RFC 8187 (`UTF-8''...`).

    Raises:
        InvalidRequest: the log does not take it, or there are two.
    """
    values = request.headers.getall(HEADER, None)
    if values is None:
        return None
    reasons = {_decoded(value) for value in values}
    if len(reasons) > 1:
        raise _refused(f"{HEADER}:", "is given more than once")
    return _checked(reasons.pop(), f"{HEADER}:")


def take_reason(request: web.Request, document: dict[str, object], model: type[BaseModel]) -> None:
    """Take the reason out of the body, for all that is recorded from now on; a model that has a field for it keeps it.

    Raises:
        InvalidRequest: the log does not take it, or the header has another.
    """
    stated = document.get(MEMBER) if MEMBER in model.model_fields else document.pop(MEMBER, None)
    if stated is None:
        return
    if not isinstance(stated, str):
        raise _refused(f"/{MEMBER}", "should be text")
    reason = _checked(stated, f"/{MEMBER}")
    context = context_of(request)
    if context.reason not in {None, reason}:
        differs = "differs from the other; send one of the two"
        errors = [FieldError(f"/{MEMBER}", differs), FieldError(f"{HEADER}:", differs)]
        raise InvalidRequest(f"The {MEMBER} in the body differs from the header {HEADER}.", errors=errors)
    context.reason = reason
    try:
        amend_reason(reason)
    except NoCaller:
        # On a platform route the view says on whose behalf it works, and asks the context for the reason.
        return


def _decoded(value: str) -> str:
    extended = _EXTENDED.fullmatch(value)
    if extended is None:
        # The framework reads headers as UTF-8 and keeps other bytes as halves of surrogate pairs.
        return _text(value.encode("utf-8", "surrogateescape"), "utf-8", "latin-1")
    charset, encoded = extended.groups()
    if _ENCODED.fullmatch(encoded) is None:
        raise _refused(f"{HEADER}:", "is not percent-encoded as RFC 8187 has it")
    return _text(unquote_to_bytes(encoded), charset)


def _text(content: bytes, *encodings: str) -> str:
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(f"{HEADER}:", f"is not {encodings[0].upper()}")


def _checked(stated: str, pointer: str) -> str:
    reason = stated.strip()
    message = refused_in_a_reason(reason)
    if message is not None:
        raise _refused(pointer, message)
    return reason


def _refused(pointer: str, message: str) -> InvalidRequest:
    name = HEADER if pointer.endswith(":") else "The reason"
    return InvalidRequest(f"{name} {message}.", errors=[FieldError(pointer, message)])
