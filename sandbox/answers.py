"""What a provider answers, before it is put on the wire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole response: a JSON value, or text such as a proxy's HTML page."""

    body: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def payload(self) -> bytes:
        """The bytes of the body; a string is sent as it stands, anything else as JSON."""
        return self.body.encode() if isinstance(self.body, str) else orjson.dumps(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStream:
    """A response sent piece by piece: each frame is a whole event, or one part of a JSON array."""

    frames: Sequence[bytes]
    #: A frame that may be repeated without end and carries a little more text each time.
    filler: bytes
    content_type: str = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """The provider will not do it; each provider words the facts in the shape of its own errors."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        """Keep the facts; `kind` is the error's type or, for Google, its canonical status."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.code = code
        self.param = param
