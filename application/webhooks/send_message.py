"""One attempt to send a message to a receiver."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from application.ports.outbound_http import Outbound, OutboundFailure, OutboundRequest
from application.webhooks.signature import signed_headers

DEADLINE_SECONDS: Final = 15.0
"""For the whole of an attempt. Standard Webhooks recommends 15 to 30."""

_CONNECT_SECONDS: Final = 5.0
_MOST_BYTES: Final = 64 * 1024
_GONE: Final = 410
_SECONDS: Final = re.compile(r"[0-9]{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How an attempt ended; `failure` is None for one that succeeded, and a sentence without the address otherwise.

    `retry_after_seconds` is how long the receiver asks to wait, `is_gone` whether it wants no more messages.
    """

    failure: str | None
    response_status: int | None = None
    response_bytes: int | None = None
    response_ms: float | None = None
    retry_after_seconds: float = 0.0
    is_gone: bool = False


async def send_message(
    outbound: Outbound, url: str, secrets: Sequence[str], message_id: UUID, body: bytes, *, now: datetime
) -> Attempt:
    """Send the message, signed with each of the secrets, and return how that ended after at most 15 seconds.

    Only an answer with a status from 200 to 299 is a success; redirects are not followed. Of the answer nothing is kept
    but its status and its length.
    """
    request = OutboundRequest(
        method="POST",
        url=url,
        headers=signed_headers(secrets, f"msg_{message_id.hex}", int(now.timestamp()), body),
        content=body,
        total_seconds=DEADLINE_SECONDS,
        connect_seconds=_CONNECT_SECONDS,
        read_idle_seconds=DEADLINE_SECONDS,
        max_bytes=_MOST_BYTES,
    )
    try:
        response = await outbound.request(request)
    except OutboundFailure as error:
        return Attempt(failure=error.failure.message)
    is_success = 200 <= response.status < 300  # noqa: PLR2004 - RFC 9110, section 15
    asked = response.headers.get("retry-after", "")
    return Attempt(
        failure=None if is_success else f"The receiver answered with status {response.status}.",
        response_status=response.status,
        response_bytes=len(response.body),
        response_ms=response.total_ms,
        retry_after_seconds=float(asked) if _SECONDS.fullmatch(asked) else 0.0,
        is_gone=response.status == _GONE,
    )
