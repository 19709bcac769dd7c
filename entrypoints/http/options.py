"""What an operator can set about the HTTP side."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """Times in seconds. `cors_origins` are origins in full (`https://app.example.org`); none: same origin only.

    `hold_seconds` is between two signs that the request with an Idempotency-Key is still being carried out.
    """

    cors_origins: tuple[str, ...] = ()
    shutdown_seconds: float = 15.0
    readiness_seconds: float = 1.0
    hold_seconds: float = 5.0
    version: str = "0.0.0"
