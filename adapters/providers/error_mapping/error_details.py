"""Parses error responses in the formats of all providers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

_SUCCESS: Final = range(200, 300)
_LONGEST_MESSAGE: Final = 2_000
_LONGEST_CODE: Final = 200
_MOST_DETAILS: Final = 20
# A code that may be shown: a plain word, which no key looks like.
_SHOWABLE: Final = re.compile(r"[A-Za-z]{2,40}(?:_[A-Za-z]{1,40}){0,7}")
_TELLS_NOTHING: Final = frozenset({"error", "invalid_request_error", "unknown_error"})
_CODE_FIELDS: Final = ("code", "type", "status", "reason", "error_code")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDetails:
    """The parts of an error response. `codes`, `message` and `parameter` (the rejected parameter) are in lower case.

    `public_code` is a code that may be shown to people. `original_message` may hold secrets. `is_error` is also true of
    a response with a success status whose body is an error, as streams and some gateways send it.
    """

    status: int
    is_page: bool = False
    is_error: bool = False
    codes: frozenset[str] = frozenset()
    public_code: str | None = None
    message: str = ""
    original_message: str = ""
    quotas: tuple[str, ...] = ()
    retry_delay: str | None = None
    request_id: str | None = None
    parameter: str | None = None

    @property
    def is_success(self) -> bool:
        """Whether the status promises one."""
        return _SUCCESS.start <= self.status < _SUCCESS.stop


def parse_error_details(status: int, body: bytes) -> ErrorDetails:
    """Parse an error response. Parts that are not understood are left out."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        start = body[:_LONGEST_MESSAGE].decode("utf-8", "replace").strip()
        is_page = start.startswith("<")
        message = "" if is_page else start.lower()
        return ErrorDetails(status=status, is_page=is_page, is_error=status not in _SUCCESS, message=message)
    return _from_document(status, document)


def _from_document(status: int, document: object) -> ErrorDetails:
    # Google's OpenAI-compatible endpoint wraps the error in a list of one.
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        return ErrorDetails(status=status, is_error=status not in _SUCCESS)
    error = document.get("error")
    places = [place for place in (error, document) if isinstance(place, dict)]
    details = list(_details(error)) if isinstance(error, dict) else []
    # Azure names there which of its filters it was.
    inner = error.get("innererror") if isinstance(error, dict) else None
    details += [inner] if isinstance(inner, dict) else []
    words = [word for place in (*details, *places) for word in _codes(place)]
    original_message = _message(document, error)[:_LONGEST_MESSAGE]
    return ErrorDetails(
        status=status,
        is_error=status not in _SUCCESS or bool(error) or document.get("type") == "error",
        codes=frozenset(word.lower() for word in words),
        public_code=next((word for word in words if _SHOWABLE.fullmatch(word) and word not in _TELLS_NOTHING), None),
        message=original_message.lower(),
        original_message=original_message,
        quotas=tuple(quota for detail in details for quota in _quotas(detail)),
        retry_delay=next((delay for detail in details if isinstance(delay := detail.get("retryDelay"), str)), None),
        request_id=_text(document.get("request_id")),
        parameter=_parameter(document, places),
    )


def _codes(place: Mapping[str, Any]) -> Iterator[str]:
    for name in _CODE_FIELDS:
        value = place.get(name)
        if isinstance(value, str) and len(value) <= _LONGEST_CODE:
            yield value


def _details(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Google sends a list of details, Anthropic one object."""
    details = error.get("details")
    if isinstance(details, dict):
        yield details
    elif isinstance(details, list):
        yield from (detail for detail in details[:_MOST_DETAILS] if isinstance(detail, dict))


def _quotas(detail: Mapping[str, Any]) -> Iterator[str]:
    violations = detail.get("violations")
    for violation in violations[:_MOST_DETAILS] if isinstance(violations, list) else ():
        if isinstance(violation, dict) and isinstance(quota := violation.get("quotaId"), str):
            yield quota


def _message(document: Mapping[str, Any], error: object) -> str:
    """Return the error's message from the field in which this provider has it."""
    if isinstance(error, dict):
        metadata = error.get("metadata")
        # OpenRouter's own words are often no more than that its provider has refused; the provider's own follow.
        raw = _text(metadata.get("raw")) if isinstance(metadata, dict) else None
        return " ".join(words for words in (_text(error.get("message")), raw) if words)
    fault = _fault(document)
    return (
        _text(error) or _text(document.get("detail")) or _text(document.get("message")) or _text(fault.get("msg")) or ""
    )


def _parameter(document: Mapping[str, Any], places: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the rejected parameter: OpenAI's `param`, or the location in errors of FastAPI servers and Mistral."""
    named = next((param for place in places if (param := _text(place.get("param")))), None)
    if named is not None:
        return named[:_LONGEST_CODE].lower()
    place = _fault(document).get("loc")
    last = _text(place[1]) if isinstance(place, list) and len(place) > 1 else None
    return last[:_LONGEST_CODE].lower() if last else None


def _fault(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the first error in the list that FastAPI servers and Mistral send; empty if there is none."""
    message = document.get("message")
    faults = document.get("detail") or (message.get("detail") if isinstance(message, dict) else message)
    fault = faults[0] if isinstance(faults, list) and faults else None
    return fault if isinstance(fault, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
