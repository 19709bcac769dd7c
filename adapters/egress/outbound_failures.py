"""Translates errors of the HTTP client into the application's."""

import os

import aiohttp

from adapters.egress.call_timings import Attempt
from adapters.egress.decompression import BodyRefused
from adapters.egress.egress_rules import AddressRefused
from adapters.egress.proxy_failures import proxy_failure
from application.ports.outbound_http import FailureCategory, OutboundFailure

FAILURES = (aiohttp.ClientError, BodyRefused, OSError)
"""All that a call can fail with; time-outs and TLS errors are among the `OSError`s."""


def failure(error: BaseException, attempt: Attempt) -> OutboundFailure:
    """Return the failure that the error means.

    Raise it `from None`: the client's own errors quote URLs and bytes of the answer, which must not reach a log.
    """
    hint = None
    if attempt.is_proxied and (description := proxy_failure(error, attempt)) is not None:
        category, message, hint = description
    else:
        category, message = _meaning(error, attempt)
    is_cut = category == "unexpected_body" and attempt.answered is not None and not isinstance(error, BodyRefused)
    return OutboundFailure(
        category, message, hint=hint, timings=attempt.timings, was_sent=attempt.sent is not None, broke_off=is_cut
    )


def _meaning(error: BaseException, attempt: Attempt) -> tuple[FailureCategory, str]:
    place = attempt.target.place
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if attempt.is_refused or isinstance(cause, AddressRefused):
        return "endpoint_refused", f"{place} resolves to an address that this service must not connect to."
    if isinstance(cause, TimeoutError):
        return "timeout", f"The time ran out while {attempt.phase} ({place})."
    if isinstance(error, BodyRefused):
        return "unexpected_body", str(error)
    if attempt.answered is not None:
        return "unexpected_body", f"The answer of {place} broke off."
    if isinstance(error, aiohttp.ClientResponseError):
        return "unexpected_body", f"{place} answered with something that is not HTTP, or with too many headers."
    return _no_connection(error, attempt)


def _no_connection(error: BaseException, attempt: Attempt) -> tuple[FailureCategory, str]:
    place = attempt.target.place
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "") or "it does not fit"
        return "tls", f"The certificate of {place} is not trusted: {reason}."
    if isinstance(error, aiohttp.ClientSSLError):
        return "tls", f"{place} and this service could not agree on TLS; is it an https address?"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "unreachable", f"The name {attempt.target.host.name} could not be looked up."
    if isinstance(error, aiohttp.ClientConnectorError):
        return "unreachable", f"{place} could not be connected to{_detail(error.os_error)}."
    return "unreachable", f"{place} closed the connection without an answer."


def _detail(error: BaseException) -> str:
    # The text that the system has for the number: an error's own text may hold anything.
    number = getattr(error, "errno", None)
    return f": {os.strerror(number).lower()}" if isinstance(number, int) else ""
