"""Failures between this service and the operator's proxy, reported to tenants without naming the proxy."""

import logging
import os
from typing import Final

import aiohttp

from adapters.egress.call_timings import Attempt
from application.ports.outbound_http import FailureCategory

Description = tuple[FailureCategory, str, str]

_LOGGER: Final = logging.getLogger(__name__)
_OPERATOR: Final = "Inform the operator of this service: its log has the details."
_ASK: Final = "Check the host of the endpoint, or ask the operator of this service whether its proxy lets it through."
_WANTS_PASSWORD: Final = 407
_FORBIDS: Final = frozenset({401, 403, 405, 451})
_TOO_LATE: Final = 504


def proxy_failure(error: BaseException, attempt: Attempt) -> Description | None:
    """Return category, message and hint of a failure that is the proxy's; none where the provider failed behind it."""
    place = attempt.target.place
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return _answer(error.status, place)
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientConnectorDNSError):
        reason = _reason(error.os_error)
        _LOGGER.error("Cannot connect to the egress proxy: %s", reason)
        return "unreachable", "This service cannot connect to its outbound proxy.", _OPERATOR
    is_provider = isinstance(error, aiohttp.ClientConnectorError) and error.host == attempt.target.url.raw_host
    if isinstance(error, aiohttp.ClientSSLError) and not is_provider:
        _LOGGER.error("The egress proxy and this service could not agree on TLS")
        return "tls", "This service and its outbound proxy could not agree on TLS.", _OPERATOR
    return None


def _answer(status: int, place: str) -> Description:
    if status == _WANTS_PASSWORD:
        _LOGGER.error("The egress proxy refuses this service: user and password are missing or wrong (407)")
        return "unreachable", "The outbound proxy of this service refuses its credentials (407).", _OPERATOR
    _LOGGER.warning("The egress proxy answered %d for %s", status, place)
    if status in _FORBIDS:
        return "endpoint_refused", f"The proxy of this service does not let it call {place} ({status}).", _ASK
    if status == _TOO_LATE:
        return "timeout", f"The proxy of this service could not reach {place} in time ({status}).", _ASK
    return "unreachable", f"The proxy of this service could not reach {place} ({status}).", _ASK


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else type(error).__name__
