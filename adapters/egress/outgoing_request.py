"""Validates headers and encodes the body of an outgoing request."""

import io
import re
from typing import Final

import orjson

from adapters.egress.decompression import ACCEPTED
from application.ports.outbound_http import OutboundRequest

_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})
# RFC 9110 section 5.6.2 and 5.5, without the bytes beyond ASCII that servers read each in their own way.
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)
_VALUE: Final = re.compile(r"[\x20-\x7e\t]*", re.ASCII)
# They determine destination and length of a message, which the caller must not set.
_OURS: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# Beyond this the client warns that bytes in one piece hold up the loop while they are sent.
_ONE_PIECE_BYTES: Final = 1_048_576


def checked_headers(request: OutboundRequest, *, is_stream: bool) -> dict[str, str]:
    """Return the headers to send.

    Raises:
        ValueError: the method or a header cannot be sent; the message is a sentence without any value.
    """
    if request.method not in _METHODS:
        raise ValueError("The request has a method that is not used with providers.")
    # A compressing server holds events back until it has enough of them.
    headers = {"Accept-Encoding": "identity" if is_stream else ACCEPTED}
    if request.json is not None or request.content is not None:
        headers["Content-Type"] = "application/json"
    for name, value in request.headers.items():
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError("A header of the request, or the key in it, has a character that HTTP does not allow.")
        if name.lower() in _OURS:
            raise ValueError(f"The header {name} of the request is not for the caller to set.")
        headers[name] = value
    return headers


def encoded_body(request: OutboundRequest) -> bytes | io.BytesIO | None:
    """Return the JSON to send."""
    if request.content is not None:
        return request.content
    if request.json is None:
        return None
    encoded = orjson.dumps(request.json)
    return io.BytesIO(encoded) if len(encoded) > _ONE_PIECE_BYTES else encoded
