"""The options of the HTTP server."""

from dataclasses import dataclass

from entrypoints.http.client_addresses import Network
from entrypoints.http.routes import MEBIBYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """Times in seconds. `cors_origins` are origins in full (`https://app.example.org`); none: same origin only.

    `trusted_proxies` report the address of their client for the log. `hold_seconds` is between two signs that the
    request with an Idempotency-Key is still being executed. A request is given up when its head is not whole, or
    nothing more of its body has come, after `read_seconds`. Of all bodies that are being read or answered, this process
    holds `most_body_bytes`.
    """

    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    shutdown_seconds: float = 15.0
    readiness_seconds: float = 1.0
    hold_seconds: float = 5.0
    read_seconds: float = 30.0
    most_body_bytes: int = 256 * MEBIBYTE
    version: str = "0.0.0"
