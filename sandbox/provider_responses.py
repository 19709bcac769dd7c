"""HTTP responses of the simulated providers, before they are sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderResponse:
    """A response sent in one piece: a JSON value, or text such as a proxy's HTML page."""

    body: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def payload(self) -> bytes:
        """Return the bytes of the body. A string is sent unchanged, anything else as JSON."""
        return self.body.encode() if isinstance(self.body, str) else orjson.dumps(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStream:
    """A streamed response: each frame is a complete event, or one part of a JSON array."""

    frames: Sequence[bytes]
    #: A frame with a little text that faults may repeat without end.
    filler: bytes
    content_type: str = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=dict)


class RequestRefused(Exception):
    """The provider refuses the request. Each provider renders it in its own error format."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        """Store the details; `kind` is the error's type or, for Google, its canonical status."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.code = code
        self.param = param
