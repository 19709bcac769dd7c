"""Classifies an error response and builds the outcome for it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal

from adapters.providers.error_mapping import error_kinds
from adapters.providers.error_mapping.context_length import context_use_of
from adapters.providers.error_mapping.error_details import ErrorDetails, parse_error_details
from adapters.providers.error_mapping.error_kinds import ErrorKind, error_kind_for_status
from adapters.providers.error_mapping.error_rule import ProviderRules
from adapters.providers.error_mapping.prompt_errors import prompt_error_kind
from adapters.providers.error_mapping.rate_limit_headers import limits_of, retry_delay
from application.policies.redaction import quote, redact
from application.ports.provider_gateway import CallOutcome

Purpose = Literal["listing", "prompt"]

_REQUEST_ID_HEADERS: Final = (
    "x-request-id",
    "request-id",
    "apim-request-id",
    "mistral-correlation-id",
    "x-ds-trace-id",
    "x-amzn-requestid",
    "cf-ray",
)
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,128}")
_GATEWAY_MAY_RECOVER: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529, 530})


def classify_error(
    rules: ProviderRules,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    purpose: Purpose = "listing",
    secrets: Collection[str] = (),
) -> CallOutcome:
    """Return the outcome for an error response, or for a success with an unreadable body.

    `headers` have lower-case names; `purpose` is what was requested. Nothing of the body gets into the outcome but a
    short code in plain letters, numbers of tokens, the request's id and, of a prompt alone, the provider's own
    sentence; and nothing that shares a piece with the `secrets`.
    """
    details = parse_error_details(status, body)
    error_kind = _error_kind(rules, details)
    if purpose == "prompt":
        error_kind = prompt_error_kind(error_kind, details)
    elif error_kind == error_kinds.NO_PERMISSION:
        error_kind = error_kinds.MAY_NOT_LIST
    wait = retry_delay(headers, details, now) if error_kind.is_retryable else None
    outcome = outcome_of(rules, error_kind, code=_harmless(details.public_code, secrets))
    return replace(
        outcome,
        is_retryable=_is_retryable(error_kind, headers),
        http_status=status,
        upstream_request_id=_harmless(request_id_of(headers, otherwise=details.request_id), secrets),
        rate_limit=limits_of(headers, wait_seconds=wait),
        context=context_use_of(details.message) if error_kind.category == "context_length_exceeded" else None,
        upstream_message=quote(details.original_message, secrets) if purpose == "prompt" else None,
    )


def outcome_of(rules: ProviderRules, error_kind: ErrorKind, *, code: str | None = None) -> CallOutcome:
    """Return the outcome for an error kind, with the provider's name and error code."""
    message = error_kind.message.format(label=rules.label)
    return CallOutcome(
        category=error_kind.category,
        message=f"{message} ({code})" if code else message,
        hint=error_kind.hint and error_kind.hint.format(label=rules.label),
        authenticated=error_kind.authenticated,
        concerns=error_kind.concerns,
        is_retryable=error_kind.is_retryable,
    )


def request_id_of(
    headers: Mapping[str, str], secrets: Collection[str] = (), *, otherwise: str | None = None
) -> str | None:
    """Return the provider's request id; None if it contains a part of a secret.

    `otherwise` is the id in the body, for providers without such a header.
    """
    for name in _REQUEST_ID_HEADERS:
        if name in headers and (found := _clean_id(headers[name])):
            return _harmless(found, secrets)
    return _harmless(_clean_id(otherwise), secrets)


def _harmless(word: str | None, secrets: Collection[str]) -> str | None:
    return word if word is not None and redact(word, secrets) == word else None


def _clean_id(value: str | None) -> str | None:
    return value if value and _REQUEST_ID.fullmatch(value) else None


def _error_kind(rules: ProviderRules, details: ErrorDetails) -> ErrorKind:
    if 300 <= details.status < 400:  # noqa: PLR2004
        return error_kinds.REDIRECTED
    if details.is_page:
        page = error_kinds.TOO_LARGE if details.status == 413 else error_kinds.NOT_AN_API  # noqa: PLR2004
        return replace(page, is_retryable=details.status in _GATEWAY_MAY_RECOVER)
    particular = rules.error_kind(details) if details.is_error else None
    if particular is not None:
        return particular
    if details.is_success:
        return error_kinds.PROVIDER_ERROR if details.is_error else error_kinds.UNREADABLE
    return error_kind_for_status(details.status)


def _is_retryable(error_kind: ErrorKind, headers: Mapping[str, str]) -> bool:
    """Honour the provider's `x-should-retry`, but never retry an error that a pause cannot resolve."""
    advice = headers.get("x-should-retry", "").strip().lower()
    if advice == "false":
        return False
    if advice == "true" and error_kind.category in {"overloaded", "provider_error", "timeout"}:
        return True
    return error_kind.is_retryable
