"""From an answer to its meaning."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from adapters.providers.verdicts import meanings
from adapters.providers.verdicts.by_status import verdict_by_status
from adapters.providers.verdicts.context import context_use_of
from adapters.providers.verdicts.facts import facts_of
from adapters.providers.verdicts.limits import limits_of, wait_of
from adapters.providers.verdicts.prompts import prompt_verdict
from application.policies.redaction import quote, redact
from application.ports.provider_adapter import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adapters.providers.verdicts.facts import Facts
    from adapters.providers.verdicts.rules import Dialect
    from adapters.providers.verdicts.verdict import Verdict

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


def classify(
    dialect: Dialect,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    purpose: Purpose = "listing",
    secret: str | None = None,
) -> Finding:
    """Return what a refusal, or a success that makes no sense, means in the provider's dialect.

    `headers` have lower-case names; `purpose` is what was asked for. Nothing of the body gets into the finding but a
    short code in plain letters, numbers of tokens, the request's id and, of a prompt alone, the provider's own
    sentence; and nothing that shares a piece with the `secret`.
    """
    facts = facts_of(status, body)
    verdict = _verdict(dialect, facts)
    if purpose == "prompt":
        verdict = prompt_verdict(verdict, facts)
    elif verdict == meanings.NO_PERMISSION:
        verdict = meanings.MAY_NOT_LIST
    wait = wait_of(headers, facts, now) if verdict.is_retryable else None
    finding = finding_of(dialect, verdict, code=_harmless(facts.shown, secret))
    return replace(
        finding,
        is_retryable=_is_retryable(verdict, headers),
        http_status=status,
        upstream_request_id=_harmless(request_id_of(headers, otherwise=facts.request_id), secret),
        rate_limit=limits_of(headers, wait_seconds=wait),
        context=context_use_of(facts.message) if verdict.category == "context_length_exceeded" else None,
        upstream_message=quote(facts.said, [secret]) if purpose == "prompt" else None,
    )


def finding_of(dialect: Dialect, verdict: Verdict, *, code: str | None = None) -> Finding:
    """Return the verdict in the provider's name, with the code it gave."""
    message = verdict.says.format(label=dialect.label)
    return Finding(
        category=verdict.category,
        message=f"{message} ({code})" if code else message,
        hint=verdict.hint and verdict.hint.format(label=dialect.label),
        authenticated=verdict.authenticated,
        concerns=verdict.concerns,
        is_retryable=verdict.is_retryable,
    )


def request_id_of(headers: Mapping[str, str], secret: str | None = None, *, otherwise: str | None = None) -> str | None:
    """Return the id by which the provider's support finds the request; none when it shares a piece with the secret.

    `otherwise` is the id of the answer itself, for providers without such a header.
    """
    found = next((found for name in _REQUEST_ID_HEADERS if (found := _clean_id(headers.get(name)))), None)
    return _harmless(found or _clean_id(otherwise), secret)


def _harmless(word: str | None, secret: str | None) -> str | None:
    return word if word is not None and redact(word, [secret]) == word else None


def _clean_id(value: str | None) -> str | None:
    return value if value and _REQUEST_ID.fullmatch(value) else None


def _verdict(dialect: Dialect, facts: Facts) -> Verdict:
    if 300 <= facts.status < 400:  # noqa: PLR2004
        return meanings.REDIRECTED
    if facts.is_page:
        page = meanings.TOO_LARGE if facts.status == 413 else meanings.NOT_AN_API  # noqa: PLR2004
        return replace(page, is_retryable=facts.status in _GATEWAY_MAY_RECOVER)
    particular = dialect.verdict(facts) if facts.is_error else None
    if particular is not None:
        return particular
    if facts.is_success:
        return meanings.PROVIDER_ERROR if facts.is_error else meanings.UNREADABLE
    return verdict_by_status(facts.status)


def _is_retryable(verdict: Verdict, headers: Mapping[str, str]) -> bool:
    """The provider's own advice counts, but never to insist where waiting cannot help."""
    advice = headers.get("x-should-retry", "").strip().lower()
    if advice == "false":
        return False
    if advice == "true" and verdict.category in {"overloaded", "provider_error", "timeout"}:
        return True
    return verdict.is_retryable
